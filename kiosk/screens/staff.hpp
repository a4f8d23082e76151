#pragma once
#include <string>

#include "kiosk/model/staff_screen.hpp"
#include "kiosk/theme/widgets.hpp"

namespace feldsher::kiosk {

/// Who works here, then the PIN. `title` says what the screen opens: "Room 12".
struct DoorFrame {
  const StaffDoor& door;
  const DeskLine& desk;
  const Settings& settings;
  const std::string& language;
  std::string title;
};
void draw_door(Canvas& canvas, const DoorFrame& frame, Moment now);

/// The strip at the foot: the language, what came of the last act, undo, the line to the desk and to the
/// centre. Takes its height off `area`.
void draw_status(Canvas& canvas, Box& area, const StaffScreen& model, Moment now);

std::string ticket_status_word(v1::TicketStatus status, const Words& words);
std::string priority_word(v1::Priority priority, const Words& words);
std::string_view priority_icon(v1::Priority priority);

}  // namespace feldsher::kiosk
