#include "edge-agent/link/line.hpp"

#include <algorithm>
#include <utility>

#include "protocol/journal/ed25519.hpp"
#include "protocol/journal/head_keys.hpp"

namespace feldsher::edge {

Line::Line(boost::asio::io_context& loop, Options options, sync::PointLink& link,
           std::function<Instant()> now, Random& random, OnChange on_change)
    : loop_(loop),
      options_(std::move(options)),
      link_(link),
      now_(std::move(now)),
      random_(random),
      on_change_(std::move(on_change)),
      timer_(loop),
      pause_(options_.first_pause) {}

Line::~Line() { stop(); }

void Line::start() {
  running_ = true;
  WebSocketClient::Options options = options_.socket;
  options.clock_unknown = [this] { return clock_unknown_; };
  socket_.emplace(loop_, std::move(options),
                  WebSocketClient::Handlers{
                      .on_open = [this](const PeerIdentity& server) { opened(server); },
                      .on_message = [this](const Octets& message) { received(message); },
                      .on_close = [this](const std::string& reason) { ended(reason); },
                  });
  connect();
}

void Line::stop() {
  if (!std::exchange(running_, false)) return;
  timer_.cancel();
  if (std::exchange(attached_, false)) link_.disconnected();
  up_ = false;
  socket_.reset();
}

void Line::connect() {
  ++tries_;
  why_ending_.clear();
  unjudged_.reset();
  clock_unknown_ = options_.socket.clock_unknown && options_.socket.clock_unknown();
  socket_->connect();
}

void Line::opened(const PeerIdentity& server) {
  if (server.kind != PeerKind::server || server.tenant != options_.tenant)
    return end("who answers is not this network's central: " + server.to_urn());
  attached_ = true;
  if (clock_unknown_) unjudged_ = server.chain;
  link_.connected(*this, now_());
}

void Line::judge_central() {
  if (!attached_ || !unjudged_ || options_.socket.clock_unknown()) return;
  const ValidTime chain = *std::exchange(unjudged_, std::nullopt);
  const VerifyTime& verify_time_s = options_.socket.verify_time_s;
  if (!chain.holds(verify_time_s ? verify_time_s() : now_().wall_ms / 1000))
    end("central's certificate is not valid at this time, which was not known when the line began");
}

void Line::received(const Octets& message) {
  if (!attached_) return;
  v1::Frame frame;
  if (!frame.ParseFromString(message)) {
    ++malformed_;
    return end("central sent a frame that is none");
  }
  if (options_.central_head_key && frame.message_case() == v1::Frame::kWelcome &&
      frame.welcome().refusal() == v1::REFUSAL_NONE && !is_centrals_key(frame.welcome()))
    return end("central signs with another key than this point was enrolled with");
  link_.receive(frame, now_());
  judge_central();
  if (!attached_ || link_.phase() != sync::PointLink::Phase::live) return;
  pause_ = options_.first_pause;
  if (std::exchange(up_, true)) return;
  why_down_.clear();
  on_change_(true, "");
}

bool Line::is_centrals_key(const v1::Welcome& welcome) const {
  const Ed25519Check check;
  HeadKeys keys({*options_.central_head_key}, check);
  for (const v1::HeadKeyHandover& handover : welcome.handovers())
    keys.take(handover.key(), handover.signature());
  return keys.holds(welcome.central_head_key());
}

void Line::send(const v1::Frame& frame) {
  if (!socket_->send(frame.SerializeAsString())) ++unsent_;
}

void Line::close(const std::string& why) {
  // The machine has let go of us already.
  attached_ = false;
  why_ending_ = why;
  socket_->close(why);
}

void Line::end(const std::string& why) {
  if (std::exchange(attached_, false)) link_.disconnected();
  why_ending_ = why;
  socket_->close("");
}

void Line::ended(const std::string& reason) {
  if (std::exchange(attached_, false)) link_.disconnected();
  std::string why = why_ending_.empty() ? reason : why_ending_;
  if (why.find("403") != why.npos)
    why +=
        ": central has ended this box's certificate. If the box is the right one, a person prints a code for "
        "`feldsher-edge enrol`";
  const bool was_up = std::exchange(up_, false);
  if (was_up || why != why_down_) {
    why_down_ = why;
    on_change_(false, why);
  }
  if (running_) try_again_later();
}

void Line::try_again_later() {
  // What central refuses today it may take tomorrow, but not in half a second.
  if (link_.phase() == sync::PointLink::Phase::refused) pause_ = options_.last_pause;
  const auto whole = static_cast<std::uint64_t>(pause_.count());
  timer_.expires_after(std::chrono::milliseconds(whole / 2 + random_.below(whole / 2 + 1)));
  pause_ = std::min(pause_ * 2, options_.last_pause);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error && running_) connect();
  });
}

}  // namespace feldsher::edge
