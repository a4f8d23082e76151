#pragma once
#include <deque>
#include <memory>

#include "devices/virtual/wearable.hpp"
#include "tests/simulation/readings_ledger.hpp"
#include "tests/simulation/workload.hpp"

namespace feldsher::simulation {

/// Devices that people at the points wear, and the air between them and their point, which loses, repeats
/// and reorders what is said, each way; now and then a whole burst of long ago comes once more, and a device
/// begins a new life and forgets all it had.
///
/// [W2] Nothing receipted is lost, nothing is applied twice: what a point receipted is at central once, as
/// the device said it, and nothing else is there.
class Wearables {
 public:
  Wearables(Network& network, const std::vector<SimulatedClinic>& clinics, Counts& counts);

  Weather air{.loss_percent = 10, .repeat_percent = 10, .longest_delay_ms = 700};

  /// Readings are taken until `until_ms` of virtual time; what has no receipt then is sent on.
  void begin(std::uint64_t until_ms);

  /// `work` runs some milliseconds after the point's next message, perhaps while that is being committed.
  void after_next_message(const SimulatedPoint& point, std::function<void()> work) {
    after_next_[&point] = std::move(work);
  }
  /// The process of `point` is dead and `left` is what there is of its disk. In the next seconds its devices
  /// say again what they said last.
  void disk_lost(const SimulatedPoint& point, JournalStore& left);
  /// A point goes on from an old disk before it has heard central: what that disk had not sealed yet then
  /// lies in a block of each branch. It counts once (central/history), and has one value.
  void branched() { ledger_.branched(); }
  /// Central's disk is another one: a promoted standby's.
  void promoted() { ledger_.promoted(network_.central_disk->store); }

  /// What must hold at every moment. Nothing when it holds.
  std::vector<std::string> broken_now();
  /// Runs on until everything taken must be at central, and says what is not; everybody is there and healed.
  std::vector<std::string> broken_at_the_end();

 private:
  struct Device {
    SimulatedPoint* point;
    DeviceId id;
    std::unique_ptr<virtual_world::Wearable> wearable;  // Its present life.
    std::deque<std::shared_ptr<const Octets>> said;     // The last of it.
    std::uint64_t burst = 0;                            // So many readings at once are still to come.
    bool waiting = false;                               // For a receipt.
  };
  void live(Device& device);
  void take(Device& device);
  void send(Device& device);
  void say(Device& device, const std::shared_ptr<const Octets>& message);
  void say_again(Device& device, std::uint64_t within_ms);
  void heard(const SimulatedPoint& point, DeviceId device, const readings::Receipt& receipt);
  void fly(const std::function<void()>& arrive);

  Network& network_;
  Counts& counts_;
  SeededRandom random_;
  std::vector<std::unique_ptr<Device>> devices_;
  std::map<DeviceId, Device*> by_id_;
  std::map<const SimulatedPoint*, std::function<void()>> after_next_;
  ReadingsLedger ledger_;
  std::uint64_t until_ms_ = 0, taken_ = 0, heard_ = 0;
};

}  // namespace feldsher::simulation
