#include "kiosk/screens/reception_dialogs.hpp"

#include <algorithm>
#include <array>

#include "kiosk/screens/staff.hpp"
#include "kiosk/screens/ticket.hpp"

namespace feldsher::kiosk {
namespace {

constexpr std::array priorities{v1::PRIORITY_ORDINARY, v1::PRIORITY_INFANT, v1::PRIORITY_FRAIL,
                                v1::PRIORITY_URGENT};

Box titled_sheet(Canvas& canvas, float width, float height, const std::string& title) {
  Box inside = dialog_sheet(canvas, width, height);
  Box top = inside.cut_top(key_height, 28);
  if (button(canvas, {"close", top.cut_right(key_height, gap), "", "close", Look::quiet}))
    canvas.intend(intent::CloseDialog{});
  canvas.text(top, title, {Type::title, palette::ink, Align::left, Stand::middle, false});
  return inside;
}

void draw_line(const ReceptionDesk& model, Canvas& canvas) {
  const Words& words = canvas.words();
  const auto* line = model.line();
  if (!line) return;
  const std::string name = line->patient_name().empty() ? words.tr("Without a name") : line->patient_name();
  const bool ended = line->visit() == v1::VISIT_ENDED;
  Box inside = titled_sheet(canvas, 1100, ended ? 860 : 760, name);
  Box buttons = inside.cut_bottom(130);
  const auto fact = [&](std::string_view icon, const std::string& text) {
    if (text.empty()) return;
    Box row = inside.cut_top(64, 10);
    canvas.icon(row.cut_left(52, 24).middle(52, 52), icon, palette::accent, 1.9f);
    canvas.text(row, text, {Type::body, palette::ink, Align::left, Stand::middle, false});
  };
  fact("clock", line->civil());
  fact("stethoscope", words.of(line->service()));
  fact("person", words.of(line->practitioner()));
  if (!line->room_label().empty())
    fact("door", words.tr_with("Room {room}", fmt::arg("room", line->room_label())));
  if (line->has_ticket())
    fact("ticket", line->ticket().label() + "  •  " + ticket_status_word(line->ticket().status(), words));
  const bool free = !model.acts().busy();
  if (ended)
    canvas.text(
        inside,
        words.tr("The point's computer was replaced during this visit. Ask how it went; whoever still "
                 "waits is checked in again."),
        {Type::body, palette::amber, Align::left, Stand::middle});
  const bool absent_yet = (line->visit() == v1::VISIT_UNSPECIFIED || ended) && !line->appointment().empty() &&
                          line->status() != v1::APPOINTMENT_CANCELLED;
  if (absent_yet && button(canvas, {"mark-here", buttons, words.tr("The patient is here"), "check",
                                    Look::primary, free, Type::heading}))
    canvas.intend(intent::MarkHere{});
  if (line->has_ticket() && line->ticket().status() == v1::TICKET_WAITING &&
      button(canvas, {"priorities", buttons, words.tr("Change priority"), "urgent", Look::secondary, free,
                      Type::heading}))
    canvas.intend(intent::OpenPriorities{});
}

void draw_priorities(const ReceptionDesk& model, Canvas& canvas) {
  const Words& words = canvas.words();
  Box inside = titled_sheet(canvas, 1000, 760, words.tr("Why does this ticket go first?"));
  const auto* line = model.line();
  for (int i = 0; i < 4; ++i) {
    const auto priority =
        i == 0 && line ? ReceptionDesk::usual_priority(*line) : priorities[static_cast<std::size_t>(i)];
    const std::string id = "priority." + std::to_string(static_cast<int>(priority));
    const bool now = line && line->ticket().priority() == priority;
    if (button(canvas, {id.c_str(), inside.row(i, 4, 20), priority_word(priority, words),
                        priority_icon(priority), now ? Look::quiet : Look::secondary, !model.acts().busy()}))
      canvas.intend(intent::ChoosePriority{priority});
  }
}

void draw_walk_in(const ReceptionDesk& model, Canvas& canvas) {
  const Words& words = canvas.words();
  Box inside = titled_sheet(canvas, 1500, 940, words.tr("Without appointment"));
  const bool portrait = canvas.portrait();
  Box reasons = inside.cut_top(portrait ? 220.0f : 104.0f, 30);
  for (int i = 0; i < 4; ++i) {
    const auto priority = priorities[static_cast<std::size_t>(i)];
    const std::string id = "priority." + std::to_string(static_cast<int>(priority));
    const Box spot = portrait ? reasons.row(i / 2, 2, 16).column(i % 2, 2, 16) : reasons.column(i, 4, 16);
    if (button(canvas, {id.c_str(), spot, priority_word(priority, words), priority_icon(priority),
                        model.walk_in_priority() == priority ? Look::primary : Look::quiet}))
      canvas.intend(intent::ChoosePriority{priority});
  }
  if (!model.desk().catalogue()) return;
  const auto& services = model.desk().catalogue()->services();
  const int n = services.size();
  const int columns = portrait ? 2 : 3;
  const int rows = std::max(1, (n + columns - 1) / columns);
  const float height =
      std::min(200.0f, (inside.h - gap * static_cast<float>(rows - 1)) / static_cast<float>(rows));
  for (int i = 0; i < n; ++i) {
    Box spot = inside.column(i % columns, columns, gap);
    spot.y += static_cast<float>(i / columns) * (height + gap);
    spot.h = height;
    const std::string id = "service." + std::to_string(i);
    if (button(canvas, {id.c_str(), spot, words.of(services[i].service().name()),
                        services[i].service().icon(), Look::secondary, !model.acts().busy()}))
      canvas.intend(intent::ChooseService{services[i].id()});
  }
}

void draw_slip(const ReceptionDesk& model, Canvas& canvas) {
  const Words& words = canvas.words();
  const auto& slip = model.slip();
  Box inside = titled_sheet(canvas, 1000, 860, words.of(slip.service()));
  Box survey = inside.cut_bottom(180, 20);
  canvas.text(inside.cut_top(inside.h * 0.62f), slip.ticket_label(),
              {Type::giant, palette::accent, Align::centre, Stand::middle, false});
  const std::string room = slip.room_label().empty()
                               ? std::string()
                               : words.tr_with("Room {room}", fmt::arg("room", slip.room_label())) + "  •  ";
  const std::string queue =
      slip.waiting_before() == 0
          ? words.tr("You are next.")
          : words.trn("{n} person is before you.", "{n} people are before you.", slip.waiting_before());
  const std::string earlier = replaced_ticket_sentence(slip, words);
  if (!earlier.empty())
    canvas.text(inside.cut_bottom(60), earlier, {Type::body, palette::amber, Align::centre});
  canvas.text(inside, room + queue, {Type::heading, palette::ink, Align::centre, Stand::top});
  canvas.qr(survey.cut_right(180, 24), "FS1:" + slip.survey_code());
  canvas.text({survey.x, survey.y, survey.w, survey.h / 2}, words.tr("Survey code"),
              {Type::body, palette::muted, Align::left, Stand::bottom});
  canvas.text({survey.x, survey.y + survey.h / 2, survey.w, survey.h / 2}, spaced_code(slip.survey_code()),
              {Type::title, palette::ink});
}

void draw_clock(const ReceptionDesk& model, Canvas& canvas) {
  const Words& words = canvas.words();
  Box inside = titled_sheet(canvas, 1500, 940, words.tr("Set date and time"));
  Box keys =
      canvas.portrait() ? inside.cut_bottom(inside.h * 0.5f, 30) : inside.cut_right(inside.w * 0.36f, 48);
  const Box set = inside.cut_bottom(120, 24);
  canvas.text(inside.cut_top(110, 16),
              words.tr("The point has forgotten date and time. Look at a clock that you trust."),
              {Type::body, palette::muted, Align::left, Stand::top});
  const std::string& typed = model.clock_digits();
  const bool wrong = typed.size() == 12 && !model.clock_complete();
  const Box date = inside.cut_top(210, 16), time = inside.cut_top(210);
  const std::vector<DigitGroup> day{{2, words.tr("day")}, {2, words.tr("month")}, {4, words.tr("year")}};
  const std::vector<DigitGroup> clock{{2, words.tr("hours")}, {2, words.tr("minutes")}};
  digit_boxes(canvas, date, typed.substr(0, 8), day, wrong, typed.size() < 8);
  digit_boxes(canvas, {time.x, time.y, time.w * 0.56f, time.h}, typed.size() > 8 ? typed.substr(8) : "",
              clock, wrong, typed.size() >= 8);
  keypad(canvas, keys);
  if (button(canvas, {"forward", set, words.tr("Set"), "check", Look::primary,
                      model.clock_complete() && !model.acts().busy(), Type::heading}))
    canvas.intend(intent::Forward{});
}

}  // namespace

void draw_reception_dialog(const ReceptionDesk& model, Canvas& canvas) {
  using Dialog = ReceptionDesk::Dialog;
  switch (model.dialog()) {
    case Dialog::none:
      break;
    case Dialog::line:
      draw_line(model, canvas);
      break;
    case Dialog::priorities:
      draw_priorities(model, canvas);
      break;
    case Dialog::walk_in:
      draw_walk_in(model, canvas);
      break;
    case Dialog::slip:
      draw_slip(model, canvas);
      break;
    case Dialog::clock:
      draw_clock(model, canvas);
      break;
  }
}

}  // namespace feldsher::kiosk
