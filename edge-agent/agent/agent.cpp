#include "edge-agent/agent/agent.hpp"

#include <boost/asio/post.hpp>

#include "edge-agent/agent/pass_reader.hpp"
#include "protocol/clinic/credentials.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::edge {
namespace {

constexpr std::chrono::milliseconds tick_every{250};
constexpr int ticks_between_disk_looks = 40;
// What waits for the disk, in transactions: beyond it new acts are told to wait.
constexpr std::size_t busy_backlog = 2'000;

v1::DiskRoom room_of(DiskClass disk) {
  switch (disk) {
    case DiskClass::ample:
      return v1::DISK_AMPLE;
    case DiskClass::low:
      return v1::DISK_LOW;
    case DiskClass::no_readings:
      return v1::DISK_NO_READINGS;
    case DiskClass::critical:
      return v1::DISK_NO_CHECK_INS;
  }
  return v1::DISK_AMPLE;
}

std::unique_ptr<SqlcipherStore> open_with_room(DiskWatch& space, const DataFolder& data, TenantId tenant) {
  space.make_room_to_open({data.journal()});
  return data.open_store(tenant);
}

}  // namespace

Agent::Agent(const Config& config, std::string software)
    : config_(config),
      software_(std::move(software)),
      folder_(config.folder),
      me_(folder_.membership()),
      data_(DataFolder::open(config.folder)),
      fault_note_(folder_.disk_fault()),
      space_(config.folder / "reserve", disk_under(config.folder)),
      signer_(load_head_key(folder_.head_key())),
      store_(open_with_room(space_, data_, me_.tenant)),
      disk_(*store_),
      committer_(std::move(store_), loop_.get_executor(),
                 [this](const std::string& what) { disk_failed(what); },
                 {.when_idle = [this] { disk_.checkpoint(); }}),
      pins_(loop_.get_executor()),
      node_({me_.tenant, me_.node, me_.point, me_.zone, software_},
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
            .on_state = [this](bool up) { broker_changed("ops", up); },
            .on_why_down = [this](const std::string& why) { broker_trouble("ops", why); }}),
      things_(loop_, {.session = broker(),
                      .on_reading =
                          [this](DeviceId device, OctetsView message) {
                            if (!is_shut_out(node_.state(), v1::CREDENTIAL_DEVICE, device.to_text()))
                              readings_.on(device, message);
                          },
                      .on_state = [this](bool up) { broker_changed("things", up); },
                      .on_why_down = [this](const std::string& why) { broker_trouble("things", why); }}),
      status_(loop_, folder_.control(), [this] { return status(); }),
      trim_(loop_, folder_.trim(), [this] { return trim(); }),
      revoked_(folder_.revoked(), folder_.bus_tls().certificate),
      signals_(loop_, SIGTERM, SIGINT),
      ticker_(loop_),
      receipt_timer_(loop_) {}

int Agent::run() {
  // The store's own thread sleeps until the first transaction, which may be in `start`: until then, and no
  // longer, the disk may be read from here. Two threads on it at once ruin its log.
  std::vector<IntakeChunk> rows = disk_.intake();
  window_.on_cut_readings = [this](Transaction& transaction) { readings_.keep_cut(transaction); };
  node_.on_rebuilt = [this](const sync::Rebuilt& rebuilt, Transaction& with) {
    window_.rebuilt(rebuilt, with);
    readings_.rebuilt(rebuilt.readings, with);
  };
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
  Log::info("started", {{"point", me_.point},
                        {"node", me_.node},
                        {"acts", node_.writer().tip(v1::ACTS).seq},
                        {"blocks", node_.writer().tip(v1::READINGS).seq}});
  if (!fault_note_.earlier().empty())
    Log::error("the journal failed in the run before this one",
               {{"reason", Reason::of_disk(fault_note_.earlier())}});
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
    Log::error("fault", {{"reason", Reason::of(fault)}});
    exit_code_ = 3;
  }
  return exit_code_;
}

WebSocketClient::Options Agent::socket_options() {
  // A clock that fell back must not make a certificate valid that has ended, nor one invalid that is good.
  return {.host = config_.central.host,
          .port = config_.central.port,
          .path = config_.central.path,
          .tls = folder_.tls(),
          .verify_time_s = [this] { return verify_time_s(); },
          .clock_unknown = [this] { return !node_.knows_time(); }};
}

std::int64_t Agent::verify_time_s() const {
  return std::max({node_.now().wall_ms / 1000, node_.writer().clock().wall_ms() / 1000, me_.issued_s,
                   build_year_floor_s()});
}

Line::Options Agent::line_options() {
  return {.socket = socket_options(), .tenant = me_.tenant, .central_head_key = me_.central_head_key};
}

bus::MqttSession::Options Agent::broker() {
  bus::MqttSession::Options options;
  options.uri = config_.broker;
  if (config_.broker.starts_with("ssl://")) {
    const TlsFiles tls = folder_.bus_tls();
    finish_install(own_of(tls));
    options.ca_file = tls.ca.string();
    options.certificate_file = tls.certificate.string();
    options.key_file = tls.key.string();
  }
  options.post = [this](std::function<void()> work) { boost::asio::post(loop_, std::move(work)); };
  return options;
}

void Agent::tick() {
  node_.tick();
  line_.tick();
  readings_.tick();
  window_.tick();
  look_at_revocations();
  tell_earlier_fault();
  const Instant now = node_.now();
  renewer_.tick({.since_boot_ms = now.since_boot_ms,
                 .now_s = now.wall_ms / 1000,
                 .verify_time_s = verify_time_s(),
                 .unknown = !node_.knows_time()},
                now.trust == v1::TRUST_UNSET && !line_.is_up() && line_.tries() > 2);
  if (++ticks_ % ticks_between_disk_looks == 0) look_at_disk();
  ticker_.expires_after(tick_every);
  ticker_.async_wait([this](const boost::system::error_code& error) {
    if (!error && !stopping_) tick();
  });
}

void Agent::look_at_disk() {
  const bool held = space_.holds_reserve();
  const DiskClass disk = space_.look();
  if (held && !space_.holds_reserve()) Log::error("disk: full; the reserve was given up");
  if (std::exchange(disk_class_, disk) == disk) return;
  readings_.set_disk(disk);
  node_.desk().set_disk(room_of(disk));
  Log::warn("disk", {{"room", Reason::of(disk, words_of)}});
  ops_.changed();
  if (disk != DiskClass::ample) node_.raise(v1::INCIDENT_DISK, words_of(disk));
}

void Agent::tell_renewal(const std::string& fault) {
  if (fault.empty())
    Log::info("the certificate of the line was renewed");
  else
    Log::warn("the certificate of the line was not renewed", {{"reason", Reason::of_connection(fault)}});
}

void Agent::line_changed(bool up, const std::string& why) {
  if (up)
    Log::info("line to central: up");
  else
    Log::warn("line to central: down", {{"reason", Reason::of_connection(why)}});
  ops_.changed();
}

void Agent::broker_changed(Words session, bool up) {
  if (up)
    Log::info("broker: up", {{"session", session}});
  else if (!stopping_)
    Log::warn("broker: down", {{"session", session}});
  if (ops_.connected() && things_.connected() && !std::exchange(said_ready_, true)) Log::info("ready");
}

void Agent::broker_trouble(Words session, const std::string& why) {
  broker_why_down_ = why;
  if (!why.empty())
    Log::warn("broker: no connection", {{"session", session}, {"reason", Reason::of_connection(why)}});
}

void Agent::look_at_revocations() {
  const bool was_good = revoked_.fault().empty();
  if (const std::size_t fresh = revoked_.look(node_.state()); fresh > 0)
    Log::warn("certificates were revoked", {{"more", fresh}});
  if (was_good && !revoked_.fault().empty())
    Log::error("the broker cannot be told what was revoked", {{"reason", Reason::of_disk(revoked_.fault())}});
}

void Agent::tell_earlier_fault() {
  if (told_earlier_fault_ || fault_note_.earlier().empty() || !node_.need_not_wait()) return;
  told_earlier_fault_ = true;
  node_.raise(v1::INCIDENT_DISK, fault_note_.earlier());
  committer_.drain([this] { fault_note_.clear(); });
}

void Agent::stop(int signal) {
  if (std::exchange(stopping_, true)) return;
  Log::info("stopping", {{"signal", signal}});
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
      Log::info("stopped", {{"acts", node_.writer().tip(v1::ACTS).seq},
                            {"blocks", node_.writer().tip(v1::READINGS).seq}});
      loop_.stop();
    });
  });
}

void Agent::disk_failed(const std::string& what) {
  // What was promised is on the disk; what is in memory may not be. Whoever starts us again recovers.
  Log::error("the journal failed", {{"reason", Reason::of_disk(what)}});
  if (!fault_note_.leave(what)) Log::error("the next run will not know of it");
  if (space_.release_if_full()) Log::error("disk: full; the reserve was given up for the next start");
  exit_code_ = 3;
  loop_.stop();
}

void Agent::receipt_later(std::uint64_t ms, std::function<void()> work) {
  receipt_timer_.expires_after(std::chrono::milliseconds(ms));
  receipt_timer_.async_wait([work = std::move(work)](const boost::system::error_code& error) {
    if (!error) work();
  });
}

}  // namespace feldsher::edge
