#include "edge-agent/agent/serve.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/json.hpp>

#include "edge-agent/agent/disk_watch.hpp"
#include "edge-agent/agent/membership.hpp"
#include "edge-agent/agent/ops_door.hpp"
#include "edge-agent/agent/pass_reader.hpp"
#include "edge-agent/agent/pin_check.hpp"
#include "edge-agent/agent/point_node.hpp"
#include "edge-agent/agent/readings.hpp"
#include "edge-agent/agent/status_door.hpp"
#include "edge-agent/agent/things_door.hpp"
#include "edge-agent/agent/window.hpp"
#include "edge-agent/enrol/renewer.hpp"
#include "edge-agent/link/line.hpp"
#include "protocol/clinic/credentials.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/committer.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/head_key_file.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::edge {
namespace {

constexpr std::chrono::milliseconds tick_every{250};
constexpr int ticks_between_disk_looks = 40;
// What waits for the disk, in transactions: beyond it new acts are told to wait.
constexpr std::size_t busy_backlog = 2'000;

const char* to_text(sync::PointLink::Phase phase) {
  switch (phase) {
    case sync::PointLink::Phase::offline:
      return "offline";
    case sync::PointLink::Phase::greeting:
      return "greeting";
    case sync::PointLink::Phase::restoring:
      return "restoring";
    case sync::PointLink::Phase::live:
      return "live";
    case sync::PointLink::Phase::refused:
      return "refused";
  }
  return "unknown";
}

v1::DiskRoom room_of(ingest::DiskClass disk) {
  switch (disk) {
    case ingest::DiskClass::ample:
      return v1::DISK_AMPLE;
    case ingest::DiskClass::low:
      return v1::DISK_LOW;
    case ingest::DiskClass::no_readings:
      return v1::DISK_NO_READINGS;
    case ingest::DiskClass::no_check_ins:
      return v1::DISK_NO_CHECK_INS;
  }
  return v1::DISK_AMPLE;
}

/// The whole agent: the core, and the thin things around it that touch the world. Members are built in
/// this order and passed down; lambdas that name a later one run only after all are there.
class Agent {
 public:
  explicit Agent(const Config& config)
      : config_(config),
        folder_(config.folder),
        me_(folder_.membership()),
        data_(DataFolder::open(config.folder)),
        space_(config.folder / "reserve", disk_under(config.folder)),
        signer_(load_head_key(folder_.head_key())),
        store_(data_.open_store(me_.tenant)),
        disk_(*store_),
        committer_(std::move(store_), loop_.get_executor(),
                   [this](const std::string& what) { disk_failed(what); },
                   {.when_idle = [this] { disk_.checkpoint(); }}),
        pins_(loop_.get_executor()),
        node_({me_.tenant, me_.node, me_.point, me_.zone, "feldsher-edge " FELDSHER_VERSION},
              {clock_, random_, committer_, signer_, check_,
               [this](const std::string& text) { return read_pass_with(node_.state().pass_keys, text); },
               [this](std::string verifier, std::string pin, std::function<void(bool)> done) {
                 pins_.check(std::move(verifier), std::move(pin), std::move(done));
               }}),
        readings_(
            node_, me_.node,
            {committer_, [this](std::function<void()> work) { boost::asio::post(loop_, std::move(work)); },
             [this](std::uint64_t ms, std::function<void()> work) { receipt_later(ms, std::move(work)); },
             [this](DeviceId device, const readings::Receipt& receipt) { things_.publish(device, receipt); }},
            std::uint64_t{config.seal_seconds} * 1000),
        window_(node_, committer_, signer_,
                {.acts_ms = config.acts_window_days * WindowRule::day_ms,
                 .readings_ms = config.readings_window_days * WindowRule::day_ms}),
        line_(
            loop_, line_options(), node_.link(), [this] { return node_.now(); }, random_,
            [this](bool up, const std::string& why) { line_changed(up, why); }),
        renewer_(loop_, folder_.tls(), me_.access, [](const std::string& fault) { tell_renewal(fault); }),
        ops_(loop_, node_,
             {.session = broker(),
              .is_busy = [this] { return committer_.backlog() > busy_backlog; },
              .is_full = [this] { return pins_.is_full(); },
              .on_state = [this](bool up) { broker_changed("ops", up); }}),
        things_(loop_, {.session = broker(),
                        .on_reading =
                            [this](DeviceId device, OctetsView message) {
                              if (!is_shut_out(node_.state(), v1::CREDENTIAL_DEVICE, device.to_text()))
                                readings_.on(device, message);
                            },
                        .on_state = [this](bool up) { broker_changed("things", up); }}),
        status_(loop_, folder_.control(), [this] { return status(); }),
        trim_(loop_, folder_.trim(), [this] { return trim(); }),
        signals_(loop_, SIGTERM, SIGINT),
        ticker_(loop_),
        receipt_timer_(loop_) {}

  int run() {
    // The store's own thread sleeps until the first transaction, which may be in `start`: until then, and no
    // longer, the disk may be read from here. Two threads on it at once ruin its log.
    std::vector<IntakeChunk> rows = disk_.intake();
    window_.on_cut_readings = [this](Transaction& transaction) { readings_.keep_cut(transaction); };
    window_.resume(disk_);
    readings_.resume_cut(disk_.values(Readings::cut_values));
    node_.desk().set_clock_floor(build_year_floor_s() * 1000);
    node_.desk().set_request_patience(std::uint64_t{config_.request_patience_hours} * 3'600'000);
    node_.link().unsealed = !data_.sealed();
    node_.start(disk_);
    readings_.resume(std::move(rows));
    node_.on_changed = [this] { ops_.changed(); };
    node_.describe = [this](v1::PointView& view) {
      view.set_disk(room_of(disk_class_));
      view.set_readings_refused(readings_.counts().refused_disk);
    };
    spdlog::info("point {} node {} life {:016x}: {} acts, {} blocks of readings", me_.point.to_text(),
                 me_.node.to_text(), node_.writer().epoch().value, node_.writer().tip(v1::ACTS).seq,
                 node_.writer().tip(v1::READINGS).seq);
    look_at_disk();
    ops_.start();
    things_.start();
    line_.start();
    signals_.async_wait([this](const auto& error, int signal) {
      if (!error) stop(signal);
    });
    tick();
    try {
      loop_.run();
    } catch (const std::exception& fault) {
      spdlog::critical("{}", fault.what());
      exit_code_ = 3;
    }
    return exit_code_;
  }

 private:
  WebSocketClient::Options socket_options() {
    // A clock that fell back must not make a certificate valid that has ended, nor one invalid that is good.
    return {.host = config_.central.host,
            .port = config_.central.port,
            .path = config_.central.path,
            .tls = folder_.tls(),
            .verify_time_s = [this] { return verify_time_s(); }};
  }
  std::int64_t verify_time_s() const {
    return std::max({node_.now().wall_ms / 1000, node_.writer().clock().wall_ms() / 1000, me_.issued_s,
                     build_year_floor_s()});
  }
  Line::Options line_options() {
    return {.socket = socket_options(), .tenant = me_.tenant, .central_head_key = me_.central_head_key};
  }
  bus::MqttSession::Options broker() {
    bus::MqttSession::Options options;
    options.uri = config_.broker;
    if (config_.broker.starts_with("ssl://")) {
      const TlsFiles tls = folder_.bus_tls();
      finish_install(tls);
      options.ca_file = tls.ca.string();
      options.certificate_file = tls.certificate.string();
      options.key_file = tls.key.string();
    }
    options.post = [this](std::function<void()> work) { boost::asio::post(loop_, std::move(work)); };
    return options;
  }

  void tick() {
    node_.tick();
    readings_.tick();
    window_.tick();
    const Instant now = node_.now();
    renewer_.tick(now.since_boot_ms, now.wall_ms / 1000, verify_time_s(),
                  now.trust == v1::TRUST_UNSET && !line_.is_up() && line_.tries() > 2);
    if (++ticks_ % ticks_between_disk_looks == 0) look_at_disk();
    ticker_.expires_after(tick_every);
    ticker_.async_wait([this](const boost::system::error_code& error) {
      if (!error && !stopping_) tick();
    });
  }

  void look_at_disk() {
    const bool held = space_.holds_reserve();
    const ingest::DiskClass disk = space_.look();
    if (held && !space_.holds_reserve()) spdlog::error("disk: full; the reserve was given up");
    if (std::exchange(disk_class_, disk) == disk) return;
    readings_.set_disk(disk);
    node_.desk().set_disk(room_of(disk));
    spdlog::warn("disk: {}", words_of(disk));
    ops_.changed();
    if (disk != ingest::DiskClass::ample) node_.raise(v1::INCIDENT_DISK, words_of(disk));
  }

  static void tell_renewal(const std::string& fault) {
    if (fault.empty())
      spdlog::info("the certificate of the line was renewed");
    else
      spdlog::warn("the certificate of the line was not renewed: {}", fault);
  }
  void line_changed(bool up, const std::string& why) {
    if (up)
      spdlog::info("line to central: up");
    else
      spdlog::warn("line to central: down ({})", why);
    ops_.changed();
  }
  void broker_changed(const char* session, bool up) {
    if (up)
      spdlog::info("broker session {}: up", session);
    else if (!stopping_)
      spdlog::warn("broker session {}: down", session);
    if (ops_.connected() && things_.connected() && !std::exchange(said_ready_, true)) spdlog::info("ready");
  }

  /// Stop intake, drain, commit, close.
  void stop(int signal) {
    if (std::exchange(stopping_, true)) return;
    spdlog::info("signal {}: stopping", signal);
    ticker_.cancel();
    ops_.stop_taking();
    things_.stop_taking();
    line_.stop();
    node_.sign_heads();
    committer_.drain([this] {
      boost::asio::post(loop_, [this] {
        ops_.stop();
        things_.stop();
        status_.stop();
        trim_.stop();
        committer_.close();
        spdlog::info("stopped: {} acts, {} blocks of readings", node_.writer().tip(v1::ACTS).seq,
                     node_.writer().tip(v1::READINGS).seq);
        loop_.stop();
      });
    });
  }
  void disk_failed(const std::string& what) {
    // What was promised is on the disk; what is in memory may not be. Whoever starts us again recovers.
    spdlog::critical("the journal cannot be written: {}", what);
    if (space_.release_if_full()) spdlog::error("disk: full; the reserve was given up for the next start");
    exit_code_ = 3;
    loop_.stop();
  }

  void receipt_later(std::uint64_t ms, std::function<void()> work) {
    receipt_timer_.expires_after(std::chrono::milliseconds(ms));
    receipt_timer_.async_wait([work = std::move(work)](const boost::system::error_code& error) {
      if (!error) work();
    });
  }

  std::string trim() {
    window_.trim();
    spdlog::info("window: somebody asks for it to be trimmed");
    return boost::json::serialize(window());
  }
  boost::json::object window() {
    const Window::Status window = window_.status();
    return {{"acts_days", config_.acts_window_days},
            {"readings_days", config_.readings_window_days},
            {"phase", window.phase},
            {"acts_cut", window.acts_cut},
            {"acts_kept", window.acts_kept},
            {"blocks_cut", window.blocks_cut},
            {"checkpoint_ms", window.cut_at_ms}};
  }

  std::string status() {
    const v1::PointView view = node_.view();
    const sync::PointLink& link = node_.link();
    const Instant now = node_.now();
    const ingest::IntakeCounts& counts = readings_.counts();
    const auto oldest = view.oldest_unsynced_ms();
    return boost::json::serialize(boost::json::object{
        {"point", me_.point.to_text()},
        {"node", me_.node.to_text()},
        {"software", "feldsher-edge " FELDSHER_VERSION},
        {"connected", view.connected()},
        {"link",
         {{"phase", to_text(link.phase())},
          {"why_down", line_.why_down()},
          {"refusal", v1::Refusal_Name(link.refusal())},
          {"tries", line_.tries()},
          {"malformed", line_.malformed()},
          {"unsent", line_.unsent()}}},
        {"keys", data_.sealed() ? "sealed" : "unsealed"},
        {"certificate", {{"ends_s", renewer_.ends_s()}, {"renewal_fault", renewer_.fault()}}},
        {"acts_unsynced", view.acts_unsynced()},
        {"readings_unsynced", view.readings_unsynced()},
        {"acts_safe", link.lives().safe(v1::ACTS)},
        {"readings_safe", link.lives().safe(v1::READINGS)},
        {"oldest_unsynced_ms", oldest},
        {"oldest_unsynced_age_s", oldest == 0 ? 0 : std::max<std::int64_t>(0, (now.wall_ms - oldest) / 1000)},
        {"feed",
         {{"epoch", link.feed().epoch()},
          {"position", view.feed_position()},
          {"as_of_ms", view.schedule_as_of_ms()}}},
        {"journal",
         {{"life", fmt::format("{:016x}", node_.writer().epoch().value)},
          {"acts", node_.writer().tip(v1::ACTS).seq},
          {"acts_at_central", link.lives().present().acts.outgoing.acknowledged()},
          {"readings", node_.writer().tip(v1::READINGS).seq},
          {"readings_at_central", link.lives().present().readings.outgoing.acknowledged()},
          {"backlog", committer_.backlog()}}},
        {"window", window()},
        {"readings",
         {{"receipted", readings_.receipted()},
          {"unsealed", readings_.unsealed()},
          {"fresh", counts.fresh},
          {"repeats", counts.repeats},
          {"conflicts", counts.conflicts},
          {"malformed", counts.malformed},
          {"refused_disk", counts.refused_disk},
          {"refused_busy", counts.refused_busy + readings_.dropped()},
          {"strangers", things_.strangers()}}},
        {"readings_receipted", readings_.receipted()},
        {"broker",
         {{"ops", ops_.connected()},
          {"things", things_.connected()},
          {"dropped", ops_.dropped() + things_.dropped()}}},
        {"desk",
         {{"asks", ops_.asks()},
          {"malformed", ops_.malformed()},
          {"shut_out", ops_.shut_out()},
          {"busy", ops_.busy()},
          {"unsent", ops_.unsent()},
          {"version", node_.version()}}},
        {"incidents", view.incidents()},
        {"disk", words_of(disk_class_)},
        {"disk_free_octets", space_.space().free},
        {"disk_reserve", space_.holds_reserve()},
        {"clock",
         {{"wall_ms", now.wall_ms}, {"trust", v1::Trust_Name(now.trust)}, {"unset", view.clock_unset()}}}});
  }

  const Config& config_;
  PointFolder folder_;
  Membership me_;
  boost::asio::io_context loop_{1};
  SystemClock clock_;
  SystemRandom random_;
  DataFolder data_;
  DiskWatch space_;  // Before the store: on a full disk it makes the room to open it.
  Ed25519Signer signer_;
  Ed25519Check check_;
  std::unique_ptr<SqlcipherStore> store_;  // Goes to the committer.
  SqlcipherStore& disk_;
  Committer committer_;
  PinCheck pins_;
  PointNode node_;
  Readings readings_;
  Window window_;
  Line line_;
  Renewer renewer_;
  OpsDoor ops_;
  ThingsDoor things_;
  StatusDoor status_, trim_;
  boost::asio::signal_set signals_;
  boost::asio::steady_timer ticker_;
  boost::asio::steady_timer receipt_timer_;
  ingest::DiskClass disk_class_ = ingest::DiskClass::ample;
  int ticks_ = 0, exit_code_ = 0;
  bool stopping_ = false, said_ready_ = false;
};

}  // namespace

int serve(const Config& config) { return Agent(config).run(); }

}  // namespace feldsher::edge
