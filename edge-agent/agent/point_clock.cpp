// PointNode and the time: what is believed of the machine's clock, and what central or a person said of it.
#include <cstdlib>

#include "edge-agent/agent/point_node.hpp"

namespace feldsher::edge {
namespace {

// Central's clock moves ours only when the difference is more than a line and a busy machine explain.
constexpr std::int64_t tolerated_offset_ms = 2'000;

}  // namespace

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
  return desk_.time(now(), knows_time() ? 0 : writer_.clock().wall_ms());
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

void PointNode::watch_machine() {
  const Instant raw = world_.clock.now();
  const Instant last = std::exchange(last_raw_, raw);
  if (last.boot != raw.boot || last.trust != v1::TRUST_UNSET || raw.trust == v1::TRUST_UNSET) return;
  const auto started = [](const Instant& at) {
    return at.wall_ms - static_cast<std::int64_t>(at.since_boot_ms);
  };
  const bool known = clock_trust_ != v1::TRUST_UNSET;
  clock_offset_ms_ = 0;  // It was the distance to the machine's old clock.
  if (known) return;
  const bool told = clock_learned_;
  learn_clock(started(raw) - started(last), raw.trust, v1::CLOCK_SOURCE_MACHINE);
  // Whatever set it may have known no more than when this box went off: a time server shows as synchronised.
  clock_learned_ = told;
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

}  // namespace feldsher::edge
