#include "edge-agent/agent/point_node.hpp"

#include "protocol/clinic/authority.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::edge {
namespace {

constexpr std::uint64_t heads_every_ms = 60'000;

Zone zone_named(const std::string& name) {
  auto zone = Zone::named(name);
  if (!zone) throw Fault("no time zone is called \"" + name + "\": use an IANA name such as Europe/Kyiv");
  return *zone;
}

Epoch draw_epoch(Random& random) {
  Epoch epoch;
  do epoch.value = random.u64();
  while (epoch.value == 0);
  return epoch;
}

}  // namespace

PointNode::PointNode(PointIdentity identity, PointWorld world)
    : identity_(std::move(identity)),
      world_(std::move(world)),
      state_(identity_.point, identity_.node),
      writer_(identity_.tenant, identity_.node, draw_epoch(world_.random), world_.random),
      desk_(state_, zone_named(identity_.zone), world_.random, world_.read_pass),
      link_(identity_.software, writer_, world_.ledger, world_.random, world_.signer, world_.check, *this),
      run_(draw_epoch(world_.random).value) {}

PointNode::~PointNode() = default;

v1::Actor PointNode::self() const {
  v1::Actor actor;
  actor.set_kind(v1::ACTOR_NODE);
  actor.set_id(identity_.node.to_octets());
  return actor;
}

void PointNode::start(JournalStore& store) {
  const Instant raw = world_.clock.now();
  started_ms_ = raw.since_boot_ms;
  const bool lived = link_.resume(store);
  state_.resume(EndedLives::from_octets(store.value(ended_value).value_or("")));
  ended_kept_ = state_.ended();
  store.replay(0, [&](std::uint64_t, Record&& record) {
    if (record.key.origin != identity_.node || record.tenant != identity_.tenant)
      throw Fault("this journal was written by another node: the data folder is not this point's");
    writer_.resume_after(record.header.at());
    take(record);
  });
  store.scope([&](Record&& record) {
    if (!may_come_by_feed(record)) return;
    state_.apply(record);
    if (record.subject.type == v1::REQUEST) requests_to_answer_.insert(record.subject.id);
  });
  store.each_answered([&](AskId ask, Octets answer) {
    answers_[ask] = std::move(answer);
    older_answers_.insert(ask);
  });
  for (const auto& [name, order] : store.values(erased_value)) erased_[name] = order;
  swept_day_ = store.value(swept_value).value_or("");
  if (!lived) link_.open_life(v1::OPEN_ENROLLED);
  if (link_.key_was_rotated()) link_.open_life(v1::OPEN_KEY_ROTATED);
  // A clock that nobody has set goes on from the last record, so that who comes later is later.
  if (raw.trust == v1::TRUST_UNSET && raw.wall_ms < writer_.clock().wall_ms())
    clock_offset_ms_ = writer_.clock().wall_ms() - raw.wall_ms;
  boot_tip_ = writer_.tip(v1::ACTS);
  keep_ended();
}

void PointNode::open_life(const v1::NodeLife& life, Transaction with) {
  Draft draft;
  draft.actor = self();
  draft.subject = {v1::NODE, identity_.node.uuid};
  draft.verb = v1::OPENED;
  draft.message = life.SerializeAsString();
  write(v1::ACTS, {draft}, std::move(with), [] {});
}

void PointNode::take(const Record& record) {
  // Of what a restore brings back, a younger life may have moved on already. And not written here: the
  // record itself is not on its way to the disk yet, or the journal not read to its end.
  const bool erased = !record.stored.body;
  // Who had the box and its key may have written as central. Before the first feed no record is central's.
  const bool obeyed = may_write(record, link_.feed().central());
  if (!erased && obeyed && !link_.outdated(record) && !state_.apply(record))
    unsaid_.emplace_back(v1::INCIDENT_QUARANTINE, "the body of " + to_hex(record.key.to_octets()));
  if (!erased) bodies_.add(record);
  link_.wrote(record);
  if (obeyed && record.subject.type == v1::READING_BLOCK) on_block(record);
}

void PointNode::write(v1::Stream stream, const std::vector<Draft>& drafts, Transaction with,
                      std::function<void()> then) {
  if (!link_.may_write()) link_.open_life(v1::OPEN_UNCONFIRMED);
  ++unsettled_;
  std::vector<Record> records = writer_.seal(stream, drafts, now());
  // The state moves at once, the world hears of it only after the commit: if that fails, the process
  // ends and the state with it.
  for (const Record& record : records) take(record);
  JournalTip tip = writer_.tip(stream);
  if (stream == v1::READINGS) drop_erased(records, with);
  with.records = std::move(records);
  world_.ledger.submit(std::move(with), [this, tip = std::move(tip), then = std::move(then)] {
    --unsettled_;
    link_.durable(tip, now());
    ++version_;
    then();
    announce();
  });
  speak();
}

void PointNode::speak() {
  if (!need_not_wait()) return;
  for (const auto& [kind, detail] : std::exchange(unsaid_, {})) raise(kind, detail);
}

void PointNode::announce() {
  announced_ = version_;
  on_changed();
}

void PointNode::raise(v1::IncidentKind kind, const std::string& detail) {
  if (!need_not_wait()) {
    unsaid_.emplace_back(kind, detail);
    return;
  }
  // A body that is bad today was bad at the last start: that is one incident.
  if (kind == v1::INCIDENT_QUARANTINE)
    for (const auto& [id, row] : state_.incidents.rows())
      if (row.state.kind() == kind && row.state.detail() == detail) return;
  if (!raised_.insert(std::to_string(kind) + detail).second) return;
  v1::Incident incident;
  incident.set_kind(kind);
  incident.set_node(identity_.node.to_octets());
  incident.set_detail(detail);
  Draft draft;
  draft.actor = self();
  draft.subject = {v1::INCIDENT, world_.random.uuid_v7(now().wall_ms)};
  draft.verb = v1::RAISED;
  draft.message = incident.SerializeAsString();
  write(v1::ACTS, {draft}, {}, [] {});
}

bool PointNode::may_come_by_feed(const Record& record) const {
  const NodeId central = link_.feed().central();
  return central.is_nil() || may_write(record, central);
}

void PointNode::feed_record(const Record& record) {
  if (!state_.apply(record)) raise(v1::INCIDENT_QUARANTINE, "the body of " + to_hex(record.key.to_octets()));
  keep_ended();
  if (record.subject.type == v1::ERASURE) erase(record);
  if (record.subject.type == v1::REQUEST) requests_to_answer_.insert(record.subject.id);
  ++version_;
}

void PointNode::feed_left(const SubjectKey& subject) {
  state_.drop(subject);
  ++version_;
}

void PointNode::restored(const std::vector<Record>& records) {
  for (const Record& record : records) take(record);
  ++version_;
}

void PointNode::rebuilt(const sync::Rebuilt& rebuilt, Transaction& with) {
  for (const BegunJournal& journal : rebuilt.journals) restored(journal.kept);
  on_rebuilt(rebuilt, with);
}

void PointNode::answer_requests() {
  for (const Uuid& request : std::exchange(requests_to_answer_, {}))
    if (auto drafts = desk_.answer_request(request, desk_time()); !drafts.empty())
      write(v1::ACTS, drafts, {}, [] {});
}

void PointNode::sign_heads() {
  heads_signed_ms_ = world_.clock.now().since_boot_ms;
  Transaction transaction;
  for (v1::Stream stream : {v1::ACTS, v1::READINGS})
    if (const JournalTip& tip = writer_.tip(stream); tip.seq > 0)
      transaction.heads.push_back(sign_head(identity_.tenant, tip, world_.signer));
  if (!transaction.heads.empty()) world_.ledger.submit(std::move(transaction), [] {});
}

void PointNode::tick() {
  link_.tick(now());
  if (world_.clock.now().since_boot_ms - heads_signed_ms_ >= heads_every_ms) sign_heads();
  speak();
  const DeskTime time = turn();
  if (rules_may_act()) {
    answer_requests();
    for (const std::vector<Draft>& act : desk_.due(time)) write(v1::ACTS, act, {}, [] {});
  }
  // Not just after a start: what was asked a moment before it may be asked again.
  const bool settled = world_.clock.now().since_boot_ms - started_ms_ >= 600'000;
  if (!past_.empty()) {
    if (!sweeping_) sweep_on();
  } else if (settled && !time.clock_unset && time.day != swept_day_) {
    sweep(time);
  }
  if (version_ != announced_) announce();  // The feed changed something since.
}

bool PointNode::rules_may_act() {
  // A disk that was restored from an old copy learns so at the first hello. Until then, or for a minute
  // when there is no line, no rule judges by what may be an old state.
  constexpr std::uint64_t rest_ms = 60'000;
  rules_awake_ = rules_awake_ || link_.phase() == sync::PointLink::Phase::live ||
                 world_.clock.now().since_boot_ms - started_ms_ >= rest_ms;
  return rules_awake_;
}

}  // namespace feldsher::edge
