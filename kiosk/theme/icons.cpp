#include "kiosk/theme/icons.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "kiosk/theme/palette.hpp"

namespace feldsher::kiosk {
namespace {

// Our own set, on a grid of 24. M, L, C, Z as in SVG (absolute); O = circle, D = disc (cx cy r);
// R = rounded rectangle (x y w h r). Lines have round ends.
using Drawing = std::pair<std::string_view, std::string_view>;
constexpr std::array drawings{
    Drawing{"cross", "M9 3 L15 3 L15 9 L21 9 L21 15 L15 15 L15 21 L9 21 L9 15 L3 15 L3 9 L9 9 Z"},
    Drawing{"stethoscope",
            "M6 3 L4 3 L4 9 C4 12 6 14 9 14 C12 14 14 12 14 9 L14 3 L12 3 M9 14 L9 16 C9 19 11 21 14 21 C17 "
            "21 19 19 19 "
            "16 L19 13 O19 11 2"},
    Drawing{"heart",
            "M12 20 C7 16 3 12.5 3 8.5 C3 5.8 5 4 7.4 4 C9.3 4 11 5 12 6.8 C13 5 14.7 4 16.6 4 C19 4 21 5.8 "
            "21 8.5 C21 "
            "12.5 17 16 12 20 Z M6.5 11 L9.5 11 L11 8.5 L13 13.5 L14.2 11 L17.5 11"},
    Drawing{"tooth",
            "M12 6 C10 4.5 8 3.5 6.3 4.2 C4 5.2 3.6 8 4.4 10.5 C5.2 13 5.6 14 6 17 C6.3 19.5 7 21 8.3 21 "
            "C10.2 21 9.6 15 "
            "12 15 C14.4 15 13.8 21 15.7 21 C17 21 17.7 19.5 18 17 C18.4 14 18.8 13 19.6 10.5 C20.4 8 20 5.2 "
            "17.7 4.2 C16 "
            "3.5 14 4.5 12 6 Z"},
    Drawing{"eye",
            "M2 12 C5 7 8.5 5 12 5 C15.5 5 19 7 22 12 C19 17 15.5 19 12 19 C8.5 19 5 17 2 12 Z O12 12 3.2"},
    Drawing{"ear",
            "M6 9 C6 5.5 8.6 3 12 3 C15.4 3 18 5.5 18 9 C18 13 14.5 13.5 14.5 17 C14.5 19.3 13 21 11 21 C9 "
            "21 7.5 19.5 7.5 "
            "17.5 M9.5 9.5 C9.5 7.8 10.6 6.5 12.2 6.5 C13.8 6.5 14.8 7.6 14.8 9 C14.8 10.6 13 11 12.4 12.4"},
    Drawing{"child",
            "O12 12 9 M9 15 C10 16.4 14 16.4 15 15 D8.8 11 0.9 D15.2 11 0.9 M12 3 C11 4.5 11.6 6 13.4 5.8"},
    Drawing{"flask",
            "M9 3 L15 3 M10 3 L10 9 L4.8 18 C4 19.6 5 21 6.6 21 L17.4 21 C19 21 20 19.6 19.2 18 L14 9 L14 3 "
            "M7 15 L17 15"},
    Drawing{
        "drop",
        "M12 3 C15.5 7.5 18 10.5 18 14 C18 18 15.5 20.5 12 20.5 C8.5 20.5 6 18 6 14 C6 10.5 8.5 7.5 12 3 Z "
        "M9 14.5 C9.2 16.2 10.3 17.3 12 17.5"},
    Drawing{"ultrasound",
            "M9 3 L15 3 L15 8 L17 12 L7 12 L9 8 Z M8 15 C10 17 14 17 16 15 M6 18 C9.5 21.5 14.5 21.5 18 18"},
    Drawing{"syringe",
            "M18 2 L22 6 M20 4 L16.5 7.5 M12.5 4.5 L19.5 11.5 M18 10 L9 19 L5 19 L5 15 L14 6 M5 19 L2 22 M9 "
            "11 L11 13 M12 8 L14 10"},
    Drawing{"bandage",
            "M14.5 3.9 C16.2 2.2 18.4 2.2 20.1 3.9 C21.8 5.6 21.8 7.8 20.1 9.5 L9.5 20.1 C7.8 21.8 5.6 21.8 "
            "3.9 20.1 C2.2 "
            "18.4 2.2 16.2 3.9 14.5 Z M8.5 9.9 L14.1 15.5 M9.9 8.5 L15.5 14.1 D12 10.6 0.8 D12 13.4 0.8 "
            "D10.6 12 0.8 D13.4 "
            "12 0.8"},
    Drawing{"bone",
            "M7.5 13.5 C5.5 12.5 3 13.8 3 16 C3 17.5 4.2 18 5.2 18.2 C5.4 19.6 6 21 7.6 21 C9.8 21 11 18.6 "
            "10.3 16.6 L16.6 "
            "10.3 C18.6 11 21 9.8 21 7.6 C21 6 19.6 5.4 18.2 5.2 C18 4.2 17.5 3 16 3 C13.8 3 12.5 5.5 13.5 "
            "7.5 Z"},
    Drawing{"lungs",
            "M12 3 L12 11 M12 9 C11 11 9.5 12 9.5 12 M12 9 C13 11 14.5 12 14.5 12 M9 6.5 C6 7 3 12 3 17 C3 "
            "20 4 21 5.5 20.6 "
            "C8 20 9.6 19 9.6 17 L9.6 7.5 C9.6 6.8 9.4 6.5 9 6.5 Z M15 6.5 C18 7 21 12 21 17 C21 20 20 21 "
            "18.5 20.6 C16 20 "
            "14.4 19 14.4 17 L14.4 7.5 C14.4 6.8 14.6 6.5 15 6.5 Z"},
    Drawing{"brain",
            "M12 5 C11 3 7.5 3 7 6 C4.5 6.5 4 9 5 10.5 C3 12 3.4 15 5.4 16 C5.6 19.5 10 21.5 12 18.5 M12 5 "
            "C13 3 16.5 3 17 "
            "6 C19.5 6.5 20 9 19 10.5 C21 12 20.6 15 18.6 16 C18.4 19.5 14 21.5 12 18.5 M12 5 L12 18.5 M8 10 "
            "C9 9 10 9.4 10 "
            "11 M16 13 C15 14 14 13.6 14 12"},
    Drawing{"woman", "O12 8.5 5.5 M12 14 L12 22 M8.5 18 L15.5 18"},
    Drawing{"pulse", "M2 12 L7 12 L9.5 5 L14.5 19 L17 12 L22 12"},
    Drawing{"pill",
            "M9.6 20 C7.9 21.7 5.7 21.7 4 20 C2.3 18.3 2.3 16.1 4 14.4 L14.4 4 C16.1 2.3 18.3 2.3 20 4 C21.7 "
            "5.7 21.7 7.9 20 9.6 Z M9.2 9.2 L14.8 14.8"},
    Drawing{"scan", "M3 8 L3 3 L8 3 M16 3 L21 3 L21 8 M21 16 L21 21 L16 21 M8 21 L3 21 L3 16 M3 12 L21 12"},
    Drawing{"video", "R2 6 13 12 2 M15 10.5 L22 7 L22 17 L15 13.5"},
    Drawing{"calendar", "R3 5 18 16 3 M3 10 L21 10 M8 2.5 L8 7 M16 2.5 L16 7 M8.5 15 L11 17.5 L15.5 13"},
    Drawing{"ticket",
            "M3 7 C3 6 4 5 5 5 L19 5 C20 5 21 6 21 7 L21 9.5 C19.4 9.5 18.5 10.6 18.5 12 C18.5 13.4 19.4 "
            "14.5 21 14.5 L21 17 C21 18 20 19 19 19 L5 19 C4 19 3 18 3 17 L3 14.5 C4.6 14.5 5.5 13.4 5.5 12 "
            "C5.5 10.6 4.6 9.5 3 9.5 Z M12 9 L12 10 M12 11.6 L12 12.4 M12 14 L12 15"},
    Drawing{"qr",
            "R3 3 7 7 1.5 R14 3 7 7 1.5 R3 14 7 7 1.5 D6.5 6.5 1.2 D17.5 6.5 1.2 D6.5 17.5 1.2 M14 14 L17 14 "
            "L17 17 M21 14 L21 14.1 M14 18 L14 21 M17.5 21 L21 21 L21 18"},
    Drawing{"phone", "R6 2 12 20 3 M10.5 18.5 L13.5 18.5"},
    Drawing{"cake",
            "M3 21 L21 21 M5 21 L5 13 C5 12 6 11 7 11 L17 11 C18 11 19 12 19 13 L19 21 M5 16 C7 17.6 8.4 "
            "17.6 9.7 16 C11 14.6 13 14.6 14.3 16 C15.6 17.6 17 17.6 19 16 M12 11 L12 8 M12 3 C13.6 4.8 13.4 "
            "6 12 6 C10.6 6 10.4 4.8 12 3 Z"},
    Drawing{"left", "M20 12 L4 12 M11 5 L4 12 L11 19"},
    Drawing{"right", "M4 12 L20 12 M13 5 L20 12 L13 19"},
    Drawing{"up", "M5 15 L12 8 L19 15"},
    Drawing{"down", "M5 9 L12 16 L19 9"},
    Drawing{"check", "M4 12.5 L10 18.5 L20 6.5"},
    Drawing{"close", "M5 5 L19 19 M19 5 L5 19"},
    Drawing{"erase",
            "M8 5 L20 5 C21 5 22 6 22 7 L22 17 C22 18 21 19 20 19 L8 19 L2 12 Z M11.5 9 L17.5 15 M17.5 9 "
            "L11.5 15"},
    Drawing{"bell",
            "M6 16 L6 10.5 C6 7 8.5 4.5 12 4.5 C15.5 4.5 18 7 18 10.5 L18 16 L20 18 L4 18 Z M10 21 C11 22 13 "
            "22 14 21 M12 2.5 L12 4.5"},
    Drawing{"again",
            "M20 12 C20 16.5 16.5 20 12 20 C7.5 20 4 16.5 4 12 C4 7.5 7.5 4 12 4 C14.6 4 17 5.2 18.6 7.4 "
            "M19.5 3 L19.2 8 L14.2 7.6"},
    Drawing{"skip", "M4 5 L13 12 L4 19 Z M18 5 L18 19"},
    Drawing{"start", "M7 4 L19 12 L7 20 Z"},
    Drawing{"transfer", "M4 8 L20 8 M16 4 L20 8 L16 12 M20 16 L4 16 M8 12 L4 16 L8 20"},
    Drawing{"lock", "R5 11 14 10 2.5 M8 11 L8 7.5 C8 5 9.6 3 12 3 C14.4 3 16 5 16 7.5 L16 11 D12 16 1.3"},
    Drawing{"undo", "M9 5 L4 10 L9 15 M4 10 L14 10 C17.5 10 20 12.4 20 15 C20 17.8 17.8 20 15 20 L10 20"},
    Drawing{"person", "O12 8 4.5 M3.5 21 C4.5 17 7.6 15.2 12 15.2 C16.4 15.2 19.5 17 20.5 21"},
    Drawing{"people",
            "O9 8.5 3.8 M2 20 C2.8 16.6 5.4 15 9 15 C12.6 15 15.2 16.6 16 20 M15.5 5 C17.6 5.2 18.8 6.6 18.8 "
            "8.5 C18.8 10.4 17.6 11.8 15.5 12 M18.5 15.6 C20.5 16.3 21.6 17.8 22 20"},
    Drawing{"clock", "O12 12 9 M12 7 L12 12 L15.5 14.5"},
    Drawing{"globe",
            "O12 12 9 M3 12 L21 12 M12 3 C15 6 16 9 16 12 C16 15 15 18 12 21 C9 18 8 15 8 12 C8 9 9 6 12 3"},
    Drawing{"away",
            "M3 3 L21 21 M5 12.5 C6.5 11 8.2 10 10 9.6 M14.5 9.8 C16.3 10.3 17.8 11.2 19 12.5 M2 9 C3.4 7.6 "
            "5 6.5 6.8 5.8 M11 5 C15.4 4.8 19.2 6.3 22 9 M8.5 16 C10.4 14.2 13.6 14.2 15.5 16 D12 19.5 1.2"},
    Drawing{"linked",
            "M5 12.5 C9 8.7 15 8.7 19 12.5 M2 9 C7.6 3.8 16.4 3.8 22 9 M8.5 16 C10.4 14.2 13.6 14.2 15.5 16 "
            "D12 19.5 1.2"},
    Drawing{
        "door",
        "M6 21 L6 4.5 C6 3.6 6.6 3 7.5 3 L16.5 3 C17.4 3 18 3.6 18 4.5 L18 21 M3 21 L21 21 D14.5 12.5 1.2"},
    Drawing{"info", "O12 12 9 M12 11 L12 16.5 D12 7.7 1.2"},
    Drawing{"warning", "M12 3.5 L22 20.5 L2 20.5 Z M12 10 L12 14.5 D12 17.4 1.1"},
    Drawing{"home",
            "M3 11.5 L12 4 L21 11.5 M5.5 9.5 L5.5 20 L18.5 20 L18.5 9.5 M10 20 L10 14.5 L14 14.5 L14 20"},
    Drawing{"infant",
            "M12 3 C16 3 20 6.5 20 11 L12 11 Z M20 11 L4 11 C4 15 7 17 12 17 C17 17 20 15 20 11 O8 20 1.6 "
            "O16 20 1.6 M4 11 L4 9 L2 8"},
    Drawing{"frail",
            "O10 4.2 1.8 M10 8 L10 14 L15.5 14 L18 19.5 L20.5 19 M10 10.6 L15 10.6 M7.6 11.4 C5 12.4 3.8 "
            "14.4 3.8 16.4 C3.8 19.2 6 21.4 8.8 21.4 C11.4 21.4 13.4 19.8 14 17.4"},
    Drawing{"urgent", "M13 2.5 L5 13.5 L11 13.5 L10.5 21.5 L19 10 L13 10 Z"},
    Drawing{"plus", "M12 4 L12 20 M4 12 L20 12"},
    Drawing{"survey", "O12 12 9 M8 14 C9.5 17 14.5 17 16 14 D9 9.8 1.1 D15 9.8 1.1"},
    Drawing{"glass", "M6 4 L18 4 L16.4 20 L7.6 20 Z M6.8 11 L17.2 11"},
    Drawing{"document",
            "M6 2.5 L14 2.5 L19 7.5 L19 21.5 L6 21.5 C5 21.5 5 21 5 20.5 L5 3.5 C5 3 5 2.5 6 2.5 Z M14 2.5 "
            "L14 7.5 L19 7.5 M8.5 13 L15.5 13 M8.5 17 L15.5 17"},
    Drawing{"plate",
            "O14 12 7.5 O14 12 3.6 M3 4 L3 9 M3 9 L3 20 M1.5 4 L1.5 8 C1.5 9.4 4.5 9.4 4.5 8 L4.5 4"},
};

class Pen {
 public:
  Pen(ImDrawList& list, ImVec2 at, float side, ImU32 colour, float weight)
      : list_(list), at_(at), k_(side / 24), colour_(colour), thick_(weight * side / 24) {}

  void draw(std::string_view path) {
    rest_ = path;
    for (;;) {
      skip();
      if (rest_.empty()) break;
      const char command = rest_.front();
      rest_.remove_prefix(1);
      switch (command) {
        case 'M':
          stroke(false);
          list_.PathLineTo(dot(point()));
          break;
        case 'L':
          list_.PathLineTo(dot(point()));
          break;
        case 'C': {
          const ImVec2 a = point(), b = point(), end = point();
          list_.PathBezierCubicCurveTo(a, b, dot(end));
          break;
        }
        case 'Z':
          stroke(true);
          break;
        case 'O': {
          stroke(false);
          const ImVec2 centre = point();
          list_.AddCircle(centre, number() * k_, colour_, 0, thick_);
          break;
        }
        case 'D': {
          stroke(false);
          const ImVec2 centre = point();
          list_.AddCircleFilled(centre, number() * k_, colour_);
          break;
        }
        case 'R': {
          stroke(false);
          const ImVec2 from = point();
          const float w = number() * k_, h = number() * k_, radius = number() * k_;
          list_.AddRect(from, {from.x + w, from.y + h}, colour_, radius, 0, thick_);
          break;
        }
        default:
          break;
      }
    }
    stroke(false);
  }

 private:
  void skip() {
    while (!rest_.empty() && rest_.front() == ' ') rest_.remove_prefix(1);
  }
  float number() {
    skip();
    float value = 0;
    const auto end = std::from_chars(rest_.data(), rest_.data() + rest_.size(), value);
    rest_.remove_prefix(static_cast<std::size_t>(end.ptr - rest_.data()));
    return value;
  }
  ImVec2 point() {
    const float x = number();
    const float y = number();
    return {at_.x + x * k_, at_.y + y * k_};
  }
  // A dot on each corner makes joins and ends round.
  ImVec2 dot(ImVec2 p) {
    dots_.push_back(p);
    return p;
  }
  void stroke(bool closed) {
    if (list_._Path.Size > 1) list_.PathStroke(colour_, closed ? ImDrawFlags_Closed : 0, thick_);
    list_.PathClear();
    for (const ImVec2 p : dots_) list_.AddCircleFilled(p, thick_ / 2, colour_);
    dots_.clear();
  }

  ImDrawList& list_;
  ImVec2 at_;
  float k_;
  ImU32 colour_;
  float thick_;
  std::string_view rest_;
  std::vector<ImVec2> dots_;
};

}  // namespace

void draw_icon(ImDrawList& list, std::string_view name, ImVec2 at, float side, ImU32 colour, float weight) {
  auto found = std::ranges::find(drawings, name, &Drawing::first);
  if (found == drawings.end()) found = drawings.begin();
  Pen(list, at, side, colour, weight).draw(found->second);
}

std::vector<std::string_view> icon_names() {
  std::vector<std::string_view> names;
  for (const auto& [name, path] : drawings) names.push_back(name);
  return names;
}

void draw_face(ImDrawList& list, int mood, ImVec2 centre, float radius) {
  static constexpr std::array colours{rgb(0xe8836b), rgb(0xf0ab62), rgb(0xf2cf66), rgb(0xb3cf73),
                                      rgb(0x6fbf93)};
  // How far the corners of the mouth rise, in parts of the radius.
  static constexpr std::array smiles{-0.26f, -0.13f, 0.0f, 0.15f, 0.30f};
  const auto which = static_cast<std::size_t>(std::clamp(mood, 0, 4));
  list.AddCircleFilled(centre, radius, colours[which]);
  const float r = radius;
  for (const float side : {-1.0f, 1.0f}) {
    const ImVec2 eye{centre.x + side * r * 0.34f, centre.y - r * 0.22f};
    list.PathClear();
    list.AddRectFilled({eye.x - r * 0.075f, eye.y - r * 0.14f}, {eye.x + r * 0.075f, eye.y + r * 0.14f},
                       palette::ink, r * 0.075f);
  }
  const float corner = centre.y + r * (0.36f - smiles[which] * 0.55f);
  const float middle = centre.y + r * (0.36f + smiles[which] * 0.95f);
  const ImVec2 from{centre.x - r * 0.44f, corner}, to{centre.x + r * 0.44f, corner};
  list.PathLineTo(from);
  list.PathBezierCubicCurveTo({centre.x - r * 0.2f, middle}, {centre.x + r * 0.2f, middle}, to);
  list.PathStroke(palette::ink, 0, r * 0.1f);
  list.AddCircleFilled(from, r * 0.05f, palette::ink);
  list.AddCircleFilled(to, r * 0.05f, palette::ink);
}

}  // namespace feldsher::kiosk
