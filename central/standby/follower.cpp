#include "central/standby/follower.hpp"

#include <algorithm>
#include <utility>

#include "protocol/clinic/authority.hpp"
#include "protocol/clinic/erasing.hpp"
#include "protocol/contracts/clinic.pb.h"
#include "protocol/sync/wire.hpp"

namespace feldsher::central {
namespace {

constexpr std::size_t recent_kept = 4096;
constexpr std::size_t hash_octets = Digest{}.size();

const char* words_of(v1::StandbyRefusal why) {
  switch (why) {
    case v1::STANDBY_FORKED:
      return "this copy holds other records than central: nothing was written over";
    case v1::STANDBY_AHEAD:
      return "this copy holds more than central, which was restored without it: nothing was written over";
    case v1::STANDBY_FOREIGN:
      return "this copy is not whom its certificate names";
    case v1::STANDBY_VERSION:
      return "central speaks another version: bring both up to date";
    default:
      return "central did not understand this copy";
  }
}

v1::StandbyDisk to_wire(DiskClass disk) {
  switch (disk) {
    case DiskClass::ample:
      return v1::STANDBY_DISK_AMPLE;
    case DiskClass::low:
      return v1::STANDBY_DISK_LOW;
    case DiskClass::no_readings:
      return v1::STANDBY_DISK_SCARCE;
    case DiskClass::critical:
      break;
  }
  return v1::STANDBY_DISK_CRITICAL;
}

std::optional<JournalId> journal_of(const v1::WireRecord& wire) {
  v1::HeaderCore core;
  if (!core.ParseFromString(wire.core())) return std::nullopt;
  const auto origin = NodeId::from_octets(core.origin());
  if (!origin) return std::nullopt;
  return JournalId{*origin, core.stream(), Epoch{core.epoch()}};
}

}  // namespace

void Follower::resume(JournalStore& store) {
  for (const JournalTip& tip : store.tips()) {
    ends_[tip.journal] = {.seq = tip.seq, .hash = tip.hash};
    taken_ += tip.seq;
  }
  durable_ = taken_;
}

void Follower::connected(StandbyWire& wire, const Instant& now) {
  if (!stopped_.empty()) return wire.close(stopped_);
  ++connection_;
  wire_ = &wire;
  now_ms_ = heard_ms_ = beat_ms_ = now.since_boot_ms;
  phase_ = Phase::greeting;
  // What was on its way to the disk is named once it is there.
  ledger_.submit({}, [this, connection = connection_] {
    if (connection == connection_ && wire_) greet();
  });
}

void Follower::greet() {
  greeted_ms_ = now_ms_;
  v1::StandbyFrame frame;
  v1::StandbyHello& hello = *frame.mutable_hello();
  hello.set_version(standby_version);
  hello.set_tenant(identity_.tenant.to_octets());
  hello.set_standby(identity_.id.to_octets());
  hello.set_software(identity_.software);
  hello.set_intake(durable_);
  hello.set_follows(identity_.follows);
  for (const auto& [journal, end] : ends_) {
    v1::JournalEnd& held = *hello.add_held();
    held.set_origin(journal.origin.to_octets());
    held.mutable_mark()->set_stream(journal.stream);
    held.mutable_mark()->set_epoch(journal.epoch.value);
    held.mutable_mark()->set_seq(end.seq);
    held.mutable_mark()->set_chain(to_octets(end.hash));
  }
  wire_->send(frame);
}

void Follower::disconnected() {
  ++connection_;
  wire_ = nullptr;
  if (phase_ != Phase::refused) phase_ = Phase::offline;
}

void Follower::drop(const std::string& why) {
  StandbyWire* wire = wire_;
  disconnected();
  if (wire) wire->close(why);
}

void Follower::receive(const v1::StandbyFrame& frame, const Instant& now) {
  if (!wire_) return;
  now_ms_ = heard_ms_ = now.since_boot_ms;
  switch (frame.message_case()) {
    case v1::StandbyFrame::kWelcome:
      return on_welcome(frame.welcome());
    case v1::StandbyFrame::kBatch:
      return on_batch(frame.batch());
    case v1::StandbyFrame::kHeartbeat:
      return on_heartbeat(frame.heartbeat());
    default:
      return;
  }
}

void Follower::on_welcome(const v1::StandbyWelcome& welcome) {
  if (phase_ != Phase::greeting) return;
  central_intake_ = std::max(central_intake_, welcome.intake());
  if (welcome.refusal() != v1::STANDBY_WELCOME) {
    stopped_ = words_of(welcome.refusal());
    differs_ = welcome.refusal() == v1::STANDBY_FORKED || welcome.refusal() == v1::STANDBY_AHEAD;
    if (!welcome.detail().empty()) stopped_ += " (" + welcome.detail() + ")";
    phase_ = Phase::refused;
    return drop(stopped_);
  }
  phase_ = Phase::live;
  tell_condition();
}

void Follower::set_disk(DiskClass disk) {
  if (std::exchange(disk_, disk) != disk && phase_ == Phase::live) tell_condition();
}

void Follower::tell_condition() {
  if (!identity_.follows) return;
  v1::StandbyFrame frame;
  frame.mutable_condition()->set_disk(to_wire(disk_));
  frame.mutable_condition()->set_disk_failed_before(disk_failed_before_);
  wire_->send(frame);
  heard_with_beat_ = beats_ + 1;
}

void Follower::on_heartbeat(const v1::Heartbeat& heartbeat) {
  // A line carries in order: who answers what was sent later has the condition.
  if (!heartbeat.answer() || heartbeat.n() < heard_with_beat_ || heartbeat.n() > beats_) return;
  if (phase_ != Phase::live || !std::exchange(disk_failed_before_, false)) return;
  // Said before it is forgotten here: central would take the next failure for a repeat of this one.
  tell_condition();
  on_fault_heard();
}

void Follower::forked(std::uint64_t n) {
  stopped_ = "record " + std::to_string(n) + " of central's intake is another here: nothing was written over";
  differs_ = true;
  phase_ = Phase::refused;
  v1::StandbyFrame frame;
  frame.mutable_fork()->set_intake(n);
  wire_->send(frame);
  drop(stopped_);
}

bool Follower::take(const v1::WireRecord& wire, OctetsView hash, std::uint64_t n, Transaction& transaction) {
  if (n <= taken_) {
    auto known = recent_.find(n);
    if (known == recent_.end() || hash == view_of(known->second)) return true;  // A repeat.
    forked(n);
    return false;
  }
  const auto journal = journal_of(wire);
  if (!journal) {
    drop("a record that cannot be placed");
    return false;
  }
  End& end = ends_[*journal];
  Record record;
  const RecordFault fault = sync::from_wire(wire, &end.hash, record);
  if (fault != RecordFault::none || record.tenant != identity_.tenant || record.key.seq != end.seq + 1 ||
      hash != view_of(record.stored.hash)) {
    forked(n);
    return false;
  }
  end = {.seq = record.key.seq, .hash = record.stored.hash};
  recent_[n] = record.stored.hash;
  if (record.header.verb() == v1::ERASED && record.subject.type == v1::ERASURE &&
      may_write(record, identity_.central))
    if (const auto erasure = record.body<v1::Erasure>()) transaction.erased.push_back(erase_pick(*erasure));
  transaction.records.push_back(std::move(record));
  return true;
}

void Follower::on_batch(const v1::IntakeBatch& batch) {
  // One that overtook the welcome comes again.
  if (phase_ != Phase::live || batch.first() > taken_ + 1) return;
  if (batch.hashes().size() != static_cast<std::size_t>(batch.records_size()) * hash_octets)
    return drop("a batch without its hashes");
  // Whether a head fits its journal is for whoever takes central's place to check; that it is one, for the
  // store.
  for (const v1::SignedHead& head : batch.heads())
    if (!v1::Head().ParseFromString(head.head())) return drop("a head that cannot be read");
  // Nothing of a batch that goes wrong half-way is kept.
  const auto ends_before = ends_;
  Transaction transaction;
  std::uint64_t n = batch.first();
  for (const v1::WireRecord& wire : batch.records()) {
    const OctetsView hash = OctetsView(batch.hashes()).substr((n - batch.first()) * hash_octets, hash_octets);
    if (!take(wire, hash, n, transaction)) return forget(ends_before);
    ++n;
  }
  if (!transaction.records.empty() && transaction.records.back().header.more() != 0) {
    forget(ends_before);
    return drop("a batch that cuts a transaction");
  }
  taken_ = std::max(taken_, n - 1);
  while (recent_.size() > recent_kept) recent_.erase(recent_.begin());
  central_intake_ = std::max(central_intake_, batch.intake());
  for (const Record& record : transaction.records) on_taken(record);
  transaction.heads.assign(batch.heads().begin(), batch.heads().end());
  for (const v1::NamedValue& value : batch.values()) transaction.values[value.name()] = value.octets();
  ledger_.submit(std::move(transaction), [this, taken = taken_, connection = connection_] {
    durable_ = taken;
    on_durable();
    if (connection == connection_ && wire_) acknowledge();
  });
}

void Follower::forget(const std::map<JournalId, End>& ends_before) {
  ends_ = ends_before;
  recent_.erase(recent_.upper_bound(taken_), recent_.end());
}

void Follower::acknowledge() {
  v1::StandbyFrame frame;
  frame.mutable_acknowledgement()->set_intake(durable_);
  wire_->send(frame);
}

void Follower::tick(const Instant& now) {
  now_ms_ = now.since_boot_ms;
  if (!wire_) return;
  if (now_ms_ - heard_ms_ >= patience_.silence_ms) return drop("central is silent");
  if (phase_ == Phase::greeting && greeted_ms_ != 0 && now_ms_ - greeted_ms_ >= patience_.resend_ms)
    return greet();
  if (phase_ != Phase::live || now_ms_ - beat_ms_ < patience_.heartbeat_ms) return;
  beat_ms_ = now_ms_;
  v1::StandbyFrame frame;
  frame.mutable_heartbeat()->set_n(++beats_);
  wire_->send(frame);
}

}  // namespace feldsher::central
