#include "central/node/central_node.hpp"

#include <boost/endian/conversion.hpp>

#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

constexpr std::uint64_t head_every_ms = 60'000;

Epoch draw_epoch(Random& random) {
  Epoch epoch;
  do epoch.value = random.u64();
  while (epoch.value == 0);
  return epoch;
}

const unsigned char* bytes(const Octets& octets) {
  return reinterpret_cast<const unsigned char*>(octets.data());
}

}  // namespace

CentralNode::CentralNode(TenantId tenant, NodeId node, CentralWorld world)
    : tenant_(tenant),
      node_(node),
      world_(world),
      state_(node),
      feeds_(node),
      writer_(tenant, node, draw_epoch(world.random), world.random),
      scheduling_(state_, world.random) {}

CentralNode::~CentralNode() = default;

v1::Actor CentralNode::self() const {
  v1::Actor actor;
  actor.set_kind(v1::ACTOR_NODE);
  actor.set_id(node_.to_octets());
  return actor;
}

sync::CentralLink& CentralNode::link(NodeId node) {
  auto& link = links_[node];
  if (!link)
    link = std::make_unique<sync::CentralLink>(tenant_, node, node_, world_.ledger, world_.signer,
                                               world_.check, static_cast<sync::CentralLinkHost&>(*this));
  return *link;
}

void CentralNode::start(JournalStore& store) {
  std::optional<Epoch> life;
  std::map<std::uint64_t, std::vector<std::pair<NodeId, std::uint64_t>>>
      feeds_begun;  // Intake → node, feed epoch.
  auto begin_feeds = [&](std::uint64_t intake) {
    if (auto at = feeds_begun.find(intake); at != feeds_begun.end())
      for (const auto& [node, epoch] : at->second) feeds_.begin(node, epoch);
  };
  for (const auto& [name, value] : store.values("node/")) {
    if (!name.ends_with("/feed") || value.size() != 16) continue;
    auto node = Uuid::from_text(name.substr(5, 36));
    if (node)
      feeds_begun[boost::endian::load_big_u64(bytes(value) + 8)].emplace_back(
          NodeId{*node}, boost::endian::load_big_u64(bytes(value)));
  }
  begin_feeds(0);
  store.replay(0, [&](std::uint64_t, Record&& record) {
    if (record.tenant != tenant_) throw Fault("this journal is of another tenant");
    state_.apply(record);
    intake_record(record);
    begin_feeds(feeds_.applied());
    if (record.header.verb() == v1::OPENED) {
      if (record.key.origin == node_)
        life = record.key.epoch;
      else
        link(record.key.origin).resume_life(record);
    }
    writer_.resume_after(record.header.at());
  });
  if (life) writer_.begin(*life);
  for (const JournalTip& tip : store.tips()) {
    if (tip.journal.origin != node_)
      link(tip.journal.origin).resume(tip);
    else if (life && tip.journal.epoch == *life)
      writer_.resume(tip);
  }
  for (auto& [node, each] : links_)
    if (auto tickets = store.value(sync::CentralLink::tickets_value(node))) each->resume_tickets(*tickets);
  if (!life) {
    v1::NodeLife first;
    first.set_reason(v1::OPEN_ENROLLED);
    first.set_head_key(world_.signer.public_key());
    Draft draft;
    draft.actor = self();
    draft.subject = {v1::NODE, node_.uuid};
    draft.verb = v1::OPENED;
    draft.message = first.SerializeAsString();
    write({draft}, [] {});
  }
  // A request may have become durable when its answer had not.
  for (const auto& [id, row] : state_.requests.rows())
    if (auto drafts = scheduling_.answer_request(id, now()); !drafts.empty()) write(drafts, [] {});
}

void CentralNode::intake_record(const Record& record) {
  feeds_.apply(record);
  on_record(feeds_.applied(), record);
}

void CentralNode::write(const std::vector<Draft>& drafts, std::function<void()> then) {
  std::vector<Record> records = writer_.seal(v1::ACTS, drafts, now());
  for (const Record& record : records) state_.apply(record);
  Transaction transaction;
  transaction.records = records;
  // Feeds grow only from what is durable: a point must never hold what central can forget.
  world_.ledger.submit(std::move(transaction), [this, records = std::move(records), then = std::move(then)] {
    for (const Record& record : records) intake_record(record);
    then();
    feeds_grew();
  });
}

void CentralNode::received(NodeId, const std::vector<Record>& records) {
  for (const Record& record : records) {
    if (!state_.apply(record))
      incident(v1::INCIDENT_QUARANTINE, record.key.origin, "the body of " + to_hex(record.key.to_octets()));
    intake_record(record);
  }
  for (const Record& record : records)
    if (record.subject.type == v1::REQUEST)
      if (auto drafts = scheduling_.answer_request(record.subject.id, now()); !drafts.empty())
        write(drafts, [] {});
  feeds_grew();
}

void CentralNode::feeds_grew() {
  const Instant at = now();
  for (auto& [node, each] : links_) each->feed_grew(at);
}

bool CentralNode::enrolled(NodeId node) { return state_.point_of(node).has_value(); }

void CentralNode::renew_feed(NodeId node, std::function<void()> then) {
  std::uint64_t epoch;
  do epoch = world_.random.u64();
  while (epoch == 0);
  Octets value(16, '\0');
  boost::endian::store_big_u64(reinterpret_cast<unsigned char*>(value.data()), epoch);
  boost::endian::store_big_u64(reinterpret_cast<unsigned char*>(value.data()) + 8, feeds_.applied());
  feeds_.begin(node, epoch);
  Transaction transaction;
  transaction.values[feed_value(node)] = value;
  world_.ledger.submit(std::move(transaction), std::move(then));
}

void CentralNode::incident(v1::IncidentKind kind, NodeId node, const std::string& detail) {
  v1::Incident incident;
  incident.set_kind(kind);
  incident.set_node(node.to_octets());
  incident.set_detail(detail);
  Draft draft;
  draft.actor = self();
  draft.subject = {v1::INCIDENT, world_.random.uuid_v7(now().wall_ms)};
  draft.verb = v1::RAISED;
  draft.message = incident.SerializeAsString();
  write({draft}, [] {});
}

void CentralNode::connected(NodeId node, sync::Wire& wire) { link(node).connected(wire, now()); }
void CentralNode::receive(NodeId node, const v1::Frame& frame) { link(node).receive(frame, now()); }
void CentralNode::disconnected(NodeId node, const sync::Wire& wire) { link(node).disconnected(wire); }

void CentralNode::sign_head_now() {
  head_signed_ms_ = now().since_boot_ms;
  if (writer_.tip(v1::ACTS).seq == 0) return;
  Transaction transaction;
  transaction.heads.push_back(sign_head(tenant_, writer_.tip(v1::ACTS), world_.signer));
  world_.ledger.submit(std::move(transaction), [] {});
}

void CentralNode::tick() {
  const Instant at = now();
  if (at.since_boot_ms - head_signed_ms_ >= head_every_ms) sign_head_now();
  for (auto& [node, each] : links_) each->tick(at);
}

void CentralNode::book(const WantedBooking& wanted, const v1::Actor& actor, v1::Proof proof,
                       std::function<void(Scheduled<Booking>)> then) {
  auto booking = scheduling_.book(wanted, actor, proof, now());
  if (!booking) return then(booking.error());
  write(booking->drafts, [booking = *booking, then = std::move(then)] { then(booking); });
}

void CentralNode::cancel(const Uuid& appointment, const v1::Actor& actor, v1::Proof proof,
                         std::function<void(Scheduled<Booking>)> then) {
  auto booking = scheduling_.cancel(appointment, actor, proof, now());
  if (!booking) return then(booking.error());
  write(booking->drafts, [booking = *booking, then = std::move(then)] { then(booking); });
}

std::vector<PointStatus> CentralNode::points() const {
  std::vector<PointStatus> all;
  for (const auto& [id, row] : state_.points.rows()) {
    PointStatus status{.point = PointId{id},
                       .node = NodeId::from_octets(row.state.node()).value_or(NodeId{})};
    status.last_act_ms = state_.last_act_ms(status.node);
    status.acts = state_.acts_of(status.node);
    status.feed_items = const_cast<FeedDeriver&>(feeds_).feed(status.node).last();
    if (auto link = links_.find(status.node); link != links_.end()) {
      status.connected = link->second->live();
      status.last_heard_ms = link->second->last_heard_ms();
      status.feed_acknowledged = link->second->feed_acknowledged();
    }
    all.push_back(status);
  }
  return all;
}

}  // namespace feldsher::central
