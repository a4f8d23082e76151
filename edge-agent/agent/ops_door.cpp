#include "edge-agent/agent/ops_door.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "protocol/bus/topics.hpp"
#include "protocol/clinic/credentials.hpp"

namespace feldsher::edge {
namespace {

/// Reads only: costs the disk nothing.
bool is_view(v1::Ask::ActCase act) {
  switch (act) {
    case v1::Ask::kCatalogue:
    case v1::Ask::kRoom:
    case v1::Ask::kReception:
    case v1::Ask::kFreeMinutes:
    case v1::Ask::kOpenSurvey:
    case v1::Ask::kPoint:
      return true;
    default:
      return false;
  }
}

}  // namespace

OpsDoor::OpsDoor(boost::asio::io_context& loop, PointNode& node, Options options)
    : node_(node),
      options_(std::move(options)),
      board_timer_(loop),
      pulse_timer_(loop),
      session_(session_options(options_)) {}

bus::MqttSession::Options OpsDoor::session_options(Options& options) {
  bus::MqttSession::Options session = options.session;
  session.client_id = "feldsher-edge-ops";
  session.subscriptions = {{std::string(bus::all_asks), bus::Qos::at_least_once}};
  session.on_message = [this](const bus::Message& message) { take(message); };
  session.on_state = [this](bool connected) {
    board_said_.reset();  // Another broker, or the same after a crash: it may have nothing.
    if (connected) say_board_and_pulse();
    options_.on_state(connected);
  };
  session.on_why_down = options_.on_why_down;
  return session;
}

void OpsDoor::start() {
  session_.start();
  beat();
}

void OpsDoor::stop() {
  taking_ = false;
  board_timer_.cancel();
  pulse_timer_.cancel();
  session_.stop();
}

void OpsDoor::take(const bus::Message& message) {
  if (!taking_) return;
  const auto terminal = bus::terminal_of_ask(message.topic);
  v1::Ask ask;
  std::optional<AskId> id;
  if (message.payload.size() <= most_ask_octets && ask.ParseFromString(message.payload))
    id = AskId::from_octets(ask.id());
  if (!terminal || !id || message.retained) {
    ++malformed_;
    return;
  }
  const auto reply = [this, topic = bus::answer_topic(*terminal)](const Octets& answer) {
    if (!session_.publish(topic, answer, bus::Qos::at_least_once)) ++unsent_;
  };
  v1::Answer refused;
  refused.set_ask(ask.id());
  if (is_shut_out(node_.state(), v1::CREDENTIAL_TERMINAL, *terminal)) {
    ++shut_out_;
    refused.set_refusal(v1::ASK_NOT_ALLOWED);
    return reply(refused.SerializeAsString());
  }
  ++asks_;
  if (!node_.knows(*id) && must_wait(ask)) {
    ++busy_;
    refused.set_refusal(v1::ASK_BUSY);
    refused.set_retry_after_s(1);
    return reply(refused.SerializeAsString());
  }
  node_.ask(*terminal, message.payload, reply);
}

bool OpsDoor::must_wait(const v1::Ask& ask) const {
  if (ask.act_case() == v1::Ask::kSignIn && options_.is_full()) return true;
  return !is_view(ask.act_case()) && options_.is_busy();
}

void OpsDoor::changed() {
  if (std::exchange(board_waits_, true)) return;
  board_timer_.expires_after(board_pause);
  board_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    board_waits_ = false;
    say_board_and_pulse();
  });
}

void OpsDoor::say_board_and_pulse() {
  if (!session_.connected()) return;
  const std::uint64_t version = node_.version();
  if (board_said_ != version &&
      session_.publish(std::string(bus::board_topic), node_.board().SerializeAsString(),
                       bus::Qos::at_least_once, bus::Keep::retained))
    board_said_ = version;
  session_.publish(std::string(bus::pulse_topic), node_.pulse().SerializeAsString(), bus::Qos::at_most_once);
}

void OpsDoor::beat() {
  pulse_timer_.expires_after(pulse_every);
  pulse_timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    say_board_and_pulse();
    beat();
  });
}

}  // namespace feldsher::edge
