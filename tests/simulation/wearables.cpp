#include "tests/simulation/wearables.hpp"

#include <fmt/core.h>

namespace feldsher::simulation {
namespace {

constexpr std::uint64_t a_minute = 60'000;
constexpr std::uint64_t oldest_burst_ms = 180 * a_minute;
constexpr std::size_t said_kept = 40;

}  // namespace

Wearables::Wearables(Network& network, const std::vector<SimulatedClinic>& clinics, Counts& counts)
    : network_(network), counts_(counts), random_(network.random.u64()) {
  for (std::size_t i = 0; i < clinics.size(); ++i)
    for (std::size_t n = 0; n < clinics[i].devices.size(); ++n) {
      auto device = std::make_unique<Device>();
      device->point = network.points[i].get();
      device->id = DeviceId{clinics[i].devices[n]};
      for (std::size_t wearer = 0; wearer < wearers_of_a_device; ++wearer)
        ledger_.worn(device->id, clinics[i].patients[n * wearers_of_a_device + wearer]);
      live(*device);
      by_id_[device->id] = device.get();
      devices_.push_back(std::move(device));
    }
  network_.on_receipt = [this](const SimulatedPoint& point, DeviceId device,
                               const readings::Receipt& receipt) { heard(point, device, receipt); };
}

void Wearables::begin(std::uint64_t until_ms) {
  until_ms_ = until_ms;
  for (auto& device : devices_)
    network_.scheduler.in(random_.below(10 * a_minute), [this, &device = *device] { take(device); });
}

void Wearables::live(Device& device) {
  device.wearable = std::make_unique<virtual_world::Wearable>(
      virtual_world::Wearable::Settings{.device = device.id, .epoch = Epoch{random_.u64() | 1}}, random_,
      static_cast<std::int64_t>(network_.scheduler.now_ms()) - 1'000);
}

void Wearables::take(Device& device) {
  if (network_.scheduler.now_ms() >= until_ms_) return;
  if (device.burst > 0)
    --device.burst;
  else if (random_.one_in(50))
    device.burst = 20;
  network_.scheduler.in(
      device.burst > 0 ? 1'000 + random_.below(1'000) : 5 * a_minute + random_.below(10 * a_minute),
      [this, &device] { take(device); });
  if (random_.one_in(200)) live(device);
  const auto now_ms = static_cast<std::int64_t>(network_.scheduler.now_ms());
  const std::uint64_t before = device.wearable->made();
  device.wearable->measure(now_ms, MachineClock::epoch_ms + now_ms);
  taken_ += device.wearable->made() - before;
  send(device);
}

void Wearables::send(Device& device) {
  if (random_.one_in(50)) device.wearable->reconnected();
  if (random_.one_in(100)) say_again(device, oldest_burst_ms);
  for (auto& message : device.wearable->due(static_cast<std::int64_t>(network_.scheduler.now_ms()))) {
    if (message.first) ledger_.took({device.id, device.wearable->epoch()}, message.seq, message.octets);
    device.said.push_back(std::make_shared<const Octets>(std::move(message.octets)));
    if (device.said.size() > said_kept) device.said.pop_front();
    say(device, device.said.back());
  }
  if (device.wearable->unreceipted() == 0 || std::exchange(device.waiting, true)) return;
  network_.scheduler.in(2'000 + random_.below(2'000), [this, &device] {
    device.waiting = false;
    if (device.wearable->unreceipted() > 0) send(device);
  });
}

void Wearables::say(Device& device, const std::shared_ptr<const Octets>& message) {
  fly([this, &device, message] {
    if (!device.point->readings) return;
    ++heard_;
    network_.scheduler.witness(message->size());
    device.point->readings->on(device.id, *message);
    if (auto next = after_next_.extract(device.point))
      network_.scheduler.in(random_.below(30), std::move(next.mapped()));
  });
}

void Wearables::say_again(Device& device, std::uint64_t within_ms) {
  network_.scheduler.in(random_.below(within_ms), [this, &device, again = device.said] {
    for (const auto& message : again) say(device, message);
  });
}

void Wearables::heard(const SimulatedPoint& point, DeviceId id, const readings::Receipt& receipt) {
  Device& device = *by_id_.at(id);
  if (device.point != &point) return;  // A copy of the box speaks, and its disk is no place to rely on.
  const StreamKey life{id, receipt.epoch};
  ledger_.promised(life, receipt.stored);
  if (receipt.upto) ledger_.promised_at_central(life, *receipt.upto, network_.central_disk->store);
  fly([this, &device, octets = readings::encode_receipt(receipt)] {
    network_.scheduler.witness(octets.size());
    device.wearable->receipted(readings::decode_receipt(octets).value(),
                               static_cast<std::int64_t>(network_.scheduler.now_ms()));
  });
}

void Wearables::fly(const std::function<void()>& arrive) {
  for (bool again = true; again; again = random_.below(100) < air.repeat_percent)
    if (random_.below(100) >= air.loss_percent)
      network_.scheduler.in(1 + random_.below(air.longest_delay_ms), arrive);
}

void Wearables::disk_lost(const SimulatedPoint& point, JournalStore& left) {
  ledger_.read_on(network_.central_disk->store);
  std::set<DeviceId> devices;
  for (const auto& device : devices_) {
    if (device->point != &point) continue;
    devices.insert(device->id);
    // While central still hands back what the disk has lost.
    for (int wave = 0; wave < 10; ++wave) say_again(*device, 2'000);
  }
  ledger_.disk_lost(devices, left);
}

std::vector<std::string> Wearables::broken_now() {
  ledger_.read_on(network_.central_disk->store);
  return ledger_.broken();
}

std::vector<std::string> Wearables::broken_at_the_end() {
  std::uint64_t longest_seal_ms = 0;
  for (const auto& point : network_.points) longest_seal_ms = std::max(longest_seal_ms, point->seal_after_ms);
  air = {.longest_delay_ms = air.longest_delay_ms};
  network_.scheduler.run_until(std::max(network_.scheduler.now_ms(), until_ms_) + longest_seal_ms +
                               3 * a_minute);
  std::vector<std::string> broken = broken_now();
  // An old burst may still be on its way: what was lost with a disk is then taken anew, and sealed later.
  for (std::uint64_t until_ms = network_.scheduler.now_ms() + oldest_burst_ms;
       !ledger_.lost().empty() && network_.scheduler.now_ms() < until_ms; broken = broken_now())
    network_.scheduler.run_until(network_.scheduler.now_ms() + longest_seal_ms);
  for (std::string& lost : ledger_.lost()) broken.push_back(std::move(lost));
  for (const auto& device : devices_)
    if (device->wearable->unreceipted() > 0)
      broken.push_back(fmt::format("{}: {} readings of a device were never receipted", device->point->name,
                                   device->wearable->unreceipted()));
  counts_.readings_taken += taken_;
  counts_.readings_heard += heard_;
  counts_.readings_receipted += ledger_.receipted();
  counts_.readings_lost_with_disks += ledger_.lost_with_disks();
  counts_.readings_at_central += ledger_.at_central();
  return broken;
}

}  // namespace feldsher::simulation
