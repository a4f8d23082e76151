#pragma once
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "protocol/clinic/erasing.hpp"
#include "protocol/clinic/table.hpp"

namespace feldsher::central {

/// Who wore which device when, as the custodies say it: kept as they come, found by device.
///
/// A custody ends where the next one of its device begins, or where it was archived, or where it went on to
/// another device under the same id. One that is written again for the same wearer of the same device, or for
/// another from no later on, was put right: what it said before is forgotten.
class Wearings {
 public:
  /// A custody that was written; `before`: as it stood until then.
  void take(const Uuid& id, const std::optional<v1::Custody>& before, const Row<v1::Custody>& now);

  /// The devices of which any custody ever named `patient`.
  const std::set<Uuid>& devices_of(const Uuid& patient) const;
  /// The times for which `patient` wore devices; `until_ms` 0: it is worn still.
  std::vector<v1::ErasedReadings> worn_by(const Uuid& patient) const;
  /// The times before `now_ms` in which nobody wore the devices of `patient`, as an order to erase says them
  /// (`drawer_time`).
  std::vector<v1::ErasedReadings> in_drawer(const Uuid& patient, std::int64_t now_ms) const;

  /// Whether an order with the times of `worn_by` erases the block.
  bool wore(const Uuid& patient, const BlockSpan& block) const;
  /// Whether custody says that somebody else wore the device while the block was measured.
  bool worn_by_another(const Uuid& patient, const BlockSpan& block) const;

 private:
  using Since = std::pair<std::int64_t, Uuid>;  // From when on, Unix ms, and by which custody.
  struct Wearer {
    Uuid patient;               // Nil: nobody.
    std::int64_t ended_ms = 0;  // Archived, or gone on; 0 = it was not.
  };
  using Spans = std::map<Since, Wearer>;
  /// One time of a device; `until_ms` is the end of time when there is none.
  struct Time {
    Uuid patient;
    std::int64_t from_ms, until_ms;
  };
  /// The times of who wears it that have a moment of [first_ms, last_ms].
  template <class Take>
  static void each_time(const Spans& spans, std::int64_t first_ms, std::int64_t last_ms, Take&& take);
  const Spans* spans_of(const Octets& device) const;

  std::map<Uuid, Spans> by_device_;
  std::map<Uuid, std::set<Uuid>> devices_by_patient_;
};

}  // namespace feldsher::central
