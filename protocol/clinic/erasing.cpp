#include "protocol/clinic/erasing.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <vector>

#include "protocol/contracts/readings.pb.h"

namespace feldsher {

std::function<bool(const Record&)> erase_pick(const v1::Erasure& erasure) {
  struct Worn {
    Uuid device;
    std::int64_t from_ms, until_ms;
  };
  std::set<SubjectKey> subjects;
  std::vector<Worn> worn;
  if (erasure.status() == v1::ERASURE_ORDERED) {
    for (const v1::ErasedSubject& each : erasure.subjects())
      if (auto id = Uuid::from_octets(each.id())) subjects.insert({each.type(), *id});
    for (const v1::ErasedReadings& each : erasure.readings())
      if (auto device = Uuid::from_octets(each.device()))
        worn.push_back({*device, each.from_ms(),
                        each.until_ms() != 0 ? each.until_ms() : std::numeric_limits<std::int64_t>::max()});
  }
  return [subjects = std::move(subjects), worn = std::move(worn)](const Record& record) {
    if (record.subject.type != v1::READING_BLOCK) return subjects.contains(record.subject);
    if (worn.empty()) return false;
    const auto block = record.body<v1::ReadingBlock>();
    if (!block) return false;
    const auto device = Uuid::from_octets(block->device());
    return std::any_of(worn.begin(), worn.end(), [&](const Worn& each) {
      return device == each.device && block->last_ms() >= each.from_ms && block->first_ms() < each.until_ms;
    });
  };
}

}  // namespace feldsher
