#pragma once
#include <cstdint>

#include "protocol/contracts/clinic.pb.h"

namespace feldsher::edge {

/// How urgently a waiting ticket wants to be called, in minutes: what it has waited, more for a reason,
/// less for each time it was put back. Everybody ages at the same rate, so nobody waits for ever: an
/// ordinary ticket overtakes every later one once it has waited longer by the difference of the reasons.
///
/// An appointment has its bonus from its slot on; before it, it is as far back as the slot is ahead.
double urgency_minutes(const v1::Ticket& ticket, std::int64_t now_ms);

/// The bonus of a reason, in minutes.
double bonus_minutes(v1::Priority priority);

/// How far a ticket falls back each time that it is put back.
inline constexpr double skip_minutes = 10;

}  // namespace feldsher::edge
