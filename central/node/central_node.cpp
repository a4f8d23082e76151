#include "central/node/central_node.hpp"

#include <boost/endian/conversion.hpp>

#include "central/feed/day_rule.hpp"
#include "protocol/clinic/erasing.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

constexpr std::uint64_t head_every_ms = 60'000;
constexpr const char* take_over_value = "central/take-over";

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

Transaction CentralNode::take_over(JournalStore& store, const std::string& why) {
  Transaction transaction;
  // Tickets and feeds of before are another disk's: a node shows younger ones.
  for (const auto& [name, value] : store.values("node/")) transaction.values[name] = "";
  transaction.values[take_over_value] = why;
  return transaction;
}

void CentralNode::open_life(const std::optional<JournalTip>& parent, const Octets& why) {
  v1::NodeLife opened;
  opened.set_reason(!parent ? v1::OPEN_ENROLLED : why.empty() ? v1::OPEN_KEY_ROTATED : v1::OPEN_WAS_BEHIND);
  if (parent) {
    opened.set_parent_epoch(parent->journal.epoch.value);
    opened.set_parent_seq(parent->seq);
    opened.set_parent_hash(to_octets(parent->hash));
    if (head_key_ == world_.signer.public_key()) {
      // Its writer died without a last word.
      Transaction end;
      end.heads.push_back(sign_head(tenant_, *parent, world_.signer));
      world_.ledger.submit(std::move(end), [] {});
    }
  }
  opened.set_head_key(world_.signer.public_key());
  opened.set_handover(world_.signer.handover());
  note_own_key(opened);
  Draft draft;
  draft.actor = self();
  draft.subject = {v1::NODE, node_.uuid};
  draft.verb = v1::OPENED;
  draft.message = opened.SerializeAsString();
  write(
      {draft}, [] {},
      [&why] {
        std::map<std::string, Octets> values;
        if (!why.empty()) values[take_over_value] = "";
        return values;
      });
  if (!why.empty()) incident(v1::INCIDENT_BRANCH, node_, why);
}

void CentralNode::note_own_key(const v1::NodeLife& opened) {
  if (!opened.handover().empty() && opened.head_key() != head_key_) {
    v1::HeadKeyHandover& handover = handovers_.emplace_back();
    handover.set_key(opened.head_key());
    handover.set_signature(opened.handover());
  }
  head_key_ = opened.head_key();
}

void CentralNode::watch_standby() {
  if (!world_.safekeeping) return;
  world_.safekeeping->on_safe = [this](const JournalId& journal, std::uint64_t seq) {
    if (journal.origin != node_) link(journal.origin).safe(journal, seq);
  };
  world_.safekeeping->on_safe_anew = [this] {
    for (auto& [node, each] : links_) each->safe_anew();
  };
  world_.safekeeping->on_away = [this] {
    incident(v1::INCIDENT_STANDBY, node_,
             "the standby is away: what is acknowledged now is on one disk only");
  };
  world_.safekeeping->on_differs = [this](const std::string& detail) {
    incident(v1::INCIDENT_FORK, node_, "a copy of central's journal: " + detail);
  };
}

void CentralNode::start(JournalStore& store) {
  watch_standby();
  const Octets took_over = store.value(take_over_value).value_or("");
  std::optional<Epoch> life;
  std::optional<JournalTip> last;  // The end of the life before, when a new one is to begin.
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
      if (record.key.origin == node_) {
        life = record.key.epoch;
        if (const auto opened = record.body<v1::NodeLife>()) note_own_key(*opened);
      } else {
        link(record.key.origin).resume_life(record);
      }
    }
    writer_.resume_after(record.header.at());
  });
  const bool goes_on = life && took_over.empty() && head_key_ == world_.signer.public_key();
  if (goes_on) writer_.begin(*life);
  for (const JournalTip& tip : store.tips()) {
    if (tip.journal.origin != node_)
      link(tip.journal.origin).resume(tip);
    else if (goes_on && tip.journal.epoch == *life)
      writer_.resume(tip);
    else if (life && tip.journal.epoch == *life && tip.journal.stream == v1::ACTS)
      last = tip;
    if (tip.journal.origin == node_ && tip.journal.stream == v1::ACTS) lives_[tip.journal.epoch] = tip.seq;
  }
  for (auto& [node, each] : links_) {
    if (auto tickets = store.value(sync::CentralLink::tickets_value(node))) each->resume_tickets(*tickets);
    each->resume_ahead(store.value(sync::CentralLink::ahead_value(node)).value_or(""));
  }
  if (!goes_on) open_life(last, took_over);
  // A record may have become durable when what answers it had not.
  for (const auto& [id, row] : state_.requests.rows())
    if (auto drafts = scheduling_.answer_request(id, now()); !drafts.empty()) write(drafts, [] {});
  for (const auto& drafts : tasks_.left_over(now())) write(drafts, [] {});
  for (const Draft& draft : erasures_.left_over()) write({draft}, [] {});
  for (const Draft& draft : decommissions_.left_over()) write({draft}, [] {});
}

void CentralNode::intake_record(const Record& record) {
  feeds_.apply(record);
  on_record(feeds_.applied(), record);
}

void CentralNode::write(const std::vector<Draft>& drafts, std::function<void()> then, const Beside& beside) {
  std::vector<Record> records = writer_.seal(v1::ACTS, drafts, now());
  for (const Record& record : records) state_.apply(record);
  Transaction transaction;
  transaction.records = records;
  if (beside) transaction.values = beside();
  // What orders that bodies be dropped drops them here, in one.
  for (const Record& record : records)
    if (auto erasure = record.header.verb() == v1::ERASED ? record.body<v1::Erasure>() : std::nullopt)
      transaction.erased.push_back(erase_pick(*erasure));
  // Feeds grow only from what is durable: a point must never hold what central can forget.
  world_.ledger.submit(std::move(transaction), [this, records = std::move(records), then = std::move(then)] {
    tell(records, [then](const std::vector<Record>&) { then(); });
  });
}

void CentralNode::tell(const std::vector<Record>& records, const Told& then) {
  if (!world_.safekeeping || world_.safekeeping->tells_at_once()) return take_in(records, then);
  world_.safekeeping->tell([this, records, then] { take_in(records, then); });
}

void CentralNode::take_in(const std::vector<Record>& records, const Told& then) {
  for (const Record& record : records) {
    intake_record(record);
    if (record.header.verb() == v1::DECOMMISSIONED && record.key.origin == node_) cut_ended(record);
  }
  then(records);
  feeds_grew();
}

void CentralNode::received(NodeId, const std::vector<Record>& records) {
  for (const Record& record : records) {
    if (!state_.apply(record) && record.stored.body)  // A body that was erased on the way is no fault.
      incident(v1::INCIDENT_QUARANTINE, record.key.origin, "the body of " + to_hex(record.key.to_octets()));
  }
  tell(records, [this](const std::vector<Record>& told) { run_rules(told); });
}

void CentralNode::cut_ended(const Record& ordered) {
  if (ordered.subject.type != v1::DECOMMISSION) return;
  const auto decommission = ordered.body<v1::Decommission>();
  const auto node = decommission ? NodeId::from_octets(decommission->node()) : std::nullopt;
  if (node) link(*node).drop("two people have ended its box");
}

void CentralNode::run_rules(const std::vector<Record>& records) {
  for (const Record& record : records) {
    std::vector<Draft> drafts;
    if (record.subject.type == v1::REQUEST)
      drafts = scheduling_.answer_request(record.subject.id, now());
    else if (record.subject.type == v1::APPOINTMENT)
      drafts = tasks_.found_in(record.subject.id, now());
    if (!drafts.empty()) write(drafts, [] {});
    if (auto again = erasures_.late(record)) write({*again}, [] {});
    if (auto end = decommissions_.late(record)) write({*end}, [] {});
  }
}

void CentralNode::feeds_grew() {
  const Instant at = now();
  for (auto& [node, each] : links_) each->feed_grew(at);
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
  Octets value(16, '\0');
  boost::endian::store_big_u64(reinterpret_cast<unsigned char*>(value.data()), epoch);
  boost::endian::store_big_u64(reinterpret_cast<unsigned char*>(value.data()) + 8, feeds_.applied());
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
