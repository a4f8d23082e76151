#pragma once
#include "kiosk/model/reception.hpp"
#include "kiosk/theme/canvas.hpp"

namespace feldsher::kiosk {

/// The dialog that is open over the list.
void draw_reception_dialog(const ReceptionDesk& model, Canvas& canvas);

}  // namespace feldsher::kiosk
