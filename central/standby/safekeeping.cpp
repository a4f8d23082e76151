#include "central/standby/safekeeping.hpp"

#include <algorithm>
#include <utility>

namespace feldsher::central {
namespace {

constexpr const char* known_value = "standby/known";

}  // namespace

Safekeeping::Safekeeping(TenantId tenant, CopiedLedger& ledger, StandbyPatience patience)
    : tenant_(tenant), ledger_(ledger), patience_(patience) {
  ledger_.on_grown = [this] {
    for (auto& [wire, link] : links_) link->grown();
  };
}

void Safekeeping::resume(JournalStore& store) { known_ = !store.value(known_value).value_or("").empty(); }

bool Safekeeping::in_step() const {
  return std::any_of(links_.begin(), links_.end(), [](const auto& each) { return each.second->in_step(); });
}

void Safekeeping::tell(std::function<void()> work) {
  if (tells_at_once()) return work();
  waiting_.push_back({ledger_.durable(), now_ms_, std::move(work)});
}

void Safekeeping::release() {
  if (releasing_) return;
  releasing_ = true;
  while (!waiting_.empty() && (!in_step() || waiting_.front().intake <= safe_)) {
    auto work = std::move(waiting_.front().work);
    waiting_.pop_front();
    work();
  }
  releasing_ = false;
}

void Safekeeping::connected(const StandbyPeer& peer, StandbyWire& wire, const Instant& now) {
  now_ms_ = now.since_boot_ms;
  links_[&wire] = std::make_unique<StandbyLink>(StandbyPeer{tenant_, peer.id}, ledger_,
                                                static_cast<StandbyLinkHost&>(*this), wire, now, patience_);
}

void Safekeeping::receive(const StandbyWire& wire, const v1::StandbyFrame& frame, const Instant& now) {
  now_ms_ = now.since_boot_ms;
  if (auto link = links_.find(&wire); link != links_.end()) link->second->receive(frame, now);
}

void Safekeeping::disconnected(const StandbyWire& wire) {
  auto link = links_.find(&wire);
  if (link == links_.end()) return;
  const bool was_in_step = link->second->in_step();
  links_.erase(link);
  if (was_in_step && !in_step()) {
    ++gone_on_;
    in_step_ms_ = now_ms_;
  }
  release();
}

void Safekeeping::follows_anew() {
  followed_ms_ = now_ms_;
  gone_told_ = false;
  on_safe_anew();
}

void Safekeeping::copied(StandbyLink& link, const std::map<JournalId, std::uint64_t>& marks) {
  if (!known_ || id_ != link.id()) {
    Transaction known;
    known.values[known_value] = link.id().to_octets();
    ledger_.submit(std::move(known), [] {});
  }
  known_ = true;
  id_ = link.id();
  acknowledged_ = safe_ = link.acknowledged();
  if (link.in_step()) in_step_ms_ = now_ms_;
  note_progress();
  for (const auto& [journal, seq] : marks) on_safe(journal, seq);
  release();
}

void Safekeeping::note_progress() {
  if (safe_ >= ledger_.durable()) as_of_ms_ = now_ms_;
  if (mark_ != 0 && safe_ < mark_) return;
  as_of_ms_ = std::max(as_of_ms_, mark_ms_);
  mark_ = ledger_.durable();
  mark_ms_ = now_ms_;
}

void Safekeeping::condition(StandbyLink& link, const StandbyHealth& health) {
  const StandbyHealth before = std::exchange(health_[link.id()], health);
  if (health.disk_failed_before && !before.disk_failed_before)
    on_disk(link.id(), "the standby's disk failed, and the standby started again");
  if (health.disk != before.disk && health.disk != DiskClass::ample)
    on_disk(link.id(), std::string("the standby's disk: ") + words_of(health.disk));
}

void Safekeeping::differs(StandbyLink& link, const std::string& detail) {
  if (reported_.insert(link.id().to_text() + detail).second) on_differs(detail);
}

void Safekeeping::tick(const Instant& now) {
  now_ms_ = now.since_boot_ms;
  if (in_step_ms_ == 0) in_step_ms_ = followed_ms_ = as_of_ms_ = now_ms_;
  for (auto& [wire, link] : links_) link->tick(now);
  if (!waiting_.empty() && now_ms_ - waiting_.front().since_ms >= patience_.wait_ms) {
    // Whoever asked central something must not wait for a slow second disk.
    ++gone_on_;
    for (auto& [wire, link] : links_) link->fall_behind();
    release();
  }
  note_absence();
}

void Safekeeping::note_absence() {
  if (std::any_of(links_.begin(), links_.end(), [](const auto& each) { return each.second->follows(); })) {
    followed_ms_ = now_ms_;
  } else if (known_ && !gone_told_ && now_ms_ - followed_ms_ >= patience_.away_ms) {
    gone_told_ = true;
    on_gone();
  }
  if (in_step()) {
    in_step_ms_ = now_ms_;
    away_told_ = false;
    if (acknowledged_ && *acknowledged_ >= ledger_.durable()) as_of_ms_ = now_ms_;
  } else if (known_ && !away_told_ && now_ms_ - in_step_ms_ >= patience_.away_ms) {
    away_told_ = true;
    on_away();
  }
}

StandbyStatus Safekeeping::status() const {
  StandbyStatus status{.known = known_,
                       .connected = false,
                       .in_step = in_step(),
                       .id = id_,
                       .intake = ledger_.durable(),
                       .acknowledged = acknowledged_,
                       .lag_ms = 0,
                       .gone_on = gone_on_,
                       .copies = 0,
                       .disk = std::nullopt};
  for (const auto& [wire, link] : links_) {
    if (link->follows())
      status.connected = true;
    else
      ++status.copies;
  }
  if (auto heard = health_.find(id_); heard != health_.end()) status.disk = heard->second.disk;
  if (known_ && acknowledged_.value_or(0) < ledger_.durable())
    status.lag_ms = static_cast<std::int64_t>(now_ms_ - as_of_ms_);
  return status;
}

}  // namespace feldsher::central
