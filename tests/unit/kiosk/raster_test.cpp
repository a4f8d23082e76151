#include "kiosk/shell/raster.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>

namespace {

using feldsher::kiosk::Pixels;
using feldsher::kiosk::Raster;

constexpr std::uint32_t paper = 0xffffff;

/// An atlas, a draw list and the glass that it is drawn on.
struct Sheet {
  Sheet() {
    unsigned char* octets = nullptr;
    int width = 0, height = 0;
    ImGui::SetCurrentContext(context);
    ImGui::GetIO().IniFilename = nullptr;  // A test leaves no file behind.
    ImGui::GetIO().Fonts->GetTexDataAsAlpha8(&octets, &width, &height);
    ImGui::GetIO().DisplaySize = {40, 30};
    ImGui::GetIO().BackendFlags |= ImGuiBackendFlags_RendererHasVtxOffset;
    ImGui::NewFrame();
    pixels.rgb.assign(40 * 30, 0);
  }
  ~Sheet() { ImGui::DestroyContext(context); }

  ImDrawList& list() { return *ImGui::GetBackgroundDrawList(); }
  void draw() {
    ImGui::Render();
    Raster(*ImGui::GetIO().Fonts).draw(*ImGui::GetDrawData(), paper, pixels);
  }
  std::uint32_t at(int x, int y) const { return pixels.row(y)[x]; }
  std::set<std::uint32_t> colours(int left, int top, int right, int bottom) const {
    std::set<std::uint32_t> found;
    for (int y = top; y < bottom; ++y)
      for (int x = left; x < right; ++x) found.insert(at(x, y));
    return found;
  }

  ImGuiContext* context = ImGui::CreateContext();
  Pixels pixels{40, 30, {}};
};

}  // namespace

TEST_CASE("two triangles that share an edge leave no gap on it, and do not meet", "[kiosk][raster]") {
  Sheet sheet;
  // Half transparent: a pixel of both would be darker, one of neither white.
  const ImU32 grey = IM_COL32(0, 0, 0, 128);
  const ImVec2 uv = ImGui::GetIO().Fonts->TexUvWhitePixel;
  sheet.list().PrimReserve(6, 4);
  sheet.list().PrimQuadUV({3.3f, 2.7f}, {36.4f, 4.1f}, {33.2f, 27.9f}, {5.6f, 25.2f}, uv, uv, uv, uv, grey);
  sheet.draw();
  CHECK(sheet.colours(7, 5, 32, 24).size() == 1);
  CHECK(sheet.colours(0, 0, 40, 30) == std::set<std::uint32_t>{paper, sheet.at(20, 15)});
}

TEST_CASE("a rectangle covers the pixels whose centres it holds, and no others", "[kiosk][raster]") {
  Sheet sheet;
  const ImVec2 uv = ImGui::GetIO().Fonts->TexUvWhitePixel;
  sheet.list().PrimReserve(6, 4);
  sheet.list().PrimRectUV({10, 10}, {20, 15}, uv, uv, IM_COL32(0x12, 0x34, 0x56, 255));
  sheet.draw();
  CHECK(sheet.colours(10, 10, 20, 15) == std::set<std::uint32_t>{0x123456});
  for (const auto& [x, y] : {std::pair{9, 12}, {20, 12}, {12, 9}, {12, 15}}) CHECK(sheet.at(x, y) == paper);
}

TEST_CASE("a pixel that is covered by less than its centre stays as it is", "[kiosk][raster]") {
  Sheet sheet;
  const ImVec2 uv = ImGui::GetIO().Fonts->TexUvWhitePixel;
  sheet.list().PrimReserve(6, 4);
  sheet.list().PrimRectUV({10.6f, 10.4f}, {20.6f, 15.4f}, uv, uv, IM_COL32_BLACK);
  sheet.draw();
  CHECK(sheet.colours(11, 10, 21, 15) == std::set<std::uint32_t>{0});
  for (const auto& [x, y] : {std::pair{10, 12}, {21, 12}, {12, 9}, {12, 15}}) CHECK(sheet.at(x, y) == paper);
}

TEST_CASE("nothing is drawn beyond the clip, nor beyond the glass", "[kiosk][raster]") {
  Sheet sheet;
  sheet.list().PushClipRect({5, 5}, {12, 9});
  sheet.list().AddRectFilled({-100, -100}, {500, 500}, IM_COL32_BLACK);
  sheet.list().PopClipRect();
  sheet.list().AddCircleFilled({45, 35}, 12, IM_COL32_BLACK);
  sheet.draw();
  CHECK(sheet.colours(5, 5, 12, 9) == std::set<std::uint32_t>{0});
  CHECK(sheet.colours(0, 0, 5, 30) == std::set<std::uint32_t>{paper});
  CHECK(sheet.colours(12, 0, 20, 30) == std::set<std::uint32_t>{paper});
  CHECK(sheet.at(39, 29) == 0);
}

TEST_CASE("letters come out of the atlas with soft edges", "[kiosk][raster]") {
  Sheet sheet;
  sheet.list().AddText({5, 5}, IM_COL32_BLACK, "H0");
  sheet.draw();
  const auto found = sheet.colours(0, 0, 40, 30);
  CHECK(found.contains(paper));
  CHECK(found.contains(0));
  Sheet between;
  between.list().AddText(ImGui::GetFont(), 9.5f, {5.3f, 5.4f}, IM_COL32_BLACK, "H0");
  between.draw();
  CHECK(between.colours(0, 0, 40, 30).size() > 4);
}

TEST_CASE("a colour that changes over a triangle changes evenly", "[kiosk][raster]") {
  Sheet sheet;
  const ImU32 black = IM_COL32_BLACK, white = IM_COL32_WHITE;
  sheet.list().AddRectFilledMultiColor({0, 0}, {40, 30}, black, white, white, black);
  sheet.draw();
  for (int x = 1; x < 40; ++x) CHECK((sheet.at(x, 7) & 0xff) >= (sheet.at(x - 1, 7) & 0xff));
  CHECK((sheet.at(20, 7) & 0xff) > 120);
  CHECK((sheet.at(20, 7) & 0xff) < 140);
}
