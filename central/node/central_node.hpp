#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "central/feed/feed_deriver.hpp"
#include "central/registry/decommissions.hpp"
#include "central/registry/erasures.hpp"
#include "central/registry/network_state.hpp"
#include "central/scheduling/scheduling.hpp"
#include "central/scheduling/task_rules.hpp"
#include "central/standby/safekeeping.hpp"
#include "protocol/journal/writer.hpp"
#include "protocol/sync/central_link.hpp"

namespace feldsher::central {

/// What central needs of the world outside its core.
struct CentralWorld {
  const Clock& clock;
  Random& random;
  Ledger& ledger;
  const Signer& signer;
  const SignatureCheck& check;
  Safekeeping* safekeeping = nullptr;  ///< Where a standby may be: nobody is told what it lacks.
};

/// How a point stands, for status tables.
struct PointStatus {
  PointId point;
  NodeId node;
  bool connected = false;
  std::int64_t last_heard_ms = 0;       ///< Unix ms; 0 = not since this process began.
  std::int64_t last_act_ms = 0;         ///< Stamp of its last act here; 0 = none.
  std::uint64_t acts = 0;               ///< How many of its acts are here.
  std::uint64_t feed_items = 0;         ///< How many items its feed has …
  std::uint64_t feed_acknowledged = 0;  ///< … and how many it has applied.
  std::optional<bool> unsealed =
      {};                      ///< Its box key lies in a file. Nothing: not heard since this process began.
  bool waits_for_box = false;  ///< Two people ended its box, and no other has enrolled.
};

/// The core of central: journal, state, feeds and links, wired together, with no I/O of its own.
class CentralNode final : private sync::CentralLinkHost {
 public:
  CentralNode(TenantId tenant, NodeId node, CentralWorld world);
  ~CentralNode() override;

  void start(JournalStore& store);
  /// What a store must hold beside its journal when it is about to take central's place: the next start opens
  /// a new life, which begins after what the store holds, and takes every node's next hello as its first.
  static Transaction take_over(JournalStore& store, const std::string& why);
  void tick();
  /// False: the disk is nearly full, and points keep their readings until there is room. Acts are taken in
  /// all the same.
  void take_readings(bool takes) { takes_readings_ = takes; }

  /// Signs the end of central's own journal. Once a minute by itself; the program calls it before it ends.
  void sign_head_now();

  /// A node connected; frames of it come by `receive` until `disconnected`. `serial`: of the certificate that
  /// it came in with; empty = not known.
  void connected(NodeId node, sync::Wire& wire, const Octets& serial = {});
  void receive(NodeId node, const v1::Frame& frame);
  void disconnected(NodeId node, const sync::Wire& wire);

  /// Every record that is durable here, once, in intake order: for the history.
  std::function<void(std::uint64_t intake, const Record&)> on_record = [](std::uint64_t, const Record&) {};

  /// Small named values that become durable together with a transaction; asked for when the state has moved.
  using Beside = std::function<std::map<std::string, Octets>()>;
  /// Writes one transaction into central's journal; `then` runs when it is durable.
  void write(const std::vector<Draft>& drafts, std::function<void()> then, const Beside& beside = {});

  /// Books, cancels: `then` gets the outcome after it is durable; refusals at once.
  void book(const WantedBooking& wanted, const v1::Actor& actor, v1::Proof proof,
            std::function<void(Scheduled<Booking>)> then);
  void cancel(const Uuid& appointment, const v1::Actor& actor, v1::Proof proof,
              std::function<void(Scheduled<Booking>)> then);

  /// A person says that the box of `node`, whose disk is older than what is held here, is the right one.
  void accept_older_disk(NodeId node, const v1::Actor& person, v1::Proof proof, std::function<void()> then);

  /// Writes the transaction by which another box becomes `node`. That this one shows no ticket that is known
  /// here is no fault from then on: the same transaction says so. `then` runs when it is durable.
  void let_in(NodeId node, const std::vector<Draft>& drafts, std::function<void()> then);

  NodeId id() const { return node_; }
  const NetworkState& state() const { return state_; }
  Scheduling& scheduling() { return scheduling_; }
  const TaskRules& tasks() const { return tasks_; }
  const Erasures& erasures() const { return erasures_; }
  const Decommissions& decommissions() const { return decommissions_; }
  std::vector<PointStatus> points() const;
  std::uint64_t intake() const { return feeds_.applied(); }
  StandbyStatus standby() const {
    return world_.safekeeping ? world_.safekeeping->status() : StandbyStatus{};
  }
  const JournalWriter& writer() const { return writer_; }
  sync::FeedLog& feed_of(NodeId node) { return feeds_.feed(node); }
  Instant now() const { return world_.clock.now(); }
  Random& random() { return world_.random; }
  v1::Actor self() const;
  void incident(v1::IncidentKind kind, NodeId node, const std::string& detail) override;

 private:
  bool enrolled(NodeId node) override;
  bool ended(NodeId node, Epoch life) override { return state_.has_ended(node, life); }
  std::vector<Octets> head_keys(NodeId node) override;
  std::vector<v1::HeadKeyHandover> handovers() override { return handovers_; }
  void received(NodeId node, const std::vector<Record>& records) override;
  bool takes_readings() override { return takes_readings_; }
  sync::FeedLog& feed(NodeId node) override { return feeds_.feed(node); }
  void renew_feed(NodeId node, std::function<void()> then) override;
  Digest state_hash_of_acts(NodeId node) override { return state_.state_hash_of_acts(node); }
  const SubjectSet* subjects_of_acts(NodeId node) override { return state_.subjects_of_acts(node); }
  HybridClock& clock() override { return writer_.clock(); }
  bool standby_in_step() override { return world_.safekeeping && world_.safekeeping->in_step(); }
  std::uint64_t forgotten(const v1::Hello& hello) override;

  sync::CentralLink& link(NodeId node);
  /// What became durable may be told: now, or when the standby has it too.
  using Told = std::function<void(const std::vector<Record>&)>;
  void tell(const std::vector<Record>& records, const Told& then);
  void take_in(const std::vector<Record>& records, const Told& then);
  void watch_standby();
  /// `why`: central takes over from another that wrote up to `parent`; empty: it is new.
  void open_life(const std::optional<JournalTip>& parent, const Octets& why);
  void note_own_key(const v1::NodeLife& opened);
  void intake_record(const Record& record);
  /// Two people have ended the node's box: whoever is connected as that goes, whatever certificate it has.
  void cut_ended(const Record& ordered);
  /// Answers what became durable: requests of points, and what a person must look at.
  void run_rules(const std::vector<Record>& records);
  void feeds_grew();
  static std::string feed_value(NodeId node) { return "node/" + node.to_text() + "/feed"; }

  TenantId tenant_;
  NodeId node_;
  CentralWorld world_;
  NetworkState state_;
  FeedDeriver feeds_;
  JournalWriter writer_;
  Scheduling scheduling_;
  TaskRules tasks_;
  Erasures erasures_;
  Decommissions decommissions_;
  std::map<NodeId, std::unique_ptr<sync::CentralLink>> links_;
  std::map<Epoch, std::uint64_t> lives_;  // Where each earlier life of central's own journal ended.
  std::map<NodeId, Octets> serials_;      // Of the certificates with which nodes are connected.
  std::vector<v1::HeadKeyHandover> handovers_;
  Octets head_key_;  // Of the present life of central's own journal.
  std::uint64_t head_signed_ms_ = 0;
  bool takes_readings_ = true;
};

}  // namespace feldsher::central
