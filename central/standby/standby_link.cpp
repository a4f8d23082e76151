#include "central/standby/standby_link.hpp"

#include <fmt/format.h>

#include "protocol/sync/wire.hpp"

namespace feldsher::central {
namespace {

// A copy may be a long way off: four such batches fill a line of 100 Mbit/s at 80 ms.
constexpr ReadLimits batch_limits{.records = 1024, .octets = 256 * 1024};
// What goes beside the records of one batch.
constexpr std::size_t beside_octets = 256 * 1024;

std::optional<JournalId> journal_of(const v1::JournalEnd& end) {
  auto origin = NodeId::from_octets(end.origin());
  if (!origin || end.mark().seq() == 0 || end.mark().chain().size() != Digest{}.size()) return std::nullopt;
  return JournalId{*origin, end.mark().stream(), Epoch{end.mark().epoch()}};
}

/// What is worse than all that this version knows is at least critical.
DiskClass from_wire(v1::StandbyDisk disk) {
  switch (disk) {
    case v1::STANDBY_DISK_AMPLE:
      return DiskClass::ample;
    case v1::STANDBY_DISK_LOW:
      return DiskClass::low;
    case v1::STANDBY_DISK_SCARCE:
      return DiskClass::no_readings;
    default:
      return DiskClass::critical;
  }
}

std::string name_of(const JournalId& journal) {
  return fmt::format("{}/{}/{:016x}", journal.origin.to_text(), v1::Stream_Name(journal.stream),
                     journal.epoch.value);
}

}  // namespace

StandbyLink::StandbyLink(StandbyPeer peer, CopiedLedger& ledger, StandbyLinkHost& host, StandbyWire& wire,
                         const Instant& now, StandbyPatience patience)
    : peer_(peer),
      ledger_(ledger),
      host_(host),
      wire_(wire),
      patience_(patience),
      now_ms_(now.since_boot_ms),
      heard_ms_(now.since_boot_ms) {}

void StandbyLink::drop(const std::string& why) {
  if (phase_ == Phase::ending) return;
  phase_ = Phase::ending;
  wire_.close(why);
}

void StandbyLink::receive(const v1::StandbyFrame& frame, const Instant& now) {
  if (phase_ == Phase::ending) return;
  now_ms_ = heard_ms_ = now.since_boot_ms;
  switch (frame.message_case()) {
    case v1::StandbyFrame::kHello:
      return on_hello(frame.hello());
    case v1::StandbyFrame::kAcknowledgement:
      return on_acknowledgement(frame.acknowledgement().intake());
    case v1::StandbyFrame::kCondition:
      return on_condition(frame.condition());
    case v1::StandbyFrame::kFork:
      host_.differs(*this,
                    fmt::format("record {} of central's intake is another there", frame.fork().intake()));
      return drop("the copy holds other records");
    case v1::StandbyFrame::kHeartbeat: {
      v1::StandbyFrame answer = frame;
      answer.mutable_heartbeat()->set_answer(true);
      return wire_.send(answer);
    }
    default:
      return;
  }
}

void StandbyLink::refuse(v1::StandbyRefusal why, const std::string& detail) {
  v1::StandbyFrame frame;
  frame.mutable_welcome()->set_refusal(why);
  frame.mutable_welcome()->set_intake(ledger_.durable());
  frame.mutable_welcome()->set_detail(detail);
  wire_.send(frame);
  if (why == v1::STANDBY_FORKED || why == v1::STANDBY_AHEAD) host_.differs(*this, detail);
  // The connection ends at the next tick: the answer has to arrive first.
  phase_ = Phase::ending;
}

void StandbyLink::on_hello(const v1::StandbyHello& hello) {
  if (phase_ == Phase::live) return send_welcome();  // A repeat: the welcome may be what was lost.
  if (greeting_) return;
  if (hello.version() != standby_version) return refuse(v1::STANDBY_VERSION, "");
  if (hello.tenant() != peer_.tenant.to_octets() || hello.standby() != peer_.id.to_octets())
    return refuse(v1::STANDBY_FOREIGN, "");
  std::uint64_t count = 0;
  for (const v1::JournalEnd& end : hello.held()) {
    if (!journal_of(end)) return refuse(v1::STANDBY_MALFORMED, "");
    count += end.mark().seq();
  }
  if (count != hello.intake()) return refuse(v1::STANDBY_MALFORMED, "");
  if (hello.intake() > ledger_.durable())
    return refuse(v1::STANDBY_AHEAD,
                  fmt::format("it holds {} records, central {}", hello.intake(), ledger_.durable()));
  greeting_ = true;
  compare(std::make_shared<v1::StandbyHello>(hello), 0);
}

void StandbyLink::compare(std::shared_ptr<v1::StandbyHello> hello, int next) {
  if (next == hello->held_size()) return welcome(*hello);
  const v1::JournalEnd& end = hello->held(next);
  const JournalId journal = *journal_of(end);
  ledger_.read(
      journal, end.mark().seq(), {.records = 1, .octets = 1},
      [this, hello, next, journal, alive = std::weak_ptr(alive_)](const std::vector<Record>& records) {
        if (alive.expired() || phase_ == Phase::ending) return;
        const v1::JournalMark& mark = hello->held(next).mark();
        if (records.empty() || mark.chain() != view_of(records.front().stored.hash))
          return refuse(v1::STANDBY_FORKED,
                        fmt::format("{} is another at record {}", name_of(journal), mark.seq()));
        compare(hello, next + 1);
      });
}

void StandbyLink::welcome(const v1::StandbyHello& hello) {
  phase_ = Phase::live;
  follows_ = hello.follows();
  outgoing_.offer(ledger_.durable());
  outgoing_.restart(hello.intake(), now_ms_);
  send_welcome();
  std::map<JournalId, std::uint64_t> marks;
  for (const v1::JournalEnd& end : hello.held()) marks[*journal_of(end)] = end.mark().seq();
  if (follows_) {
    host_.follows_anew();
    host_.copied(*this, marks);
  }
  pump();
}

void StandbyLink::send_welcome() {
  v1::StandbyFrame frame;
  frame.mutable_welcome()->set_refusal(v1::STANDBY_WELCOME);
  frame.mutable_welcome()->set_intake(ledger_.durable());
  wire_.send(frame);
}

void StandbyLink::on_acknowledgement(std::uint64_t intake) {
  if (phase_ != Phase::live || !outgoing_.acknowledge(intake, now_ms_)) return;
  std::map<JournalId, std::uint64_t> marks;
  while (!sent_.empty() && sent_.front().last <= intake) {
    for (const auto& [journal, seq] : sent_.front().reaches) marks[journal] = seq;
    sent_.pop_front();
  }
  pump();
  // Everything is there or on its way: from now on it is worth waiting for.
  if (!outgoing_.has_more()) in_step_ = true;
  if (follows_) host_.copied(*this, marks);
}

void StandbyLink::on_condition(const v1::StandbyCondition& condition) {
  if (!follows()) return;
  host_.condition(
      *this, {.disk = from_wire(condition.disk()), .disk_failed_before = condition.disk_failed_before()});
}

void StandbyLink::grown() {
  if (phase_ == Phase::live) pump();
}

void StandbyLink::pump() {
  if (reading_ || phase_ != Phase::live) return;
  outgoing_.offer(ledger_.durable());
  if (!outgoing_.has_more()) {
    if (!outgoing_.in_flight()) in_step_ = true;
    v1::StandbyFrame frame;
    frame.mutable_batch()->set_first(outgoing_.next());
    frame.mutable_batch()->set_intake(ledger_.durable());
    while (put_beside(*frame.mutable_batch(), outgoing_.next() - 1)) {
      wire_.send(frame);
      frame.mutable_batch()->clear_heads();
      frame.mutable_batch()->clear_values();
    }
    return;
  }
  if (!outgoing_.window_open()) return;
  reading_ = true;
  const std::uint64_t after = outgoing_.next() - 1;
  ledger_.read_intake(after, batch_limits,
                      [this, after, alive = std::weak_ptr(alive_)](const std::vector<Record>& records) {
                        if (alive.expired()) return;
                        reading_ = false;
                        if (phase_ != Phase::live) return;
                        // Sending may have begun anew while the disk was read.
                        if (after == outgoing_.next() - 1 && !records.empty()) send(after, records);
                        pump();
                      });
}

void StandbyLink::send(std::uint64_t after, const std::vector<Record>& records) {
  Sent sent{.last = after + records.size(), .beside_before = beside_sent_, .reaches = {}};
  v1::StandbyFrame frame;
  v1::IntakeBatch& batch = *frame.mutable_batch();
  batch.set_first(after + 1);
  for (const Record& record : records) {
    *batch.add_records() = sync::to_wire(record.stored, true);
    batch.mutable_hashes()->append(view_of(record.stored.hash));
    sent.reaches[record.journal()] = record.key.seq;
  }
  put_beside(batch, sent.last);
  // The disk may be ahead of what it has told the loop.
  batch.set_intake(std::max(ledger_.durable(), sent.last));
  outgoing_.offer(sent.last);
  outgoing_.sent(sent.last, now_ms_);
  sent_.push_back(std::move(sent));
  wire_.send(frame);
}

bool StandbyLink::put_beside(v1::IntakeBatch& batch, std::uint64_t up_to) {
  bool any = false;
  std::size_t octets = 0;
  const auto& all = ledger_.beside();
  for (auto at = all.upper_bound(beside_sent_); at != all.end(); ++at) {
    const CopiedLedger::Beside& beside = at->second;
    if (beside.intake > up_to || octets > beside_octets) break;
    octets += beside.octets.size();
    if (beside.name.empty()) {
      batch.add_heads()->ParseFromString(beside.octets);
    } else {
      batch.add_values()->set_name(beside.name);
      batch.mutable_values()->rbegin()->set_octets(beside.octets);
    }
    beside_sent_ = at->first;
    any = true;
  }
  return any;
}

void StandbyLink::tick(const Instant& now) {
  now_ms_ = now.since_boot_ms;
  if (phase_ == Phase::ending) return wire_.close("refused");
  if (now_ms_ - heard_ms_ >= patience_.silence_ms) return drop("the copy is silent");
  if (phase_ != Phase::live) return;
  if (outgoing_.give_up_waiting(now_ms_, patience_.resend_ms)) {
    if (!sent_.empty()) beside_sent_ = sent_.front().beside_before;
    sent_.clear();
  }
  pump();
}

}  // namespace feldsher::central
