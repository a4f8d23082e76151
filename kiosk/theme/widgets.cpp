#include "kiosk/theme/widgets.hpp"

#include <algorithm>

#include "kiosk/theme/icons.hpp"

namespace feldsher::kiosk {
namespace {

struct Paint {
  Colour sheet, text, icon;
};

Paint paint_of(Look look, bool held) {
  switch (look) {
    case Look::primary:
      return {held ? palette::accent_held : palette::accent, palette::on_accent, palette::on_accent};
    case Look::secondary:
      return {held ? palette::accent_soft : palette::card, palette::ink, palette::accent};
    case Look::quiet:
      return {held ? palette::line : palette::sunken, palette::ink, palette::muted};
  }
  return {};
}

struct TonePaint {
  Colour sheet, text;
};

TonePaint paint_of(Tone tone) {
  switch (tone) {
    case Tone::plain:
      return {palette::sunken, palette::ink};
    case Tone::good:
      return {palette::accent_soft, palette::accent_held};
    case Tone::amber:
      return {palette::amber_soft, palette::amber};
    case Tone::red:
      return {palette::red_soft, palette::red};
  }
  return {};
}

}  // namespace

bool button(Canvas& canvas, const ButtonSpec& spec) {
  const Canvas::Touch touch = spec.possible ? canvas.target(spec.id, spec.box) : Canvas::Touch{};
  Paint paint = paint_of(spec.look, touch.held);
  const float radius = std::min(30.0f, spec.box.h / 2);
  if (!spec.possible) {
    // Still to be read: it may say how long to wait.
    paint = {palette::sunken, palette::muted, see_through(palette::muted, 150)};
    canvas.fill(spec.box, paint.sheet, radius);
  } else if (spec.look == Look::secondary) {
    canvas.fill(spec.box, paint.sheet, radius);
    canvas.outline(spec.box, palette::line, radius, 3);
  } else {
    canvas.fill(spec.box, paint.sheet, radius);
  }
  Box inside = spec.box.inset(22, 8);
  const float side = std::min(spec.box.h * 0.42f, 56.0f), between = 20;
  // Where there is no room for both, the words say it alone.
  const bool narrow =
      !spec.label.empty() && canvas.longest_word(spec.label, spec.type) * 0.7f > inside.w - side - between;
  if (spec.icon.empty() || narrow) {
    canvas.text(inside, spec.label, {spec.type, paint.text, Align::centre});
    return touch.tapped;
  }
  if (spec.label.empty()) {
    canvas.icon(spec.box.middle(side, side), spec.icon, paint.icon, 2.2f);
    return touch.tapped;
  }
  const float words = canvas.width_of(spec.label, spec.type);
  const float room = inside.w - side - between;
  const float used = side + between + std::min(words + 2, room);
  Box group{inside.x + (inside.w - used) / 2, inside.y, used, inside.h};
  canvas.icon(group.cut_left(side, between), spec.icon, paint.icon, 2.2f);
  // A label that is a little too long gets a little smaller before it takes a second line.
  const bool one_line = words * 0.8f <= room;
  canvas.text(group, spec.label,
              {spec.type, paint.text, one_line ? Align::left : Align::centre, Stand::middle, !one_line});
  return touch.tapped;
}

bool tile(Canvas& canvas, const TileSpec& spec) {
  const auto touch = canvas.target(spec.id, spec.box);
  const Paint paint = paint_of(spec.look, touch.held);
  const bool accent = spec.look == Look::primary;
  canvas.card(spec.box, 40, paint.sheet);
  const bool wide = spec.box.w > spec.box.h * 1.7f;
  Box inside = spec.box.inset(wide ? 52.0f : 32.0f, wide ? 28.0f : 28.0f);
  const float most = wide ? 190.0f : 150.0f;
  const float side = std::min({wide ? inside.h : inside.h * 0.52f, most, inside.w});
  Box spot = wide ? inside.cut_left(side, 44) : inside.cut_top(side, 20);
  spot = spot.middle(side, side);
  canvas.disc(spot.x + side / 2, spot.y + side / 2, side / 2,
              accent ? see_through(palette::on_accent, 34) : palette::accent_soft);
  canvas.icon(spot.inset(side * 0.23f), spec.icon, paint.icon, 1.8f);
  const Align align = wide ? Align::left : Align::centre;
  const Type title = wide && spec.box.h > 280 ? Type::title : Type::heading;
  if (spec.hint.empty()) {
    canvas.text(inside, spec.title, {title, paint.text, align});
    return touch.tapped;
  }
  const Box upper{inside.x, inside.y, inside.w, inside.h * 0.5f};
  const Box lower{inside.x, inside.y + inside.h * 0.5f + 12, inside.w, inside.h * 0.5f - 12};
  canvas.text(upper, spec.title, {title, paint.text, align, Stand::bottom});
  canvas.text(lower, spec.hint,
              {Type::large, accent ? palette::on_accent_muted : palette::muted, align, Stand::top});
  return touch.tapped;
}

void banner(Canvas& canvas, const Box& box, Tone tone, std::string_view icon, std::string_view text,
            Type type) {
  const TonePaint paint = paint_of(tone);
  canvas.fill(box, paint.sheet, std::min(28.0f, box.h / 2));
  Box inside = box.inset(28, 8);
  const float side = std::min(52.0f, inside.h);
  canvas.icon(inside.cut_left(side, 20).middle(side, side), icon, paint.text, 2);
  canvas.text(inside, text, {type, paint.text});
}

float chip_width(const Canvas& canvas, std::string_view text) {
  return canvas.width_of(text, Type::small_bold) + 42;
}

Box chip(Canvas& canvas, float x, const Box& row, Tone tone, std::string_view text) {
  const TonePaint paint = paint_of(tone);
  const float height = std::min(row.h, 48.0f);
  const float width = std::min(chip_width(canvas, text), row.right() - x);
  const Box box{x, row.y + (row.h - height) / 2, width, height};
  canvas.fill(box, paint.sheet, height / 2);
  canvas.text(box.inset(18, 2), text, {Type::small_bold, paint.text, Align::centre, Stand::middle, false});
  return box;
}

void keypad(Canvas& canvas, const Box& box, bool plus) {
  static constexpr const char* keys[] = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "+", "0", "erase"};
  for (int i = 0; i < 12; ++i) {
    const std::string key = keys[i];
    if (key == "+" && !plus) continue;
    const Box spot = box.row(i / 3, 4, gap).column(i % 3, 3, gap);
    const std::string id = "key." + key;
    const auto touch = canvas.target(id.c_str(), spot);
    const bool erase = key == "erase";
    const Colour sheet = touch.held ? palette::accent_soft : erase ? palette::sunken : palette::card;
    if (erase)
      canvas.fill(spot, sheet, 34);
    else
      canvas.card(spot, 34, sheet);
    if (erase)
      canvas.icon(spot.middle(72, 72), "erase", palette::muted, 1.8f);
    else
      canvas.text(spot, key, {Type::title, palette::ink, Align::centre});
    if (!touch.tapped) continue;
    if (erase)
      canvas.intend(intent::Erase{});
    else
      canvas.intend(intent::Digit{key[0]});
  }
}

void language_switch(Canvas& canvas, const Box& box, const std::vector<std::string>& languages,
                     const std::string& current) {
  const int n = static_cast<int>(languages.size());
  if (n < 2) return;
  canvas.fill(box, palette::sunken, box.h / 2);
  for (int i = 0; i < n; ++i) {
    const std::string& language = languages[static_cast<std::size_t>(i)];
    const Box spot = box.column(i, n, 0);
    const std::string id = "language." + language;
    const auto touch = canvas.target(id.c_str(), spot);
    const bool chosen = language == current;
    if (chosen || touch.held) canvas.card(spot.inset(8), (box.h - 16) / 2, palette::card);
    const bool narrow = spot.w < 160;
    const Type strong = narrow ? Type::small_bold : Type::body_bold,
               quiet = narrow ? Type::small : Type::body;
    canvas.text(spot.inset(narrow ? 8.0f : 22.0f, 6), narrow ? short_name(language) : own_name(language),
                {chosen ? strong : quiet, chosen ? palette::accent : palette::muted, Align::centre,
                 Stand::middle, false});
    if (touch.tapped) canvas.intend(intent::ChooseLanguage{language});
  }
}

void header(Canvas& canvas, Box& area, std::string_view name, std::string_view time, Type words) {
  Box strip = area.cut_top(84, 40);
  const Box mark = strip.cut_left(84, 26);
  canvas.fill(mark, palette::accent, 24);
  canvas.icon(mark.inset(18), "cross", palette::on_accent, 2.2f);
  if (!time.empty())
    canvas.text(strip.cut_right(240, 20), time,
                {words == Type::body_bold ? Type::heading : Type::title, palette::ink, Align::right});
  canvas.text(strip, name, {words, palette::ink});
}

void message(Canvas& canvas, const Box& box, std::string_view icon, Tone tone, std::string_view title,
             std::string_view sentence) {
  const TonePaint paint = paint_of(tone);
  Box column = box.middle(std::min(box.w, 900.0f), std::min(box.h, 640.0f));
  const float side = std::min(220.0f, column.h * 0.34f);
  const Box spot = column.cut_top(side, 36).middle(side, side);
  canvas.disc(spot.x + side / 2, spot.y + side / 2, side / 2, paint.sheet);
  canvas.icon(spot.inset(side * 0.25f), icon, paint.text, 1.7f);
  canvas.text(column.cut_top(column.h * 0.45f, 24), title,
              {Type::title, palette::ink, Align::centre, Stand::bottom});
  canvas.text(column, sentence, {Type::large, palette::ink, Align::centre, Stand::top});
}

Box dialog_sheet(Canvas& canvas, float width, float height) {
  canvas.fill(canvas.all(), IM_COL32(20, 38, 42, 120));
  const Box all = canvas.all();
  const Box sheet = all.middle(std::min(width, all.w - 2 * margin), std::min(height, all.h - 2 * margin));
  canvas.card(sheet, 48);
  return sheet.inset(56, 48);
}

void countdown_dialog(Canvas& canvas, int seconds_left) {
  const Words& words = canvas.words();
  Box inside = dialog_sheet(canvas, 860, 800);
  Box buttons = inside.cut_bottom(130, gap);
  const Box dial = inside.cut_top(230, 24).middle(220, 220);
  canvas.disc(dial.x + 110, dial.y + 110, 110, palette::accent_soft);
  canvas.text(dial, std::to_string(seconds_left), {Type::display, palette::accent, Align::centre});
  canvas.text(inside.cut_top(110, 10), words.tr("Are you still here?"),
              {Type::title, palette::ink, Align::centre});
  canvas.text(inside, words.tr("Otherwise this screen will be cleared for the next person."),
              {Type::large, palette::muted, Align::centre, Stand::top});
  if (button(canvas, {"countdown.home", buttons.column(0, 2, gap), words.tr("I am done"), {}, Look::quiet}))
    canvas.intend(intent::Home{});
  if (button(canvas, {"countdown.stay", buttons.column(1, 2, gap), words.tr("I am here"), {}, Look::primary}))
    canvas.intend(intent::Stay{});
}

void digit_boxes(Canvas& canvas, const Box& box, const std::string& typed,
                 const std::vector<DigitGroup>& groups, bool wrong, bool active) {
  const bool captions = std::ranges::any_of(groups, [](const auto& one) { return !one.caption.empty(); });
  int total = 0;
  for (const auto& one : groups) total += one.digits;
  const float between = 14, groups_gap = 44;
  const float spare = box.w - between * static_cast<float>(total - static_cast<int>(groups.size())) -
                      groups_gap * static_cast<float>(groups.size() - 1);
  const float each = std::min(spare / static_cast<float>(total), 128.0f);
  const float used = box.w - spare + each * static_cast<float>(total);
  const float height = std::min(box.h - (captions ? 60.0f : 0.0f), each * 1.35f);
  float x = box.x + (box.w - used) / 2;
  std::size_t at = 0;
  for (const auto& group : groups) {
    const float from = x;
    for (int i = 0; i < group.digits; ++i, ++at) {
      const Box spot{x, box.y, each, height};
      const bool next = active && at == typed.size();
      canvas.fill(spot, palette::card, 22);
      canvas.outline(spot,
                     wrong  ? palette::red
                     : next ? palette::accent
                            : palette::line,
                     22, next || wrong ? 5 : 3);
      if (at < typed.size())
        canvas.text(spot, std::string(1, typed[at]),
                    {Type::title, wrong ? palette::red : palette::ink, Align::centre, Stand::middle, false});
      x += each + between;
    }
    x += groups_gap - between;
    if (captions)
      canvas.text({from, box.y + height + 12, x - groups_gap - from, 44}, group.caption,
                  {Type::body, palette::muted, Align::centre, Stand::middle, false});
  }
}

}  // namespace feldsher::kiosk
