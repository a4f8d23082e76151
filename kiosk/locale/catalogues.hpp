#pragma once
#include <string_view>

namespace feldsher::kiosk {

/// The compiled catalogue (.mo) of a language; empty for English, which is the source, and for others.
/// Defined in a source that the build makes from the .po files.
std::string_view catalogue_of(std::string_view language);

}  // namespace feldsher::kiosk
