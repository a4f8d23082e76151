#include "central/serve/serve.hpp"
#include "central/store/rebuild.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {

std::uint64_t rebuild(const CentralFolder& folder) {
  const DataFolder data = DataFolder::open(folder.path());
  // Whoever has the journal open has the views open: none other may replace them.
  const auto journal = data.open_store(folder.identity().tenant);
  return rebuild_views({.file = folder.views(), .key = data.key(), .central = folder.identity().node},
                       *journal);
}

}  // namespace feldsher::central
