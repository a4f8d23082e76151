#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "central/copies/journal_copy.hpp"
#include "central/copies/standby_folder.hpp"
#include "central/serve/certificate_watch.hpp"
#include "central/serve/fetch_door.hpp"
#include "central/serve/folder_disk.hpp"
#include "central/serve/serve.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/committer.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/fault_note.hpp"
#include "protocol/log/log.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
int follow(const Config& config) {
  constexpr int refused = 1, disk_failed = 3, holds_other_records = 4;
  Log::begin(config.log_level);
  const CentralFolder folder = CentralFolder::open(config.dir);
  const StandbyFile standby = StandbyFile::read(folder);
  const SystemClock clock;
  boost::asio::io_context loop{1};
  int verdict = 0;
  const FaultNote fault_note(folder.path() / "disk-fault");
  FolderDisk disk(loop, folder, disk_under(folder.path()));
  auto store = DataFolder::open(config.dir).open_store(folder.identity().tenant);
  SqlcipherStore& journal = *store;
  Committer committer(std::move(store), loop.get_executor(),
                      [&](const std::string& what) {
                        Log::error("disk-failed", {{"reason", Reason::of_disk(what)}});
                        fault_note.leave(what);
                        disk.write_failed();
                        verdict = disk_failed;
                        loop.stop();
                      },
                      {.when_idle = [&journal] { journal.checkpoint(); }});
  CopiedLedger ledger(committer, {copied_values});
  ledger.resume(journal);
  Follower follower({.tenant = folder.identity().tenant,
                     .central = folder.identity().node,
                     .id = standby.id,
                     .software = "feldsher-central"},
                    ledger);
  follower.resume(journal);
  if (!fault_note.earlier().empty()) {
    Log::error("disk-failed-before", {{"reason", Reason::of_disk(fault_note.earlier())}});
    follower.disk_failed_before();
  }
  follower.on_fault_heard = [&] { fault_note.clear(); };
  disk.on_change = [&](DiskClass found) { follower.set_disk(found); };
  Revocations revocations(folder.identity().node);
  journal.replay(0, [&](std::uint64_t, Record&& record) { revocations.apply(record); });
  follower.on_taken = [&](const Record& record) { revocations.apply(record); };
  CertificateWatch of_door(loop, clock, {folder.own(folder.server()), folder.authority()});
  // The line reads its own at each connection.
  CertificateWatch of_line(loop, clock, {folder.own(folder.standby()), folder.authority()});
  FetchDoor door(
      loop, {.host = config.sync_host, .port = config.sync_port, .path = "/standby", .tls = folder.tls()},
      {.tenant = folder.identity().tenant, .ledger = ledger, .revocations = revocations, .clock = clock});
  of_door.on_renewed = [&] { door.reload(); };
  CopyLine line(
      loop,
      {.address = standby.central,
       .tenant = folder.identity().tenant,
       .central = folder.identity().node,
       .id = standby.id,
       .tls = folder.standby_tls()},
      follower, [&] { return clock.now(); },
      [&](bool up, const std::string& why) {
        if (up)
          Log::info("following", {{"holds", follower.intake()}, {"central", follower.central_intake()}});
        else
          Log::warn("central-away", {{"reason", Reason::of_connection(why)}});
        if (follower.stopped().empty()) return;
        Log::error("stopped-following", {{"reason", Reason::of_connection(follower.stopped())}});
        // Which of the two is right is for a person to say; a central of another version may be mended.
        verdict = follower.differs() ? holds_other_records : refused;
        loop.stop();
      });
  disk.begin();
  line.start();
  Log::info("standby", {{"tenant", folder.identity().tenant},
                        {"standby", NodeId{standby.id}},
                        {"port", door.port()},
                        {"holds", follower.intake()}});
  boost::asio::signal_set signals(loop, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    line.stop();
    door.stop();
    of_door.stop();
    of_line.stop();
    disk.stop();
    committer.drain([&] { loop.stop(); });
  });
  loop.run();
  line.stop();
  door.stop();
  committer.close();
  Log::info("stopped", {{"holds", follower.intake()}});
  return verdict;
}

}  // namespace feldsher::central
