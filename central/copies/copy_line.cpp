#include "central/copies/copy_line.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace feldsher::central {
namespace {

using namespace std::chrono_literals;

constexpr auto first_pause = 500ms;
constexpr auto last_pause = 10'000ms;
constexpr auto tick_every = 250ms;

}  // namespace

std::optional<CentralAddress> CentralAddress::from(std::string_view text) {
  constexpr std::string_view scheme = "wss://";
  if (text.starts_with(scheme)) text.remove_prefix(scheme.size());
  const auto colon = text.rfind(':');
  if (colon == text.npos || colon == 0) return std::nullopt;
  std::uint16_t port = 0;
  const auto digits = text.substr(colon + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  return CentralAddress{.host = std::string(text.substr(0, colon)), .port = port};
}

CopyLine::CopyLine(boost::asio::io_context& loop, Options options, Follower& follower,
                   std::function<Instant()> now, OnChange on_change)
    : loop_(loop),
      options_(std::move(options)),
      follower_(follower),
      now_(std::move(now)),
      on_change_(std::move(on_change)),
      retry_(loop),
      ticker_(loop) {}

CopyLine::~CopyLine() { stop(); }

void CopyLine::start() {
  running_ = true;
  socket_.emplace(loop_,
                  WebSocketClient::Options{.host = options_.address.host,
                                           .port = options_.address.port,
                                           .path = "/standby",
                                           .tls = options_.tls},
                  WebSocketClient::Handlers{
                      .on_open = [this](const PeerIdentity& server) { opened(server); },
                      .on_message = [this](const Octets& message) { received(message); },
                      .on_drained = {},
                      .on_close = [this](const std::string& reason) { ended(reason); },
                  });
  socket_->connect();
  tick();
}

void CopyLine::stop() {
  if (!std::exchange(running_, false)) return;
  retry_.cancel();
  ticker_.cancel();
  if (std::exchange(attached_, false)) follower_.disconnected();
  socket_.reset();
}

void CopyLine::tick() {
  follower_.tick(now_());
  ticker_.expires_after(tick_every);
  ticker_.async_wait([this](const boost::system::error_code& error) {
    if (!error && running_) tick();
  });
}

void CopyLine::opened(const PeerIdentity& server) {
  if (server.kind != PeerKind::server || server.tenant != options_.tenant) {
    why_ending_ = "who answers is not this network's central: " + server.to_urn();
    return socket_->close("");
  }
  attached_ = true;
  why_ending_.clear();
  follower_.connected(*this, now_());
}

void CopyLine::received(const Octets& message) {
  if (!attached_) return;
  v1::StandbyFrame frame;
  if (!frame.ParseFromString(message)) {
    follower_.disconnected();
    return close("central sent a frame that is none");
  }
  follower_.receive(frame, now_());
  if (!running_ || follower_.phase() != Follower::Phase::live) return;
  pause_ = first_pause;
  tell(true, "");
}

void CopyLine::send(const v1::StandbyFrame& frame) {
  // What does not fit is sent again from what was acknowledged, after the next hello.
  if (!socket_->send(frame.SerializeAsString())) socket_->close("too slow");
}

void CopyLine::close(const std::string& why) {
  // The machine has let go of us already.
  attached_ = false;
  why_ending_ = why;
  socket_->close(why);
}

void CopyLine::ended(const std::string& reason) {
  if (std::exchange(attached_, false)) follower_.disconnected();
  tell(false, why_ending_.empty() ? reason : why_ending_);
  if (!running_) return;
  retry_.expires_after(pause_);
  pause_ = std::min<std::chrono::milliseconds>(pause_ * 2, last_pause);
  retry_.async_wait([this](const boost::system::error_code& error) {
    if (!error && running_) socket_->connect();
  });
}

void CopyLine::tell(bool up, const std::string& why) {
  if (std::exchange(up_, up) == up && why == why_) return;
  why_ = why;
  on_change_(up, why);
}

}  // namespace feldsher::central
