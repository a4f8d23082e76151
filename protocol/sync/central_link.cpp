#include "protocol/sync/central_link.hpp"

#include <algorithm>

#include "protocol/record/result.hpp"

namespace feldsher::sync {
namespace {

constexpr std::size_t recent_kept = 1024;
constexpr OctetsView pardon_value = "pardoned";
// Who was on the line so shortly before another came with an older disk is no former self of it.
constexpr std::uint64_t rival_ms = 30'000;

}  // namespace

CentralLink::CentralLink(TenantId tenant, NodeId node, NodeId central, Ledger& ledger, const Signer& signer,
                         const SignatureCheck& check, CentralLinkHost& host, Patience patience)
    : tenant_(tenant),
      node_(node),
      central_(central),
      ledger_(ledger),
      signer_(signer),
      check_(check),
      host_(host),
      patience_(patience) {}

std::string CentralLink::tickets_value(NodeId node) { return "node/" + node.to_text() + "/tickets"; }

CentralLink::Journal& CentralLink::journal(v1::Stream stream, Epoch epoch) {
  auto [at, is_new] = journals_.try_emplace({epoch, stream});
  if (is_new) at->second.tip.journal = {node_, stream, epoch};
  return at->second;
}

void CentralLink::resume(const JournalTip& tip) {
  Journal& at = journal(tip.journal.stream, tip.journal.epoch);
  at.tip = tip;
  at.durable = tip.seq;
  at.recent[tip.seq] = tip.hash;
}

void CentralLink::resume_tickets(OctetsView octets) {
  pardoned_ = octets == pardon_value;
  if (octets.size() != 32) return;
  tickets_ = {Octets(octets.substr(0, 16)), Octets(octets.substr(16))};
}

void CentralLink::resume_life(const Record& opened) {
  if (std::find(lives_.begin(), lives_.end(), opened.key.epoch) != lives_.end()) return;
  lives_.push_back(opened.key.epoch);
  if (auto life = opened.body<v1::NodeLife>()) life_keys_[opened.key.epoch] = life->head_key();
}

Transaction CentralLink::pardon() {
  pardoned_ = true;
  tickets_ = {};
  Transaction transaction;
  transaction.values[tickets_value(node_)] = Octets(pardon_value);
  return transaction;
}

std::uint64_t CentralLink::held(v1::Stream stream) const {
  auto at = journals_.find({life(), stream});
  return at == journals_.end() ? 0 : at->second.durable;
}

void CentralLink::durably(Transaction transaction, std::function<void()> work) {
  ledger_.submit(std::move(transaction), [this, connection = connection_, work = std::move(work)] {
    if (connection == connection_ && wire_) work();
  });
}

void CentralLink::connected(Wire& wire, const Instant& now) {
  if (wire_ && phase_ == Phase::live) rival_until_ms_ = heard_ms_ + rival_ms;
  if (wire_) drop("another connection of the same node took its place");
  ++connection_;
  wire_ = &wire;
  now_ = now;
  now_ms_ = heard_ms_ = now.since_boot_ms;
  phase_ = Phase::greeted;
  greeting_.clear();
}

void CentralLink::disconnected(const Wire& wire) {
  if (&wire != wire_) return;
  ++connection_;
  wire_ = nullptr;
  phase_ = Phase::offline;
}

void CentralLink::drop(const std::string& why) {
  Wire* wire = wire_;
  if (!wire) return;
  disconnected(*wire);
  wire->close(why);
}

void CentralLink::fault(v1::IncidentKind kind, const std::string& why) {
  if (reported_.insert(std::to_string(kind) + why).second) host_.incident(kind, node_, why);
  drop(why);
}

void CentralLink::receive(const v1::Frame& frame, const Instant& now) {
  if (!wire_ || phase_ == Phase::refused) return;
  now_ = now;
  now_ms_ = heard_ms_ = now.since_boot_ms;
  last_heard_wall_ms_ = now.wall_ms;
  switch (frame.message_case()) {
    case v1::Frame::kHello:
      return on_hello(frame.hello(), now);
    case v1::Frame::kBatch:
      return on_batch(frame.batch());
    case v1::Frame::kFeedAcknowledgement:
      if (phase_ == Phase::live && frame.feed_acknowledgement().feed_epoch() == host_.feed(node_).epoch() &&
          down_.acknowledge(frame.feed_acknowledgement().n(), now_ms_))
        pump_feed();
      return;
    case v1::Frame::kHeartbeat:
      if (!frame.heartbeat().answer()) {
        v1::Frame answer = frame;
        answer.mutable_heartbeat()->set_answer(true);
        wire_->send(answer);
      }
      return;
    default:
      return;
  }
}

void CentralLink::on_hello(const v1::Hello& hello, const Instant& now) {
  if (hello.ticket().size() != 16 || hello.next_ticket().size() != 16 || hello.epoch() == 0)
    return refuse(hello, v1::REFUSAL_MALFORMED);
  if (greeting_ == hello.next_ticket()) return;  // A repeat of the hello that is being answered.
  if (hello.version() != protocol_version) return refuse(hello, v1::REFUSAL_VERSION);
  if (hello.tenant() != tenant_.to_octets() || hello.node() != node_.to_octets())
    return refuse(hello, v1::REFUSAL_FOREIGN);
  if (!host_.enrolled(node_)) return refuse(hello, v1::REFUSAL_UNKNOWN_NODE);
  (void)now;
  phase_ = Phase::greeted;
  greeting_ = hello.next_ticket();

  // What the node says it holds must be what we hold, as far as we hold it.
  std::vector<v1::JournalMark> to_compare;
  for (const v1::JournalMark& mark : hello.held()) {
    auto at = journals_.find({Epoch{mark.epoch()}, mark.stream()});
    if (at == journals_.end() || mark.seq() == 0 || mark.seq() > at->second.tip.seq) continue;
    auto recent = at->second.recent.find(mark.seq());
    if (recent == at->second.recent.end())
      to_compare.push_back(mark);
    else if (mark.chain() != view_of(recent->second))
      return clone(hello, "its journal is another than the one held here");
  }
  compare_held(hello, std::move(to_compare));
}

void CentralLink::compare_held(v1::Hello hello, std::vector<v1::JournalMark> to_compare) {
  if (to_compare.empty()) return judge_tickets(hello);
  v1::JournalMark mark = to_compare.back();
  to_compare.pop_back();
  // A commit in front of the read: what was submitted is durable by then.
  durably({}, [this, hello = std::move(hello), mark, rest = std::move(to_compare)]() mutable {
    JournalId id{node_, mark.stream(), Epoch{mark.epoch()}};
    ledger_.read(id, mark.seq(), {.records = 1, .octets = 1},
                 [this, connection = connection_, hello = std::move(hello), mark,
                  rest = std::move(rest)](std::vector<Record> records) mutable {
                   if (connection != connection_ || !wire_) return;
                   if (records.empty() || mark.chain() != view_of(records.front().stored.hash))
                     return clone(hello, "its journal is another than the one held here");
                   compare_held(std::move(hello), std::move(rest));
                 });
  });
}

bool CentralLink::judge_heard(const v1::Hello& hello, bool first_contact) {
  const std::uint64_t forgotten = host_.forgotten(hello);
  if (forgotten == 0) return true;
  if (first_contact) {
    // Central was restored: what it acknowledged by itself since is with its points only, as far as they
    // heard.
    if (reported_.insert("forgotten").second)
      host_.incident(v1::INCIDENT_FORGOTTEN, node_,
                     "it has heard " + std::to_string(forgotten) + " acts of central that are not held here");
    return true;
  }
  fault(v1::INCIDENT_FORGOTTEN,
        "it has heard a younger central than this one, " + std::to_string(forgotten) +
            " acts more: another has taken this one's place, or its disk was set back");
  return false;
}

void CentralLink::judge_tickets(const v1::Hello& hello) {
  const bool first_contact = tickets_.current.empty();
  if (!judge_heard(hello, first_contact || pardoned_)) return;
  const bool retry = hello.ticket() == tickets_.current && hello.next_ticket() == tickets_.next;
  const bool goes_on = hello.ticket() == tickets_.next;
  const bool behind = !missing(hello).empty();
  const bool rival = now_ms_ < rival_until_ms_;
  greeted_lives_ = {Epoch{hello.epoch()}};
  for (const v1::JournalMark& mark : hello.held()) greeted_lives_.insert(Epoch{mark.epoch()});
  if (!pardoned_ && !lives_.empty() && !greeted_lives_.contains(life()))
    return clone(hello, "it does not know the youngest life of the node");
  // A restored disk shows an old ticket and holds less than we do: it gets back what it lost, and goes on in
  // a new life. If it was a copy, the original does not know that life, and is noticed then.
  if (!pardoned_ && !first_contact && !retry && !goes_on && (!behind || rival))
    return clone(hello, "its ticket was not the next one");
  pardoned_ = false;
  Tickets accepted{hello.ticket(), hello.next_ticket()};
  Transaction transaction;
  transaction.values[tickets_value(node_)] = accepted.current + accepted.next;
  // Durable before it is said: a central that forgot an accepted ticket would take its node for a clone.
  tickets_ = accepted;
  durably(std::move(transaction), [this, hello, behind] {
    FeedLog& feed = host_.feed(node_);
    const bool resumes =
        feed.epoch() != 0 && hello.feed_epoch() == feed.epoch() && feed.can_resume(hello.feed_position());
    const bool fresh = feed.epoch() != 0 && feed.can_resume(0);
    if (behind || resumes || (hello.feed_epoch() != feed.epoch() && fresh)) return welcome(hello, behind);
    host_.renew_feed(node_, [this, connection = connection_, hello] {
      if (connection == connection_ && wire_) welcome(hello, false);
    });
  });
}

void CentralLink::refuse(const v1::Hello& hello, v1::Refusal why) {
  v1::Frame frame;
  frame.mutable_welcome()->set_refusal(why);
  frame.mutable_welcome()->set_next_ticket(hello.next_ticket());
  wire_->send(frame);
  // The connection ends at the next tick: the answer has to arrive first.
  phase_ = Phase::refused;
}

void CentralLink::clone(const v1::Hello& hello, const std::string& detail) {
  // One report a box: a clone that keeps knocking is one incident.
  if (reported_.insert("clone " + std::to_string(hello.epoch()) + hello.ticket()).second)
    host_.incident(v1::INCIDENT_CLONE, node_, detail);
  greeting_.clear();
  refuse(hello, v1::REFUSAL_CLONE);
}

void CentralLink::welcome(const v1::Hello& hello, bool behind) {
  FeedLog& feed = host_.feed(node_);
  v1::Frame frame;
  v1::Welcome& welcome = *frame.mutable_welcome();
  welcome.set_next_ticket(hello.next_ticket());
  welcome.set_behind(behind);
  for (Epoch life : lives_)
    for (v1::Stream stream : {v1::ACTS, v1::READINGS}) *welcome.add_held() = journal(stream, life).tip.mark();
  if (now_.trust == v1::SYNCHRONISED) {
    welcome.set_wall_ms(now_.wall_ms);
    welcome.set_uncertainty_ms(now_.uncertainty_ms);
  }
  welcome.set_feed_epoch(feed.epoch());
  fed_epoch_ = feed.epoch();
  welcome.set_central(central_.to_octets());
  welcome.set_central_head_key(signer_.public_key());
  wire_->send(frame);
  greeting_.clear();
  if (behind) return hand_back(missing(hello));
  down_ = Outgoing{};
  down_.offer(feed.last());
  down_.restart(hello.feed_epoch() == feed.epoch() ? hello.feed_position() : 0, now_ms_);
  marked_feed_ = marked_up_ = {};
  phase_ = Phase::live;
  for (const auto& [journal, at] : journals_)
    if (at.safe != 0) acknowledge(at.tip.journal, std::nullopt);
  pump_feed();
}

std::vector<CentralLink::Missing> CentralLink::missing(const v1::Hello& hello) const {
  std::map<std::pair<Epoch, v1::Stream>, std::uint64_t> held;
  for (const v1::JournalMark& mark : hello.held()) held[{Epoch{mark.epoch()}, mark.stream()}] = mark.seq();
  std::vector<Missing> missing;
  for (Epoch life : lives_)
    for (v1::Stream stream : {v1::ACTS, v1::READINGS})
      if (auto at = journals_.find({life, stream}); at != journals_.end())
        if (const std::uint64_t seq = held[{life, stream}]; at->second.tip.seq > seq)
          missing.push_back({{node_, stream, life}, seq + 1});
  return missing;
}

void CentralLink::hand_back(std::vector<Missing> missing) {
  if (missing.empty()) return;
  durably({}, [this, missing = std::move(missing)]() mutable {
    const Missing next = missing.front();
    ledger_.read(
        next.journal, next.from, {},
        [this, connection = connection_, missing = std::move(missing)](std::vector<Record> records) mutable {
          if (connection != connection_ || !wire_) return;
          auto& [journal, from] = missing.front();
          v1::Frame frame;
          v1::Restore& restore = *frame.mutable_restore();
          restore.set_stream(journal.stream);
          restore.set_epoch(journal.epoch.value);
          restore.set_first_seq(from);
          for (const Record& record : records) *restore.add_records() = to_wire(record.stored, true);
          wire_->send(frame);
          from += records.size();
          if (from > this->journal(journal.stream, journal.epoch).tip.seq) missing.erase(missing.begin());
          hand_back(std::move(missing));
        });
  });
}

void CentralLink::on_batch(const v1::Batch& batch) {
  if (phase_ != Phase::live || batch.records_size() == 0) return;
  if (batch.stream() != v1::ACTS && batch.stream() != v1::READINGS)
    return fault(v1::INCIDENT_QUARANTINE, "a batch of no known stream");
  Epoch epoch{batch.epoch()};
  if (!greeted_lives_.contains(epoch))
    return fault(v1::INCIDENT_QUARANTINE, "a batch of a life that its hello did not name");
  Journal& at = journal(batch.stream(), epoch);
  if (batch.first_seq() > at.tip.seq + 1) return;  // A gap: what lies between is on its way again.
  // The record before the batch must be the one that is held here.
  if (auto known = at.recent.find(batch.first_seq() - 1);
      known != at.recent.end() && batch.prev() != view_of(known->second))
    return fault(v1::INCIDENT_FORK, "two records with one key, before " + std::to_string(batch.first_seq()));

  std::vector<Record> records;
  JournalTip tip = at.tip;
  std::uint64_t seq = batch.first_seq();
  Digest prev{};
  if (!digest_from(batch.prev(), prev))
    return fault(v1::INCIDENT_QUARANTINE, "a batch without its predecessor");
  for (const v1::WireRecord& wire : batch.records()) {
    Record record;
    RecordFault bad = from_wire(wire, &prev, record);
    if (bad != RecordFault::none)
      return fault(v1::INCIDENT_QUARANTINE, std::string("a record that cannot be placed: ") + to_text(bad));
    if (record.tenant != tenant_ || record.key.origin != node_ || record.key.stream != batch.stream() ||
        record.key.epoch != epoch || record.key.seq != seq)
      return fault(v1::INCIDENT_QUARANTINE, "a record of another place than its batch says");
    prev = record.stored.hash;
    if (auto known = at.recent.find(seq); known != at.recent.end() && known->second != record.stored.hash)
      return fault(v1::INCIDENT_FORK, "two records with one key at " + std::to_string(seq));
    ++seq;
    if (record.key.seq <= tip.seq) continue;
    if (record.stored.prev != tip.hash)
      return fault(v1::INCIDENT_FORK, "two records with one key, before " + std::to_string(record.key.seq));
    tip.advance(record);
    records.push_back(std::move(record));
  }
  if (!records.empty() && records.back().header.more() != 0)
    return fault(v1::INCIDENT_QUARANTINE, "a batch that cuts a transaction");
  if (records.empty()) {
    // A repeat: the acknowledgement may be what was lost.
    if (at.durable == at.tip.seq) acknowledge(at.tip.journal, std::nullopt);
    return;
  }
  Octets head_key;
  const bool opens_life = records.front().key.seq == 1 && batch.stream() == v1::ACTS;
  if (opens_life) {
    if (records.front().header.verb() != v1::OPENED)
      return fault(v1::INCIDENT_QUARANTINE, "a life that does not begin with `opened`");
    auto opened = records.front().body<v1::NodeLife>();
    if (!opened) return fault(v1::INCIDENT_QUARANTINE, "a life whose `opened` cannot be read");
    if (!may_open(records.front())) return;  // The life before it is on its way still.
    head_key = opened->head_key();
  } else if (auto known = life_keys_.find(epoch); known != life_keys_.end()) {
    head_key = known->second;
  } else {
    return;  // Readings before the acts that open their life: they come again.
  }
  std::optional<v1::SignedHead> head;
  if (batch.has_head()) {
    HeadFault bad = check_head(batch.head(), tenant_, tip, head_key, check_);
    if (bad != HeadFault::none) return fault(v1::INCIDENT_FORK, std::string("its head: ") + to_text(bad));
    head = batch.head();
    countersign(*head, signer_);
  }
  if (opens_life) {
    resume_life(records.front());
    note_branch(records.front());
  }
  for (const Record& record : records) {
    at.recent[record.key.seq] = record.stored.hash;
    if (!host_.clock().hear(record.header.at(), now_) && reported_.insert("clock").second)
      host_.incident(v1::INCIDENT_CLOCK, node_, "its stamps are far ahead of our synchronised clock");
  }
  while (at.recent.size() > recent_kept) at.recent.erase(at.recent.begin());
  at.tip = tip;
  Transaction transaction;
  transaction.records = records;
  if (head) transaction.heads.push_back(*head);
  ledger_.submit(std::move(transaction), [this, connection = connection_, records = std::move(records), head,
                                          stream = batch.stream(), epoch] {
    journal(stream, epoch).durable = records.back().key.seq;
    host_.received(node_, records);
    if (connection == connection_ && wire_) acknowledge({node_, stream, epoch}, head);
  });
}

bool CentralLink::may_open(const Record& opened) {
  const auto life = opened.body<v1::NodeLife>();
  const Epoch parent{life->parent_epoch()};
  return !greeted_lives_.contains(parent) || journal(v1::ACTS, parent).tip.seq >= life->parent_seq();
}

void CentralLink::note_branch(const Record& opened) {
  const auto life = opened.body<v1::NodeLife>();
  const auto parent = journals_.find({Epoch{life->parent_epoch()}, v1::ACTS});
  if (parent == journals_.end() || parent->second.tip.seq <= life->parent_seq()) return;
  host_.incident(v1::INCIDENT_BRANCH, node_,
                 "it went on from record " + std::to_string(life->parent_seq()) +
                     " of a life that had gone on to " + std::to_string(parent->second.tip.seq));
}

void CentralLink::acknowledge(const JournalId& id, std::optional<v1::SignedHead> head) {
  const Journal& at = journal(id.stream, id.epoch);
  v1::Frame frame;
  v1::JournalMark& stored = *frame.mutable_acknowledgement()->mutable_stored();
  stored.set_stream(id.stream);
  stored.set_epoch(id.epoch.value);
  stored.set_seq(at.durable);
  if (auto known = at.recent.find(at.durable); known != at.recent.end())
    stored.set_chain(to_octets(known->second));
  if (at.safe != 0) {
    v1::JournalMark& safe = *frame.mutable_acknowledgement()->mutable_safe();
    safe.set_stream(id.stream);
    safe.set_epoch(id.epoch.value);
    safe.set_seq(at.safe);
  }
  if (head) *frame.mutable_acknowledgement()->mutable_countersigned() = *head;
  wire_->send(frame);
}

void CentralLink::safe(const JournalId& id, std::uint64_t seq) {
  Journal& at = journal(id.stream, id.epoch);
  // The standby's word may come before our own disk's.
  if (seq <= at.safe) return;
  at.safe = seq;
  if (wire_ && phase_ == Phase::live && at.durable >= seq) acknowledge(id, std::nullopt);
}

void CentralLink::feed_grew(const Instant& now) {
  now_ = now;
  now_ms_ = now.since_boot_ms;
  if (phase_ == Phase::live) pump_feed();
}

void CentralLink::pump_feed() {
  FeedLog& feed = host_.feed(node_);
  if (feed.epoch() != fed_epoch_) return drop("the feed begins anew");
  down_.offer(feed.last());
  while (wire_ && down_.has_more() && down_.window_open()) {
    // Items that are no longer kept cannot be sent: at its next hello the node gets a new feed.
    if (!feed.can_resume(down_.next() - 1)) return drop("the node is too far behind its feed");
    v1::Frame frame;
    *frame.mutable_feed() = feed.batch(down_.next());
    down_.sent(frame.feed().items().rbegin()->n(), now_ms_);
    wire_->send(frame);
  }
}

void CentralLink::send_mark() {
  FeedLog& feed = host_.feed(node_);
  if (feed.last() == 0) return;
  v1::Frame frame;
  frame.mutable_feed()->set_feed_epoch(feed.epoch());
  v1::FeedItem& mark = *frame.mutable_feed()->add_items();
  mark.set_n(feed.last());
  mark.set_kind(v1::FEED_MARK);
  marked_feed_ = feed.scope().hash();
  marked_up_ = host_.state_hash_of_acts(node_);
  mark.set_state_hash(to_octets(marked_feed_));
  mark.set_up_state_hash(to_octets(marked_up_));
  v1::JournalMark& up = *mark.mutable_up();
  up = journal(v1::ACTS, life()).tip.mark();
  mark.set_mark_signature(signer_.sign(mark_place(tenant_, node_, feed.epoch(), mark)));
  wire_->send(frame);
}

void CentralLink::tick(const Instant& now) {
  now_ = now;
  now_ms_ = now.since_boot_ms;
  if (!wire_) return;
  if (phase_ == Phase::refused) return drop("refused");
  if (now_ms_ - heard_ms_ >= patience_.silence_ms) return drop("the node is silent");
  if (phase_ != Phase::live) return;
  down_.give_up_waiting(now_ms_, patience_.resend_ms);
  pump_feed();
  const Journal& acts = journal(v1::ACTS, life());
  const bool quiet = !down_.has_more() && !down_.in_flight() && acts.durable == acts.tip.seq;
  if (quiet && now_ms_ - mark_ms_ >= patience_.mark_ms) {
    FeedLog& feed = host_.feed(node_);
    if (feed.scope().hash() == marked_feed_ && host_.state_hash_of_acts(node_) == marked_up_) return;
    mark_ms_ = now_ms_;
    send_mark();
  }
}

}  // namespace feldsher::sync
