#include "protocol/sync/state_parts.hpp"

namespace feldsher::sync {
namespace {

unsigned nibble(OctetsView id, std::size_t at) {
  const auto octet = static_cast<unsigned char>(id[at / 2]);
  return at % 2 == 0 ? octet >> 4U : octet & 15U;
}

bool begins_with(OctetsView id, OctetsView prefix) {
  if (prefix.size() > 2 * id.size()) return false;
  for (std::size_t at = 0; at < prefix.size(); ++at)
    if (nibble(id, at) != static_cast<unsigned char>(prefix[at])) return false;
  return true;
}

}  // namespace

SubjectsAt subjects_under(const SubjectSet& set, OctetsView prefix) {
  SubjectsAt subjects;
  for (const auto& entry : set.all())
    if (begins_with(entry.first.id.to_octets(), prefix)) subjects.push_back(entry);
  return subjects;
}

std::vector<Digest> hashes_by_nibble(const SubjectsAt& subjects, std::size_t depth) {
  std::vector<StateHash> hashes(16);
  for (const auto& [subject, record] : subjects)
    hashes[nibble(subject.id.to_octets(), depth)].add(subject, record);
  std::vector<Digest> values;
  values.reserve(hashes.size());
  for (const StateHash& hash : hashes) values.push_back(hash.value());
  return values;
}

}  // namespace feldsher::sync
