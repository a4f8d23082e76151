#pragma once
#include <array>
#include <cstdint>
#include <map>
#include <optional>

#include "protocol/record/record.hpp"

namespace feldsher {

/// Which subjects are at which record, as one number: the sum mod 2^256 of
/// SHA-256(entity type octet ‖ subject ‖ id of its current record). Kept by adding and subtracting, so
/// it is the same whatever the order of events, the version of the code or the tables.
class StateHash {
 public:
  void add(const SubjectKey& subject, const RecordKey& current);
  void subtract(const SubjectKey& subject, const RecordKey& current);
  /// Big-endian, 32 octets.
  Digest value() const;
  bool operator==(const StateHash&) const = default;

 private:
  std::array<std::uint64_t, 4> limbs_{};  // Least significant first.
};

/// A set of subjects with the record that each is at, and their state hash.
class SubjectSet {
 public:
  /// The subject is at `current` now.
  void put(const SubjectKey& subject, const RecordKey& current);
  void drop(const SubjectKey& subject);
  void clear();

  std::optional<RecordKey> current(const SubjectKey& subject) const;
  const std::map<SubjectKey, RecordKey>& all() const { return current_; }
  Digest hash() const { return hash_.value(); }

 private:
  std::map<SubjectKey, RecordKey> current_;
  StateHash hash_;
};

}  // namespace feldsher
