#pragma once
#include <string>

#include "kiosk/shell/config.hpp"

namespace feldsher::kiosk {

/// Shows the screen until the window is closed or SIGINT or SIGTERM comes, and logs. Throws `NoDisplay` and
/// `Fault` before it shows anything. Returns the program's exit: 1 after a fault, which the log has.
int run(const Config& config);

/// Renders every sample of every role in each language to PNG files in `folder`; returns how many.
int gallery(const std::string& folder);

}  // namespace feldsher::kiosk
