#include "central/serve/folder_disk.hpp"

#include <chrono>
#include <utility>

#include "protocol/log/log.hpp"

namespace feldsher::central {

FolderDisk::FolderDisk(boost::asio::io_context& loop, const CentralFolder& folder, MeasureDisk measure)
    : timer_(loop), watch_(folder.reserve(), std::move(measure)) {
  watch_.make_room_to_open({folder.journal(), folder.views()});
}

void FolderDisk::begin() {
  look();
  timer_.expires_after(std::chrono::seconds(10));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) begin();
  });
}

void FolderDisk::look() {
  const bool held = watch_.holds_reserve();
  const DiskClass found = watch_.look();
  if (held && !watch_.holds_reserve()) Log::error("disk-full", {{"reserve", "given up"}});
  if (std::exchange(class_, found) == found) return;
  Log::warn("disk",
            {{"room", Reason::of(found, words_of)}, {"free", space().free}, {"total", space().total}});
  on_change(found);
}

void FolderDisk::write_failed() {
  if (watch_.release_if_full()) Log::error("disk-full", {{"reserve", "given up for the next start"}});
}

}  // namespace feldsher::central
