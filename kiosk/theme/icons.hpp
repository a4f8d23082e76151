#pragma once
#include <imgui.h>

#include <string_view>
#include <vector>

namespace feldsher::kiosk {

/// Draws the icon `name` with its top left corner at `at`, `side` pixels wide. An unknown name, which
/// a clinic's data may hold, draws the medical cross.
void draw_icon(ImDrawList& list, std::string_view name, ImVec2 at, float side, ImU32 colour, float weight);

/// All names, for the gallery and the tests.
std::vector<std::string_view> icon_names();

/// One of five faces, 0 = very sad … 4 = very glad.
void draw_face(ImDrawList& list, int mood, ImVec2 centre, float radius);

}  // namespace feldsher::kiosk
