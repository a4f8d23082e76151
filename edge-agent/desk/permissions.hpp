#pragma once
#include <optional>
#include <string>

#include "edge-agent/desk/point_state.hpp"
#include "protocol/contracts/bus.pb.h"

namespace feldsher::edge {

/// What a screen of the clinic's list of terminals is for.
enum class Screen { check_in, survey, board, room, reception };

/// Of `Terminal.role`; nothing when it is none that this version knows.
std::optional<Screen> screen_named(std::string_view role);

/// How far an act is allowed to a kind of screen, or to a role of people.
enum class Leave {
  no,
  plain,  ///< Screens: a ticket for oneself, with neither a patient nor a priority named.
  own,    ///< Screens: in its own room, when it has one. People: in their own shift.
  yes,
};

/// What the table says; `no` for what is no act.
Leave leave_of(v1::Ask::ActCase act, Screen screen);
Leave leave_of(v1::Ask::ActCase act, v1::Role role);
/// Whether nobody needs to be signed in for it.
bool open_to_all(v1::Ask::ActCase act);

/// Why the terminal and who is signed in there may not ask this; nothing when they may.
///
/// A terminal that is not in this point's list may ask nothing. While a point has no list at all, which is
/// before its first feed, every screen may look at the catalogue and the point: it shows that it is getting
/// ready, and there is nothing yet that anybody could do.
std::optional<v1::AskRefusal> refusal_of(const PointState& state, const v1::Ask& ask,
                                         const std::string& terminal,
                                         const std::optional<PractitionerId>& staff);

}  // namespace feldsher::edge
