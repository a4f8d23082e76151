#pragma once
#include <imgui.h>

namespace feldsher::kiosk {

using Colour = ImU32;

/// "#0b6e6a" as ImGui wants it.
consteval Colour rgb(unsigned hex) { return IM_COL32(hex >> 16 & 255, hex >> 8 & 255, hex & 255, 255); }

/// The same colour, `part` of 255 opaque.
constexpr Colour see_through(Colour colour, unsigned part) {
  return (colour & ~IM_COL32_A_MASK) | (part << IM_COL32_A_SHIFT);
}

/// One accent, warm neutrals. Ink on paper is 13:1, muted ink 5.9:1, white on the accent 5.9:1 (WCAG
/// asks 4.5).
namespace palette {

inline constexpr Colour paper = rgb(0xf4f6f4);
inline constexpr Colour card = rgb(0xffffff);
inline constexpr Colour sunken = rgb(0xeaefed);  ///< Fields and quiet keys.
inline constexpr Colour line = rgb(0xd7dfdc);
inline constexpr Colour ink = rgb(0x14262a);
inline constexpr Colour muted = rgb(0x53666a);
inline constexpr Colour accent = rgb(0x0b6e6a);
inline constexpr Colour accent_held = rgb(0x085451);
inline constexpr Colour accent_soft = rgb(0xdff0ed);
inline constexpr Colour on_accent = rgb(0xffffff);
inline constexpr Colour on_accent_muted = rgb(0xc4e2de);
inline constexpr Colour amber = rgb(0x8a4b08);
inline constexpr Colour amber_soft = rgb(0xfdf0d9);
inline constexpr Colour red = rgb(0xa3261c);
inline constexpr Colour red_soft = rgb(0xfbe7e4);

}  // namespace palette
}  // namespace feldsher::kiosk
