#include "edge-agent/agent/things_door.hpp"

#include <boost/asio/post.hpp>

#include "protocol/bus/topics.hpp"

namespace feldsher::edge {

ThingsDoor::ThingsDoor(boost::asio::io_context& loop, Options options)
    : options_(std::move(options)), gulp_timer_(loop), session_(session_options(loop)) {}

bus::MqttSession::Options ThingsDoor::session_options(boost::asio::io_context& loop) {
  bus::MqttSession::Options session = options_.session;
  session.client_id = "feldsher-edge-things";
  session.subscriptions = {{std::string(bus::all_readings), bus::Qos::at_least_once}};
  session.on_message = [this](const bus::Message& message) { take(message); };
  session.on_state = options_.on_state;
  session.on_why_down = options_.on_why_down;
  session.post_messages = [this, &loop](std::function<void()> work) {
    boost::asio::post(loop, [this, work = std::move(work)]() mutable {
      gulp_timer_.expires_after(gulp);
      gulp_timer_.async_wait([work = std::move(work)](const boost::system::error_code& error) {
        if (!error) work();
      });
    });
  };
  return session;
}

void ThingsDoor::take(const bus::Message& message) {
  if (!taking_) return;
  const auto name = bus::device_of_readings(message.topic);
  const auto id = name ? Uuid::from_text(*name) : std::nullopt;
  // Only the canonical form: the receipt goes to a topic that is written so.
  if (!id || id->to_text() != *name) {
    ++strangers_;
    return;
  }
  options_.on_reading(DeviceId{*id}, message.payload);
}

void ThingsDoor::publish(DeviceId device, const readings::Receipt& receipt) {
  session_.publish(bus::receipt_topic(device.to_text()), readings::encode_receipt(receipt),
                   bus::Qos::at_most_once);
}

}  // namespace feldsher::edge
