#include "edge-agent/agent/held_bodies.hpp"

#include "edge-agent/desk/past_acts.hpp"

namespace feldsher::edge {

void HeldBodies::add(const Record& record) {
  if (record.key.stream == v1::ACTS && may_be_past(record.subject.type))
    bodies_[record.subject].push_back(record.key);
}

std::vector<RecordKey> HeldBodies::take(const std::set<SubjectKey>& subjects) {
  std::vector<RecordKey> taken;
  for (const SubjectKey& subject : subjects)
    if (auto held = bodies_.extract(subject))
      taken.insert(taken.end(), held.mapped().begin(), held.mapped().end());
  return taken;
}

}  // namespace feldsher::edge
