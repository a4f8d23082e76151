#include "kiosk/theme/canvas.hpp"

#include <qrencode.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "kiosk/theme/icons.hpp"

namespace feldsher::kiosk {

Box Box::cut_top(float height, float gap) {
  const Box piece{x, y, w, height};
  y += height + gap;
  h -= height + gap;
  return piece;
}
Box Box::cut_bottom(float height, float gap) {
  const Box piece{x, y + h - height, w, height};
  h -= height + gap;
  return piece;
}
Box Box::cut_left(float width, float gap) {
  const Box piece{x, y, width, h};
  x += width + gap;
  w -= width + gap;
  return piece;
}
Box Box::cut_right(float width, float gap) {
  const Box piece{x + w - width, y, width, h};
  w -= width + gap;
  return piece;
}
Box Box::column(int i, int n, float gap) const {
  const float each = (w - gap * static_cast<float>(n - 1)) / static_cast<float>(n);
  return {x + static_cast<float>(i) * (each + gap), y, each, h};
}
Box Box::row(int i, int n, float gap) const {
  const float each = (h - gap * static_cast<float>(n - 1)) / static_cast<float>(n);
  return {x, y + static_cast<float>(i) * (each + gap), w, each};
}

namespace {

bool has_all_glyphs(const ImFont& font, std::string_view what) {
  for (std::size_t i = 0; i < what.size();) {
    const auto lead = static_cast<unsigned char>(what[i]);
    unsigned letter = lead;
    std::size_t length = 1;
    if (lead >= 0xc0) {
      length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
      letter = lead & (0xffu >> (length + 1));
      for (std::size_t k = 1; k < length && i + k < what.size(); ++k)
        letter = letter << 6 | (static_cast<unsigned char>(what[i + k]) & 0x3fu);
    }
    if (letter > 0xffff || !font.FindGlyphNoFallback(static_cast<ImWchar>(letter))) return false;
    i += length;
  }
  return true;
}

}  // namespace

Canvas::Canvas(const Theme& theme, const Words& words, FrameReport* report)
    : theme_(theme), words_(words), report_(report) {
  const ImGuiIO& io = ImGui::GetIO();
  ImGui::SetNextWindowPos({0, 0});
  ImGui::SetNextWindowSize(io.DisplaySize);
  ImGui::Begin("screen", nullptr,
               ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove | ImGuiWindowFlags_NoSavedSettings |
                   ImGuiWindowFlags_NoBackground | ImGuiWindowFlags_NoNav);
  list_ = ImGui::GetWindowDrawList();
  fill(all(), palette::paper);
}

Canvas::~Canvas() { ImGui::End(); }

void Canvas::fill(const Box& box, Colour colour, float radius) {
  list_->AddRectFilled(px(box.x, box.y), px(box.right(), box.bottom()), colour, px(radius));
}

void Canvas::outline(const Box& box, Colour colour, float radius, float thickness) {
  list_->AddRect(px(box.x, box.y), px(box.right(), box.bottom()), colour, px(radius), 0, px(thickness));
}

void Canvas::disc(float x, float y, float radius, Colour colour) {
  list_->AddCircleFilled(px(x, y), px(radius), colour);
}

void Canvas::card(const Box& box, float radius, Colour colour) {
  // No blur in a draw list: a soft shadow is a dozen sheets of almost nothing, each a little larger.
  for (int i = 12; i >= 1; --i) {
    const float grow = static_cast<float>(i) * 2.4f;
    const Box shadow{box.x - grow, box.y - grow + 9, box.w + 2 * grow, box.h + 2 * grow};
    fill(shadow, IM_COL32(20, 38, 42, 2), radius + grow);
  }
  fill(box, colour, radius);
}

float Canvas::width_of(std::string_view what, Type type) const {
  ImFont* font = theme_.font(type);
  return font->CalcTextSizeA(font->FontSize, FLT_MAX, 0, what.data(), what.data() + what.size()).x /
         theme_.scale();
}

float Canvas::longest_word(std::string_view what, Type type) const {
  float longest = 0;
  while (!what.empty()) {
    const std::size_t end = std::min(what.find(' '), what.size());
    longest = std::max(longest, width_of(what.substr(0, end), type));
    what.remove_prefix(std::min(end + 1, what.size()));
  }
  return longest;
}

std::vector<std::string> Canvas::broken(std::string_view what, ImFont* font, float size, float width) const {
  std::vector<std::string> lines;
  std::string line;
  const auto fits = [&](const std::string& candidate) {
    return font->CalcTextSizeA(size, FLT_MAX, 0, candidate.c_str()).x <= width;
  };
  std::size_t at = 0;
  while (at <= what.size()) {
    const std::size_t end = std::min(what.find_first_of(" \n", at), what.size());
    const std::string word(what.substr(at, end - at));
    const std::string longer = line.empty() ? word : line + " " + word;
    if (line.empty() || fits(longer)) {
      line = longer;
    } else {
      lines.push_back(std::exchange(line, word));
    }
    if (end < what.size() && what[end] == '\n') lines.push_back(std::exchange(line, {}));
    at = end + 1;
  }
  lines.push_back(line);
  return lines;
}

std::string Canvas::trimmed(std::string_view what, ImFont* font, float width) const {
  std::string out(what);
  const auto wide = [&] {
    return font->CalcTextSizeA(font->FontSize, FLT_MAX, 0, (out + "…").c_str()).x > width;
  };
  if (font->CalcTextSizeA(font->FontSize, FLT_MAX, 0, out.c_str()).x <= width) return out;
  while (!out.empty() && wide()) {
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xc0) == 0x80) out.pop_back();
    if (!out.empty()) out.pop_back();
  }
  return out + "…";
}

float Canvas::text(const Box& box, std::string_view what, const TextStyle& style) {
  if (what.empty()) return 0;
  if (report_) report_->texts.emplace_back(what);
  ImFont* font = theme_.font(style.type);
  // The label sizes hold digits and capitals only; a door may say anything.
  if (style.type >= Type::huge && !has_all_glyphs(*font, what)) font = theme_.font(Type::display);
  const float width = px(box.w), height = px(box.h);
  std::vector<std::string> lines;
  float size = font->FontSize, widest = 0, leading = 0;
  const auto measure = [&] {
    lines = style.wrap ? broken(what, font, size, width) : std::vector<std::string>{std::string(what)};
    leading = size * 1.22f;
    widest = 0;
    for (const auto& line : lines)
      widest = std::max(widest, font->CalcTextSizeA(size, FLT_MAX, 0, line.c_str()).x);
    const float tall = leading * static_cast<float>(lines.size() - 1) + size;
    return widest <= width + 0.5f && tall <= height + 0.5f;
  };
  std::string shortened;
  if (style.trim) {
    shortened = trimmed(what, font, width);
    what = shortened;
  }
  const float smallest = size * (style.type >= Type::huge ? 0.4f : 0.66f);
  bool fits = measure();
  while (!fits && size * 0.95f >= smallest) {
    size *= 0.95f;
    fits = measure();
  }
  if (!fits && report_) report_->overflows.emplace_back(what);
  const float tall = leading * static_cast<float>(lines.size() - 1) + size;
  float y = px(box.y);
  if (style.stand == Stand::middle) y += (height - tall) / 2;
  if (style.stand == Stand::bottom) y += height - tall;
  for (const auto& line : lines) {
    const float w = font->CalcTextSizeA(size, FLT_MAX, 0, line.c_str()).x;
    float x = px(box.x);
    if (style.align == Align::centre) x += (width - w) / 2;
    if (style.align == Align::right) x += width - w;
    list_->AddText(font, size, {x, y}, style.colour, line.c_str());
    y += leading;
  }
  return tall / theme_.scale();
}

void Canvas::icon(const Box& box, std::string_view name, Colour colour, float weight) {
  const float side = std::min(box.w, box.h);
  const Box square = box.middle(side, side);
  draw_icon(*list_, name, px(square.x, square.y), px(side), colour, weight);
}

void Canvas::qr(const Box& box, const std::string& content) {
  const std::unique_ptr<QRcode, void (*)(QRcode*)> code(
      QRcode_encodeString8bit(content.c_str(), 0, QR_ECLEVEL_M), QRcode_free);
  if (!code) return;
  const float side = std::min(box.w, box.h);
  const Box square = box.middle(side, side);
  fill(square, rgb(0xffffff), 16);
  // Whole pixels for each module, so that no scanner meets a blurred edge; four modules of quiet zone.
  const int modules = code->width + 8;
  const int each = std::max(1, static_cast<int>(px(side)) / modules);
  const float origin_x = px(square.x) + (px(side) - static_cast<float>(each * code->width)) / 2;
  const float origin_y = px(square.y) + (px(side) - static_cast<float>(each * code->width)) / 2;
  for (int row = 0; row < code->width; ++row)
    for (int column = 0; column < code->width; ++column) {
      if (!(code->data[row * code->width + column] & 1)) continue;
      const ImVec2 from{std::floor(origin_x) + static_cast<float>(column * each),
                        std::floor(origin_y) + static_cast<float>(row * each)};
      const auto step = static_cast<float>(each);
      list_->AddRectFilled(from, {from.x + step, from.y + step}, palette::ink);
    }
}

Canvas::Touch Canvas::target(const char* id, const Box& box) {
  if (!enabled_) return {};
  if (report_) report_->targets.push_back({id, box});
  ImGui::SetCursorScreenPos(px(box.x, box.y));
  const bool tapped = ImGui::InvisibleButton(id, {px(box.w), px(box.h)});
  return {tapped, ImGui::IsItemActive() && ImGui::IsItemHovered()};
}

}  // namespace feldsher::kiosk
