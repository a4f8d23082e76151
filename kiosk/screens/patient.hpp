#pragma once
#include <string>

#include "kiosk/locale/wall_clock.hpp"
#include "kiosk/model/desk_line.hpp"
#include "kiosk/theme/widgets.hpp"

namespace feldsher::kiosk {

/// "10:43" at the point, empty while its clock is unset or unknown.
std::string clock_text(const DeskLine& desk, Moment now);

/// Header, languages and the way back, which all screens of patients share. Returns what is left.
struct PatientFrame {
  const DeskLine& desk;
  const Settings& settings;
  const std::string& language;
  bool back = false;  ///< Whether there is a way back.
};
Box draw_frame(Canvas& canvas, const PatientFrame& frame, Moment now);

/// The desk is away, or was never heard yet: says so. False when it is here.
bool draw_absence(Canvas& canvas, const Box& box, const DeskLine& desk, Moment now);

/// What a patient reads while an ask is in hand.
void draw_patience(Canvas& canvas, const Box& box, Patience patience);

}  // namespace feldsher::kiosk
