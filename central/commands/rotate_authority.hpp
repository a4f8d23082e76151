#pragma once
#include <iosfwd>

#include "central/commands/central_folder.hpp"

namespace feldsher::central {

/// Another root and another authority of the same tenant in the place of the present ones, at once: for keys
/// that others may have. Every certificate that was noted here is revoked, every open code is dead, and
/// central's own is made anew; the former folders stay beside the new ones, for whoever has to look into it.
/// Central stopped. When it is cut off, it is run again. Throws Fault.
void rotate_authority(const CentralFolder& folder, std::ostream& out);

}  // namespace feldsher::central
