#include <algorithm>

#include "kiosk/screens/patient.hpp"
#include "kiosk/screens/reception_dialogs.hpp"
#include "kiosk/screens/screens.hpp"
#include "kiosk/screens/staff.hpp"

namespace feldsher::kiosk {
namespace {

struct State {
  Tone tone;
  std::string word;
};

State state_of(const v1::ReceptionLine& line, const Words& words) {
  if (line.status() == v1::APPOINTMENT_CANCELLED) return {Tone::plain, words.tr("cancelled")};
  switch (line.visit()) {
    case v1::VISIT_FINISHED:
      return {Tone::plain, words.tr("served")};
    case v1::VISIT_ABSENT:
      return {Tone::red, words.tr("absent")};
    case v1::VISIT_UNDONE:
      return {Tone::plain, words.tr("taken back")};
    case v1::VISIT_ENDED:  // With the box that was here before: whether they were served nobody knows.
      return {Tone::red, words.tr("interrupted")};
    case v1::VISIT_ARRIVED:
    case v1::VISIT_IN_PROGRESS:
      if (line.has_ticket()) {
        const bool moving = line.ticket().status() != v1::TICKET_WAITING;
        return {moving ? Tone::good : Tone::amber,
                line.ticket().label() + "  " + ticket_status_word(line.ticket().status(), words)};
      }
      return {Tone::amber, words.tr("waiting")};
    default:
      break;
  }
  if (line.lapsed()) return {Tone::red, words.tr("no answer: not booked")};
  if (line.requested()) return {Tone::amber, words.tr("asked of the centre")};
  return {Tone::plain, words.tr("not here yet")};
}

void draw_row(Canvas& canvas, const Box& box, const v1::ReceptionLine& line, std::size_t index) {
  const Words& words = canvas.words();
  const std::string id = "line." + std::to_string(index);
  const auto touch = canvas.target(id.c_str(), box);
  if (touch.held) canvas.fill(box, palette::accent_soft, 18);
  Box row = box.inset(20, 4);
  const TextStyle strong{Type::small_bold, palette::ink, Align::left, Stand::middle, false, true};
  const TextStyle quiet{Type::small, palette::muted, Align::left, Stand::middle, false, true};
  const bool narrow = canvas.all().w < 1400;
  canvas.text(row.cut_left(96, 14), line.civil().empty() ? "–" : line.civil(), strong);
  const State state = state_of(line, words);
  const Box states = row.cut_right(narrow ? 270.0f : 330.0f, 14);
  chip(canvas, states.x, states, state.tone, state.word);
  canvas.text(row.cut_right(90, 14), line.room_label(), strong);
  const Box why = row.cut_right(40, 10);
  if (line.has_ticket() && line.ticket().priority() > v1::PRIORITY_APPOINTMENT)
    canvas.icon(why.middle(40, 40), priority_icon(line.ticket().priority()), palette::amber, 2);
  const std::string name = line.patient_name().empty() ? words.tr("Without a name") : line.patient_name();
  if (narrow) {
    canvas.text({row.x, row.y, row.w, row.h / 2}, name, strong);
    canvas.text({row.x, row.y + row.h / 2, row.w, row.h / 2}, words.of(line.service()), quiet);
    return;
  }
  // Two lines fit: a name that is cut off may be somebody else's.
  const TextStyle whole{Type::small, palette::muted, Align::left, Stand::middle};
  canvas.text(row.cut_left(row.w * 0.36f, 14), name, {Type::small_bold});
  canvas.text(row.cut_left(row.w * 0.46f, 14), words.of(line.service()), whole);
  canvas.text(row, words.of(line.practitioner()), whole);
}

void draw_list(const ReceptionDesk& model, Canvas& canvas, Box box) {
  const Words& words = canvas.words();
  canvas.card(box, 36);
  Box inside = box.inset(20, 18);
  if (!model.view()) {
    canvas.text(inside, words.tr("One moment, please"), {Type::heading, palette::muted, Align::centre});
    return;
  }
  if (model.view()->lines_size() == 0) {
    canvas.text(inside, words.tr("Nobody is expected today."),
                {Type::heading, palette::muted, Align::centre});
    return;
  }
  const float each = inside.h / static_cast<float>(ReceptionDesk::lines_a_page);
  const std::size_t from = model.page() * ReceptionDesk::lines_a_page;
  const std::size_t until =
      std::min(from + ReceptionDesk::lines_a_page, static_cast<std::size_t>(model.view()->lines_size()));
  for (std::size_t i = from; i < until; ++i) {
    const Box row{inside.x, inside.y + static_cast<float>(i - from) * each, inside.w, each};
    if (i > from) canvas.fill({row.x + 20, row.y - 1, row.w - 40, 2}, palette::sunken);
    draw_row(canvas, row.inset(0, 2), model.view()->lines(static_cast<int>(i)), i);
  }
}

void draw_top(const ReceptionDesk& model, Canvas& canvas, Box& area, Moment now) {
  const Words& words = canvas.words();
  Box strip = area.cut_top(key_height, 28);
  const bool wide = canvas.all().w > 1500;
  if (button(canvas, {"lock", strip.cut_right(wide ? 240.0f : key_height, 20), wide ? words.tr("Lock") : "",
                      "lock", Look::quiet}))
    canvas.intend(intent::Lock{});
  if (button(canvas, {"walk-in", strip.cut_right(wide ? 440.0f : 330.0f, 20), words.tr("Without appointment"),
                      "plus", Look::primary, !model.acts().busy()}))
    canvas.intend(intent::OpenWalkIn{});
  if (model.desk().clock_unset() && button(canvas, {"clock", strip.cut_right(wide ? 380.0f : 300.0f, 20),
                                                    words.tr("Set date and time"), "clock"}))
    canvas.intend(intent::OpenClock{});
  const Box mark = strip.cut_left(84, 26).middle(84, 84);
  canvas.fill(mark, palette::accent, 24);
  canvas.icon(mark.inset(18), "cross", palette::on_accent, 2.2f);
  const auto wall = model.desk().wall_ms(now);
  std::string title = words.tr("Today");
  if (wall && model.desk().catalogue()) {
    const auto& zone = model.desk().catalogue()->zone();
    title = wall_time(*wall, zone) + "  •  " + wall_date(*wall, zone, words);
  }
  canvas.text({strip.x, strip.y, strip.w, strip.h * 0.56f}, title,
              {Type::heading, palette::ink, Align::left, Stand::middle, false});
  canvas.text({strip.x, strip.y + strip.h * 0.58f, strip.w, strip.h * 0.42f},
              words.of(model.door().who().name()),
              {Type::small, palette::muted, Align::left, Stand::middle, false});
}

/// What the centre has not got, and how old the oldest of it is. Readings alone ask nothing of the registrar:
/// the point sends them by itself.
template <class Say>
void say_unsent(const v1::PointView& point, const Words& words, const Say& say) {
  const bool readings = point.readings_unsynced() > 0;
  const auto acts = static_cast<std::int64_t>(point.acts_unsynced());
  if (acts == 0 && !readings) return say(Tone::good, words.tr("everything is at the centre"));
  std::string text =
      acts == 0  ? words.tr("readings not sent yet")
      : readings ? words.trn("{n} act and readings not sent yet", "{n} acts and readings not sent yet", acts)
                 : words.trn("{n} act not sent yet", "{n} acts not sent yet", acts);
  if (point.oldest_unsynced_ms() > 0 && !point.clock_unset())
    text += ", " + age_words(point.wall_ms() - point.oldest_unsynced_ms(), words);
  say(acts == 0 ? Tone::plain : Tone::amber, text);
}

/// What needs somebody first: the disk, requests that lapsed. Then the line to the centre, what it has not
/// got, how old the schedule is, open requests. At the end of the strip, quietly: keys that lie in a file.
void draw_point(const ReceptionDesk& model, Canvas& canvas, Box& area) {
  const Words& words = canvas.words();
  if (!model.point()) return;
  const auto& point = *model.point();
  Box strip = area.cut_top(52, 22);
  if (point.unsealed()) {
    const std::string text = words.tr("keys: in a file");
    const Box end = strip.cut_right(chip_width(canvas, text), 14);
    chip(canvas, end.x, end, Tone::plain, text);
  }
  float x = strip.x;
  const auto say = [&](Tone tone, const std::string& text) {
    // What comes first matters more: what has no room is left out.
    if (x + chip_width(canvas, text) <= strip.right()) x = chip(canvas, x, strip, tone, text).right() + 14;
  };
  switch (point.disk()) {
    case v1::DISK_LOW:
      say(Tone::amber, words.tr("disk: little room left"));
      break;
    case v1::DISK_NO_READINGS:
      say(Tone::red, words.tr("disk nearly full: readings are refused"));
      break;
    case v1::DISK_NO_CHECK_INS:
      say(Tone::red, words.tr("disk full: no new check-ins"));
      break;
    default:
      break;
  }
  if (model.view() && model.view()->lapsed_requests() > 0)
    say(Tone::red, words.trn("{n} request without an answer", "{n} requests without an answer",
                             model.view()->lapsed_requests()));
  say(point.connected() ? Tone::good : Tone::amber,
      point.connected() ? words.tr("line to the centre: up") : words.tr("line to the centre: down"));
  say_unsent(point, words, say);
  if (point.schedule_as_of_ms() > 0 && !point.clock_unset()) {
    const auto age = point.wall_ms() - point.schedule_as_of_ms();
    say(age > 3'600'000 ? Tone::amber : Tone::plain,
        words.tr_with("schedule: {age}", fmt::arg("age", age_words(age, words))));
  }
  if (model.view() && model.view()->open_requests() > 0)
    say(Tone::amber, words.trn("{n} open request", "{n} open requests", model.view()->open_requests()));
  if (point.incidents() > 0)
    say(Tone::red, words.trn("{n} incident", "{n} incidents", static_cast<std::int64_t>(point.incidents())));
}

void draw_pages(const ReceptionDesk& model, Canvas& canvas, Box& area) {
  if (model.pages() < 2) return;
  Box column = area.cut_right(key_height, 22);
  if (button(canvas, {"page.up", column.cut_top(key_height, gap), "", "up", Look::quiet, model.page() > 0}))
    canvas.intend(intent::TurnPage{-1});
  if (button(canvas, {"page.down", column.cut_bottom(key_height, gap), "", "down", Look::quiet,
                      model.page() + 1 < model.pages()}))
    canvas.intend(intent::TurnPage{1});
  canvas.text(column, std::to_string(model.page() + 1) + "\n" + std::to_string(model.pages()),
              {Type::body, palette::muted, Align::centre});
}

}  // namespace

void draw(const ReceptionDesk& model, Canvas& canvas, Moment now) {
  const Words& words = canvas.words();
  if (!model.door().open()) {
    draw_door(canvas, {model.door(), model.desk(), model.settings(), model.language(), words.tr("Reception")},
              now);
    return;
  }
  const bool dialog = model.dialog() != ReceptionDesk::Dialog::none;
  canvas.enable(!dialog);
  Box area = canvas.all().inset(56, 36);
  draw_top(model, canvas, area, now);
  draw_point(model, canvas, area);
  draw_status(canvas, area, model, now);
  draw_pages(model, canvas, area);
  draw_list(model, canvas, area);
  canvas.enable(true);
  if (dialog) draw_reception_dialog(model, canvas);
}

}  // namespace feldsher::kiosk
