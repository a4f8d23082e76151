#pragma once
#include "edge-agent/agent/config.hpp"

namespace feldsher::edge {

/// Runs the agent until it is told to stop (SIGTERM, SIGINT) or its disk fails. The process's exit code:
/// 0 told to stop, 3 a fault while running. Throws Fault when it cannot start.
int serve(const Config& config);

}  // namespace feldsher::edge
