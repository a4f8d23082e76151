#pragma once
#include <functional>
#include <map>
#include <string>

#include "protocol/contracts/clinic.pb.h"
#include "protocol/journal/checkpoint.hpp"
#include "protocol/journal/head.hpp"
#include "protocol/journal/store.hpp"
#include "protocol/journal/writer.hpp"
#include "protocol/sync/batch_size.hpp"
#include "protocol/sync/heartbeat.hpp"
#include "protocol/sync/lives.hpp"
#include "protocol/sync/point_feed.hpp"
#include "protocol/sync/rebuilt.hpp"

namespace feldsher::sync {

/// What a point's link tells the point. Called on the loop, from inside the link's own calls.
class PointLinkHost {
 public:
  virtual ~PointLinkHost() = default;
  virtual void feed_record(const Record& record) = 0;
  /// It left the scope, or a new feed is whole without it.
  virtual void feed_left(const SubjectKey& subject) = 0;
  /// Central handed back records of our own journal that our disk had lost.
  virtual void restored(const std::vector<Record>& records) = 0;
  /// Central handed back what was kept of our journals when they were cut. Adds what becomes durable with it.
  virtual void rebuilt(const Rebuilt& rebuilt, Transaction& with) = 0;
  /// A life has begun at the writer: write `opened` with this state as its first act, together with `with`.
  virtual void open_life(const v1::NodeLife& life, Transaction with) = 0;
  /// Central's clock, when it trusts it.
  virtual void central_time(std::int64_t wall_ms, std::uint32_t uncertainty_ms) = 0;
  virtual void incident(v1::IncidentKind kind, const std::string& detail) = 0;
};

/// The point's side of sync: hello with tickets, journals up (acts first), feed down, restore.
///
/// Sans-I/O: gets events, answers through `Wire` and `Ledger`. One loop thread owns it; it lives as
/// long as the process and outlives its connections.
///
/// A disk that was restored from an old copy does not know it before central has spoken. So a process writes
/// in the life that it found only when central has confirmed it in this run; what must be written before
/// opens a life of its own. Whatever a former self of this disk wrote, no record has its place: there are no
/// forks of an honest node, only branches, and both are kept.
class PointLink {
 public:
  enum class Phase { offline, greeting, restoring, live, refused };

  PointLink(std::string software, JournalWriter& writer, Ledger& ledger, Random& random, const Signer& signer,
            const SignatureCheck& check, PointLinkHost& host, Patience patience = {});

  /// Takes up what the store held when the process started, and sets the writer into its youngest life.
  /// False: there is none yet, begin the first with `open_life`.
  bool resume(JournalStore& store);
  /// Whether the heads of the youngest life that is held here are signed by another key than ours.
  bool key_was_rotated() const {
    return !lives_.empty() && !lives_.present().head_key.empty() &&
           lives_.present().head_key != signer_.public_key();
  }
  /// A life begins, after the youngest that is held here.
  void open_life(v1::OpenReason reason);

  void connected(Wire& wire, const Instant& now);
  void disconnected();
  void receive(const v1::Frame& frame, const Instant& now);
  void tick(const Instant& now);
  /// A record of ours became durable: `tip` is the journal's end after it.
  void durable(const JournalTip& tip, const Instant& now);
  /// A record of ours is in its journal. Of an act: its subject is at `record` now, for the state hash.
  void wrote(const Record& record);
  /// Whether records may be written in the present life. Where not, and they must be: `open_life` first.
  bool may_write() const { return confirmed_; }
  /// `record` of this node, read or handed back, is older than what its subject is at.
  bool outdated(const Record& record) const;
  /// Central hands back what this disk lost, since less than `ms`.
  bool restoring_for_less_than(std::uint64_t ms) const {
    return phase_ == Phase::restoring && now_ms_ - restoring_since_ms_ < ms;
  }

  Phase phase() const { return phase_; }
  v1::Refusal refusal() const { return refusal_; }
  const PointFeed& feed() const { return feed_; }
  const Lives& lives() const { return lives_; }
  std::int64_t last_feed_ms() const { return last_feed_ms_; }
  const SubjectSet& own_subjects() const { return own_; }

  /// Asks central to countersign: nothing happens without a line. The answer goes to `on_checkpoint`.
  void propose(const v1::SignedCheckpoint& checkpoint);
  /// Central has countersigned it.
  std::function<void(const v1::SignedCheckpoint&)> on_checkpoint = [](const v1::SignedCheckpoint&) {};
  /// A journal of ours was cut, durably.
  void was_cut(const JournalTip& cut);

  /// What every hello says of the box key: it lies in a file.
  bool unsealed = false;

 private:
  void draw_ticket();
  void greet();
  void on_welcome(const v1::Welcome& welcome, const Instant& now);
  void recall(const v1::Welcome& welcome, Transaction& with);
  void begin_restore(const v1::Welcome& welcome);
  void greet_again();
  void on_acknowledgement(const v1::Acknowledgement& acknowledgement);
  void on_restore(const v1::Restore& restore);
  void wait_for_restore();
  void note_lost();
  void put_back_early();
  void put_back(const v1::Restore& restore);
  void on_rebuild(const v1::Rebuild& part);
  void rebuild_early();
  void rebuild(Rebuilt rebuilt);
  void on_feed(const v1::FeedBatch& batch, const Instant& now);
  /// False: central did not sign it.
  bool check_mark(const v1::FeedItem& mark);
  /// A mark differed: central is asked where, and an incident says it.
  void search_difference(bool own, std::uint64_t n);
  void ask_state();
  void on_state_answer(const v1::StateAnswer& answer);
  void report_difference(const std::string& where);
  void pump();
  /// False: nothing may be sent after what this stream waits for.
  bool pump(v1::Stream stream);
  void send_batch(Life& life, v1::Stream stream, const std::vector<Record>& records);
  void drop(const std::string& why);
  /// Runs `work` after the transaction is durable, unless the connection is another by then.
  void durably(Transaction transaction, std::function<void()> work);

  std::string software_;
  JournalWriter& writer_;
  Ledger& ledger_;
  Random& random_;
  const Signer& signer_;
  const SignatureCheck& check_;
  PointLinkHost& host_;
  Patience patience_;

  Phase phase_ = Phase::offline;
  v1::Refusal refusal_ = v1::REFUSAL_NONE;
  Wire* wire_ = nullptr;
  // Moves on when a line begins and when it ends: late answers are let fall.
  std::uint64_t connection_ = 0;
  std::uint64_t now_ms_ = 0, heard_ms_ = 0, greeted_ms_ = 0;
  std::uint64_t told_ms_ = 0;  // When central said something that was no answer to a heartbeat.
  Heartbeat heartbeat_;
  Instant now_;
  std::int64_t last_feed_ms_ = 0;
  static constexpr const char *ticket_value = "link/ticket", *next_ticket_value = "link/next-ticket";
  Octets ticket_, next_ticket_;
  Octets central_key_;
  Lives lives_;
  BatchSize batch_size_;    // Of readings.
  bool confirmed_ = false;  // In this run central has heard of our present life, or it began in this run.
  PointFeed feed_;
  SubjectSet own_;
  bool mark_differed_ = false;
  struct Difference {
    bool own = false;  // In our own acts; else in what the feed put in scope.
    std::uint64_t n = 0, asked_ms = 0;
    Octets prefix;  // It lies under that.
  };
  std::optional<Difference> difference_;           // It is being searched for.
  std::map<JournalId, std::uint64_t> restore_to_;  // Up to where central holds our journals.
  std::map<std::pair<JournalId, std::uint64_t>, v1::Restore>
      early_;                                           // Restores that overtook an earlier one.
  std::map<std::uint32_t, v1::Rebuild> rebuild_parts_;  // Of one attempt, until all are here.
  bool rebuild_refused_ = false;  // What came was not what it should be: from now on all is handed back.
  int rebuilds_broken_off_ = 0;   // Lines that ended with some of the parts: at the second likewise.
  std::uint64_t restoring_since_ms_ = 0;
  int halts_ = 0;  // Restores that came to one since this was live: each doubles the patience with the next.
  bool greeted_ = false;  // The tickets are on the disk and a hello with them was sent.
  Epoch greeted_life_;    // The life that this hello named as the present one.
};

}  // namespace feldsher::sync
