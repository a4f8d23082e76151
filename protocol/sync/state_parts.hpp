#pragma once
#include <utility>
#include <vector>

#include "protocol/record/state_hash.hpp"

namespace feldsher::sync {

/// So few subjects are told one by one, and not by their hashes.
inline constexpr std::size_t few_subjects = 16;

using SubjectsAt = std::vector<std::pair<SubjectKey, RecordKey>>;

/// The subjects whose id begins with `prefix` (nibbles, 0 … 15, an octet each), ascending by type, then id.
SubjectsAt subjects_under(const SubjectSet& set, OctetsView prefix);

/// Their state hashes, by the nibble that follows the prefix; `depth`: its length, at most 31.
std::vector<Digest> hashes_by_nibble(const SubjectsAt& subjects, std::size_t depth);

}  // namespace feldsher::sync
