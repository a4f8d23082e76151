#include "central/serve/serve.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <csignal>
#include <set>

#include "central/api/api.hpp"
#include "central/commands/last_backup.hpp"
#include "central/serve/box_door.hpp"
#include "central/serve/certificate_watch.hpp"
#include "central/serve/folder_disk.hpp"
#include "central/serve/sync_door.hpp"
#include "central/store/live_rebuild.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/committer.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/fault_note.hpp"
#include "protocol/journal/head_key_file.hpp"
#include "protocol/log/log.hpp"
#include "protocol/record/result.hpp"
#include "protocol/transport/https_server.hpp"

namespace feldsher::central {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t largest_clinic_file = 16U << 20;

std::uint64_t records_in(JournalStore& journal) {
  std::uint64_t count = 0;
  for (const JournalTip& tip : journal.tips()) count += tip.seq;
  return count;
}

/// Ticks the core four times a second until it is stopped.
class Ticker {
 public:
  Ticker(boost::asio::io_context& loop, CentralNode& node) : timer_(loop), node_(node) { wait(); }
  void stop() { timer_.cancel(); }

 private:
  void wait() {
    timer_.expires_after(250ms);
    timer_.async_wait([this](const boost::system::error_code& error) {
      if (error) return;
      node_.tick();
      wait();
    });
  }
  boost::asio::steady_timer timer_;
  CentralNode& node_;
};

}  // namespace

int serve(const Config& config) {
  Log::begin(config.log_level);
  const CentralFolder folder = CentralFolder::open(config.dir);
  if (std::filesystem::exists(folder.standby_file()))
    throw Fault(folder.path().string() +
                " is a standby's folder: `feldsher-central standby` follows central, `promote` makes it one");
  const DataFolder data = DataFolder::open(config.dir);
  const SystemClock clock;
  SystemRandom random;
  const Ed25519Signer signer = load_head_key(folder.head_key());
  const Ed25519Check check;

  boost::asio::io_context loop{1};
  boost::asio::thread_pool crypto{1};
  int verdict = 0;
  const FaultNote fault_note(folder.path() / "disk-fault");
  FolderDisk disk(loop, folder, disk_under(folder.path()));
  auto disk_failed = [&](const std::string& what) {
    Log::error("disk-failed", {{"reason", Reason::of_disk(what)}});
    fault_note.leave(what);
    disk.write_failed();
    verdict = 3;
    loop.stop();
  };

  auto store = data.open_store(folder.identity().tenant);
  SqlcipherStore& journal = *store;
  Views views({.file = folder.views(), .key = data.key(), .central = folder.identity().node},
              loop.get_executor(), disk_failed);
  views.expect(records_in(journal));
  const auto answers = journal.values(OnceAnswers::value_prefix);
  Committer committer(std::move(store), loop.get_executor(), disk_failed,
                      {.when_idle = [&journal] { journal.checkpoint(); }});
  CopiedLedger copied(committer, {OnceAnswers::value_prefix});
  copied.resume(journal);
  Safekeeping safekeeping(folder.identity().tenant, copied);
  safekeeping.resume(journal);
  Metrics metrics;
  CentralNode node(folder.identity().tenant, folder.identity().node,
                   {.clock = clock,
                    .random = random,
                    .ledger = copied,
                    .signer = signer,
                    .check = check,
                    .safekeeping = &safekeeping});
  Revocations revocations(node.id());
  bool replaying = true;
  node.on_record = [&](std::uint64_t intake, const Record& record) {
    views.project(intake, record);
    revocations.apply(record);
    if (!replaying) metrics.record(record);
  };
  node.start(journal);
  replaying = false;
  if (!fault_note.earlier().empty()) {
    Log::error("disk-failed-before", {{"reason", Reason::of_disk(fault_note.earlier())}});
    node.incident(v1::INCIDENT_DISK, node.id(), fault_note.earlier());
    committer.drain([&fault_note] { fault_note.clear(); });
  }
  disk.on_change = [&](DiskClass found) {
    node.take_readings(takes_readings(found));
    if (found != DiskClass::ample) node.incident(v1::INCIDENT_DISK, node.id(), words_of(found));
  };
  disk.begin();
  Log::info("journal-read", {{"records", node.intake()}, {"views", views.position()}});

  Tokens tokens(folder.tokens());
  CertificateWatch certificate(loop, clock, {folder.own(folder.server()), folder.authority()});
  StandbyDoor copies(safekeeping, [&] { return node.now(); });
  SyncDoor points(loop,
                  {.host = config.sync_host,
                   .port = config.sync_port,
                   .path = "/sync",
                   .other_path = "/standby",
                   .tls = folder.tls()},
                  node, metrics);
  points.copies = &copies;
  std::set<Octets> reported;
  points.is_good = [&](const PeerIdentity& peer) {
    if (!revocations.holds(peer.serial)) return !revocations.is_outlived(peer);
    // A box that was put out keeps knocking: that is one incident.
    if (peer.kind == PeerKind::node && reported.insert(peer.serial).second)
      node.incident(v1::INCIDENT_ENDED, NodeId{peer.uuid().value_or(Uuid{})},
                    "a box came with a certificate that was revoked");
    return false;
  };
  points.on_node = [&](const PeerIdentity& peer) {
    const AccessBy by{.actor = node.self(), .proof = v1::PROOF_CERTIFICATE, .now = node.now()};
    if (const auto ends = end_former_lines(node.state(), peer, by); !ends.empty()) node.write(ends, [] {});
  };
  points.on_copy = [&](const PeerIdentity& peer) {
    const AccessBy by{.actor = node.self(), .proof = v1::PROOF_CERTIFICATE, .now = node.now()};
    const auto noted = note_standby(node.state(), peer, by, node.random());
    if (!noted.empty()) node.write(noted, [] {});
  };
  revocations.on_revoked = [&](const Octets& serial) { points.cut(serial); };
  BoxDoor boxes(loop, config, folder, node, signer.public_key());
  LiveRebuild rebuilding(views, copied);
  Api api({.node = node,
           .history = views,
           .ledger = copied,
           .tokens = tokens,
           .metrics = metrics,
           .pass_key = SigningKey::load(folder.pass_key()).public_key(),
           .once = answers,
           .now =
               [&] {
                 return Metrics::Now{.points = node.points(),
                                     .connections = points.connections(),
                                     .backlog = committer.backlog(),
                                     .intake = node.intake(),
                                     .views_position = views.position(),
                                     .views_unreadable = views.unreadable(),
                                     .standby = node.standby(),
                                     .unsealed = !data.sealed(),
                                     .disk = disk.disk_class(),
                                     .disk_space = disk.space(),
                                     .disk_reserve = disk.holds_reserve(),
                                     .disk_fault_before = fault_note.earlier(),
                                     .certificate_ends_s = certificate.ends_s(),
                                     .backup = LastBackup::read(folder.last_backup())};
               },
           .rebuild =
               [&] {
                 return rebuilding.run([](std::uint64_t records) {
                   Log::info("views-rebuilt", {{"records", records}});
                 });
               },
           .crypto =
               [&](std::function<void()> work, std::function<void(std::exception_ptr)> then) {
                 boost::asio::post(crypto, [&loop, work = std::move(work), then = std::move(then)] {
                   std::exception_ptr thrown;
                   try {
                     work();
                   } catch (...) {
                     thrown = std::current_exception();
                   }
                   boost::asio::post(loop, [then, thrown] { then(thrown); });
                 });
               }});
  HttpsServer people(
      loop,
      {.host = config.api_host,
       .port = config.api_port,
       .tls = folder.tls(),
       .max_body = largest_clinic_file,
       .on_fault =
           [](const std::exception& fault) {
             Log::error("request-failed", {{"reason", Reason::of(fault)}});
           }},
      [&](HttpRequest request, HttpsServer::Respond respond) { api.serve(request, std::move(respond)); });
  certificate.on_renewed = [&] {
    points.reload();
    boxes.reload();
    people.reload();
  };
  Ticker ticker(loop, node);
  Log::info("serving", {{"tenant", folder.identity().tenant},
                        {"node", folder.identity().node},
                        {"sync_port", points.port()},
                        {"access_port", boxes.port()},
                        {"api_port", people.port()}});

  boost::asio::signal_set signals(loop, SIGINT, SIGTERM);
  signals.async_wait([&](const boost::system::error_code& error, int) {
    if (error) return;
    // Nothing more comes in; what came is made durable and told; then the loop has nothing left to do.
    people.stop();
    boxes.stop();
    points.stop();
    ticker.stop();
    disk.stop();
    certificate.stop();
    node.sign_head_now();
    committer.drain([&] { loop.stop(); });
  });
  loop.run();

  people.stop();
  boxes.stop();
  points.stop();
  crypto.join();
  committer.close();
  views.close();
  Log::info("stopped", {{"records", node.intake()}});
  return verdict;
}

}  // namespace feldsher::central
