#include "central/commands/api_client.hpp"
#include "central/commands/stopped_central.hpp"
#include "central/serve/serve.hpp"
#include "central/store/rebuild.hpp"

namespace feldsher::central {

std::optional<std::uint64_t> rebuild(const CentralFolder& folder) {
  try {
    // Whoever has the journal open has the views open: none other may replace them.
    const auto journal = open_stopped(folder);
    const DataFolder data = DataFolder::open(folder.path());
    return rebuild_views({.file = folder.views(), .key = data.key(), .central = folder.identity().node},
                         *journal);
  } catch (const RunningElsewhere&) {
    ApiClient(folder, read_config(folder.config())).post("/api/v1/views/rebuild", "");
    return std::nullopt;
  }
}

}  // namespace feldsher::central
