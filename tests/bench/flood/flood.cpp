#include "tests/bench/flood/flood.hpp"

#include <fmt/format.h>

#include "protocol/crypto/system_world.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto tick_every = 1ms;
constexpr auto look_every = 1s;
constexpr std::size_t most_unsent_octets = 64 * 1024;  // Of a connection: the rest waits for the broker.

}  // namespace

Flood::Flood(Options options) : options_(std::move(options)) {
  tls_.load_verify_file(options_.tls.ca.string());
  tls_.use_certificate_chain_file(options_.tls.certificate.string());
  tls_.use_private_key_file(options_.tls.key.string(), boost::asio::ssl::context::pem);
  tls_.set_verify_mode(boost::asio::ssl::verify_peer);
  if (!options_.counts.empty()) counts_.emplace(options_.counts);

  SystemRandom random;
  const Epoch epoch{random.u64() | 1};
  const auto now_ms = SystemClock().now().wall_ms;
  devices_.reserve(options_.devices.size());
  std::vector<std::vector<std::string>> filters(options_.connections);
  for (const DeviceId id : options_.devices) {
    const auto& device = devices_.emplace_back(id, epoch, now_ms);
    by_receipt_topic_.emplace(device.receipt_topic(), devices_.size() - 1);
    filters[(devices_.size() - 1) % options_.connections].push_back(device.receipt_topic());
  }
  for (auto& each : filters) {
    Connection::Options one;
    one.port = options_.port;
    one.client_id = fmt::format("flood-{:016x}-{}", random.u64(), connections_.size());
    if (!counts_) one.filters = std::move(each);
    one.on_message = [this](OctetsView topic, OctetsView payload) {
      const auto found = by_receipt_topic_.find(topic);
      if (found == by_receipt_topic_.end()) return;
      receipted_ += devices_[found->second].receipted(payload);
      ++receipts_;
    };
    one.on_read = [this] { fill(); };
    connections_.emplace_back(loop_, tls_, std::move(one));
  }
}

Flood::Figures Flood::run() {
  for (auto& connection : connections_) connection.open();
  for (auto& connection : connections_) connection.start();
  phase_began_ = looked_ = Clock::now();
  tick();
  loop_.run();

  Figures figures;
  figures.seconds = Seconds(ended_.at - began_.at).count();
  figures.kept = ended_.kept - began_.kept;
  figures.sent = sent_;
  figures.sent_again = sent_again_;
  figures.receipts = receipts_;
  const auto arrived = counts_ ? (*counts_)->kept.load() : receipted_;
  figures.missing = sent_ - std::min(sent_, arrived);
  for (const auto& connection : connections_) figures.acknowledged += connection.acknowledged();
  return figures;
}

Flood::Mark Flood::mark() {
  options_.on_measuring(phase_ == Phase::warm_up);
  return {Clock::now(), counts_ ? (*counts_)->kept.load() : receipted_};
}

void Flood::tick() {
  const auto now = Clock::now();
  const Seconds in_phase = now - phase_began_;
  if (phase_ == Phase::warm_up && in_phase >= options_.warm_up) {
    began_ = mark();
    phase_ = Phase::measured;
    phase_began_ = now;
  } else if (phase_ == Phase::measured && in_phase >= options_.measured) {
    ended_ = mark();
    phase_ = Phase::draining;
    phase_began_ = now;
  } else if (phase_ == Phase::draining) {
    const bool all = counts_ ? (*counts_)->kept.load() + given_up_ >= sent_ : receipted_ >= sent_;
    if (all || in_phase >= options_.drain) return loop_.stop();
  }
  if (now - looked_ >= look_every) {
    looked_ = now;
    send_again();
  }
  fill();
  timer_.expires_after(tick_every);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

void Flood::fill() {
  if (phase_ != Phase::draining) {
    const std::uint64_t until = ended() + options_.window;
    for (std::size_t skipped = 0; sent_ < until && skipped < devices_.size();) {
      const std::size_t device = next_device_;
      next_device_ = (next_device_ + 1) % devices_.size();
      if (connections_[device % connections_.size()].unsent() > most_unsent_octets) {
        ++skipped;
        continue;
      }
      skipped = 0;
      ++sent_;
      send(device, devices_[device].take_next());
    }
  }
  for (auto& connection : connections_) connection.flush();
}

void Flood::send(std::size_t device, std::uint64_t seq) {
  devices_[device].messages().write(seq, payload_);
  connections_[device % connections_.size()].publish(devices_[device].readings_topic(), payload_);
}

void Flood::send_again() {
  if (counts_) {
    // Nobody answers for a single message here: when nothing has come for a second, the rest was let fall.
    if (phase_ != Phase::draining && ended() == ended_when_looked_) given_up_ += sent_ - ended();
    ended_when_looked_ = ended();
    return;
  }
  for (std::size_t device = 0; device < devices_.size(); ++device) {
    for (const auto seq : devices_[device].overdue()) {
      ++sent_again_;
      send(device, seq);
    }
  }
}

}  // namespace feldsher::bench
