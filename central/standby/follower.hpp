#pragma once
#include <functional>
#include <map>
#include <string>

#include "central/standby/standby_wire.hpp"
#include "protocol/journal/disk_class.hpp"
#include "protocol/journal/store.hpp"
#include "protocol/record/world.hpp"

namespace feldsher::central {

/// Who holds a copy.
struct FollowerIdentity {
  TenantId tenant;
  NodeId central;  ///< Whose journal it is: the node that central is.
  Uuid id;
  std::string software;  ///< "feldsher-central 0.1.0".
  bool follows = true;   ///< It stays, and what it acknowledges counts as safe.
};

/// The copy's side: takes central's journal in intake order, with the same intake numbers, and acknowledges
/// what is on its own disk. Sans-I/O; one loop thread owns it; it lives as long as the process and outlives
/// its connections.
///
/// Where central and the copy hold different records at one place it stops, for good, and writes nothing
/// over.
class Follower {
 public:
  enum class Phase { offline, greeting, live, refused };

  Follower(FollowerIdentity identity, Ledger& ledger, StandbyPatience patience = {})
      : identity_(std::move(identity)), ledger_(ledger), patience_(patience) {}

  /// Takes up what the store held when the process started.
  void resume(JournalStore& store);

  void connected(StandbyWire& wire, const Instant& now);
  void disconnected();
  void receive(const v1::StandbyFrame& frame, const Instant& now);
  void tick(const Instant& now);
  /// How full the disk under it is: central is told, and there a person.
  void set_disk(DiskClass disk);
  /// The run before this one ended with a disk that failed: central is told until it has heard it.
  void disk_failed_before() { disk_failed_before_ = true; }

  Phase phase() const { return phase_; }
  /// Why it goes no further, for people; empty while it may.
  const std::string& stopped() const { return stopped_; }
  /// It stopped because it and central hold different records: a person has to say which are right.
  bool differs() const { return differs_; }
  /// Up to which intake number this disk holds everything …
  std::uint64_t intake() const { return durable_; }
  /// … and central's, as far as was heard in this run.
  std::uint64_t central_intake() const { return central_intake_; }
  /// It holds everything that central had when it was last heard.
  bool complete() const { return phase_ == Phase::live && durable_ >= central_intake_; }

  /// More became durable here.
  std::function<void()> on_durable = [] {};
  /// The next record of a batch that is whole: it is central's, and on its way to this disk.
  std::function<void(const Record&)> on_taken = [](const Record&) {};
  /// Central has heard that the disk failed before.
  std::function<void()> on_fault_heard = [] {};

 private:
  struct End {
    std::uint64_t seq = 0;
    Digest hash{};
  };
  void greet();
  void on_welcome(const v1::StandbyWelcome& welcome);
  void on_batch(const v1::IntakeBatch& batch);
  void on_heartbeat(const v1::Heartbeat& heartbeat);
  /// The record that a batch has at intake number `n`; false, and stopped, when it cannot be.
  bool take(const v1::WireRecord& wire, OctetsView hash, std::uint64_t n, Transaction& transaction);
  /// A batch went wrong half-way: nothing of it was taken.
  void forget(const std::map<JournalId, End>& ends_before);
  void forked(std::uint64_t n);
  void acknowledge();
  void tell_condition();
  void drop(const std::string& why);

  FollowerIdentity identity_;
  Ledger& ledger_;
  StandbyPatience patience_;
  Phase phase_ = Phase::offline;
  StandbyWire* wire_ = nullptr;
  std::uint64_t connection_ = 0;           // Counts connections: late answers of an earlier one are let fall.
  std::map<JournalId, End> ends_;          // Of what was submitted to the disk.
  std::uint64_t taken_ = 0, durable_ = 0;  // Up to where it was submitted, and is on the disk.
  std::map<std::uint64_t, Digest> recent_;  // Hashes of the last records: another one shows against them.
  std::uint64_t central_intake_ = 0;
  std::uint64_t now_ms_ = 0, heard_ms_ = 0, beat_ms_ = 0, greeted_ms_ = 0, beats_ = 0;
  std::string stopped_;
  bool differs_ = false;
  DiskClass disk_ = DiskClass::ample;
  bool disk_failed_before_ = false;
  std::uint64_t heard_with_beat_ = 0;  // Who answers this heartbeat has heard our condition.
};

}  // namespace feldsher::central
