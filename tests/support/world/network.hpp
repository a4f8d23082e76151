#pragma once
#include <deque>
#include <memory>
#include <optional>

#include "central/node/central_node.hpp"
#include "edge-agent/agent/point_node.hpp"
#include "tests/support/world/clinic.hpp"
#include "tests/support/world/ledger.hpp"

namespace feldsher::testing {

/// A box at a point: its disk stays when its agent dies.
struct Box {
  explicit Box(std::uint64_t seed) : random(seed) {}

  edge::PointIdentity identity;
  VirtualClock clock;
  SeededRandom random;
  MemoryStore store{tenant_of_tests};
  JournalStore* disk = &store;  ///< What the agent uses from its next start on.
  std::unique_ptr<StepLedger> ledger;
  std::unique_ptr<CheapSigner> signer;
  Octets serial;  ///< Of its certificate; empty = central knows of none.
  std::unique_ptr<edge::PointNode> node;
  std::unique_ptr<sync::Wire> up, down;          ///< While its line is up.
  std::uint64_t line = 0;                        ///< Counts its connections.
  std::map<std::string, edge::ReadPass> passes;  ///< What the text of a pass says.

  v1::PointView view() const { return node->view(); }
  bool live() { return node->link().phase() == sync::PointLink::Phase::live; }
};

/// Central and some points, in one room and in virtual time: frames travel when `settle` is called.
class Network {
 public:
  Network();
  /// After a power cut everywhere: central and each box start from the disks of `before`. No `clinic`.
  explicit Network(const Network& before);
  ~Network();

  Box& add_point(const std::string& name);
  /// Another box with a copy of the disk, as a thief or a backup has it.
  Box& copy_of(const Box& original);

  void connect(Box& box);
  void cut(Box& box);
  /// Delivers what was sent, and what that leads to, until nothing moves.
  void settle();
  /// Time passes in steps of a second, each with a tick of everybody.
  void pass_seconds(int seconds);
  /// The process dies without a word and starts from its disk. Its line is cut.
  void restart(Box& box, v1::Trust trust = v1::SYNCHRONISED);
  void restart_central();

  /// Asks, and settles; nothing when no answer came.
  std::optional<v1::Answer> ask(Box& box, const std::string& terminal, v1::Ask ask);
  Octets sign_in(Box& box, const std::string& terminal, const Uuid& person);
  /// Incidents of a kind that central knows.
  std::size_t incidents(v1::IncidentKind kind) const;
  bool same_state(Box& box) const;
  std::uint64_t held(const Box& box, v1::Stream stream = v1::ACTS);

  /// May lose a frame (true), or change it: what crosses a line, either way.
  std::function<bool(v1::Frame&)> lose = [](v1::Frame&) { return false; };
  std::vector<v1::Frame> sent;  ///< Every frame that was sent, lost or not.

  VirtualClock clock;  ///< Central's.
  MemoryStore store{tenant_of_tests};
  std::unique_ptr<StepLedger> ledger;
  std::unique_ptr<central::CentralNode> central;
  std::unique_ptr<Clinic> clinic;
  std::vector<std::unique_ptr<Box>> boxes;
  const CheapSigner central_signer{"central"};

 private:
  class End;
  void start(Box& box);

  SeededRandom random_{41};
  CheapCheck check_;
  std::deque<std::function<void()>> in_flight_;
  std::uint64_t seeds_ = 100;
};

}  // namespace feldsher::testing
