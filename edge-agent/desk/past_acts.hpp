#pragma once
#include <set>

#include "edge-agent/desk/desk.hpp"

namespace feldsher::edge {

/// Subjects of this point's own acts that are about people, are closed, and lie more than 30 days back:
/// nobody at the point asks for them again, and a thief of the box shall not find them.
///
/// Never what the point still answers for: minutes, open tickets and visits, requests without an answer, and
/// its answers to the requests of others. Nothing while the day is a guess.
std::set<SubjectKey> past_acts(const PointState& state, const DeskTime& now);

/// Whether `past_acts` may ever name a subject of this type.
bool may_be_past(v1::EntityType type);

}  // namespace feldsher::edge
