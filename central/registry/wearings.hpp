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
/// What counts of a custody are its versions by when they begin: each until the next one does, or until it
/// was archived, and on its device until the next custody of that begins. A version that is written forgets
/// all that begin no earlier, on whatever device, and the last one too when that has the same wearer and
/// device and had not ended: it was put right. One that was archived before it began keeps its place: nobody
/// wears the device from then on. `central/store` keeps the same in its views.
class Wearings {
 public:
  /// A custody that was written.
  void take(const Uuid& id, const Row<v1::Custody>& now);

  /// The devices of which any custody ever named `patient`.
  const std::set<Uuid>& devices_of(const Uuid& patient) const;
  /// The times for which `patient` wore devices; `until_ms` 0: it is worn still.
  std::vector<v1::ErasedReadings> worn_by(const Uuid& patient) const;
  /// The times before `now_ms` in which nobody wore the devices of `patient`, as an order to erase says them
  /// (`drawer_time`).
  std::vector<v1::ErasedReadings> in_drawer(const Uuid& patient, std::int64_t now_ms) const;

  /// The custody that was given last of all that have the device among what counts; it may have ended, or
  /// have gone on to another device since. None: there is none.
  std::optional<Uuid> last_of(const Uuid& device) const;
  /// Whether what the custody says now is the last that counts of its device.
  bool is_last(const Uuid& custody) const;
  /// One of the custodies by which `patient` wears a device and nobody was given it since.
  std::optional<Uuid> custody_by_which_wears(const Uuid& patient) const;

  /// Whether an order with the times of `worn_by` erases the block.
  bool wore(const Uuid& patient, const BlockSpan& block) const;
  /// Whether custody says that somebody else wore the device while the block was measured.
  bool worn_by_another(const Uuid& patient, const BlockSpan& block) const;

 private:
  // Ends are the end of time when there is none.
  struct Version {
    std::int64_t from_ms;
    Uuid device, patient;
    std::int64_t archived_ms;
  };
  using Since = std::pair<std::int64_t, Uuid>;  // From when on, Unix ms, and by which custody.
  struct Wearer {
    Uuid patient;           // Nil: nobody.
    std::int64_t ended_ms;  // Archived, or the custody says something else.
  };
  using Spans = std::map<Since, Wearer>;
  /// One time of a device.
  struct Time {
    Uuid patient;
    std::int64_t from_ms, until_ms;
  };
  /// The times of who wears it that have a moment of [first_ms, last_ms].
  template <class Take>
  static void each_time(const Spans& spans, std::int64_t first_ms, std::int64_t last_ms, Take&& take);
  const Spans* spans_of(const Octets& device) const;
  static bool is_put_right(const Version& last, const Version& now);

  std::map<Uuid, std::vector<Version>> by_custody_;  // Those that count, by when they begin.
  std::map<Uuid, Spans> by_device_;
  std::map<Uuid, std::set<Uuid>> devices_by_patient_;
};

}  // namespace feldsher::central
