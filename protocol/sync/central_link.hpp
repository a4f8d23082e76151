#pragma once
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>

#include "protocol/contracts/clinic.pb.h"
#include "protocol/journal/checkpoint.hpp"
#include "protocol/journal/head.hpp"
#include "protocol/journal/life_order.hpp"
#include "protocol/journal/store.hpp"
#include "protocol/record/clock.hpp"
#include "protocol/sync/feed_log.hpp"
#include "protocol/sync/heartbeat.hpp"
#include "protocol/sync/outgoing.hpp"
#include "protocol/sync/part_size.hpp"

namespace feldsher::sync {

/// What central's side of a link asks of central, and tells it. Called on the loop.
class CentralLinkHost {
 public:
  virtual ~CentralLinkHost() = default;
  /// Whether this node may write here.
  virtual bool enrolled(NodeId node) = 0;
  /// Two people have ended that life of the node.
  virtual bool ended(NodeId node, Epoch life) = 0;
  /// The head keys that the node's enrolment brought (raw Ed25519); empty: nothing is known of it here.
  virtual std::vector<Octets> head_keys(NodeId node) = 0;
  /// How central's own head key came to be what it is.
  virtual std::vector<v1::HeadKeyHandover> handovers() = 0;
  /// Records of the node are durable here: project them, in this order.
  virtual void received(NodeId node, const std::vector<Record>& records) = 0;
  /// Whether there is room for readings. What is not taken in is not acknowledged: the node keeps it and
  /// sends it again.
  virtual bool takes_readings() = 0;
  /// The node's feed. The reference stays good.
  virtual FeedLog& feed(NodeId node) = 0;
  /// The node cannot go on with the feed it has: begin a new one and call `then` when that is durable.
  virtual void renew_feed(NodeId node, std::function<void()> then) = 0;
  /// State hash over the subjects of the node's own acts, as projected.
  virtual Digest state_hash_of_acts(NodeId node) = 0;
  /// These subjects themselves; null: none.
  virtual const SubjectSet* subjects_of_acts(NodeId node) = 0;
  virtual void incident(v1::IncidentKind kind, NodeId node, const std::string& detail) = 0;
  virtual HybridClock& clock() = 0;
  /// A standby is on the line and has all that is durable here, or it is on its way there.
  virtual bool standby_in_step() = 0;
  /// How many acts of central's own the node has heard that are not held here.
  virtual std::uint64_t forgotten(const v1::Hello& hello) = 0;
};

/// Central's side of sync with one node. Sans-I/O; lives as long as the process and outlives its
/// connections; a second connection of the same node takes the place of the first.
class CentralLink {
 public:
  CentralLink(TenantId tenant, NodeId node, NodeId central, Ledger& ledger, const Signer& signer,
              const SignatureCheck& check, CentralLinkHost& host, Patience patience = {});

  /// Takes up what the store held: the node's journals, its tickets, the key of each of its lives.
  void resume(const JournalTip& tip);
  void resume_tickets(OctetsView octets);
  void resume_life(const Record& opened);
  /// Whether the node was found to have heard a younger central, and was let in after that.
  void resume_ahead(OctetsView octets);
  /// The checkpoint that was countersigned last: a box that has lost its journals is handed back that, what
  /// was kept before its cuts, and what follows them.
  void resume_cut(OctetsView octets);
  static std::string cut_value(NodeId node);
  static std::string tickets_value(NodeId node);
  static std::string ahead_value(NodeId node);

  /// A person says that the box whose disk is older than what is held here is the right one: the next hello
  /// is taken whatever its ticket and life are, and whatever it has heard. To be submitted.
  Transaction pardon();
  /// What `pardon` puts on the disk, for a transaction that holds its reason too.
  static Transaction pardoned(NodeId node);

  void connected(Wire& wire, const Instant& now);
  void disconnected(const Wire& wire);
  /// Lets the node go, if it is connected.
  void drop(const std::string& why);
  void receive(const v1::Frame& frame, const Instant& now);
  void tick(const Instant& now);
  /// The feed has grown.
  void feed_grew(const Instant& now);
  /// Of this journal of the node everything up to `seq` is on the standby's disk too.
  void safe(const JournalId& journal, std::uint64_t seq);
  /// The standby is gone, or one begins to follow, with another disk perhaps: nothing is safe but what is
  /// said to be from here, and the node hears so.
  void safe_anew();

  bool live() const { return phase_ == Phase::live; }
  bool connected() const { return wire_ != nullptr; }
  std::int64_t last_heard_ms() const { return last_heard_wall_ms_; }
  std::uint64_t feed_acknowledged() const { return down_.acknowledged(); }
  /// What the node said of its box key at its last hello; nothing before the first.
  std::optional<bool> unsealed() const { return unsealed_; }
  /// The youngest life that is held here.
  Epoch life() const { return lives_.youngest(); }

 private:
  enum class Phase { offline, greeted, live, refused };
  struct Journal {
    JournalTip tip;                          // What was submitted to the disk.
    std::uint64_t durable = 0;               // Up to where it is on the disk.
    std::uint64_t safe = 0;                  // Up to where it is on the standby's disk too.
    std::map<std::uint64_t, Digest> recent;  // Hashes of the last records: a fork shows against them.
  };
  struct Tickets {
    Octets current, next;
  };
  /// What a batch adds to a journal, and its end after that.
  struct Received {
    std::vector<Record> records;
    JournalTip tip;
  };
  /// What a node lacks of one of its own journals.
  struct Missing {
    JournalId journal;
    std::uint64_t from = 1;
  };

  /// A hello that is being judged: what it says of journals is compared with what is held here.
  struct Greeting {
    v1::Hello hello;
    std::vector<std::pair<JournalId, v1::JournalMark>> to_compare;
    bool heard_another = false;  // It has heard acts of central that are others than those held here.
  };

  void on_hello(const v1::Hello& hello);
  void compare(Greeting greeting);
  void judge_tickets(const Greeting& greeting);
  bool judge_heard(const Greeting& greeting, bool first_contact);
  void forgive();
  void put_ahead(OctetsView octets);
  void on_feed_acknowledgement(const v1::FeedAcknowledgement& acknowledgement);
  void welcome(const v1::Hello& hello, bool behind);
  void refuse(const v1::Hello& hello, v1::Refusal why);
  /// A box whose lives two people have ended.
  bool is_over(const v1::Hello& hello) const;
  void clone(const v1::Hello& hello, const std::string& detail);
  std::vector<Missing> missing(const v1::Hello& hello) const;
  void hand_back(std::vector<Missing> missing);
  /// Whether the node has lost all that lies before the cuts of the last checkpoint, and can take what was
  /// kept instead.
  bool may_rebuild(const v1::Hello& hello) const;
  void begin_rebuild(std::vector<Missing> missing);
  void walk_next();
  void walk(const std::vector<Record>& records);
  void send_rebuild();
  void send_parts(std::deque<v1::Frame> parts, std::vector<Missing> missing);
  /// Sends it and a heartbeat behind it; when that is answered, `then`. So a slow line holds one frame, and
  /// neither side takes the other for silent.
  void send_paced(const v1::Frame& frame, std::function<void()> then);
  void on_state_question(const v1::StateQuestion& question);
  void on_batch(const v1::Batch& batch);
  /// What a batch adds to a journal. Nothing when it is bad: then the connection has ended.
  std::optional<Received> read_batch(const v1::Batch& batch, const Journal& at);
  /// The key that signs the heads of the life that `first` opens or goes on with. Nothing: let it fall.
  std::optional<Octets> head_key_for(const Record& first);
  void take(Journal& at, Received received, std::optional<v1::SignedHead> head);
  void acknowledge(const JournalId& journal, std::optional<v1::SignedHead> head);
  bool was_greeted(Epoch life) const;
  bool may_open(Epoch epoch, const v1::NodeLife& life);
  bool may_sign(const v1::NodeLife& life);
  void note_branch(const Record& opened);
  void on_checkpoint(const v1::SignedCheckpoint& asked);
  bool may_cut(const v1::Checkpoint& checkpoint);
  KeptSet new_walked_set() const;
  void forget_walked();
  void judge_next();
  void judge();
  void refuse_checkpoint();
  /// The node no longer has what is not held here.
  void note_cut(const v1::Hello& hello);
  void pump_feed();
  void send_mark();
  void fault(v1::IncidentKind kind, const std::string& why);
  Journal& journal(v1::Stream stream, Epoch epoch);
  void durably(Transaction transaction, std::function<void()> work);

  TenantId tenant_;
  NodeId node_, central_;
  Ledger& ledger_;
  const Signer& signer_;
  const SignatureCheck& check_;
  CentralLinkHost& host_;
  Patience patience_;

  Phase phase_ = Phase::offline;
  Wire* wire_ = nullptr;
  std::uint64_t connection_ = 0;  // Moves on when a line begins and when it ends: late answers are let fall.
  std::uint64_t fed_epoch_ = 0;   // Of the feed that the node was welcomed to.
  Instant now_;
  std::uint64_t now_ms_ = 0, heard_ms_ = 0, mark_ms_ = 0;
  std::int64_t last_heard_wall_ms_ = 0;
  std::map<std::pair<Epoch, v1::Stream>, Journal> journals_;
  LifeOrder lives_;
  std::map<Epoch, Octets> life_keys_;  // Each life's head key …
  std::map<Epoch, Octets> handovers_;  // … and what the key before it signed for it.
  struct GreetedLife {
    Epoch life;
    bool has_acts = false;
  };
  std::vector<GreetedLife> greeted_lives_;  // Those that this connection's hello named, oldest first.
  Tickets tickets_;
  bool pardoned_ = false;                            // Then no ticket is known.
  bool by_pardon_ = false;                           // The last hello was taken for that, …
  static constexpr OctetsView by_pardon_mark = "p";  // … and so is its repeat: the welcome may be lost.
  static constexpr OctetsView forgiven_value = "forgiven";  // In place of how far it is ahead.
  bool ahead_ = false;     // It has heard a younger central than this one: only a person lets it in again …
  bool forgiven_ = false;  // … and then what it heard is of no account: its feed begins anew, …
  std::uint64_t anew_feed_ = 0;  // … which it has taken up when it acknowledges some of it.
  std::optional<bool> unsealed_;
  std::uint64_t rival_until_ms_ = 0;  // Until then an older disk is a copy: the box itself was here just now.
  Octets greeting_;                   // The next ticket of the hello being answered: a repeat is let fall.
  // The next tickets of this line's hellos whose welcome arrived, since records or another hello came after
  // it: no repeat of them counts.
  std::set<Octets> gone_on_;
  Outgoing down_;
  Heartbeat heartbeat_;
  Digest marked_feed_{}, marked_up_{};
  struct Judging;
  std::shared_ptr<Judging> judging_;        // A checkpoint of the node that is being worked out.
  std::map<JournalId, JournalTip> walked_;  // Up to where its journals were read for that …
  KeptSet walked_set_ = new_walked_set();   // … and what is kept of them.
  v1::SignedCheckpoint countersigned_;      // The last.
  struct Rebuilding;
  std::shared_ptr<Rebuilding> rebuilding_;  // What was kept before its cuts is being worked out …
  std::uint64_t rebuilds_ = 0;              // … so many times in this run.
  std::function<void()> when_arrived_;      // What is handed back next, when the node has what was sent.
  PartSize part_size_;
  Octets refused_checkpoint_;  // The last that differed: it does so each time that it comes.
  std::set<std::string> reported_;
};

}  // namespace feldsher::sync
