#pragma once
#include <boost/system/result.hpp>
#include <vector>

#include "central/registry/network_state.hpp"
#include "protocol/record/world.hpp"

namespace feldsher::central {

/// Why a patient is not archived, or not restored.
enum class ArchiveRefusal {
  not_found = 1,  ///< No such patient.
  archived,       ///< Archived already.
  not_archived,   ///< Restored already, or never archived.
  still_booked,   ///< An appointment is still to come.
  asked_for,      ///< A point was asked to book for them, and has not answered.
  here,           ///< At a point, waiting or served.
  wears_device,   ///< A device is in their custody.
};
const char* to_text(ArchiveRefusal refusal);

template <class T>
using Archived = boost::system::result<T, ArchiveRefusal>;

bool is_archived(const NetworkState& state, const Uuid& patient);

/// Archiving patients and restoring them; there is no delete. Who is archived is in no list and in no point's
/// scope; all that was written of them stays, and restoring brings it back. Nobody who is in care is
/// archived, and whom a point cares for all the same, since it had not heard, a rule restores. Pure.
class Archive {
 public:
  explicit Archive(const NetworkState& state) : state_(state) {}

  Archived<Draft> archive(const Uuid& patient, const v1::Actor& actor, v1::Proof proof,
                          const Instant& now) const;
  Archived<Draft> restore(const Uuid& patient, const v1::Actor& actor, v1::Proof proof) const;

  /// A point booked or received somebody who is archived: they are restored. Nothing for any other record.
  std::optional<Draft> needed_again(const Record& record, const Instant& now) const;
  /// After a restart: who was needed again and not restored when the process died.
  std::vector<Draft> left_over(const Instant& now) const;

 private:
  /// That a patient is in care, how, and which record says so.
  struct Care {
    ArchiveRefusal how;
    RecordKey record;
  };
  std::optional<Care> care_of(const Uuid& patient, const Instant& now) const;
  std::optional<Draft> restored_by_rule(const Uuid& patient, const Instant& now) const;
  Draft draft(const Uuid& patient, v1::Verb verb) const;

  const NetworkState& state_;
};

}  // namespace feldsher::central
