#include "kiosk/locale/wall_clock.hpp"
#include "kiosk/screens/screens.hpp"
#include "kiosk/theme/widgets.hpp"

namespace feldsher::kiosk {
namespace {

/// Where the two columns of a row begin, for the rows and for the words above them.
struct Columns {
  Box ticket, arrow, room;
};
Columns columns_of(const Box& row) {
  Box inside = row.inset(48, 8);
  Columns out;
  out.ticket = inside.cut_left(inside.w * 0.52f, 10);
  out.arrow = inside.cut_left(100, 40);
  out.room = inside;
  return out;
}

void draw_call(Canvas& canvas, const Box& box, const std::string& label, const std::string& room, bool newest,
               bool faded) {
  canvas.card(box, 36, newest ? palette::accent : palette::card);
  const Columns columns = columns_of(box);
  Colour ink = newest ? palette::on_accent : palette::ink;
  if (faded) ink = palette::muted;
  canvas.text(columns.ticket, label, {Type::huge, ink, Align::left, Stand::middle, false});
  canvas.icon(columns.arrow.middle(90, 90), "right", newest ? palette::on_accent_muted : palette::accent,
              2.2f);
  canvas.text(columns.room, room, {Type::huge, ink, Align::left, Stand::middle, false});
}

void draw_announcement(Canvas& canvas, const Box& box, const Board::Announcement& call) {
  const Words& words = canvas.words();
  canvas.card(box, 56, palette::accent);
  Box inside = box.inset(64, 48);
  canvas.text(inside.cut_top(90), words.tr("Please come in"),
              {Type::title, palette::on_accent_muted, Align::centre});
  const Box room = inside.cut_bottom(std::min(200.0f, inside.h * 0.32f));
  canvas.text(inside, call.label, {Type::giant, palette::on_accent, Align::centre, Stand::middle, false});
  canvas.text(room, words.tr_with("Room {room}", fmt::arg("room", call.room_label)),
              {Type::display, palette::on_accent, Align::centre, Stand::middle, false});
}

void draw_waiting(Canvas& canvas, Box box, const v1::BoardSnapshot& snapshot) {
  const Words& words = canvas.words();
  canvas.card(box, 40);
  Box inside = box.inset(40, 32);
  canvas.text(inside.cut_top(64, 20), words.tr("Waiting"), {Type::heading, palette::muted});
  const int n = snapshot.waiting_size();
  if (n == 0) {
    canvas.text(inside, words.tr("Nobody is waiting."), {Type::heading, palette::muted, Align::centre});
    return;
  }
  const int columns = inside.w > 700 ? 4 : inside.w > 420 ? 3 : 2;
  const float height = 92;
  const int rows = std::max(1, static_cast<int>((inside.h - 60) / (height + 14)));
  const int shown = std::min(n, rows * columns);
  for (int i = 0; i < shown; ++i) {
    Box spot = inside.column(i % columns, columns, 14);
    spot.y += static_cast<float>(i / columns) * (height + 14);
    spot.h = height;
    canvas.fill(spot, palette::paper, 24);
    canvas.text(spot.inset(10, 4), snapshot.waiting(i).label(),
                {Type::heading, palette::ink, Align::centre, Stand::middle, false});
  }
  if (shown < n)
    canvas.text(inside.cut_bottom(50), words.trn("and {n} more", "and {n} more", n - shown),
                {Type::body, palette::muted});
}

/// Whose tickets ended with the computer that was here before: nobody calls them, so the board says where to
/// go.
void draw_ended(Canvas& canvas, Box& area, const v1::BoardSnapshot& snapshot) {
  constexpr int most = 12;
  if (snapshot.ended_size() == 0) return;
  std::string labels;
  for (int i = 0; i < std::min(snapshot.ended_size(), most); ++i)
    labels += (i ? ", " : "") + snapshot.ended(i).label();
  if (snapshot.ended_size() > most) labels += " …";
  banner(canvas, area.cut_bottom(canvas.portrait() ? 220.0f : 150.0f, 32), Tone::amber, "info",
         canvas.words().tr_with("These tickets are not called any more, please go to reception: {tickets}",
                                fmt::arg("tickets", labels)),
         Type::heading);
}

}  // namespace

void draw(const Board& model, Canvas& canvas, Moment now) {
  const Words& words = canvas.words();
  const auto& snapshot = model.snapshot();
  Box area = canvas.all().inset(margin, 48);
  const auto wall = model.desk().wall_ms(now);
  const bool silent = model.silent(now);
  header(canvas, area, words.of(snapshot.point_name()),
         wall && !silent ? wall_time(*wall, snapshot.zone()) : std::string(), Type::heading);
  if (silent)
    banner(canvas, area.cut_bottom(120, 32), Tone::amber, "away",
           words.tr("This board is not up to date at the moment. Please listen to the staff."),
           Type::heading);
  draw_ended(canvas, area, snapshot);
  if (model.announcing()) {
    draw_announcement(canvas, area, *model.announcing());
    return;
  }
  const bool portrait = canvas.portrait();
  Box waiting = portrait ? area.cut_bottom(area.h * 0.36f, 40) : area.cut_right(area.w * 0.34f, 48);
  draw_waiting(canvas, waiting, snapshot);
  std::vector<const v1::BoardTicket*> rows;
  for (const auto& one : snapshot.called()) rows.push_back(&one);
  const std::size_t called = rows.size();
  for (const auto& one : snapshot.serving()) rows.push_back(&one);
  if (rows.empty()) {
    canvas.card(area, 40);
    canvas.text(area.inset(60), words.tr("Nobody is called yet. Please watch this board."),
                {Type::title, palette::muted, Align::centre});
    return;
  }
  const Columns titles = columns_of(area.cut_top(64, 16));
  canvas.text(titles.ticket, words.tr("Ticket"), {Type::heading, palette::muted});
  canvas.text(titles.room, words.tr("Room"), {Type::heading, palette::muted});
  const float height = 178, between = 20;
  const auto most = static_cast<std::size_t>((area.h + between) / (height + between));
  for (std::size_t i = 0; i < std::min(rows.size(), most); ++i) {
    const Box row{area.x, area.y + static_cast<float>(i) * (height + between), area.w, height};
    draw_call(canvas, row, rows[i]->label(), rows[i]->room_label(), i == 0 && called > 0 && !silent,
              silent || i >= called);
  }
}

}  // namespace feldsher::kiosk
