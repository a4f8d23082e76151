#include "central/store/rebuild.hpp"

#include "central/store/views_file.hpp"

namespace feldsher::central {

std::uint64_t rebuild_views(const Views::Place& place, JournalStore& journal) {
  const auto fresh = std::filesystem::path(place.file.string() + ".new");
  remove_views(fresh);
  std::uint64_t projected = 0;
  {
    constexpr std::size_t batch = 4096;
    ViewsFile file(fresh, place.key, place.central);
    std::vector<Record> records;
    auto flush = [&] {
      file.project(records);
      records.clear();
    };
    journal.replay(0, [&](std::uint64_t, Record&& record) {
      records.push_back(std::move(record));
      if (records.size() >= batch) flush();
    });
    flush();
    projected = file.position();
    file.checkpoint();
  }
  put_in_place(fresh, place.file);
  return projected;
}

}  // namespace feldsher::central
