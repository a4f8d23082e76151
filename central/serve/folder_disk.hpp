#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>

#include "central/commands/central_folder.hpp"
#include "protocol/journal/disk_watch.hpp"

namespace feldsher::central {

/// The disk under the folder of a central or a standby: how full it is, said in the log at each change, and
/// the reserve for the end. Loop thread.
class FolderDisk {
 public:
  /// Before the databases are opened: on a full disk the reserve becomes the room for that.
  FolderDisk(boost::asio::io_context& loop, const CentralFolder& folder, MeasureDisk measure);

  /// The class is another one than before, or not ample at the first look.
  std::function<void(DiskClass)> on_change = [](DiskClass) {};

  /// Looks now, and every ten seconds until `stop`.
  void begin();
  void look();
  void stop() { timer_.cancel(); }
  /// A write has failed and the process ends: if the disk is full, the reserve is room for the next start.
  void write_failed();

  DiskClass disk_class() const { return class_; }
  DiskSpace space() const { return watch_.space(); }
  bool holds_reserve() const { return watch_.holds_reserve(); }

 private:
  boost::asio::steady_timer timer_;
  DiskWatch watch_;
  DiskClass class_ = DiskClass::ample;
};

}  // namespace feldsher::central
