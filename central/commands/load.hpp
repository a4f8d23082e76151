#pragma once
#include <filesystem>
#include <iosfwd>

#include "central/commands/central_folder.hpp"

namespace feldsher::central {

/// `load`: into a stopped central's journal, or through the API of a running one; "-" is the standard input.
/// Throws Fault with the place in the file of what is wrong.
void load(const CentralFolder& folder, const std::filesystem::path& file, bool json, std::ostream& out);

}  // namespace feldsher::central
