#pragma once
#include <filesystem>
#include <fstream>
#include <memory>
#include <vector>

#include "edge-agent/agent/membership.hpp"
#include "edge-agent/agent/point_node.hpp"
#include "edge-agent/agent/readings.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/ed25519.hpp"
#include "tests/bench/drain/disk_ledger.hpp"
#include "tests/bench/flood/device.hpp"

namespace feldsher::bench {

/// Time that passes when it is told to.
class OutageClock final : public Clock {
 public:
  explicit OutageClock(const Instant& begins) : now_(begins) {}
  Instant now() const override { return now_; }
  void pass(std::uint64_t ms);

 private:
  Instant now_;
};

/// The hours in which a point had no line, played at once into its folder: the agent's own core takes
/// readings in, seals them and writes what happens to visitors, as it does in real time; only the clock is
/// another. The agent itself must not run meanwhile.
class Outage {
 public:
  struct Options {
    std::filesystem::path folder;  ///< The point's.
    std::vector<DeviceId> devices;
    std::uint64_t messages = 0;  ///< In all, one a second and device, of `Messages::readings_each`.
    std::uint64_t acts = 0;      ///< In all, `acts_each` a visit.
    std::filesystem::path packs =
        {};  ///< Gets the messages themselves: each its length (4 octets, big-endian), then it.
  };
  struct Figures {
    std::uint64_t readings = 0, acts = 0, blocks = 0;
    double hours = 0;
  };
  static constexpr std::uint64_t acts_each = 5;

  explicit Outage(Options options);
  /// Plays it. Throws Fault when the disk fails, or a message was not taken in.
  Figures play();

 private:
  std::uint64_t seconds() const;
  std::uint64_t blocks() const;
  void send_messages(std::uint64_t second);
  void serve_visitor(std::uint64_t number);
  template <class State>
  Draft draft(v1::EntityType type, const Uuid& id, v1::Verb verb, const State& state) const;
  void settle();

  Options options_;
  edge::Membership me_;
  SystemRandom random_;
  OutageClock clock_;
  Ed25519Signer signer_;
  Ed25519Check check_;
  std::unique_ptr<SqlcipherStore> store_;
  DiskLedger ledger_;
  std::vector<std::function<void()>> soon_;
  edge::PointNode node_;
  edge::Readings readings_;
  std::vector<Messages> devices_;
  std::ofstream packs_;
  std::uint64_t sent_ = 0, written_ = 0;
};

}  // namespace feldsher::bench
