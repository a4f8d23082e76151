#pragma once
#include <functional>
#include <map>
#include <string>

#include "protocol/contracts/clinic.pb.h"
#include "protocol/journal/head.hpp"
#include "protocol/journal/store.hpp"
#include "protocol/journal/writer.hpp"
#include "protocol/sync/outgoing.hpp"
#include "protocol/sync/point_feed.hpp"

namespace feldsher::sync {

/// What a point's link tells the point. Called on the loop, from inside the link's own calls.
class PointLinkHost {
 public:
  virtual ~PointLinkHost() = default;
  /// A new feed begins: what the old one gave is gone.
  virtual void feed_began() = 0;
  virtual void feed_record(const Record& record) = 0;
  virtual void feed_left(const SubjectKey& subject) = 0;
  /// Central handed back records of our own journal that our disk had lost.
  virtual void restored(const std::vector<Record>& records) = 0;
  /// Our life is over: write `opened` with this state in the life `epoch`, which the writer has begun.
  virtual void open_life(const v1::NodeLife& life) = 0;
  /// Central's clock, when it trusts it.
  virtual void central_time(std::int64_t wall_ms, std::uint32_t uncertainty_ms) = 0;
  virtual void incident(v1::IncidentKind kind, const std::string& detail) = 0;
};

/// The point's side of sync: hello with tickets, journals up (acts first), feed down, restore.
///
/// Sans-I/O: gets events, answers through `Wire` and `Ledger`. One loop thread owns it; it lives as
/// long as the process and outlives its connections.
class PointLink {
 public:
  enum class Phase { offline, greeting, restoring, live, refused };

  PointLink(std::string software, JournalWriter& writer, Ledger& ledger, Random& random, const Signer& signer,
            const SignatureCheck& check, PointLinkHost& host, Patience patience = {});

  /// Takes up what the store held when the process started.
  void resume(JournalStore& store);

  void connected(Wire& wire, const Instant& now);
  void disconnected();
  void receive(const v1::Frame& frame, const Instant& now);
  void tick(const Instant& now);
  /// A record of ours became durable: `tip` is the journal's end after it.
  void durable(const JournalTip& tip, const Instant& now);
  /// The subject of one of our own acts is at `record` now: for the state hash.
  void wrote(const Record& record);
  /// Central holds records of this life that this box does not: what is written now would be a fork.
  bool behind() const { return behind_; }
  /// Behind, and something has to be written all the same: a new life begins, with what is held.
  void leave_life();

  Phase phase() const { return phase_; }
  v1::Refusal refusal() const { return refusal_; }
  const PointFeed& feed() const { return feed_; }
  /// Last record of the stream that central has on its disk, in the present life.
  std::uint64_t stored_at_central(v1::Stream stream) const { return up(stream).outgoing.acknowledged(); }
  std::uint64_t durable_here(v1::Stream stream) const { return up(stream).tip.seq; }
  /// When the oldest act was written that central has not stored (Unix ms); 0 = it has all.
  std::int64_t oldest_unsynced_ms() const { return unsynced_.empty() ? 0 : unsynced_.begin()->second; }
  std::int64_t last_feed_ms() const { return last_feed_ms_; }
  const SubjectSet& own_subjects() const { return own_; }

 private:
  struct Up {
    JournalTip tip;  // The end of what is durable.
    Outgoing outgoing;
    bool reading = false;
  };
  Up& up(v1::Stream stream) { return stream == v1::ACTS ? acts_ : readings_; }
  const Up& up(v1::Stream stream) const { return stream == v1::ACTS ? acts_ : readings_; }

  void begin_windows();
  void draw_ticket();
  void greet();
  void on_welcome(const v1::Welcome& welcome, const Instant& now);
  void on_acknowledgement(const v1::Acknowledgement& acknowledgement);
  void on_restore(const v1::Restore& restore);
  void put_back_early();
  void put_back(const v1::Restore& restore);
  void finish_restore();
  void open_new_life();
  void on_feed(const v1::FeedBatch& batch, const Instant& now);
  void check_mark(const v1::FeedItem& mark);
  void pump();
  void send_batch(v1::Stream stream, std::vector<Record> records);
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
  std::uint64_t connection_ = 0;  // Counts connections: late answers of an earlier one are let fall.
  std::uint64_t now_ms_ = 0, heard_ms_ = 0, greeted_ms_ = 0, beat_ms_ = 0, beats_ = 0;
  Instant now_;
  std::int64_t last_feed_ms_ = 0;
  Octets ticket_, next_ticket_;
  Octets central_key_;
  Up acts_, readings_;
  PointFeed feed_;
  SubjectSet own_;
  Epoch unsynced_life_;
  std::map<std::uint64_t, std::int64_t>
      unsynced_;  // Acts of that life that central has not stored: seq → Unix ms.
  bool mark_differed_ = false;
  std::map<v1::Stream, std::uint64_t> restore_to_;  // Up to where central holds our journals.
  std::map<std::pair<v1::Stream, std::uint64_t>, v1::Restore>
      early_;             // Restores that overtook an earlier one.
  bool behind_ = false;   // Restored from an older disk, and not all was handed back yet.
  bool greeted_ = false;  // The tickets are on the disk and a hello with them was sent.
};

}  // namespace feldsher::sync
