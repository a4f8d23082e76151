#include "central/registry/wearings.hpp"

#include <limits>
#include <map>

namespace feldsher::central {
namespace {

struct Wearing {
  Octets patient;
  v1::ErasedReadings time;
};

struct Since {
  Octets patient;
  std::int64_t archived_ms = 0;  // 0 = it was not.
};

std::int64_t end_of(const v1::ErasedReadings& time) {
  return time.until_ms() != 0 ? time.until_ms() : std::numeric_limits<std::int64_t>::max();
}

std::vector<Wearing> wearings(const NetworkState& state) {
  std::map<Octets, std::map<std::int64_t, Since>> worn;
  for (const v1::Custody& each : state.former_custodies())
    worn[each.device()][each.from_ms()] = {each.patient(), 0};
  for (const auto& [id, row] : state.custodies.rows())
    worn[row.state.device()][row.state.from_ms()] = {row.state.patient(),
                                                     row.verb == v1::ARCHIVED ? row.at_ms : 0};
  std::vector<Wearing> all;
  for (const auto& [device, spans] : worn)
    for (auto at = spans.begin(); at != spans.end(); ++at) {
      Wearing wearing{.patient = at->second.patient, .time = {}};
      wearing.time.set_device(device);
      wearing.time.set_from_ms(at->first);
      std::int64_t until = at->second.archived_ms;
      if (const auto next = std::next(at); next != spans.end())
        until = until == 0 ? next->first : std::min(until, next->first);
      wearing.time.set_until_ms(until);
      if (!wearing.patient.empty()) all.push_back(std::move(wearing));
    }
  return all;
}

}  // namespace

std::vector<v1::ErasedReadings> worn_by(const NetworkState& state, const Uuid& patient) {
  std::vector<v1::ErasedReadings> times;
  for (Wearing& each : wearings(state))
    if (each.patient == patient.to_octets()) times.push_back(std::move(each.time));
  return times;
}

bool worn_by_another(const NetworkState& state, const Uuid& patient, const BlockSpan& block) {
  for (const Wearing& each : wearings(state))
    if (each.patient != patient.to_octets() && each.time.device() == block.device &&
        block.last_ms >= each.time.from_ms() && block.first_ms < end_of(each.time))
      return true;
  return false;
}

}  // namespace feldsher::central
