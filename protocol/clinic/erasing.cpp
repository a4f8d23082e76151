#include "protocol/clinic/erasing.hpp"

#include <algorithm>
#include <set>

#include "protocol/clinic/drawer.hpp"

namespace feldsher {

BlockSpan span_of(const v1::ReadingBlock& block) {
  return {.device = block.device(),
          .patient = block.patient(),
          .first_ms = block.first_ms(),
          .last_ms = block.last_ms()};
}

bool erases(const v1::Erasure& erasure, const BlockSpan& block) {
  if (erasure.status() != v1::ERASURE_ORDERED) return false;
  const auto [first_ms, last_ms] = std::minmax(block.first_ms, block.last_ms);
  return std::any_of(erasure.readings().begin(), erasure.readings().end(),
                     [&, first_ms = first_ms, last_ms = last_ms](const v1::ErasedReadings& each) {
                       if (block.device != each.device() || block.last_ms < each.from_ms()) return false;
                       if (is_drawer(each))
                         return block.patient == erasure.patient() && first_ms >= each.from_ms() &&
                                last_ms <= drawer_last_ms(each);
                       if (each.until_ms() != 0) return block.first_ms < each.until_ms();
                       return block.patient.empty() || block.patient == erasure.patient();
                     });
}

std::function<bool(const Record&)> erase_pick(const v1::Erasure& erasure) {
  std::set<SubjectKey> subjects;
  if (erasure.status() == v1::ERASURE_ORDERED)
    for (const v1::ErasedSubject& each : erasure.subjects())
      if (auto id = Uuid::from_octets(each.id())) subjects.insert({each.type(), *id});
  return [subjects = std::move(subjects), erasure](const Record& record) {
    if (record.subject.type != v1::READING_BLOCK) return subjects.contains(record.subject);
    if (erasure.readings().empty()) return false;
    const auto block = record.body<v1::ReadingBlock>();
    return block && erases(erasure, span_of(*block));
  };
}

}  // namespace feldsher
