#pragma once
#include <iosfwd>
#include <string>

#include "central/commands/central_folder.hpp"

namespace feldsher::central {

/// Makes a one-time code for the box of a point, good for 24 hours, and prints it for a person: as text and
/// as a QR code; with `json`, for a program. Only its hash is kept. Throws Fault.
void open_code(const CentralFolder& folder, const std::string& point, bool json, std::ostream& out);

/// A QR code of `text` (ISO/IEC 18004) in half blocks, for a terminal with dark background. Throws Fault.
std::string qr_picture(const std::string& text);

}  // namespace feldsher::central
