#include "edge-agent/agent/serve.hpp"

#include "edge-agent/agent/agent.hpp"

namespace feldsher::edge {

int serve(const Config& config) { return Agent(config, "feldsher-edge " FELDSHER_VERSION).run(); }

}  // namespace feldsher::edge
