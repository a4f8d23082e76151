#include "kiosk/shell/link.hpp"

#include <bit>

#include "protocol/bus/topics.hpp"

namespace feldsher::kiosk {
namespace {

constexpr std::size_t work_limit = 4096;

bus::MqttSession::Options options_of(const Config& config, std::function<void(std::function<void()>)> post,
                                     std::function<void(const bus::Message&)> on_message,
                                     std::function<void(bool)> on_state,
                                     std::function<void(const std::string&)> on_why_down) {
  bus::MqttSession::Options options;
  options.uri = config.broker;
  options.client_id = config.terminal;
  options.ca_file = config.ca_file;
  options.certificate_file = config.certificate_file;
  options.key_file = config.key_file;
  options.subscriptions = {{bus::answer_topic(config.terminal)}, {std::string(bus::pulse_topic)}};
  if (config.role == Role::board) options.subscriptions.push_back({std::string(bus::board_topic)});
  options.post = std::move(post);
  options.on_message = std::move(on_message);
  options.on_state = std::move(on_state);
  options.on_why_down = std::move(on_why_down);
  return options;
}

}  // namespace

Link::Link(const Config& config, std::function<void(const Event&)> on_event, std::function<void()> wake,
           Tell tell)
    : terminal_(config.terminal),
      on_event_(std::move(on_event)),
      tell_(std::move(tell)),
      session_(options_of(
          config,
          [this, wake = std::move(wake)](std::function<void()> work) {
            {
              const std::lock_guard lock(mutex_);
              if (work_.size() >= work_limit) {
                ++dropped_;
                return;
              }
              work_.push_back(std::move(work));
            }
            wake();
          },
          [this](const bus::Message& message) { on_message(message); },
          [this](bool up) { on_event_(Connection{up}); },
          [this](const std::string& why) { tell_.why_down(why); })) {}

void Link::deliver() {
  std::deque<std::function<void()>> due;
  {
    const std::lock_guard lock(mutex_);
    due.swap(work_);
  }
  for (const auto& one : due) one();
  tell_dropped();
}

void Link::tell_dropped() {
  const std::uint64_t dropped = this->dropped();
  if (std::bit_width(dropped) == std::bit_width(told_)) return;
  told_ = dropped;
  tell_.dropped(dropped);
}

bool Link::send(const v1::Ask& ask) {
  return session_.publish(bus::ask_topic(terminal_), ask.SerializeAsString(), bus::Qos::at_least_once);
}

void Link::on_message(const bus::Message& message) {
  const auto take = [&]<class Body>(Body body) {
    if (body.ParseFromString(message.payload))
      on_event_(Event(std::move(body)));
    else
      ++dropped_;
  };
  if (message.topic == bus::answer_topic(terminal_))
    take(v1::Answer());
  else if (message.topic == bus::pulse_topic)
    take(v1::Pulse());
  else if (message.topic == bus::board_topic)
    take(v1::BoardSnapshot());
}

}  // namespace feldsher::kiosk
