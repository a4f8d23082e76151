#pragma once
#include <imgui.h>

#include <array>
#include <string>

namespace feldsher::kiosk {

/// Sizes of type, in units (see `Theme`): what each is for.
enum class Type {
  small,       ///< 28: footnotes, dense staff lists. Never alone on a patient's screen.
  small_bold,  ///< 28
  body,        ///< 36
  body_bold,   ///< 36
  large,       ///< 46: sentences that a patient reads
  heading,     ///< 48, bold
  title,       ///< 68, bold
  display,     ///< 120, bold
  huge,        ///< 176, bold; digits and capitals only, as `giant`
  giant,       ///< 300, bold
};
inline constexpr std::size_t type_count = 10;

/// Fonts and scale of one window.
///
/// All screens are laid out in *units*: 1,080 of them on the window's short side, so a picture is the
/// same on every size of glass. Text is baked at the sizes above times the scale.
class Theme {
 public:
  /// Bakes Inter (else DejaVu Sans) into `atlas`. Throws `Fault` when neither is installed.
  Theme(ImFontAtlas& atlas, ImVec2 window_px, float px_per_mm);

  ImFont* font(Type type) const { return fonts_[static_cast<std::size_t>(type)]; }
  static float size_of(Type type);        ///< In units.
  float scale() const { return scale_; }  ///< Pixels in a unit.
  float units_of_mm(float mm) const { return mm * px_per_mm_ / scale_; }
  ImVec2 size() const { return {window_px_.x / scale_, window_px_.y / scale_}; }  ///< In units.

  static float scale_of(ImVec2 window_px);

 private:
  std::array<ImFont*, type_count> fonts_{};
  ImVec2 window_px_;
  float px_per_mm_;
  float scale_;
};

/// Colours and paddings of Dear ImGui itself: none of its own look is left.
void calm_imgui_style();

}  // namespace feldsher::kiosk
