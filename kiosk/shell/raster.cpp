#include "kiosk/shell/raster.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "kiosk/shell/digest.hpp"

namespace feldsher::kiosk {
namespace {

float channel(ImU32 colour, int shift) { return static_cast<float>((colour >> shift) & 0xff); }

std::uint32_t rgb_of(ImU32 colour) {
  return ((colour >> IM_COL32_R_SHIFT) & 0xff) << 16 | ((colour >> IM_COL32_G_SHIFT) & 0xff) << 8 |
         ((colour >> IM_COL32_B_SHIFT) & 0xff);
}

/// `over` with `alpha` of 0 … 256 on `under`.
std::uint32_t blended(std::uint32_t under, std::uint32_t over, std::uint32_t alpha) {
  const std::uint32_t rest = 256 - alpha;
  const std::uint32_t red_blue = ((over & 0xff00ff) * alpha + (under & 0xff00ff) * rest) >> 8;
  const std::uint32_t green = ((over & 0x00ff00) * alpha + (under & 0x00ff00) * rest) >> 8;
  return (red_blue & 0xff00ff) | (green & 0x00ff00);
}

std::uint32_t in_256ths(float alpha_255) {
  const float clamped = std::clamp(alpha_255, 0.0f, 255.0f);
  return static_cast<std::uint32_t>(clamped * (256.0f / 255.0f) + 0.5f);
}

/// The first pixel whose centre is at or after `x`.
int first_centre(float x) { return static_cast<int>(std::ceil(x - 0.5f)); }

}  // namespace

struct Raster::Plane {
  float at = 0, dx = 0, dy = 0;

  /// Through three values at three corners; `area` is twice the triangle's, signed.
  static Plane through(const ImVec2& a, const ImVec2& b, const ImVec2& c, float area, float at_a, float at_b,
                       float at_c) {
    const float to_b = at_b - at_a, to_c = at_c - at_a;
    Plane made;
    made.dx = (to_b * (c.y - a.y) - to_c * (b.y - a.y)) / area;
    made.dy = (to_c * (b.x - a.x) - to_b * (c.x - a.x)) / area;
    made.at = at_a - made.dx * a.x - made.dy * a.y;
    return made;
  }
  float operator()(float x, float y) const { return at + dx * x + dy * y; }
};

struct Raster::Ink {
  bool one_colour = false, one_texel = false;
  std::uint32_t rgb = 0;  // Of one colour.
  float texel = 1;        // Of one texel, 0 … 1.
  std::array<Plane, 3> colour;
  Plane alpha, u, v;
};

Raster::Raster(const ImFontAtlas& atlas)
    : alpha_(atlas.TexPixelsAlpha8), width_(atlas.TexWidth), height_(atlas.TexHeight) {}

float Raster::coverage(float u, float v) const {
  const float x = std::clamp(u * static_cast<float>(width_) - 0.5f, 0.0f, static_cast<float>(width_ - 1));
  const float y = std::clamp(v * static_cast<float>(height_) - 0.5f, 0.0f, static_cast<float>(height_ - 1));
  const int left = static_cast<int>(x), top = static_cast<int>(y);
  const int right = std::min(left + 1, width_ - 1), bottom = std::min(top + 1, height_ - 1);
  const auto texel = [this](int column, int row) {
    return static_cast<float>(alpha_[row * width_ + column]);
  };
  const float across = x - static_cast<float>(left), down = y - static_cast<float>(top);
  const float above = texel(left, top) + (texel(right, top) - texel(left, top)) * across;
  const float below = texel(left, bottom) + (texel(right, bottom) - texel(left, bottom)) * across;
  return above + (below - above) * down;
}

void Raster::span(const Ink& ink, int y, int from, int until, std::uint32_t* row) const {
  const float centre_y = static_cast<float>(y) + 0.5f;
  if (ink.one_colour && ink.one_texel && ink.alpha.dx == 0) {
    const std::uint32_t alpha = in_256ths(ink.alpha(0, centre_y) * ink.texel);
    if (alpha == 256) return std::fill(row + from, row + until, ink.rgb), void();
    if (alpha == 0) return;
    for (int x = from; x < until; ++x) row[x] = blended(row[x], ink.rgb, alpha);
    return;
  }
  for (int x = from; x < until; ++x) {
    const float centre_x = static_cast<float>(x) + 0.5f;
    const float texel =
        ink.one_texel ? ink.texel : coverage(ink.u(centre_x, centre_y), ink.v(centre_x, centre_y)) / 255.0f;
    const std::uint32_t alpha = in_256ths(ink.alpha(centre_x, centre_y) * texel);
    if (alpha == 0) continue;
    std::uint32_t rgb = ink.rgb;
    if (!ink.one_colour) {
      rgb = 0;
      for (const Plane& plane : ink.colour)
        rgb =
            rgb << 8 | static_cast<std::uint32_t>(std::clamp(plane(centre_x, centre_y) + 0.5f, 0.0f, 255.0f));
    }
    row[x] = blended(row[x], rgb, alpha);
  }
}

void Raster::triangle(const ImDrawVert& a, const ImDrawVert& b, const ImDrawVert& c, const Clip& clip,
                      Pixels& to) const {
  const float area = (b.pos.x - a.pos.x) * (c.pos.y - a.pos.y) - (c.pos.x - a.pos.x) * (b.pos.y - a.pos.y);
  if (area == 0 || !std::isfinite(area)) return;
  const auto [low, high] = std::minmax({a.pos.y, b.pos.y, c.pos.y});
  const int top = std::max(clip.top, first_centre(low)), bottom = std::min(clip.bottom, first_centre(high));
  if (top >= bottom) return;

  const auto linear = [&](float at_a, float at_b, float at_c) {
    return Plane::through(a.pos, b.pos, c.pos, area, at_a, at_b, at_c);
  };
  Ink ink;
  ink.one_texel = a.uv.x == b.uv.x && a.uv.x == c.uv.x && a.uv.y == b.uv.y && a.uv.y == c.uv.y;
  if (ink.one_texel) {
    ink.texel = coverage(a.uv.x, a.uv.y) / 255.0f;
  } else {
    ink.u = linear(a.uv.x, b.uv.x, c.uv.x);
    ink.v = linear(a.uv.y, b.uv.y, c.uv.y);
  }
  const auto of = [&](int shift) {
    return linear(channel(a.col, shift), channel(b.col, shift), channel(c.col, shift));
  };
  ink.rgb = rgb_of(a.col);
  ink.one_colour = ink.rgb == rgb_of(b.col) && ink.rgb == rgb_of(c.col);
  if (!ink.one_colour) ink.colour = {of(IM_COL32_R_SHIFT), of(IM_COL32_G_SHIFT), of(IM_COL32_B_SHIFT)};
  const bool one_alpha = (a.col >> IM_COL32_A_SHIFT) == (b.col >> IM_COL32_A_SHIFT) &&
                         (a.col >> IM_COL32_A_SHIFT) == (c.col >> IM_COL32_A_SHIFT);
  ink.alpha = one_alpha ? Plane{channel(a.col, IM_COL32_A_SHIFT), 0, 0} : of(IM_COL32_A_SHIFT);

  const std::array<const ImVec2*, 3> corners{&a.pos, &b.pos, &c.pos};
  for (int y = top; y < bottom; ++y) {
    const float centre = static_cast<float>(y) + 0.5f;
    float left = INFINITY, right = -INFINITY;
    for (std::size_t i = 0; i < 3; ++i) {
      const ImVec2* upper = corners[i];
      const ImVec2* lower = corners[(i + 1) % 3];
      if (upper->y > lower->y) std::swap(upper, lower);
      if (centre < upper->y || centre >= lower->y) continue;
      // From the upper end, whichever triangle asks: neighbours come to the same.
      const float x = upper->x + (centre - upper->y) * (lower->x - upper->x) / (lower->y - upper->y);
      left = std::min(left, x);
      right = std::max(right, x);
    }
    if (!(left < right)) continue;
    const int from = std::max(clip.left, first_centre(left)),
              until = std::min(clip.right, first_centre(right));
    if (from < until) span(ink, y, from, until, to.row(y));
  }
}

void Raster::draw(const ImDrawData& data, std::uint32_t background, Pixels& to) const {
  std::fill(to.rgb.begin(), to.rgb.end(), background);
  for (int i = 0; i < data.CmdListsCount; ++i) {
    const ImDrawList& list = *data.CmdLists[i];
    for (const ImDrawCmd& command : list.CmdBuffer) {
      // A pixel is clipped by its corner, as glScissor does it.
      const Clip clip{std::max(0, static_cast<int>(command.ClipRect.x - data.DisplayPos.x)),
                      std::max(0, static_cast<int>(command.ClipRect.y - data.DisplayPos.y)),
                      std::min(to.width, static_cast<int>(command.ClipRect.z - data.DisplayPos.x)),
                      std::min(to.height, static_cast<int>(command.ClipRect.w - data.DisplayPos.y))};
      if (command.UserCallback || clip.left >= clip.right || clip.top >= clip.bottom) continue;
      const ImDrawVert* vertices = list.VtxBuffer.Data + command.VtxOffset;
      const ImDrawIdx* indices = list.IdxBuffer.Data + command.IdxOffset;
      for (unsigned n = 0; n + 2 < command.ElemCount; n += 3)
        triangle(vertices[indices[n]], vertices[indices[n + 1]], vertices[indices[n + 2]], clip, to);
    }
  }
}

std::uint64_t digest_of(const ImDrawData& data) {
  Digest digest;
  const auto mix = [&](const auto& buffer) {
    digest.mix(reinterpret_cast<const unsigned char*>(buffer.Data),
               static_cast<std::size_t>(buffer.size_in_bytes()));
  };
  for (int i = 0; i < data.CmdListsCount; ++i) {
    mix(data.CmdLists[i]->VtxBuffer);
    mix(data.CmdLists[i]->IdxBuffer);
  }
  return digest.value();
}

}  // namespace feldsher::kiosk
