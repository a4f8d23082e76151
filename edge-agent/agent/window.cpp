#include "edge-agent/agent/window.hpp"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "protocol/record/result.hpp"

namespace feldsher::edge {
namespace {

constexpr const char* cut_at_value = "window/cut-at";
constexpr std::uint64_t ask_again_ms = 30'000;

}  // namespace

Window::Window(PointNode& node, Ledger& ledger, const Signer& signer, WindowRule rule)
    : node_(node),
      ledger_(ledger),
      signer_(signer),
      rule_(rule),
      lives_(&node.link().lives()),
      kept_([this](const RecordKey& a, const RecordKey& b) { return lives_->later(a, b); }) {
  node_.link().on_checkpoint = [this](const v1::SignedCheckpoint& checkpoint) { cut(checkpoint); };
}

void Window::resume(JournalStore& store) {
  sync::Lives lives(node_.writer().node());
  lives.resume(store);
  lives_ = &lives;
  for (const JournalTip& cut : store.cuts()) {
    cuts_[cut.journal] = cut;
    if (cut.journal.stream == v1::ACTS) walked_[cut.journal] = cut;
  }
  std::vector<RecordKey> left;  // A process ended before all was dropped.
  store.kept([&](Record&& record) {
    if (auto gone = kept_.pass(record)) left.push_back(*gone);
  });
  superseded(std::move(left));
  cut_at_ms_ = std::atoll(store.value(cut_at_value).value_or("0").c_str());
  lives_ = &node_.link().lives();
  if (!garbage_.empty()) phase_ = Phase::dropping;
}

void Window::rebuilt(const sync::Rebuilt& rebuilt, Transaction& with) {
  // What is being looked at or signed knows nothing of these cuts.
  if (phase_ != Phase::dropping) phase_ = Phase::idle;
  ++looks_;
  for (const BegunJournal& journal : rebuilt.journals) {
    JournalTip& cut = cuts_[journal.cut.journal] = journal.cut;
    if (!journal.tree_known) cut.edge = {};
    if (cut.journal.stream == v1::ACTS) walked_[cut.journal] = cut;
    for (const Record& record : journal.kept)
      if (auto gone = kept_.pass(record)) superseded_.push_back(*gone);
  }
  cut_at_ms_ = node_.now().wall_ms;
  with.values[cut_at_value] = std::to_string(cut_at_ms_);
}

std::uint64_t Window::cut_of(const JournalId& journal) const {
  const auto at = cuts_.find(journal);
  return at == cuts_.end() ? 0 : at->second.seq;
}

bool Window::is_old(const Record& record, std::int64_t window_ms) const {
  return record.header.at().wall_ms() < node_.now().wall_ms - window_ms;
}

bool Window::may_begin() const {
  // By a clock that nobody has set nothing is old. Central must know the life whose key signs.
  return node_.link().phase() == sync::PointLink::Phase::live && node_.now().trust != v1::TRUST_UNSET &&
         node_.link().may_write() && lives_->present().acts.outgoing.acknowledged() > 0;
}

void Window::tick() {
  const std::uint64_t now_ms = node_.now().since_boot_ms;
  if (!due_ms_) due_ms_ = now_ms + rule_.first_ms;
  if (phase_ == Phase::dropping && !dropping_) drop_some();
  const bool waits = phase_ == Phase::idle || phase_ == Phase::signing;
  if (waits && (asked_ || now_ms >= *due_ms_) && may_begin()) {
    asked_ = false;
    due_ms_ = now_ms + rule_.every_ms;
    return look();
  }
  if (phase_ == Phase::signing && now_ms - proposed_ms_ >= ask_again_ms) send();
}

void Window::look() {
  phase_ = Phase::looking;
  ++looks_;
  walked_now_ = 0;
  acts_done_ = false;
  blocks_.clear();
  readings_left_.clear();
  for (const sync::Life& life : lives_->all()) readings_left_.push_back(life.readings.tip.journal);
  found_.reset();
  low_ = high_ = 0;
  look_on();
}

void Window::look_on() {
  if (look_at_acts() || look_at_readings()) return;
  propose();
}

// True: something is being read, and this goes on after it.
bool Window::look_at_acts() {
  for (const sync::Life& life : lives_->all()) {
    if (acts_done_) return false;
    const JournalId journal = life.acts.tip.journal;
    JournalTip& at = walked_[journal];
    at.journal = journal;
    if (at.seq < life.acts.safe) {
      ReadLimits limits;
      limits.records = std::min(limits.records, rule_.step_acts - walked_now_);
      ledger_.read(journal, at.seq + 1, limits, [this, journal, look = looks_](const auto& records) {
        if (look == looks_ && phase_ == Phase::looking) walk(journal, records);
      });
      return true;
    }
    // A younger life's acts are not cut before those of the older.
    if (at.seq < life.acts.tip.seq) acts_done_ = true;
  }
  return false;
}

void Window::walk(const JournalId& journal, const std::vector<Record>& records) {
  const sync::Life* life = lives_->find(journal.epoch);
  std::size_t whole = 0;
  for (std::size_t i = 0; i < records.size(); ++i) {
    if (records[i].key.seq > life->acts.safe || !is_old(records[i], rule_.acts_ms)) break;
    if (records[i].header.more() == 0) whole = i + 1;
  }
  for (std::size_t i = 0; i < whole; ++i) {
    walked_[journal].advance(records[i]);
    if (auto gone = kept_.pass(records[i])) superseded_.push_back(*gone);
  }
  walked_now_ += whole;
  acts_done_ = whole < records.size() || records.empty() || walked_now_ >= rule_.step_acts;
  look_on();
}

// Stamps never run backwards in a journal: the last old block is found by halving.
bool Window::look_at_readings() {
  while (!readings_left_.empty()) {
    const JournalId journal = readings_left_.front();
    const sync::Life* life = lives_->find(journal.epoch);
    if (high_ == 0) {
      low_ = cut_of(journal);
      high_ = life->readings.safe;
    }
    if (low_ < high_) {
      ledger_.read(journal, low_ + (high_ - low_ + 1) / 2, {.records = 1, .octets = 1},
                   [this, look = looks_](const auto& records) {
                     if (look == looks_ && phase_ == Phase::looking) search(records);
                   });
      return true;
    }
    if (found_) blocks_[journal] = *std::exchange(found_, std::nullopt);
    readings_left_.pop_front();
    high_ = 0;
  }
  return false;
}

void Window::search(const std::vector<Record>& records) {
  const std::uint64_t middle = low_ + (high_ - low_ + 1) / 2;
  // What was read goes to its transaction's end.
  if (records.empty() || !is_old(records.front(), rule_.readings_ms) || records.back().key.seq > high_) {
    high_ = middle - 1;
    if (high_ == 0) readings_left_.pop_front();
  } else {
    const Record& last = records.back();
    found_ = JournalTip{.journal = last.journal(), .seq = last.key.seq, .hash = last.stored.hash, .edge = {}};
    low_ = last.key.seq;
  }
  look_on();
}

bool Window::all_safe(const std::vector<JournalTip>& cuts) const {
  return std::all_of(cuts.begin(), cuts.end(), [this](const JournalTip& cut) {
    const sync::Life* life = lives_->find(cut.journal.epoch);
    return life && cut.seq <= life->way(cut.journal.stream).safe;
  });
}

void Window::propose() {
  proposed_cuts_.clear();
  bool moves = false;
  for (const sync::Life& life : lives_->all())
    for (const JournalId& journal : {life.acts.tip.journal, life.readings.tip.journal}) {
      const auto& reached = journal.stream == v1::ACTS ? walked_ : blocks_;
      auto at = reached.find(journal);
      if (at == reached.end() || at->second.seq == 0) {
        at = cuts_.find(journal);
        if (at == cuts_.end()) continue;
      }
      proposed_cuts_.push_back(at->second);
      moves = moves || at->second.seq > cut_of(journal);
    }
  // A central that was restored may say that less is safe than it said before.
  if (!moves || !all_safe(proposed_cuts_)) {
    phase_ = Phase::idle;
    return;
  }
  proposed_ = sign_checkpoint(make_checkpoint(node_.writer().tenant(), node_.writer().node(),
                                              node_.writer().epoch(), proposed_cuts_, kept_),
                              signer_);
  phase_ = Phase::signing;
  send();
}

void Window::send() {
  proposed_ms_ = node_.now().since_boot_ms;
  node_.link().propose(proposed_);
}

void Window::cut(const v1::SignedCheckpoint& checkpoint) {
  if (phase_ != Phase::signing || checkpoint.checkpoint() != proposed_.checkpoint() ||
      !all_safe(proposed_cuts_))
    return;
  phase_ = Phase::cutting;
  Transaction transaction;
  bool readings = false;
  for (const JournalTip& tip : proposed_cuts_)
    if (tip.seq > cut_of(tip.journal)) {
      transaction.cuts.push_back(tip);
      readings = readings || tip.journal.stream == v1::READINGS;
    }
  proposed_.set_counter_key_id(checkpoint.counter_key_id());
  proposed_.set_countersignature(checkpoint.countersignature());
  const std::int64_t at_ms = node_.now().wall_ms;
  transaction.values[checkpoint_value] = proposed_.SerializeAsString();
  transaction.values[cut_at_value] = std::to_string(at_ms);
  if (readings) on_cut_readings(transaction);
  const auto moved = transaction.cuts;
  ledger_.submit(std::move(transaction), [this, moved, at_ms] {
    cut_at_ms_ = at_ms;
    note_cut(moved);
  });
}

void Window::note_cut(const std::vector<JournalTip>& moved) {
  for (const JournalTip& tip : moved) {
    if (tip.journal.stream == v1::READINGS)
      garbage_.push_back({tip.journal, cut_of(tip.journal) + 1, tip.seq});
    cuts_[tip.journal] = tip;
    node_.link().was_cut(tip);
  }
  superseded(std::exchange(superseded_, {}));
  phase_ = Phase::dropping;
  // The rest of what is old goes by checkpoints of its own.
  asked_ = asked_ || walked_now_ >= rule_.step_acts;
}

void Window::superseded(std::vector<RecordKey> keys) {
  std::sort(keys.begin(), keys.end());
  for (const RecordKey& key : keys) {
    const JournalId journal{key.origin, key.stream, key.epoch};
    if (!garbage_.empty() && garbage_.back().journal == journal && garbage_.back().last + 1 == key.seq)
      garbage_.back().last = key.seq;
    else
      garbage_.push_back({journal, key.seq, key.seq});
  }
}

void Window::drop_some() {
  Transaction transaction;
  // In shares of a transaction: a block of readings is as much as many acts.
  std::uint64_t room = rule_.drop_acts;
  const std::uint64_t block = std::max<std::uint64_t>(1, rule_.drop_acts / rule_.drop_blocks);
  while (!garbage_.empty() && room > 0) {
    RecordRange& next = garbage_.front();
    const std::uint64_t cost = next.journal.stream == v1::READINGS ? block : 1;
    const std::uint64_t count = std::min(next.last - next.first + 1, std::max<std::uint64_t>(1, room / cost));
    transaction.dropped.push_back({next.journal, next.first, next.first + count - 1});
    room -= std::min(room, count * cost);
    next.first += count;
    if (next.first > next.last) garbage_.pop_front();
  }
  if (transaction.dropped.empty()) {
    phase_ = Phase::idle;
    return;
  }
  dropping_ = true;
  ledger_.submit(std::move(transaction), [this] { dropping_ = false; });
}

Window::Status Window::status() const {
  static constexpr const char* phases[]{"idle", "looking", "signing", "cutting", "dropping"};
  Status status;
  status.phase = phases[static_cast<int>(phase_)];
  for (const auto& [journal, cut] : cuts_)
    (journal.stream == v1::ACTS ? status.acts_cut : status.blocks_cut) += cut.seq;
  status.acts_kept = status.acts_cut == 0 ? 0 : kept_.size();
  status.cut_at_ms = cut_at_ms_;
  return status;
}

}  // namespace feldsher::edge
