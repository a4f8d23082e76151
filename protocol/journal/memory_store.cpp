#include "protocol/journal/memory_store.hpp"

#include <iterator>

#include "protocol/record/result.hpp"

namespace feldsher {
namespace {

constexpr const char* one_owner = "one thread uses a store";

/// The records that `at` gives from `first` on, as many whole transactions as `limits` allow (at least one).
template <class Iterator, class At>
std::vector<Record> whole_transactions(Iterator first, Iterator end, const ReadLimits& limits, At&& at) {
  std::vector<Record> records;
  std::size_t octets = 0, whole = 0;  // `whole`: how many records end with a finished transaction.
  for (; first != end; ++first) {
    const Record& record = at(*first);
    octets += record.stored.core.size() + (record.stored.body ? record.stored.body->size() : 0);
    if (whole > 0 && (records.size() >= limits.records || octets > limits.octets)) break;
    records.push_back(record);
    if (record.header.more() == 0) whole = records.size();
  }
  records.resize(whole);
  return records;
}

}  // namespace

bool BegunJournal::is_sound(TenantId of) const {
  std::uint64_t before = 0;
  for (const Record& record : kept) {
    const std::uint64_t seq = record.key.seq;
    if (record.tenant != of || record.journal() != cut.journal || seq <= before || seq > cut.seq ||
        (seq == 1 && record.stored.prev != zero_digest) || (seq == cut.seq && record.stored.hash != cut.hash))
      return false;
    before = seq;
  }
  return cut.seq != 0 && cut.edge.leaves() == cut.seq;
}

bool Transaction::empty() const {
  return begun.empty() && records.empty() && answered.empty() && scope.empty() && intake.empty() &&
         emptied.empty() && heads.empty() && values.empty() && erased.empty() && forgotten.empty() &&
         cuts.empty() && dropped.empty();
}

void Transaction::merge(Transaction&& other) {
  auto append = [](auto& to, auto& from) {
    to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
  };
  append(begun, other.begun);
  append(records, other.records);
  append(answered, other.answered);
  append(scope, other.scope);
  append(intake, other.intake);
  append(emptied, other.emptied);
  append(heads, other.heads);
  append(erased, other.erased);
  append(forgotten, other.forgotten);
  append(cuts, other.cuts);
  append(dropped, other.dropped);
  for (auto& [name, value] : other.values) values[name] = std::move(value);
}

void MemoryStore::commit(std::span<const Transaction> group) {
  owner_.mine(one_owner);
  if (poisoned_) throw Fault("the store has failed before");
  if (fail_) {
    poisoned_ = true;
    throw Fault("the disk failed");
  }
  check(group);
  for (const Transaction& transaction : group) apply(transaction);
}

MemoryStore::Place MemoryStore::place(const JournalId& journal) const {
  Place place;
  if (auto tip = tips_.find(journal); tip != tips_.end()) {
    place.seq = tip->second.seq;
    place.hash = tip->second.hash;
  }
  if (auto cut = cuts_.find(journal); cut != cuts_.end()) {
    place.cut = cut->second.seq;
    place.cut_hash = cut->second.hash;
  }
  return place;
}

// All of the group or nothing: each record's place is checked before the first is taken.
void MemoryStore::check(std::span<const Transaction> group) const {
  std::map<JournalId, Place> places;
  std::map<RecordKey, const Record*> fresh;  // Of this group.
  auto at = [&](const JournalId& journal) -> Place& {
    auto [found, is_new] = places.try_emplace(journal);
    if (is_new) found->second = place(journal);
    return found->second;
  };
  for (const Transaction& transaction : group) {
    for (const BegunJournal& begun : transaction.begun) {
      Place& end = at(begun.cut.journal);
      ensure(end.seq == 0, "of a journal that begins at its cut nothing is held");
      ensure(begun.is_sound(tenant_), "what is kept up to a cut is of its journal");
      end.seq = end.cut = begun.cut.seq;
      end.hash = end.cut_hash = begun.cut.hash;
    }
    for (const Record& record : transaction.records) {
      ensure(record.tenant == tenant_, "a journal takes records of its tenant only");
      Place& end = at(record.journal());
      ensure(record.key.seq == end.seq + 1 && record.stored.prev == end.hash,
             "a record is the next of its journal");
      end.seq = record.key.seq;
      end.hash = record.stored.hash;
      fresh[record.key] = &record;
    }
    for (const JournalTip& cut : transaction.cuts) {
      Place& end = at(cut.journal);
      ensure(cut.seq > end.cut && cut.seq <= end.seq, "a cut moves on, within its journal");
      const RecordKey key{cut.journal.origin, cut.journal.stream, cut.journal.epoch, cut.seq};
      const auto known = fresh.find(key);
      const Record& last =
          known != fresh.end() ? *known->second : records_.at(by_seq_.at(cut.journal).at(cut.seq));
      ensure(last.stored.hash == cut.hash, "a cut is at a record of its journal");
      ensure(last.header.more() == 0, "a cut is at the end of a transaction");
      end.cut = cut.seq;
      end.cut_hash = cut.hash;
    }
    for (const RecordRange& range : transaction.dropped)
      ensure(range.first <= range.last && range.last <= at(range.journal).cut,
             "only what lies before a cut is dropped");
  }
}

void MemoryStore::put(const Record& record) {
  const std::uint64_t intake = records_.empty() ? 1 : records_.rbegin()->first + 1;
  by_seq_[record.journal()][record.key.seq] = intake;
  records_.emplace_hint(records_.end(), intake, record);
}

void MemoryStore::apply(const Transaction& transaction) {
  for (const BegunJournal& begun : transaction.begun) {
    const JournalId& journal = begun.cut.journal;
    tips_[journal] = cuts_[journal] = begun.cut;
    if (!begun.tree_known) cuts_[journal].edge = {};
    by_seq_[journal];
    for (const Record& record : begun.kept) put(record);
  }
  for (const Record& record : transaction.records) {
    auto [tip, is_new] =
        tips_.try_emplace(record.journal(), JournalTip{.journal = record.journal(), .edge = {}});
    tip->second.advance(record);
    put(record);
  }
  for (const Answered& answered : transaction.answered) answered_[answered.ask] = answered.answer;
  for (const ScopeChange& change : transaction.scope) {
    if (!change.record) {
      scope_.erase(change.subject);
      continue;
    }
    Record record;
    RecordFault fault = read_record(change.record->core, change.record->body, change.record->body_digest,
                                    change.record->prev, record);
    ensure(fault == RecordFault::none, "a scope takes records that were read");
    scope_[change.subject] = std::move(record);
  }
  for (const IntakeChunk& chunk : transaction.intake) intake_[chunk.id] = chunk.octets;
  for (std::uint64_t id : transaction.emptied) intake_.erase(id);
  for (const v1::SignedHead& signed_head : transaction.heads) {
    v1::Head head;
    ensure(head.ParseFromString(signed_head.head()), "a store takes heads that were checked");
    head.clear_seq();
    head.clear_chain();
    head.clear_tree_root();
    heads_[head.SerializeAsString()].take(signed_head);
  }
  for (const auto& [name, value] : transaction.values) values_[name] = value;
  for (AskId ask : transaction.forgotten) answered_.erase(ask);
  for (const ErasePick& pick : transaction.erased) {
    for (auto& [intake, record] : records_)
      if (record.stored.body && pick(record)) record.stored.body.reset();
    std::erase_if(scope_, [&](const auto& entry) { return entry.second.stored.body && pick(entry.second); });
  }
  for (const JournalTip& cut : transaction.cuts) {
    cuts_[cut.journal] = cut;
    if (cut.edge.leaves() != cut.seq) cuts_[cut.journal].edge = {};
  }
  for (const RecordRange& range : transaction.dropped) drop(range);
}

void MemoryStore::drop(const RecordRange& range) {
  auto& places = by_seq_[range.journal];
  const auto first = places.lower_bound(range.first), end = places.upper_bound(range.last);
  for (auto at = first; at != end; ++at) records_.erase(at->second);
  places.erase(first, end);
}

std::vector<JournalTip> MemoryStore::tips() {
  owner_.mine(one_owner);
  std::vector<JournalTip> tips;
  for (const auto& [id, tip] : tips_) tips.push_back(tip);
  return tips;
}

std::vector<JournalTip> MemoryStore::cuts() {
  owner_.mine(one_owner);
  std::vector<JournalTip> cuts;
  for (const auto& [id, cut] : cuts_) cuts.push_back(cut);
  return cuts;
}

void MemoryStore::kept(const std::function<void(Record&&)>& visit) {
  owner_.mine(one_owner);
  for (const auto& [id, cut] : cuts_)
    for (const auto& [seq, intake] : by_seq_[id])
      if (seq <= cut.seq) visit(Record(records_.at(intake)));
}

std::vector<Record> MemoryStore::read(const JournalId& journal, std::uint64_t from,
                                      const ReadLimits& limits) {
  owner_.mine(one_owner);
  auto at = by_seq_.find(journal);
  if (at == by_seq_.end() || from <= place(journal).cut) return {};
  return whole_transactions(at->second.lower_bound(from), at->second.end(), limits,
                            [&](const auto& entry) -> const Record& { return records_.at(entry.second); });
}

void MemoryStore::replay(std::uint64_t after, const std::function<void(std::uint64_t, Record&&)>& visit) {
  owner_.mine(one_owner);
  for (auto at = records_.upper_bound(after); at != records_.end(); ++at)
    visit(at->first, Record(at->second));
}

std::vector<Record> MemoryStore::read_intake(std::uint64_t after, const ReadLimits& limits) {
  owner_.mine(one_owner);
  return whole_transactions(records_.upper_bound(after), records_.end(), limits,
                            [](const auto& entry) -> const Record& { return entry.second; });
}

void MemoryStore::scope(const std::function<void(Record&&)>& visit) {
  owner_.mine(one_owner);
  for (const auto& [key, record] : scope_) visit(Record(record));
}

std::vector<IntakeChunk> MemoryStore::intake() {
  owner_.mine(one_owner);
  std::vector<IntakeChunk> chunks;
  for (const auto& [id, octets] : intake_) chunks.push_back({id, octets});
  return chunks;
}

std::optional<Octets> MemoryStore::answered(AskId ask) {
  owner_.mine(one_owner);
  auto at = answered_.find(ask);
  return at == answered_.end() ? std::nullopt : std::optional(at->second);
}

void MemoryStore::each_answered(const std::function<void(AskId, Octets)>& visit) {
  owner_.mine(one_owner);
  for (const auto& [ask, answer] : answered_) visit(ask, answer);
}

std::optional<Octets> MemoryStore::value(const std::string& name) {
  owner_.mine(one_owner);
  auto at = values_.find(name);
  return at == values_.end() ? std::nullopt : std::optional(at->second);
}

std::map<std::string, Octets> MemoryStore::values(const std::string& prefix) {
  owner_.mine(one_owner);
  std::map<std::string, Octets> found;
  for (auto at = values_.lower_bound(prefix); at != values_.end() && at->first.starts_with(prefix); ++at)
    found.insert(*at);
  return found;
}

std::vector<v1::SignedHead> MemoryStore::heads() {
  owner_.mine(one_owner);
  std::vector<v1::SignedHead> heads;
  for (const auto& [journal, kept] : heads_)
    for (const v1::SignedHead& head : kept.all()) heads.push_back(head);
  return heads;
}

void MemoryStore::give_to(std::thread::id owner) { owner_.give_to(owner, one_owner); }

}  // namespace feldsher
