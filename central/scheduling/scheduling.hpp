#pragma once
#include <boost/system/result.hpp>
#include <string>
#include <vector>

#include "central/registry/network_state.hpp"
#include "protocol/record/world.hpp"

namespace feldsher::central {

/// Why central refuses something about the schedule.
enum class ScheduleRefusal {
  not_found = 1,      ///< No such shift, patient, service, appointment or point.
  malformed,          ///< Outside of the shift, a service it does not give, no minutes, or far too many.
  taken,              ///< The minutes are booked.
  past,               ///< The time is over.
  doctor_elsewhere,   ///< The doctor or the room has another shift then.
  patient_elsewhere,  ///< The patient has another appointment then.
  wrong_state,        ///< Cancelled, visited or done already.
  archived,           ///< The patient is archived.
};
const char* to_text(ScheduleRefusal refusal);

template <class T>
using Scheduled = boost::system::result<T, ScheduleRefusal>;

/// A booking that somebody wants.
struct WantedBooking {
  Uuid patient, shift, service;
  std::int64_t minute = 0;    ///< Since 1970 UTC.
  std::uint32_t minutes = 0;  ///< 0 = as long as the service usually takes.
  Uuid id = {};               ///< What the appointment shall be called; nil = a new name.
};

/// What came of it: records to write, and whether it is only asked of the point that holds the minutes.
struct Booking {
  Uuid appointment;
  bool requested = false;
  Uuid request;
  std::vector<Draft> drafts;
};

/// Central's side of the schedule. Pure: reads the state, answers drafts or a refusal.
class Scheduling {
 public:
  Scheduling(const NetworkState& state, Random& random) : state_(state), random_(random) {}

  Scheduled<Booking> book(const WantedBooking& wanted, const v1::Actor& actor, v1::Proof proof,
                          const Instant& now);
  Scheduled<Booking> cancel(const Uuid& appointment, const v1::Actor& actor, v1::Proof proof,
                            const Instant& now);

  /// A shift, unless its room or doctor has another one then (S4, S5).
  Scheduled<Draft> shift(const Uuid& id, const v1::Shift& shift, const v1::Actor& actor, v1::Proof proof);

  /// Leases free minutes of a shift to its point.
  Scheduled<Draft> lease(const Uuid& shift, const MinuteSet& minutes, const v1::Actor& actor, v1::Proof proof,
                         const Instant& now);

  /// Asks the shift's point to give back minutes, as far as they are free there. Refused as `taken` when the
  /// point holds none of them.
  Scheduled<Booking> recall(const Uuid& shift, const MinuteSet& minutes, const v1::Actor& actor,
                            v1::Proof proof, const Instant& now);

  /// Breaks the leases of a shift, from the next minute on: its minutes are central's at once, whatever the
  /// point believes until it hears of it. A person's act, for a point that cannot give them back. Together
  /// with the tasks of the bookings that are found there. `taken` when the point holds none of them.
  Scheduled<std::vector<Draft>> break_leases(const Uuid& shift, const v1::Actor& actor, v1::Proof proof,
                                             const Instant& now);

  /// A point asks for something in central's minutes: the answer; empty when it is not ours to answer or
  /// answered already.
  std::vector<Draft> answer_request(const Uuid& request, const Instant& now);

 private:
  Draft draft(v1::EntityType type, const Uuid& id, v1::Verb verb, const google::protobuf::MessageLite& state,
              const v1::Actor& actor, v1::Proof proof) const;

  const NetworkState& state_;
  Random& random_;
};

}  // namespace feldsher::central
