#include "tests/bench/drain/outage.hpp"

#include <boost/endian/conversion.hpp>
#include <utility>

#include "protocol/record/result.hpp"

namespace feldsher::bench {
namespace {

// As in the shipped configuration.
constexpr std::uint64_t seal_after_ms = 300'000;
// Messages do not come by the second's beat.
constexpr std::uint64_t most_late_ms = 40;
constexpr std::uint64_t seconds_a_commit = 50;

Instant begins(std::uint64_t seconds_ago) {
  Instant now = SystemClock().now();
  now.wall_ms -= static_cast<std::int64_t>(seconds_ago) * 1000;
  now.trust = v1::SYNCHRONISED;
  now.uncertainty_ms = 20;
  // Another boot than the agent's: this one's monotonic clock runs ahead of it.
  now.boot ^= 0x0075a6e;
  return now;
}

}  // namespace

void OutageClock::pass(std::uint64_t ms) {
  now_.wall_ms += static_cast<std::int64_t>(ms);
  now_.since_boot_ms += ms;
}

Outage::Outage(Options options)
    : options_(std::move(options)),
      me_(edge::PointFolder(options_.folder).membership()),
      clock_(begins(seconds() + seal_after_ms / 1000 + 1)),
      signer_(SigningKey::load(edge::PointFolder(options_.folder).head_key())),
      store_(DataFolder::open(options_.folder).open_store(me_.tenant)),
      ledger_(*store_),
      node_({me_.tenant, me_.node, me_.point, me_.zone, "feldsher-bench"},
            {clock_, random_, ledger_, signer_, check_, [](const std::string&) { return edge::ReadPass{}; },
             [](std::string, std::string, std::function<void(bool)> done) { done(false); }}),
      readings_(node_, me_.node,
                {ledger_, [this](std::function<void()> work) { soon_.push_back(std::move(work)); },
                 [this](std::uint64_t, std::function<void()> work) { soon_.push_back(std::move(work)); },
                 [](DeviceId, const readings::Receipt&) {}},
                seal_after_ms) {
  ensure(!options_.devices.empty() || options_.messages == 0, "messages come from devices");
  auto rows = store_->intake();
  node_.start(*store_);
  readings_.resume(std::move(rows));
  if (node_.state().rooms.rows().empty() || node_.state().services.rows().empty())
    throw Fault("this point has no clinic data yet: its agent must have reached central once");
  const std::int64_t now_ms = clock_.now().wall_ms;
  for (const DeviceId& device : options_.devices)
    devices_.emplace_back(device, Epoch{random_.u64() | 1}, now_ms);
  if (options_.packs.empty()) return;
  packs_.open(options_.packs, std::ios::binary | std::ios::trunc);
  packs_.exceptions(std::ios::failbit | std::ios::badbit);
}

std::uint64_t Outage::seconds() const {
  return options_.devices.empty() ? 0 : options_.messages / options_.devices.size() + 1;
}

std::uint64_t Outage::blocks() const {
  std::uint64_t count = 0;
  for (const JournalTip& tip : store_->tips())
    if (tip.journal.stream == v1::READINGS) count += tip.seq;
  return count;
}

void Outage::settle() {
  ledger_.commit();
  while (!soon_.empty()) {
    for (const auto& work : std::exchange(soon_, {})) work();
    ledger_.commit();
  }
}

void Outage::send_messages(std::uint64_t second) {
  Octets message;
  std::uint64_t late = 0;
  for (std::size_t i = 0; i < devices_.size() && sent_ < options_.messages; ++i, ++sent_) {
    devices_[i].write(second + 1, message);
    if (const auto now = random_.below(most_late_ms); now > late) clock_.pass(now - std::exchange(late, now));
    readings_.on(options_.devices[i], message);
    if (!packs_.is_open()) continue;
    std::array<char, 4> length;
    boost::endian::store_big_u32(reinterpret_cast<unsigned char*>(length.data()),
                                 static_cast<std::uint32_t>(message.size()));
    packs_.write(length.data(), length.size())
        .write(message.data(), static_cast<std::streamsize>(message.size()));
  }
  clock_.pass(1000 - late);
}

template <class State>
Draft Outage::draft(v1::EntityType type, const Uuid& id, v1::Verb verb, const State& state) const {
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_PATIENT);
  draft.actor.set_id(Octets(16, '\0'));
  draft.subject = {type, id};
  draft.verb = verb;
  draft.message = state.SerializeAsString();
  return draft;
}

void Outage::serve_visitor(std::uint64_t number) {
  const std::int64_t now_ms = clock_.now().wall_ms;
  const Uuid visit_id = random_.uuid_v7(now_ms), ticket_id = random_.uuid_v7(now_ms);
  const Octets room = node_.state().rooms.rows().begin()->first.to_octets();
  v1::Visit visit;
  visit.set_service(node_.state().services.rows().begin()->first.to_octets());
  visit.set_point(me_.point.to_octets());
  visit.set_day("2026-01-01");
  visit.set_status(v1::VISIT_ARRIVED);
  visit.set_survey_digest(random_.octets(32));
  v1::Ticket ticket;
  ticket.set_visit(visit_id.to_octets());
  ticket.set_service(visit.service());
  ticket.set_label("A" + std::to_string(number % 1000));
  ticket.set_status(v1::TICKET_WAITING);
  ticket.set_queued_ms(now_ms);
  ticket.set_day(visit.day());
  ticket.set_point(visit.point());
  const auto write = [this](const std::vector<Draft>& drafts) {
    node_.write(v1::ACTS, drafts, {}, [] {});
    written_ += drafts.size();
  };
  write({draft(v1::VISIT, visit_id, v1::ARRIVED, visit), draft(v1::TICKET, ticket_id, v1::QUEUED, ticket)});
  ticket.set_status(v1::TICKET_CALLED);
  ticket.set_room(room);
  v1::TicketCall& call = *ticket.add_calls();
  call.set_wall_ms(now_ms);
  call.set_room(room);
  write({draft(v1::TICKET, ticket_id, v1::CALLED, ticket)});
  ticket.set_status(v1::TICKET_FINISHED);
  visit.set_status(v1::VISIT_FINISHED);
  write(
      {draft(v1::TICKET, ticket_id, v1::FINISHED, ticket), draft(v1::VISIT, visit_id, v1::FINISHED, visit)});
}

Outage::Figures Outage::play() {
  const std::int64_t began_ms = clock_.now().wall_ms;
  const std::uint64_t blocks_before = blocks();
  for (std::uint64_t second = 0; sent_ < options_.messages; ++second) {
    send_messages(second);
    // Of all visitors, as many as of all messages.
    while (written_ * options_.messages < options_.acts * sent_) serve_visitor(written_ / acts_each);
    readings_.tick();
    if ((second + 1) % seconds_a_commit == 0) settle();
  }
  while (written_ < options_.acts) serve_visitor(written_ / acts_each);
  settle();
  clock_.pass(seal_after_ms);
  while (readings_.unsealed() > 0) {
    readings_.tick();
    settle();
  }
  node_.sign_heads();
  settle();
  store_->checkpoint();
  if (readings_.counts().fresh != options_.messages)
    throw Fault("of " + std::to_string(options_.messages) + " messages " +
                std::to_string(readings_.counts().fresh) + " were taken in");
  return {.readings = options_.messages * Messages::readings_each,
          .acts = written_,
          .blocks = blocks() - blocks_before,
          .hours = static_cast<double>(clock_.now().wall_ms - began_ms) / 3'600'000};
}

}  // namespace feldsher::bench
