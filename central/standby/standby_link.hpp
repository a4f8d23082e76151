#pragma once
#include <deque>
#include <map>
#include <memory>

#include "central/standby/copied_ledger.hpp"
#include "central/standby/standby_wire.hpp"
#include "protocol/journal/disk_class.hpp"
#include "protocol/sync/outgoing.hpp"

namespace feldsher::central {

class StandbyLink;

/// What a standby tells of itself.
struct StandbyHealth {
  DiskClass disk = DiskClass::ample;
  bool disk_failed_before = false;  ///< Its run before this one ended with a disk that failed.
};

/// What a link to a copy tells. Called on the loop, from inside the link's own calls.
class StandbyLinkHost {
 public:
  virtual ~StandbyLinkHost() = default;
  /// The copy begins to follow: what it holds comes by `copied`, and what was said of it before is over.
  virtual void follows_anew() = 0;
  /// Up to these places every journal is on the copy's disk too.
  virtual void copied(StandbyLink& link, const std::map<JournalId, std::uint64_t>& marks) = 0;
  /// A standby has said how it is.
  virtual void condition(StandbyLink& link, const StandbyHealth& health) = 0;
  /// The copy holds something else than this disk: nothing was written over, on either side.
  virtual void differs(StandbyLink& link, const std::string& detail) = 0;
};

/// Who comes for a copy, as its certificate says.
struct StandbyPeer {
  TenantId tenant;
  Uuid id;
};

/// Central's side of one connection to a copy of its journal: compares what both hold, then sends what the
/// copy lacks, in intake order, whole transactions. Sans-I/O; lives as long as its connection.
class StandbyLink {
 public:
  StandbyLink(StandbyPeer peer, CopiedLedger& ledger, StandbyLinkHost& host, StandbyWire& wire,
              const Instant& now, StandbyPatience patience = {});

  void receive(const v1::StandbyFrame& frame, const Instant& now);
  void tick(const Instant& now);
  /// The ledger has grown.
  void grown();

  const Uuid& id() const { return peer_.id; }
  /// It is welcome, and stays: what it acknowledges is safe.
  bool follows() const { return phase_ == Phase::live && follows_; }
  /// All that is durable here is on the copy's disk or on its way there.
  bool in_step() const { return follows() && in_step_ && now_ms_ >= rest_until_ms_; }
  /// Nobody waits for it any more until it has caught up, and for a while: a slow one would slow everybody
  /// each time that it has.
  void fall_behind() {
    in_step_ = false;
    rest_until_ms_ = now_ms_ + patience_.rest_ms;
  }
  std::uint64_t acknowledged() const { return outgoing_.acknowledged(); }

 private:
  enum class Phase { greeted, live, ending };
  struct Sent {
    std::uint64_t last = 0;                      // Intake number of its last record.
    std::uint64_t beside_before = 0;             // What was sent beside the records before it.
    std::map<JournalId, std::uint64_t> reaches;  // How far each journal is with it.
  };

  void on_hello(const v1::StandbyHello& hello);
  void compare(std::shared_ptr<v1::StandbyHello> hello, int next);
  void welcome(const v1::StandbyHello& hello);
  void send_welcome();
  void refuse(v1::StandbyRefusal why, const std::string& detail);
  void on_acknowledgement(std::uint64_t intake);
  void on_condition(const v1::StandbyCondition& condition);
  void pump();
  void send(std::uint64_t after, const std::vector<Record>& records);
  bool put_beside(v1::IntakeBatch& batch, std::uint64_t up_to);
  void drop(const std::string& why);

  StandbyPeer peer_;
  CopiedLedger& ledger_;
  StandbyLinkHost& host_;
  StandbyWire& wire_;
  StandbyPatience patience_;
  Phase phase_ = Phase::greeted;
  bool greeting_ = false, follows_ = false, in_step_ = false, reading_ = false;
  sync::Outgoing outgoing_;
  std::deque<Sent> sent_;
  std::uint64_t beside_sent_ = 0;  // Place in CopiedLedger::beside.
  std::uint64_t now_ms_ = 0, heard_ms_ = 0, rest_until_ms_ = 0;
  std::shared_ptr<char> alive_ = std::make_shared<char>();  // Late answers of the disk find it gone.
};

}  // namespace feldsher::central
