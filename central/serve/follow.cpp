#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <csignal>

#include "central/copies/journal_copy.hpp"
#include "central/copies/standby_folder.hpp"
#include "central/serve/certificate_watch.hpp"
#include "central/serve/serve.hpp"
#include "central/serve/standby_door.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/committer.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/fault_note.hpp"
#include "protocol/log/log.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

using namespace std::chrono_literals;

/// The door at which somebody may fetch what this standby holds: a restored central.
class FetchDoor {
 public:
  FetchDoor(boost::asio::io_context& loop, const Config& config, const CentralFolder& folder,
            CopiedLedger& ledger, const Clock& clock)
      : safekeeping_(folder.identity().tenant, ledger),
        door_(safekeeping_, [&clock] { return clock.now(); }),
        server_(loop,
                {.host = config.sync_host, .port = config.sync_port, .path = "/standby", .tls = folder.tls()},
                {.admit =
                     [](const PeerIdentity& peer) {
                       return peer.kind == PeerKind::standby && peer.uuid().has_value();
                     },
                 .on_open = [this](const std::shared_ptr<Connection>& connection,
                                   const PeerIdentity& peer) { door_.open(connection, peer); },
                 .on_message = [this](Connection& connection,
                                      const Octets& message) { door_.take(connection, message); },
                 .on_drained = {},
                 .on_close = [this](Connection& connection,
                                    const std::string& why) { door_.closed(connection, why); },
                 .on_refused =
                     [](const std::string& why) {
                       Log::warn("connection-refused", {{"reason", Reason{why}}});
                     }}),
        clock_(clock),
        timer_(loop) {
    tick();
  }
  std::uint16_t port() const { return server_.port(); }
  void reload() { server_.reload(); }
  void stop() {
    timer_.cancel();
    door_.stop();
    server_.stop();
  }

 private:
  void tick() {
    safekeeping_.tick(clock_.now());
    timer_.expires_after(250ms);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (!error) tick();
    });
  }
  Safekeeping safekeeping_;
  StandbyDoor door_;
  WebSocketServer server_;
  const Clock& clock_;
  boost::asio::steady_timer timer_;
};

}  // namespace

int follow(const Config& config) {
  constexpr int refused = 1, disk_failed = 3, holds_other_records = 4;
  Log::begin(config.log_level);
  const CentralFolder folder = CentralFolder::open(config.dir);
  const StandbyFile standby = StandbyFile::read(folder);
  const SystemClock clock;
  boost::asio::io_context loop{1};
  int verdict = 0;
  const FaultNote fault_note(folder.path() / "disk-fault");
  if (!fault_note.earlier().empty()) {
    Log::error("disk-failed-before", {{"reason", Reason{fault_note.earlier()}}});
    fault_note.clear();
  }
  auto store = DataFolder::open(config.dir).open_store(folder.identity().tenant);
  SqlcipherStore& journal = *store;
  Committer committer(std::move(store), loop.get_executor(),
                      [&](const std::string& what) {
                        Log::error("disk-failed", {{"reason", Reason{what}}});
                        fault_note.leave(what);
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
  CertificateWatch of_door(loop, clock, {folder.own(folder.server()), folder.authority()});
  // The line reads its own at each connection.
  CertificateWatch of_line(loop, clock, {folder.own(folder.standby()), folder.authority()});
  FetchDoor door(loop, config, folder, ledger, clock);
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
          Log::warn("central-away", {{"reason", Reason{why}}});
        if (follower.stopped().empty()) return;
        Log::error("stopped-following", {{"reason", Reason{follower.stopped()}}});
        // Which of the two is right is for a person to say; a central of another version may be mended.
        verdict = follower.differs() ? holds_other_records : refused;
        loop.stop();
      });
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
