#pragma once
#include "kiosk/theme/canvas.hpp"
#include "protocol/contracts/bus.pb.h"

namespace feldsher::kiosk {

/// The patient's ticket: label, where to go, how many before, preparation, survey code.
/// Intends `Home` by its button, which shows the seconds left.
void draw_ticket(Canvas& canvas, Box area, const v1::CheckedIn& ticket, int seconds_left);

/// The sentence for a reserved word of preparation; empty for a word that this version does not know.
std::string preparation_sentence(std::string_view word, const Words& words);

/// That the ticket takes the place of one which nobody calls any more; empty when it does not.
std::string replaced_ticket_sentence(const v1::CheckedIn& ticket, const Words& words);

/// "482 913".
std::string spaced_code(const std::string& code);

}  // namespace feldsher::kiosk
