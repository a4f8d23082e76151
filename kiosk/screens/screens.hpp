#pragma once
#include "kiosk/model/board.hpp"
#include "kiosk/model/check_in.hpp"
#include "kiosk/model/reception.hpp"
#include "kiosk/model/room.hpp"
#include "kiosk/model/survey.hpp"
#include "kiosk/theme/canvas.hpp"

namespace feldsher::kiosk {

/// Screens are functions of a model: they draw it, and say through `canvas` what was tapped.
/// Nothing is kept between frames.
void draw(const CheckIn& model, Canvas& canvas, Moment now);
void draw(const Board& model, Canvas& canvas, Moment now);
void draw(const SurveyDesk& model, Canvas& canvas, Moment now);
void draw(const RoomDesk& model, Canvas& canvas, Moment now);
void draw(const ReceptionDesk& model, Canvas& canvas, Moment now);

}  // namespace feldsher::kiosk
