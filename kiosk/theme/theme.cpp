#include "kiosk/theme/theme.hpp"

#include <imgui_freetype.h>

#include <algorithm>
#include <filesystem>

#include "protocol/record/result.hpp"

namespace feldsher::kiosk {
namespace {

struct Cut {
  float size;
  bool bold;
};
constexpr std::array<Cut, type_count> cuts{Cut{28, false}, Cut{28, true}, Cut{36, false}, Cut{36, true},
                                           Cut{46, false}, Cut{48, true}, Cut{68, true},  Cut{120, true},
                                           Cut{176, true}, Cut{300, true}};

std::string font_file(bool bold) {
  const std::array<const char*, 2> files =
      bold ? std::array{"/usr/share/fonts/opentype/inter/Inter-SemiBold.otf",
                        "/usr/share/fonts/truetype/dejavu/DejaVuSans-Bold.ttf"}
           : std::array{"/usr/share/fonts/opentype/inter/Inter-Regular.otf",
                        "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf"};
  for (const char* file : files)
    if (std::filesystem::exists(file)) return file;
  throw Fault("no font: install the Debian package fonts-inter or fonts-dejavu-core");
}

// Latin with accents, the Ukrainian apostrophe, Cyrillic with ґ, and the signs that our sentences use.
constexpr ImWchar text_glyphs[] = {0x0020, 0x007e, 0x00a0, 0x00ff, 0x02bc, 0x02bc, 0x0400,
                                   0x045f, 0x0490, 0x0491, 0x2010, 0x2014, 0x2018, 0x201e,
                                   0x2022, 0x2022, 0x2026, 0x2026, 0x2116, 0x2116, 0};
constexpr ImWchar giant_glyphs[] = {0x0020, 0x0020, 0x002d, 0x003a, 0x0041, 0x005a, 0x0410, 0x042f, 0};

}  // namespace

float Theme::size_of(Type type) { return cuts[static_cast<std::size_t>(type)].size; }

float Theme::scale_of(ImVec2 window_px) {
  return std::max(0.25f, std::min(window_px.x, window_px.y) / 1080.0f);
}

Theme::Theme(ImFontAtlas& atlas, ImVec2 window_px, float px_per_mm)
    : window_px_(window_px), px_per_mm_(px_per_mm), scale_(scale_of(window_px)) {
  atlas.FontBuilderIO = ImGuiFreeType::GetBuilderForFreeType();
  atlas.FontBuilderFlags = ImGuiFreeTypeBuilderFlags_LightHinting;
  ImFontConfig config;
  config.OversampleH = 1;
  config.PixelSnapH = false;
  for (std::size_t i = 0; i < type_count; ++i) {
    const bool giant = static_cast<Type>(i) >= Type::huge;
    fonts_[i] = atlas.AddFontFromFileTTF(font_file(cuts[i].bold).c_str(), cuts[i].size * scale_, &config,
                                         giant ? giant_glyphs : text_glyphs);
    if (!fonts_[i]) throw Fault("cannot read the font " + font_file(cuts[i].bold));
  }
  atlas.Build();
}

void calm_imgui_style() {
  ImGuiStyle& style = ImGui::GetStyle();
  style.WindowPadding = {0, 0};
  style.WindowBorderSize = 0;
  style.WindowMinSize = {1, 1};
  style.AntiAliasedLines = style.AntiAliasedFill = true;
  style.CircleTessellationMaxError = 0.15f;
  style.CurveTessellationTol = 0.4f;
}

}  // namespace feldsher::kiosk
