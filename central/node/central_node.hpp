#pragma once
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "central/feed/feed_deriver.hpp"
#include "central/registry/network_state.hpp"
#include "central/scheduling/scheduling.hpp"
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
};

/// The core of central: journal, state, feeds and links, wired together, with no I/O of its own.
class CentralNode final : private sync::CentralLinkHost {
 public:
  CentralNode(TenantId tenant, NodeId node, CentralWorld world);
  ~CentralNode() override;

  void start(JournalStore& store);
  void tick();

  /// Signs the end of central's own journal. Once a minute by itself; the program calls it before it ends.
  void sign_head_now();

  /// A node connected; frames of it come by `receive` until `disconnected`.
  void connected(NodeId node, sync::Wire& wire);
  void receive(NodeId node, const v1::Frame& frame);
  void disconnected(NodeId node, const sync::Wire& wire);

  /// Every record that is durable here, once, in intake order: for the history.
  std::function<void(std::uint64_t intake, const Record&)> on_record = [](std::uint64_t, const Record&) {};

  /// Writes one transaction into central's journal; `then` runs when it is durable.
  void write(const std::vector<Draft>& drafts, std::function<void()> then);

  /// Books, cancels: `then` gets the outcome after it is durable; refusals at once.
  void book(const WantedBooking& wanted, const v1::Actor& actor, v1::Proof proof,
            std::function<void(Scheduled<Booking>)> then);
  void cancel(const Uuid& appointment, const v1::Actor& actor, v1::Proof proof,
              std::function<void(Scheduled<Booking>)> then);

  const NetworkState& state() const { return state_; }
  Scheduling& scheduling() { return scheduling_; }
  std::vector<PointStatus> points() const;
  std::uint64_t intake() const { return feeds_.applied(); }
  const JournalWriter& writer() const { return writer_; }
  sync::FeedLog& feed_of(NodeId node) { return feeds_.feed(node); }
  Instant now() const { return world_.clock.now(); }
  Random& random() { return world_.random; }
  v1::Actor self() const;

 private:
  bool enrolled(NodeId node) override;
  void received(NodeId node, const std::vector<Record>& records) override;
  sync::FeedLog& feed(NodeId node) override { return feeds_.feed(node); }
  void renew_feed(NodeId node, std::function<void()> then) override;
  Digest state_hash_of_acts(NodeId node) override { return state_.state_hash_of_acts(node); }
  void incident(v1::IncidentKind kind, NodeId node, const std::string& detail) override;
  HybridClock& clock() override { return writer_.clock(); }

  sync::CentralLink& link(NodeId node);
  void intake_record(const Record& record);
  void feeds_grew();
  static std::string feed_value(NodeId node) { return "node/" + node.to_text() + "/feed"; }

  TenantId tenant_;
  NodeId node_;
  CentralWorld world_;
  NetworkState state_;
  FeedDeriver feeds_;
  JournalWriter writer_;
  Scheduling scheduling_;
  std::map<NodeId, std::unique_ptr<sync::CentralLink>> links_;
  std::uint64_t head_signed_ms_ = 0;
};

}  // namespace feldsher::central
