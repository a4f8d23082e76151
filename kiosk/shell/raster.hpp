#pragma once
#include <imgui.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace feldsher::kiosk {

/// Pixels of the glass: 0x00RRGGBB, top row first, no gaps.
struct Pixels {
  int width = 0, height = 0;
  std::vector<std::uint32_t> rgb;

  std::uint32_t* row(int y) {
    return rgb.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
  const std::uint32_t* row(int y) const { return const_cast<Pixels*>(this)->row(y); }
};

/// Draws what Dear ImGui has laid out, without a graphics card or OpenGL: a screen that is drawn when
/// something happens needs neither, and a software OpenGL takes ten times the memory and seconds to start.
///
/// Triangles as the GPU draws them: a pixel belongs to the triangle that holds its centre, so that neighbours
/// neither leave a gap nor meet; colours and alpha are linear over the triangle; the one texture is the font
/// atlas, sampled bilinearly. Pure.
class Raster {
 public:
  /// `atlas`: of 8 bit alpha, as baked; must live on, and keep its octets, while this draws.
  explicit Raster(const ImFontAtlas& atlas);

  /// Fills `to` with `background`, then draws. `data` has the size of `to` and pixels for units.
  void draw(const ImDrawData& data, std::uint32_t background, Pixels& to) const;

 private:
  /// A value that is linear over a triangle: at the origin, and how it changes with x and with y.
  struct Plane;
  /// What pixels of a triangle are made of.
  struct Ink;
  struct Clip {
    int left, top, right, bottom;
  };
  void triangle(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c, const Clip& clip,
                Pixels& to) const;
  void span(const Ink& ink, int y, int from, int until, std::uint32_t* row) const;
  /// The atlas at `u`, `v` (0 … 1): 0 … 255.
  float coverage(float u, float v) const;

  const unsigned char* alpha_;
  int width_, height_;
};

/// Of what Dear ImGui has laid out: what is on the glass already need not be drawn.
std::uint64_t digest_of(const ImDrawData& data);

}  // namespace feldsher::kiosk
