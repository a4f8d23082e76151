#pragma once
#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "edge-agent/agent/held_bodies.hpp"
#include "edge-agent/desk/desk.hpp"
#include "protocol/clinic/erasing.hpp"
#include "protocol/journal/writer.hpp"
#include "protocol/sync/point_link.hpp"

namespace feldsher::edge {

/// What a point needs of the world outside its core.
struct PointWorld {
  const Clock& clock;
  Random& random;
  Ledger& ledger;
  const Signer& signer;
  const SignatureCheck& check;
  PassReader read_pass;
  /// Checks a PIN against an Argon2id verifier, slowly, somewhere else; `done` runs on the loop.
  std::function<void(std::string verifier, std::string pin, std::function<void(bool right)> done)> check_pin;
};

/// Who a point is.
struct PointIdentity {
  TenantId tenant;
  NodeId node;
  PointId point;
  std::string zone;      ///< IANA zone of its walls.
  std::string software;  ///< "feldsher-edge 0.1.0".
};

/// The core of an edge agent: journal, state, desk and link, wired together, with no I/O of its own. The
/// program gives it sockets, a broker and a disk; simulation gives it virtual ones.
class PointNode final : private sync::PointLinkHost {
 public:
  PointNode(PointIdentity identity, PointWorld world);
  ~PointNode() override;

  /// Takes up what the disk holds; a new box begins its first life. Throws Fault when the journal does
  /// not belong to this node.
  void start(JournalStore& store);

  /// An ask came from `terminal`. `reply` gets the serialised v1::Answer, after what is behind it is
  /// durable; it is not called for what is no Ask at all.
  void ask(const std::string& terminal, OctetsView ask, std::function<void(Octets answer)> reply);

  void tick();

  /// Signs the ends of both journals, so that what is there cannot be cut later without a trace. Once a
  /// minute by itself; the program calls it before it ends.
  void sign_heads();

  /// Something that screens show has changed and is durable.
  std::function<void()> on_changed = [] {};
  /// A record of this point's `readings` journal: held at the start, handed back by central, or written
  /// just now and not yet durable.
  std::function<void(const Record& block)> on_block = [](const Record&) {};
  /// Central handed back what was kept of this point's journals when they were cut; `with` adds to what
  /// becomes durable with that.
  std::function<void(const sync::Rebuilt& rebuilt, Transaction& with)> on_rebuilt = [](const sync::Rebuilt&,
                                                                                       Transaction&) {};
  /// An order to erase is carried out, with `with`: for the first time on this disk.
  std::function<void(const v1::Erasure& order, Transaction& with)> on_erased = [](const v1::Erasure&,
                                                                                  Transaction&) {};
  /// How many readings were receipted since the journal began: for `view`.
  std::function<std::uint64_t()> readings_receipted = [] { return std::uint64_t{0}; };

  /// This ask has its answer, or gets it soon: it costs nothing more.
  bool knows(AskId ask) const { return answers_.contains(ask) || in_flight_.contains(ask); }
  /// The clock as this point believes it.
  Instant now() const;
  /// Whether somebody said in this boot what time it is: a time server, central or a person. A clock that
  /// runs may have stood still while the box was off, and gone on from where it was.
  bool knows_time() const { return clock_learned_ || world_.clock.now().trust == v1::SYNCHRONISED; }

  v1::BoardSnapshot board() const;
  v1::Pulse pulse() const;
  v1::PointView view() const;
  std::uint64_t version() const { return version_; }

  /// What the program adds to `view`: of its disk, for one.
  std::function<void(v1::PointView& view)> describe = [](v1::PointView&) {};

  sync::PointLink& link() { return link_; }
  Desk& desk() { return desk_; }
  const PointState& state() const { return state_; }
  const JournalWriter& writer() const { return writer_; }
  JournalWriter& writer() { return writer_; }

  /// Whether two people have ordered that such readings be dropped.
  bool erases(const BlockSpan& block) const;
  /// Writes one transaction into a journal; `then` runs when it is durable. Of blocks of readings that are
  /// erased already, the header alone stays.
  void write(v1::Stream stream, const std::vector<Draft>& drafts, Transaction with,
             std::function<void()> then);
  void raise(v1::IncidentKind kind, const std::string& detail);
  /// Whether what can wait for central's first word in this run need not wait any longer.
  bool need_not_wait() { return link_.may_write() || rules_may_act(); }

 private:
  // The day on which what is past was last dropped.
  static constexpr const char* swept_value = "scope/swept";
  // Orders to erase that were carried out: record key, by subject.
  static constexpr const char* erased_value = "erased/";
  static constexpr const char* ended_value = "lives/ended";

  /// Whether its kind is its origin's to write: a feed is not believed in more than central itself.
  bool may_come_by_feed(const Record& record) const;
  void feed_record(const Record& record) override;
  void feed_left(const SubjectKey& subject) override;
  void restored(const std::vector<Record>& records) override;
  void rebuilt(const sync::Rebuilt& rebuilt, Transaction& with) override;
  void open_life(const v1::NodeLife& life, Transaction with) override;
  void central_time(std::int64_t wall_ms, std::uint32_t uncertainty_ms) override;
  void incident(v1::IncidentKind kind, const std::string& detail) override { raise(kind, detail); }

  void take(const Record& record);
  void erase(const Record& order);
  void drop_erased(const std::vector<Record>& written, Transaction& with) const;
  /// Answers to asks of before yesterday go: nobody repeats those, and they hold names.
  void forget_answers(Transaction& transaction);
  /// Once a day, also when the box is off every night: answers go, and the bodies of acts that are past and
  /// safe.
  void sweep(const DeskTime& now);
  /// The next of what is past goes, with `transaction`.
  void sweep_on(Transaction transaction = {});
  /// Whether an act and all before it are on the disk of central's standby too.
  bool is_safe(const RecordKey& act) const;
  /// What central ended is remembered longer than its feed says it.
  void keep_ended();
  void act(const v1::Ask& ask, const std::string& terminal, Outcome outcome, const DeskTime& now,
           std::function<void(Octets)> reply);
  void set_clock(const v1::SetClock& ask);
  void learn_clock(std::int64_t offset_ms, v1::Trust trust, v1::ClockSource source);
  /// The machine's clock, unset until now, has been set: by a time server, or by hand.
  void watch_machine();
  void answer_requests();
  bool rules_may_act();
  void speak();
  void announce();
  DeskTime desk_time() const;
  /// The time now; what was queued while the day was a guess goes over to the true one when it is known.
  DeskTime turn();
  v1::Actor self() const;

  PointIdentity identity_;
  PointWorld world_;
  PointState state_;
  JournalWriter writer_;
  Desk desk_;
  sync::PointLink link_;
  std::uint64_t version_ = 0;
  std::uint64_t run_;                // Names this run of the process: `version_` begins anew with each.
  std::map<AskId, Octets> answers_;  // What each ask got: a repeat gets the same.
  std::set<AskId> older_answers_;    // Those of them that are on the disk since before this day or run.
  std::set<AskId> in_flight_;
  std::deque<AskId> answers_order_;       // Refusals and views are remembered for a while only.
  std::map<std::string, Octets> erased_;  // Orders to erase that were carried out here.
  std::string swept_day_;                 // When that was last done, in this run or an earlier one.
  HeldBodies bodies_;
  std::set<SubjectKey> past_;  // What a sweep has found and not dropped yet.
  bool sweeping_ = false;
  EndedLives ended_kept_;  // What is on the disk of it.
  std::set<std::string> raised_;
  std::set<Uuid> requests_to_answer_;
  std::vector<std::pair<v1::IncidentKind, std::string>>
      unsaid_;                   // Incidents that wait: they alone are no reason to begin a life.
  std::uint64_t unsettled_ = 0;  // Transactions that are on their way to the disk.
  std::uint64_t announced_ = 0;  // The version that `on_changed` last told of.
  DeskTime last_turn_;
  Instant last_raw_;     // The machine's clock when we last looked.
  JournalTip boot_tip_;  // The end of our acts when this process began.
  std::uint64_t started_ms_ = 0;
  bool rules_awake_ = false;
  std::uint64_t heads_signed_ms_ = 0;
  std::int64_t clock_offset_ms_ = 0;  // Learned from central or a person; 0 when the clock is right.
  v1::Trust clock_trust_ = v1::TRUST_UNSET;
  bool clock_learned_ = false;  // In this boot central or a person said what the time is.
};

}  // namespace feldsher::edge
