#include "edge-agent/agent/point_node.hpp"

#include <cstdlib>

#include "protocol/clinic/erasing.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::edge {
namespace {

constexpr std::size_t answers_remembered = 4096;
const std::string erased_value = "erased/";  // Orders to erase that were carried out: record key, by subject.
constexpr std::uint64_t heads_every_ms = 60'000;
// People wait this long for a restore; on a slow line it takes longer, and they are served with what is here.
constexpr std::uint64_t restore_patience_ms = 10'000;
// Central's clock moves ours only when the difference is more than a line and a busy machine explain.
constexpr std::int64_t tolerated_offset_ms = 2'000;

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

Instant PointNode::now() const {
  Instant now = world_.clock.now();
  // A machine that has been synchronised since needs nothing of what was learned before.
  if (now.trust == v1::SYNCHRONISED) return now;
  if (now.trust == v1::TRUST_UNSET && clock_trust_ != v1::TRUST_UNSET) now.trust = clock_trust_;
  now.wall_ms += clock_offset_ms_;
  return now;
}

DeskTime PointNode::desk_time() const {
  // A clock that fell back is held up by the last record's stamp; one that is known to be right is
  // believed, also below stamps that were written while it ran ahead.
  const bool known = world_.clock.now().trust == v1::SYNCHRONISED || clock_learned_;
  return desk_.time(now(), known ? 0 : writer_.clock().wall_ms());
}

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
  store.replay(0, [&](std::uint64_t, Record&& record) {
    if (record.key.origin != identity_.node || record.tenant != identity_.tenant)
      throw Fault("this journal was written by another node: the data folder is not this point's");
    writer_.resume_after(record.header.at());
    take(record);
  });
  store.scope([&](Record&& record) {
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
  if (!erased && !link_.outdated(record) && !state_.apply(record))
    unsaid_.emplace_back(v1::INCIDENT_QUARANTINE, "the body of " + to_hex(record.key.to_octets()));
  link_.wrote(record);
  if (record.key.stream == v1::READINGS) on_block(record);
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

void PointNode::ask(const std::string& terminal, OctetsView octets, std::function<void(Octets)> reply) {
  v1::Ask ask;
  std::optional<AskId> id;
  if (octets.size() <= 64 * 1024 && ask.ParseFromArray(octets.data(), static_cast<int>(octets.size())))
    id = AskId::from_octets(ask.id());
  if (!id) return;  // Without an id there is nobody to answer.
  if (auto known = answers_.find(*id); known != answers_.end()) return reply(known->second);
  if (in_flight_.contains(*id)) return;  // Its answer is on its way.
  if (link_.restoring_for_less_than(restore_patience_ms) && ask.act_case() != v1::Ask::kPoint) {
    // Soon we know more; not remembered, so that asking again is answered.
    v1::Answer busy;
    busy.set_ask(ask.id());
    busy.set_refusal(v1::ASK_BUSY);
    busy.set_retry_after_s(1);
    return reply(busy.SerializeAsString());
  }
  const DeskTime time = turn();
  if (const auto refusal = desk_.refuses(ask, terminal, time))
    return act(ask, terminal, Outcome::refused(*refusal), time, std::move(reply));
  if (ask.act_case() == v1::Ask::kPoint) {
    v1::Answer answer;
    answer.set_ask(ask.id());
    *answer.mutable_point() = view();
    return reply(answer.SerializeAsString());
  }
  if (ask.act_case() == v1::Ask::kSetClock) {
    Outcome outcome;
    if (const auto refusal = desk_.refuses_clock(ask.set_clock(), time)) {
      outcome = Outcome::refused(*refusal);
    } else {
      set_clock(ask.set_clock());
      turn();
      outcome.answer.mutable_done();
    }
    return act(ask, terminal, std::move(outcome), time, std::move(reply));
  }
  if (ask.act_case() == v1::Ask::kSignIn) {
    auto verifier = desk_.pin_verifier(ask.sign_in(), terminal, time);
    if (auto* refused = std::get_if<Outcome>(&verifier))
      return act(ask, terminal, *refused, time, std::move(reply));
    in_flight_.insert(*id);
    return world_.check_pin(std::get<std::string>(verifier), ask.sign_in().pin(),
                            [this, ask, terminal, id = *id, reply = std::move(reply)](bool right) {
                              in_flight_.erase(id);
                              const DeskTime then = turn();
                              act(ask, terminal, desk_.signed_in(ask.sign_in(), terminal, right, then), then,
                                  reply);
                            });
  }
  act(ask, terminal, desk_.answer(ask, terminal, time), time, std::move(reply));
}

void PointNode::act(const v1::Ask& ask, const std::string& terminal, Outcome outcome, const DeskTime& time,
                    std::function<void(Octets)> reply) {
  const AskId id = *AskId::from_octets(ask.id());
  outcome.answer.set_ask(ask.id());
  Octets answer = outcome.answer.SerializeAsString();
  if (outcome.drafts.empty()) {
    auto tell = [this, id, answer = std::move(answer), reply = std::move(reply)] {
      in_flight_.erase(id);
      answers_[id] = answer;
      answers_order_.push_back(id);
      if (answers_order_.size() > answers_remembered) {
        answers_.erase(answers_order_.front());
        answers_order_.pop_front();
      }
      reply(answer);
    };
    if (unsettled_ == 0) return tell();
    // It may tell of acts that are on their way to the disk ("you are checked in already"): after them.
    in_flight_.insert(id);
    return world_.ledger.submit({}, std::move(tell));
  }
  std::map<SubjectKey, Octets> before;
  for (const Draft& draft : outcome.drafts) {
    if (draft.subject.type == v1::TICKET)
      if (const auto* row = state_.tickets.find(draft.subject.id))
        before[draft.subject] = row->state.SerializeAsString();
    if (draft.subject.type == v1::VISIT)
      if (const auto* row = state_.visits.find(draft.subject.id))
        before[draft.subject] = row->state.SerializeAsString();
  }
  in_flight_.insert(id);
  Transaction transaction;
  transaction.answered.push_back({id, answer});
  write(v1::ACTS, outcome.drafts, std::move(transaction), [this, id, answer, reply = std::move(reply)] {
    in_flight_.erase(id);
    answers_[id] = answer;
    reply(answer);
  });
  std::vector<std::pair<SubjectKey, RecordKey>> made;
  for (const Draft& draft : outcome.drafts) made.emplace_back(draft.subject, *state_.current(draft.subject));
  desk_.wrote(id, made, before, terminal, time);
}

void PointNode::set_clock(const v1::SetClock& ask) {
  learn_clock(ask.wall_ms() - world_.clock.now().wall_ms, v1::SET_BY_PERSON, v1::CLOCK_SOURCE_PERSON);
}

void PointNode::central_time(std::int64_t wall_ms, std::uint32_t) {
  const Instant raw = world_.clock.now();
  const std::int64_t offset = wall_ms - raw.wall_ms;
  if (raw.trust == v1::SYNCHRONISED || std::llabs(offset - clock_offset_ms_) <= tolerated_offset_ms) {
    // That nothing had to be moved is something to know of a boot whose stamps say "unset".
    if (raw.trust == v1::TRUST_UNSET && clock_trust_ == v1::TRUST_UNSET)
      return learn_clock(clock_offset_ms_, v1::FREE_RUNNING, v1::CLOCK_SOURCE_CENTRAL);
    if (clock_trust_ == v1::TRUST_UNSET) clock_trust_ = v1::FREE_RUNNING;
    clock_learned_ = true;
    return;
  }
  learn_clock(offset, v1::FREE_RUNNING, v1::CLOCK_SOURCE_CENTRAL);
}

void PointNode::learn_clock(std::int64_t offset_ms, v1::Trust trust, v1::ClockSource source) {
  clock_learned_ = true;
  if (source != v1::CLOCK_SOURCE_MACHINE) clock_offset_ms_ = offset_ms;
  clock_trust_ = trust;
  v1::ClockLearned learned;
  learned.set_boot(world_.clock.now().boot);
  learned.set_offset_ms(offset_ms);
  learned.set_source(source);
  Draft draft;
  draft.actor = self();
  draft.subject = {v1::CLOCK, world_.random.uuid_v7(now().wall_ms)};
  draft.verb = v1::LEARNED;
  draft.message = learned.SerializeAsString();
  write(v1::ACTS, {draft}, {}, [] {});
}

void PointNode::feed_record(const Record& record) {
  if (!state_.apply(record)) raise(v1::INCIDENT_QUARANTINE, "the body of " + to_hex(record.key.to_octets()));
  if (record.subject.type == v1::ERASURE) erase(record);
  if (record.subject.type == v1::REQUEST) requests_to_answer_.insert(record.subject.id);
  ++version_;
}

void PointNode::erase(const Record& order) {
  const auto erasure = order.body<v1::Erasure>();
  if (!erasure || erasure->status() != v1::ERASURE_ORDERED) return;
  for (const v1::ErasedSubject& each : erasure->subjects())
    if (auto id = Uuid::from_octets(each.id())) state_.erase({each.type(), *id});
  // Each new feed brings the order again: the journal is searched once.
  const std::string name = erased_value + order.subject.id.to_text();
  if (std::exchange(erased_[name], order.key.to_octets()) == order.key.to_octets()) return;
  Transaction transaction;
  transaction.erased.push_back(erase_pick(*erasure));
  transaction.values[name] = order.key.to_octets();
  for (const auto& [ask, answer] : answers_) transaction.forgotten.push_back(ask);
  answers_.clear();
  older_answers_.clear();
  world_.ledger.submit(std::move(transaction), [] {});
}

void PointNode::feed_left(const SubjectKey& subject) {
  state_.drop(subject);
  ++version_;
}

void PointNode::restored(const std::vector<Record>& records) {
  for (const Record& record : records) take(record);
  ++version_;
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
  if (settled && !time.clock_unset && time.day != swept_day_) sweep(time);
  if (version_ != announced_) announce();  // The feed changed something since.
}

void PointNode::watch_machine() {
  const Instant raw = world_.clock.now();
  const Instant last = std::exchange(last_raw_, raw);
  if (last.boot != raw.boot || last.trust != v1::TRUST_UNSET || raw.trust == v1::TRUST_UNSET) return;
  const auto started = [](const Instant& at) {
    return at.wall_ms - static_cast<std::int64_t>(at.since_boot_ms);
  };
  const bool known = clock_trust_ != v1::TRUST_UNSET;
  clock_offset_ms_ = 0;  // It was the distance to the machine's old clock.
  if (!known) learn_clock(started(raw) - started(last), raw.trust, v1::CLOCK_SOURCE_MACHINE);
}

DeskTime PointNode::turn() {
  watch_machine();
  const DeskTime time = desk_time();
  const DeskTime last = std::exchange(last_turn_, time);
  if (!last.clock_unset || last.day.empty() || last.day == time.day) return time;
  auto ours = [this](const RecordKey& key) {
    return key.epoch != boot_tip_.journal.epoch || key.seq > boot_tip_.seq;
  };
  if (auto drafts = desk_.day_known(last, time, ours); !drafts.empty()) write(v1::ACTS, drafts, {}, [] {});
  return time;
}

bool PointNode::rules_may_act() {
  // A disk that was restored from an old copy learns so at the first hello. Until then, or for a minute
  // when there is no line, no rule judges by what may be an old state.
  constexpr std::uint64_t rest_ms = 60'000;
  rules_awake_ = rules_awake_ || link_.phase() == sync::PointLink::Phase::live ||
                 world_.clock.now().since_boot_ms - started_ms_ >= rest_ms;
  return rules_awake_;
}

v1::BoardSnapshot PointNode::board() const {
  v1::BoardSnapshot board = desk_.board(desk_time());
  board.set_agent_boot(run_);
  board.set_version(version_);
  return board;
}

v1::Pulse PointNode::pulse() const {
  const DeskTime time = desk_time();
  v1::Pulse pulse;
  pulse.set_agent_boot(run_);
  pulse.set_version(version_);
  pulse.set_connected(link_.phase() == sync::PointLink::Phase::live);
  pulse.set_wall_ms(time.instant.wall_ms);
  pulse.set_clock_unset(time.clock_unset);
  return pulse;
}

v1::PointView PointNode::view() const {
  const DeskTime time = desk_time();
  v1::PointView view;
  view.set_connected(link_.phase() == sync::PointLink::Phase::live);
  view.set_acts_unsynced(link_.lives().unsynced(v1::ACTS));
  view.set_readings_unsynced(link_.lives().unsynced(v1::READINGS));
  view.set_oldest_unsynced_ms(link_.lives().oldest_unsynced_ms());
  view.set_schedule_as_of_ms(link_.last_feed_ms());
  view.set_clock_unset(time.clock_unset);
  view.set_wall_ms(time.instant.wall_ms);
  view.set_zone(identity_.zone);
  view.set_incidents(state_.incidents.rows().size());
  view.set_node(identity_.node.to_octets());
  view.set_feed_position(link_.feed().position());
  view.set_readings_receipted(readings_receipted());
  view.set_unsealed(link_.unsealed);
  describe(view);
  return view;
}

}  // namespace feldsher::edge
