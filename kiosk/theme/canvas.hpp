#pragma once
#include <imgui.h>

#include <string>
#include <string_view>
#include <vector>

#include "kiosk/locale/words.hpp"
#include "kiosk/model/intents.hpp"
#include "kiosk/theme/palette.hpp"
#include "kiosk/theme/theme.hpp"

namespace feldsher::kiosk {

/// A rectangle in units.
struct Box {
  float x = 0, y = 0, w = 0, h = 0;

  float right() const { return x + w; }
  float bottom() const { return y + h; }
  Box inset(float by) const { return inset(by, by); }
  Box inset(float dx, float dy) const { return {x + dx, y + dy, w - 2 * dx, h - 2 * dy}; }
  /// Cuts `height` off the top (or bottom, left, right) of this box and returns the piece.
  Box cut_top(float height, float gap = 0);
  Box cut_bottom(float height, float gap = 0);
  Box cut_left(float width, float gap = 0);
  Box cut_right(float width, float gap = 0);
  /// A box of that size in the middle of this one.
  Box middle(float width, float height) const {
    return {x + (w - width) / 2, y + (h - height) / 2, width, height};
  }
  /// Column (or row) `i` of `n` equal ones with gaps between.
  Box column(int i, int n, float gap) const;
  Box row(int i, int n, float gap) const;
};

enum class Align { left, centre, right };
enum class Stand { top, middle, bottom };

struct TextStyle {
  Type type = Type::body;
  Colour colour = palette::ink;
  Align align = Align::left;
  Stand stand = Stand::middle;
  bool wrap = true;
  bool trim = false;  ///< One line that ends with "…" rather than get smaller: cells of dense lists.
};

/// What was on a drawn frame: read by the tests, which have no eyes.
struct FrameReport {
  struct Target {
    std::string id;
    Box box;
  };
  std::vector<Target> targets;         ///< Everything that can be tapped.
  std::vector<std::string> texts;      ///< Everything that can be read.
  std::vector<std::string> overflows;  ///< Texts that did not fit even at the smallest legible size.
};

/// One frame of one screen: draws in units and collects what was tapped.
///
/// Lives for a frame, inside `ImGui::NewFrame` … `ImGui::Render`.
class Canvas {
 public:
  Canvas(const Theme& theme, const Words& words, FrameReport* report = nullptr);
  ~Canvas();
  Canvas(const Canvas&) = delete;
  Canvas& operator=(const Canvas&) = delete;

  const Words& words() const { return words_; }
  const Theme& theme() const { return theme_; }
  Box all() const { return {0, 0, theme_.size().x, theme_.size().y}; }
  bool portrait() const { return theme_.size().y > theme_.size().x; }

  void fill(const Box& box, Colour colour, float radius = 0);
  void outline(const Box& box, Colour colour, float radius, float thickness);
  void disc(float x, float y, float radius, Colour colour);
  /// A white sheet with a soft shadow.
  void card(const Box& box, float radius = 36, Colour colour = palette::card);
  /// Draws within `box`; a text that is too long gets smaller, down to two thirds (labels: two fifths).
  /// Returns its height.
  float text(const Box& box, std::string_view what, const TextStyle& style);
  /// Width of one line, in units.
  float width_of(std::string_view what, Type type) const;
  /// Width of its longest word, in units: no line can be shorter.
  float longest_word(std::string_view what, Type type) const;
  void icon(const Box& box, std::string_view name, Colour colour, float weight = 2.0f);
  /// A QR code of `content`, black on white.
  void qr(const Box& box, const std::string& content);

  struct Touch {
    bool tapped = false;
    bool held = false;
  };
  /// Makes `box` a target. `id` is unique on the screen and names it in tests.
  Touch target(const char* id, const Box& box);
  /// While false, nothing under a dialog can be tapped.
  void enable(bool on) { enabled_ = on; }
  bool enabled() const { return enabled_; }

  void intend(Intent intent) { intents_.push_back(std::move(intent)); }
  std::vector<Intent> take_intents() { return std::exchange(intents_, {}); }

  ImDrawList& list() { return *list_; }
  ImVec2 px(float x, float y) const { return {x * theme_.scale(), y * theme_.scale()}; }
  float px(float length) const { return length * theme_.scale(); }

 private:
  std::string trimmed(std::string_view what, ImFont* font, float width) const;
  std::vector<std::string> broken(std::string_view what, ImFont* font, float size, float width) const;

  const Theme& theme_;
  const Words& words_;
  FrameReport* report_;
  ImDrawList* list_ = nullptr;
  bool enabled_ = true;
  std::vector<Intent> intents_;
};

}  // namespace feldsher::kiosk
