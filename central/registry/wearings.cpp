#include "central/registry/wearings.hpp"

#include <algorithm>
#include <limits>

#include "protocol/clinic/drawer.hpp"
#include "protocol/record/id_of.hpp"

namespace feldsher::central {
namespace {

constexpr std::int64_t for_ever = std::numeric_limits<std::int64_t>::max(),
                       time_began = std::numeric_limits<std::int64_t>::min();
const Uuid largest_id = [] {
  Uuid id;
  id.octets.fill(0xff);
  return id;
}();

v1::ErasedReadings time_of(const Uuid& device, std::int64_t from_ms, std::int64_t until_ms) {
  v1::ErasedReadings time;
  time.set_device(device.to_octets());
  time.set_from_ms(from_ms);
  time.set_until_ms(until_ms);
  return time;
}

}  // namespace

bool Wearings::is_put_right(const Version& last, const Version& now) {
  return last.device == now.device && last.patient == now.patient && last.archived_ms > now.from_ms;
}

void Wearings::take(const Uuid& id, const Row<v1::Custody>& now) {
  const Version version{.from_ms = now.state.from_ms(),
                        .device = id_of(now.state.device()),
                        .patient = id_of(now.state.patient()),
                        .archived_ms = now.verb == v1::ARCHIVED ? now.at_ms : for_ever};
  std::vector<Version>& versions = by_custody_[id];
  const auto forget_last = [&] {
    by_device_[versions.back().device].erase({versions.back().from_ms, id});
    versions.pop_back();
  };
  if (!versions.empty() && is_put_right(versions.back(), version)) forget_last();
  while (!versions.empty() && versions.back().from_ms >= version.from_ms) forget_last();
  if (!versions.empty()) {
    const Version& before = versions.back();
    by_device_[before.device][{before.from_ms, id}].ended_ms = std::min(before.archived_ms, version.from_ms);
  }
  by_device_[version.device][{version.from_ms, id}] = {version.patient, version.archived_ms};
  versions.push_back(version);
  if (!version.patient.is_nil()) devices_by_patient_[version.patient].insert(version.device);
}

const std::set<Uuid>& Wearings::devices_of(const Uuid& patient) const {
  static const std::set<Uuid> none;
  const auto at = devices_by_patient_.find(patient);
  return at == devices_by_patient_.end() ? none : at->second;
}

std::optional<Uuid> Wearings::last_of(const Uuid& device) const {
  const auto spans = by_device_.find(device);
  if (spans == by_device_.end() || spans->second.empty()) return std::nullopt;
  return spans->second.rbegin()->first.second;
}

bool Wearings::is_last(const Uuid& custody) const {
  const auto versions = by_custody_.find(custody);
  if (versions == by_custody_.end()) return false;
  const Version& now = versions->second.back();
  return by_device_.at(now.device).rbegin()->first == Since{now.from_ms, custody};
}

std::optional<Uuid> Wearings::custody_by_which_wears(const Uuid& patient) const {
  for (const Uuid& device : devices_of(patient)) {
    const Spans& spans = by_device_.at(device);
    if (spans.empty()) continue;
    const auto& [since, last] = *spans.rbegin();
    if (last.patient == patient && last.ended_ms == for_ever) return since.second;
  }
  return std::nullopt;
}

const Wearings::Spans* Wearings::spans_of(const Octets& device) const {
  const auto id = Uuid::from_octets(device);
  const auto at = id ? by_device_.find(*id) : by_device_.end();
  return at == by_device_.end() ? nullptr : &at->second;
}

// Of custodies that begin at one moment the last one counts. No time reaches into the next one.
template <class Take>
void Wearings::each_time(const Spans& spans, std::int64_t first_ms, std::int64_t last_ms, Take&& take) {
  auto at = spans.upper_bound({first_ms, largest_id});
  if (at != spans.begin()) --at;
  for (; at != spans.end() && at->first.first <= last_ms; ++at) {
    const auto next = std::next(at);
    const std::int64_t ended = at->second.ended_ms;
    const std::int64_t until = next == spans.end() ? ended : std::min(ended, next->first.first);
    if (until > at->first.first && until > first_ms && !at->second.patient.is_nil())
      take(Time{at->second.patient, at->first.first, until});
  }
}

std::vector<v1::ErasedReadings> Wearings::worn_by(const Uuid& patient) const {
  std::vector<v1::ErasedReadings> times;
  for (const Uuid& device : devices_of(patient))
    each_time(by_device_.at(device), time_began, for_ever, [&](const Time& each) {
      if (each.patient == patient)
        times.push_back(time_of(device, each.from_ms, each.until_ms == for_ever ? 0 : each.until_ms));
    });
  return times;
}

std::vector<v1::ErasedReadings> Wearings::in_drawer(const Uuid& patient, std::int64_t now_ms) const {
  std::vector<v1::ErasedReadings> times;
  for (const Uuid& device : devices_of(patient)) {
    std::int64_t from_ms = 0;
    const auto drawer_until = [&](std::int64_t until_ms) {
      if (until_ms = std::min(until_ms, now_ms); until_ms > from_ms)
        times.push_back(drawer_time(device, from_ms, until_ms));
    };
    each_time(by_device_.at(device), time_began, for_ever, [&](const Time& each) {
      drawer_until(each.from_ms);
      from_ms = std::max(from_ms, each.until_ms);
    });
    drawer_until(now_ms);
  }
  return times;
}

bool Wearings::wore(const Uuid& patient, const BlockSpan& block) const {
  bool wore = false;
  const bool may_be_theirs = block.patient.empty() || block.patient == patient.to_octets();
  if (const Spans* spans = spans_of(block.device))
    each_time(*spans, block.first_ms, block.last_ms, [&](const Time& each) {
      wore = wore || (each.patient == patient && (each.until_ms != for_ever || may_be_theirs));
    });
  return wore;
}

bool Wearings::worn_by_another(const Uuid& patient, const BlockSpan& block) const {
  bool worn = false;
  if (const Spans* spans = spans_of(block.device))
    each_time(*spans, block.first_ms, block.last_ms,
              [&](const Time& each) { worn = worn || each.patient != patient; });
  return worn;
}

}  // namespace feldsher::central
