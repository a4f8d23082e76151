#include "kiosk/screens/staff.hpp"

#include <algorithm>

#include "kiosk/screens/patient.hpp"
#include "kiosk/screens/refusals.hpp"

namespace feldsher::kiosk {
namespace {

/// "ОК" of "Олена Коваль": at most two first letters, as UTF-8.
std::string initials(const std::string& name) {
  std::string out;
  bool first = true;
  int letters = 0;
  for (std::size_t i = 0; i < name.size() && letters < 2;) {
    const auto lead = static_cast<unsigned char>(name[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (name[i] == ' ') {
      first = true;
    } else if (first) {
      out += name.substr(i, length);
      first = false;
      ++letters;
    }
    i += length;
  }
  return out;
}

std::string role_word(v1::Role role, const Words& words) {
  switch (role) {
    case v1::DOCTOR:
      return words.tr("Doctor");
    case v1::REGISTRAR:
      return words.tr("Reception");
    case v1::NURSE:
      return words.tr("Nurse");
    case v1::MANAGER:
      return words.tr("Manager");
    default:
      return {};
  }
}

void draw_people(Canvas& canvas, const DoorFrame& frame, Box area) {
  const Words& words = canvas.words();
  const auto people = frame.door.people(frame.desk.catalogue());
  canvas.text(area.cut_top(90, 36), words.tr("Who is working here today?"), {Type::title});
  if (people.empty()) {
    message(canvas, area, "people", Tone::good, words.tr("Nobody may sign in here yet"),
            words.tr("The centre adds the people of this point."));
    return;
  }
  const int n = static_cast<int>(people.size());
  const int columns = canvas.portrait() ? 1 : n > 10 ? 3 : 2;
  const int rows = (n + columns - 1) / columns;
  const float height =
      std::min(170.0f, (area.h - gap * static_cast<float>(rows - 1)) / static_cast<float>(rows));
  for (int i = 0; i < n; ++i) {
    const auto& person = people[static_cast<std::size_t>(i)];
    Box spot = area.column(i % columns, columns, gap);
    spot.y += static_cast<float>(i / columns) * (height + gap);
    spot.h = height;
    const std::string id = "person." + std::to_string(i);
    const auto touch = canvas.target(id.c_str(), spot);
    canvas.card(spot, 36, touch.held ? palette::accent_soft : palette::card);
    Box inside = spot.inset(30, 16);
    const float side = std::min(inside.h, 110.0f);
    const Box round = inside.cut_left(side, 30).middle(side, side);
    const std::string name = words.of(person.name());
    canvas.disc(round.x + side / 2, round.y + side / 2, side / 2, palette::accent_soft);
    canvas.text(round, initials(name),
                {Type::body_bold, palette::accent, Align::centre, Stand::middle, false});
    canvas.text({inside.x, inside.y, inside.w, inside.h * 0.56f}, name,
                {Type::body_bold, palette::ink, Align::left, Stand::bottom});
    const std::string role =
        person.roles_size() ? role_word(static_cast<v1::Role>(person.roles(0)), words) : "";
    canvas.text({inside.x, inside.y + inside.h * 0.6f, inside.w, inside.h * 0.4f}, role,
                {Type::small, palette::muted, Align::left, Stand::top});
    if (touch.tapped) canvas.intend(intent::ChoosePerson{person.id()});
  }
}

void draw_pin(Canvas& canvas, const DoorFrame& frame, Box area, Moment now) {
  const Words& words = canvas.words();
  std::string name;
  if (frame.desk.catalogue())
    for (const auto& person : frame.desk.catalogue()->people())
      if (person.id() == frame.door.chosen()) name = words.of(person.name());
  Box keys;
  if (canvas.portrait()) {
    keys = area.cut_bottom(area.h * 0.5f, 40);
  } else {
    keys = area.cut_right(area.w * 0.42f, 96);
  }
  Box buttons = area.cut_bottom(120, 30);
  canvas.text(area.cut_top(110, 10), name, {Type::title, palette::ink, Align::left, Stand::bottom});
  canvas.text(area.cut_top(60, 40), words.tr("Enter your PIN"), {Type::heading, palette::muted});
  const Box dots = area.cut_top(60, 30);
  const std::size_t places = std::max<std::size_t>(4, frame.door.digits());
  for (std::size_t i = 0; i < places; ++i) {
    const float x = dots.x + 26 + static_cast<float>(i) * 72;
    if (i < frame.door.digits())
      canvas.disc(x, dots.y + 30, 22, palette::accent);
    else
      canvas.list().AddCircle(canvas.px(x, dots.y + 30), canvas.px(20), palette::line, 0, canvas.px(5));
  }
  const int wait = frame.door.retry_seconds(now);
  const auto patience = frame.desk.patience(frame.door.ask(), now);
  if (patience == Patience::slow || patience == Patience::away)
    banner(canvas, area.cut_top(100), Tone::amber, "clock",
           words.tr("The desk computer is not answering yet."));
  else if (frame.door.refusal() != v1::ASK_GRANTED)
    banner(canvas, area.cut_top(100), Tone::red, "warning", staff_sentence(frame.door.refusal(), words));
  if (button(canvas,
             {"other-person", buttons.column(0, 2, gap), words.tr("Another person"), "people", Look::quiet}))
    canvas.intend(intent::OtherPerson{});
  const bool ready = frame.door.state() == StaffDoor::State::pin && frame.door.pin_complete() && wait == 0;
  const std::string label = wait > 0 ? wait_words(wait, words) : words.tr("Sign in");
  if (button(canvas, {"forward", buttons.column(1, 2, gap), label, "right", Look::primary, ready}))
    canvas.intend(intent::Forward{});
  keypad(canvas, keys);
}

}  // namespace

void draw_door(Canvas& canvas, const DoorFrame& frame, Moment now) {
  const Words& words = canvas.words();
  Box area = canvas.all().inset(margin, 44);
  const auto& catalogue = frame.desk.catalogue();
  std::string name = frame.title;
  if (catalogue) name += (name.empty() ? "" : "  •  ") + words.of(catalogue->point_name());
  header(canvas, area, name, clock_text(frame.desk, now));
  const Box footer = area.cut_bottom(key_height, 32);
  language_switch(canvas, footer.middle(std::min(footer.w, 860.0f), footer.h), frame.settings.languages,
                  frame.language);
  if (!catalogue) {
    const bool away = frame.desk.presence(now) == Presence::away;
    message(
        canvas, area, away ? "away" : "clock", away ? Tone::amber : Tone::good,
        away ? words.tr("The desk computer is not answering") : words.tr("One moment, please"),
        away ? words.tr("This screen will come back by itself.") : words.tr("This screen is getting ready."));
    return;
  }
  if (frame.desk.presence(now) == Presence::away)
    banner(canvas, area.cut_bottom(90, 24), Tone::amber, "away",
           words.tr("The desk computer is not answering yet."));
  if (frame.door.state() == StaffDoor::State::choosing)
    draw_people(canvas, frame, area);
  else
    draw_pin(canvas, frame, area, now);
}

void draw_status(Canvas& canvas, Box& area, const StaffScreen& model, Moment now) {
  const Words& words = canvas.words();
  const StaffActs& acts = model.acts();
  const DeskLine& desk = model.desk();
  Box strip = area.cut_bottom(key_height, 26);
  if (const auto languages = model.settings().languages.size(); languages > 1)
    language_switch(canvas, strip.cut_left(key_height * static_cast<float>(languages), gap),
                    model.settings().languages, model.language());
  if (acts.may_undo()) {
    if (button(canvas, {"undo", strip.cut_right(260, gap), words.tr("Undo"), "undo", Look::secondary}))
      canvas.intend(intent::UndoLast{});
  }
  const auto patience = desk.patience(acts.in_hand(), now);
  if (desk.presence(now) == Presence::away || patience == Patience::away) {
    banner(canvas, strip, Tone::amber, "away",
           words.tr("The desk computer is not answering. What you did will be sent again by itself."));
  } else if (patience == Patience::slow) {
    banner(canvas, strip, Tone::amber, "clock", words.tr("One moment, please"));
  } else if (acts.notice()) {
    const bool good = acts.notice()->refusal == v1::ASK_GRANTED;
    banner(canvas, strip, good ? Tone::good : Tone::red, good ? "check" : "warning",
           staff_sentence(acts.notice()->refusal, words));
  } else if (desk.clock_unset()) {
    banner(canvas, strip, Tone::amber, "clock",
           words.tr("The date and time are unknown. Reception can set them."));
  } else if (desk.pulse() && !desk.pulse()->connected()) {
    banner(canvas, strip, Tone::plain, "away",
           words.tr("No line to the centre. The point works on its own."));
  } else {
    banner(canvas, strip, Tone::plain, "linked", words.tr("All is well."));
  }
}

std::string ticket_status_word(v1::TicketStatus status, const Words& words) {
  switch (status) {
    case v1::TICKET_WAITING:
      return words.tr("waiting");
    case v1::TICKET_CALLED:
      return words.tr("called");
    case v1::TICKET_SERVING:
      return words.tr("in the room");
    case v1::TICKET_FINISHED:
      return words.tr("served");
    case v1::TICKET_ABSENT:
      return words.tr("absent");
    case v1::TICKET_UNDONE:
      return words.tr("taken back");
    case v1::TICKET_ENDED:
      return words.tr("interrupted");
    default:
      return words.tr("unknown");
  }
}

std::string priority_word(v1::Priority priority, const Words& words) {
  switch (priority) {
    case v1::PRIORITY_ORDINARY:
      return words.tr("Ordinary");
    case v1::PRIORITY_APPOINTMENT:
      return words.tr("Appointment");
    case v1::PRIORITY_INFANT:
      return words.tr("With an infant");
    case v1::PRIORITY_FRAIL:
      return words.tr("Frail or disabled");
    case v1::PRIORITY_URGENT:
      return words.tr("Urgent");
    default:
      return words.tr("unknown");
  }
}

std::string_view priority_icon(v1::Priority priority) {
  switch (priority) {
    case v1::PRIORITY_APPOINTMENT:
      return "calendar";
    case v1::PRIORITY_INFANT:
      return "infant";
    case v1::PRIORITY_FRAIL:
      return "frail";
    case v1::PRIORITY_URGENT:
      return "urgent";
    default:
      return "person";
  }
}

}  // namespace feldsher::kiosk
