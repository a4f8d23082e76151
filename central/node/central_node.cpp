#include "central/node/central_node.hpp"

#include <boost/endian/conversion.hpp>

#include "central/feed/day_rule.hpp"
#include "central/feed/derivation.hpp"

namespace feldsher::central {
namespace {

constexpr std::uint64_t head_every_ms = 60'000;

Epoch draw_epoch(Random& random) {
  Epoch epoch;
  do epoch.value = random.u64();
  while (epoch.value == 0);
  return epoch;
}

}  // namespace

CentralNode::CentralNode(TenantId tenant, NodeId node, CentralWorld world)
    : tenant_(tenant),
      node_(node),
      world_(world),
      state_(node),
      feeds_(node),
      writer_(tenant, node, draw_epoch(world.random), world.random),
      scheduling_(state_, world.random),
      tasks_(state_, world.random),
      erasures_(state_, world.random),
      decommissions_(state_, world.random) {}

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

std::uint64_t CentralNode::forgotten(const v1::Hello& hello) {
  std::uint64_t count = 0;
  for (const v1::JournalMark& mark : hello.heard()) {
    std::uint64_t held = 0;
    if (mark.epoch() == writer_.epoch().value)
      held = writer_.tip(v1::ACTS).seq;
    else if (auto life = lives_.find(Epoch{mark.epoch()}); life != lives_.end())
      held = life->second;
    count += mark.seq() - std::min(mark.seq(), held);
  }
  return count;
}

bool CentralNode::enrolled(NodeId node) {
  return state_.point_of(node).has_value() && !state_.waits_for_box(node);
}

std::vector<Octets> CentralNode::head_keys(NodeId node) {
  // A central that was restored from a backup does not know who came in since: then nothing is compared.
  const Octets& shown = serials_[node];
  std::vector<Octets> keys;
  bool knows = false;
  for (const auto& [id, row] : state_.credentials.rows()) {
    const v1::Credential& credential = row.state;
    if (credential.holder() != node.to_octets() || credential.head_key().empty()) continue;
    knows = knows || credential.serial() == shown;
    if (!credential.revoked()) keys.push_back(credential.head_key());
  }
  return knows ? keys : std::vector<Octets>{};
}

void CentralNode::renew_feed(NodeId node, std::function<void()> then) {
  std::uint64_t epoch;
  do epoch = world_.random.u64();
  while (epoch == 0);
  Octets value(24, '\0');
  auto* octets = reinterpret_cast<unsigned char*>(value.data());
  boost::endian::store_big_u64(octets, epoch);
  boost::endian::store_big_u64(octets + 8, feeds_.applied());
  boost::endian::store_big_u64(octets + 16, feed_derivation);
  feeds_.begin(node, epoch);
  Transaction transaction;
  transaction.values[feed_value(node)] = value;
  world_.ledger.submit(std::move(transaction), std::move(then));
}

void CentralNode::accept_older_disk(NodeId node, const v1::Actor& person, v1::Proof proof,
                                    std::function<void()> then) {
  v1::Incident accepted;
  accepted.set_kind(v1::INCIDENT_BRANCH);
  accepted.set_node(node.to_octets());
  accepted.set_detail("a person accepted the older disk");
  Draft draft;
  draft.actor = person;
  draft.proof = proof;
  draft.subject = {v1::INCIDENT, world_.random.uuid_v7(now().wall_ms)};
  draft.verb = v1::RAISED;
  draft.message = accepted.SerializeAsString();
  world_.ledger.submit(link(node).pardon(), [] {});
  write({draft}, std::move(then));
}

void CentralNode::let_in(NodeId node, const std::vector<Draft>& drafts, std::function<void()> then) {
  write(
      drafts,
      [this, node, then = std::move(then)] {
        // Now for this process too; and on the disk once more: the box before may have greeted meanwhile.
        world_.ledger.submit(link(node).pardon(), [] {});
        then();
      },
      [node] { return sync::CentralLink::pardoned(node).values; });
}

void CentralNode::connected(NodeId node, sync::Wire& wire, const Octets& serial) {
  serials_[node] = serial;
  link(node).connected(wire, now());
}
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
  if (world_.safekeeping) world_.safekeeping->tick(at);
  if (const auto day = day_due(state_, at)) write({*day}, [] {});
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
    status.waits_for_box = state_.waits_for_box(status.node);
    status.feed_items = const_cast<FeedDeriver&>(feeds_).feed(status.node).last();
    if (auto link = links_.find(status.node); link != links_.end()) {
      status.connected = link->second->live();
      status.unsealed = link->second->unsealed();
      status.last_heard_ms = link->second->last_heard_ms();
      status.feed_acknowledged = link->second->feed_acknowledged();
    }
    all.push_back(status);
  }
  return all;
}

}  // namespace feldsher::central
