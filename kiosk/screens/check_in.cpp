#include <algorithm>

#include "kiosk/screens/patient.hpp"
#include "kiosk/screens/refusals.hpp"
#include "kiosk/screens/screens.hpp"
#include "kiosk/screens/ticket.hpp"

namespace feldsher::kiosk {
namespace {

void draw_welcome(const CheckIn& model, Canvas& canvas, Box area, Moment now) {
  const Words& words = canvas.words();
  if (draw_absence(canvas, area, model.desk(), now)) return;
  const bool portrait = canvas.portrait();
  Box greeting = portrait ? area.cut_top(330, 30) : area.cut_left(area.w * 0.42f, 64);
  Box scan = portrait ? area.cut_bottom(250, 48) : greeting.cut_bottom(270, 40);
  canvas.text(greeting.cut_top(portrait ? 190.0f : greeting.h * 0.5f, 16), words.tr("Welcome!"),
              {Type::display, palette::ink, Align::left, Stand::bottom, false});
  canvas.text(greeting, words.tr("Check in here, and we will call you."),
              {Type::heading, palette::muted, Align::left, Stand::top});
  if (tile(canvas, {"have-appointment", area.row(0, 2, 40), "calendar", words.tr("I have an appointment"),
                    words.tr("By phone number and date of birth"), Look::primary}))
    canvas.intend(intent::HaveAppointment{});
  if (tile(canvas, {"no-appointment", area.row(1, 2, 40), "ticket", words.tr("I have no appointment"),
                    words.tr("Take a ticket and wait your turn")}))
    canvas.intend(intent::NoAppointment{});
  canvas.fill(scan, palette::accent_soft, 40);
  Box inside = scan.inset(48, 36);
  const Box spot = inside.cut_left(130, 40).middle(130, 130);
  canvas.icon(spot, "qr", palette::accent, 1.6f);
  canvas.text({inside.x, inside.y, inside.w, inside.h * 0.46f}, words.tr("Do you have a pass?"),
              {Type::heading, palette::ink, Align::left, Stand::bottom});
  canvas.text({inside.x, inside.y + inside.h * 0.5f, inside.w, inside.h * 0.5f},
              words.tr("Just show its QR code to the scanner."),
              {Type::large, palette::muted, Align::left, Stand::top});
}

void draw_services(const CheckIn& model, Canvas& canvas, Box area) {
  const Words& words = canvas.words();
  canvas.text(area.cut_top(100, 40), words.tr("What do you need today?"), {Type::title});
  std::vector<const v1::CatalogueService*> offered;
  if (model.desk().catalogue())
    for (const auto& one : model.desk().catalogue()->services())
      if (one.service().walk_in()) offered.push_back(&one);
  if (offered.empty()) {
    message(canvas, area, "info", Tone::good, words.tr("Please go to reception"),
            words.tr("They will find the right service for you."));
    return;
  }
  const int n = static_cast<int>(offered.size());
  const int columns = canvas.portrait() ? (n > 10 ? 3 : n > 4 ? 2 : 1) : std::clamp((n + 1) / 2, 2, 5);
  const int rows = (n + columns - 1) / columns;
  const float height = std::min(columns == 1 ? 300.0f : 400.0f,
                                (area.h - 32 * static_cast<float>(rows - 1)) / static_cast<float>(rows));
  for (int i = 0; i < n; ++i) {
    const auto& one = *offered[static_cast<std::size_t>(i)];
    Box spot = area.column(i % columns, columns, 32);
    spot.y += static_cast<float>(i / columns) * (height + 32);
    spot.h = height;
    const std::string id = "service." + std::to_string(i);
    if (tile(canvas, {id.c_str(), spot, one.service().icon(), words.of(one.service().name())}))
      canvas.intend(intent::ChooseService{one.id()});
  }
}

/// "050 123 45 67": groups that are easy to compare with a paper.
std::string grouped(const std::string& phone) {
  std::string out;
  const std::size_t plus = phone.starts_with('+') ? 1 : 0;
  const std::size_t digits = phone.size() - plus;
  const std::size_t tail = digits > 9   ? digits - 7
                           : digits > 3 ? 3
                                        : digits;  // What stands before NNN NN NN.
  for (std::size_t i = 0; i < digits; ++i) {
    const bool after_code = i == tail || i == tail + 3 || i == tail + 5;
    const bool in_code = plus && tail > 3 && i == tail - 3;
    if (i > 0 && (after_code || in_code)) out += ' ';
    out += phone[i + plus];
  }
  return (plus ? "+" : "") + out;
}

struct Entry {
  Box words, field, keys, next;
};

Entry lay_out_entry(const Canvas& canvas, Box area) {
  Entry entry;
  if (canvas.portrait()) {
    entry.words = area.cut_top(190, 24);
    entry.field = area.cut_top(210, 30);
    entry.next = area.cut_bottom(140, 44);
    entry.keys = area.middle(area.w, std::min(area.h, 800.0f));
  } else {
    entry.keys = area.cut_right(area.w * 0.42f, 96);
    entry.words = area.cut_top(220, 24);
    entry.next = area.cut_bottom(140, 30);
    entry.field = area.middle(area.w, std::min(area.h, 210.0f));
  }
  return entry;
}

void title_and_hint(Canvas& canvas, Box box, const std::string& title, const std::string& hint) {
  canvas.text(box.cut_top(box.h * 0.56f, 8), title, {Type::title, palette::ink, Align::left, Stand::bottom});
  canvas.text(box, hint, {Type::large, palette::muted, Align::left, Stand::top});
}

void draw_phone(const CheckIn& model, Canvas& canvas, Box area) {
  const Words& words = canvas.words();
  const Entry entry = lay_out_entry(canvas, area);
  title_and_hint(canvas, entry.words, words.tr("Your phone number"),
                 words.tr("The one you gave us when you booked."));
  const Box field = entry.field.middle(entry.field.w, 150);
  canvas.fill(field, palette::card, 34);
  canvas.outline(field, palette::accent, 34, 5);
  Box inside = field.inset(40, 10);
  canvas.icon(inside.cut_left(64, 30).middle(64, 64), "phone", palette::accent, 1.8f);
  const bool empty = model.phone().empty();
  canvas.text(inside, empty ? words.tr("for example 050 123 45 67") : grouped(model.phone()),
              {empty ? Type::large : Type::title, empty ? palette::muted : palette::ink, Align::left,
               Stand::middle, false});
  keypad(canvas, entry.keys, true);
  if (button(canvas, {"forward", entry.next, words.tr("Continue"), "right", Look::primary,
                      model.phone_complete(), Type::heading}))
    canvas.intend(intent::Forward{});
}

void draw_birth_date(const CheckIn& model, Canvas& canvas, Box area) {
  const Words& words = canvas.words();
  const Entry entry = lay_out_entry(canvas, area);
  title_and_hint(canvas, entry.words, words.tr("Your date of birth"),
                 model.birth_date_wrong() ? words.tr("There is no such date. Please check it.")
                                          : words.tr("9 March 1956 is 09 03 1956."));
  digit_boxes(canvas, entry.field, model.birth_digits(),
              {{2, words.tr("day")}, {2, words.tr("month")}, {4, words.tr("year")}},
              model.birth_date_wrong());
  keypad(canvas, entry.keys);
  if (button(canvas, {"forward", entry.next, words.tr("Check in"), "check", Look::primary,
                      !model.birth_date_iso().empty(), Type::heading}))
    canvas.intend(intent::Forward{});
}

void draw_refused(const CheckIn& model, Canvas& canvas, Box area, Moment now) {
  const Words& words = canvas.words();
  Box buttons = area.cut_bottom(140, 40);
  message(canvas, area, "info", Tone::amber, words.tr("Let us sort this out"),
          patient_sentence(model.refusal(), words));
  const int wait = model.retry_seconds(now);
  const bool again = may_try_again(model.refusal());
  const bool by_phone = model.refusal() == v1::ASK_PASS_INVALID;
  const int n = again || by_phone ? 2 : 1;
  if (button(canvas, {"home", buttons.column(0, n, gap), words.tr("To the start"), "home", Look::quiet}))
    canvas.intend(intent::Home{});
  if (by_phone && button(canvas, {"have-appointment", buttons.column(1, 2, gap),
                                  words.tr("Check in by phone"), "phone", Look::primary}))
    canvas.intend(intent::HaveAppointment{});
  if (again && button(canvas, {"forward", buttons.column(1, 2, gap),
                               wait > 0 ? wait_words(wait, words) : words.tr("Try again"),
                               wait > 0 ? "clock" : "again", Look::primary, wait == 0}))
    canvas.intend(intent::Forward{});
}

}  // namespace

void draw(const CheckIn& model, Canvas& canvas, Moment now) {
  using Screen = CheckIn::Screen;
  const Screen screen = model.screen();
  const auto left = model.seconds_left(now);
  const bool counting = left && screen != Screen::ticket;
  canvas.enable(!counting);
  const bool back = screen == Screen::services || screen == Screen::phone || screen == Screen::birth_date ||
                    screen == Screen::waiting;
  const Box area = draw_frame(canvas, {model.desk(), model.settings(), model.language(), back}, now);
  switch (screen) {
    case Screen::welcome:
      draw_welcome(model, canvas, area, now);
      break;
    case Screen::services:
      draw_services(model, canvas, area);
      break;
    case Screen::phone:
      draw_phone(model, canvas, area);
      break;
    case Screen::birth_date:
      draw_birth_date(model, canvas, area);
      break;
    case Screen::waiting:
      draw_patience(canvas, area, model.patience(now));
      break;
    case Screen::refused:
      draw_refused(model, canvas, area, now);
      break;
    case Screen::ticket:
      draw_ticket(canvas, area, model.ticket(), left.value_or(0));
      break;
  }
  canvas.enable(true);
  if (counting) countdown_dialog(canvas, *left);
}

}  // namespace feldsher::kiosk
