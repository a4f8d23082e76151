#include "kiosk/screens/ticket.hpp"

#include "kiosk/theme/widgets.hpp"

namespace feldsher::kiosk {

std::string spaced_code(const std::string& code) {
  return code.size() == 6 ? code.substr(0, 3) + " " + code.substr(3) : code;
}

std::string preparation_sentence(std::string_view word, const Words& words) {
  if (word == "fasting") return words.tr("Nothing to eat before the test.");
  if (word == "water") return words.tr("Drink a glass of water while you wait.");
  if (word == "full-bladder") return words.tr("Please keep your bladder full.");
  if (word == "no-smoking") return words.tr("Please do not smoke before it.");
  if (word == "rest") return words.tr("Sit quietly for ten minutes before it.");
  if (word == "documents") return words.tr("Have your documents ready.");
  if (word == "results") return words.tr("Have your earlier results ready.");
  if (word == "referral") return words.tr("Have your referral ready.");
  if (word == "glasses") return words.tr("Have your glasses with you.");
  if (word == "loose-sleeve") return words.tr("Free your upper arm of tight sleeves.");
  if (word == "no-metal") return words.tr("Take off metal things and jewellery.");
  return {};
}

std::string replaced_ticket_sentence(const v1::CheckedIn& ticket, const Words& words) {
  if (ticket.instead_of().empty()) return {};
  return words.tr_with("Ticket {ticket} is not called any more: this one takes its place.",
                       fmt::arg("ticket", ticket.instead_of()));
}

namespace {

void draw_slip(Canvas& canvas, const Box& slip, const v1::CheckedIn& ticket) {
  const Words& words = canvas.words();
  canvas.card(slip, 48);
  Box inside = slip.inset(56, 40);
  Box survey = inside.cut_bottom(canvas.portrait() ? 240.0f : 196.0f, 16);
  canvas.text(inside.cut_top(56), words.of(ticket.service()), {Type::heading, palette::muted, Align::centre});
  const Box label = inside.cut_top(std::min(320.0f, inside.h * (ticket.room_label().empty() ? 0.66f
                                                                : canvas.portrait()         ? 0.5f
                                                                                            : 0.42f)),
                                   8);
  canvas.text(label, ticket.ticket_label(),
              {Type::giant, palette::accent, Align::centre, Stand::middle, false});
  if (!ticket.room_label().empty()) {
    Box row = inside.cut_top(84, 6);
    std::string where = words.tr_with("Room {room}", fmt::arg("room", ticket.room_label()));
    if (!ticket.civil().empty()) where += "  •  " + ticket.civil();
    canvas.text(row, where, {Type::title, palette::ink, Align::centre});
    const std::string doctor = words.of(ticket.practitioner());
    canvas.text(inside.cut_top(50, 6), doctor, {Type::body, palette::muted, Align::centre});
  }
  std::string queue = words.tr("You are next.");
  if (ticket.waiting_before() > 0)
    queue = words.trn("{n} person is before you.", "{n} people are before you.", ticket.waiting_before());
  canvas.text(inside, queue, {Type::heading, palette::ink, Align::centre, Stand::middle});
  // The tear line of a paper ticket.
  const float tear = survey.y - 10;
  for (float x = slip.x + 44; x < slip.right() - 44; x += 26) canvas.fill({x, tear, 12, 4}, palette::line, 2);
  canvas.disc(slip.x, tear + 2, 24, palette::paper);
  canvas.disc(slip.right(), tear + 2, 24, palette::paper);
  survey.cut_top(24);
  canvas.qr(survey.cut_right(canvas.portrait() ? 216.0f : 172.0f, 24), "FS1:" + ticket.survey_code());
  canvas.text(survey.cut_top(survey.h * 0.52f), words.tr("Tell us afterwards how it was. Your survey code:"),
              {Type::body, palette::muted, Align::left, Stand::bottom});
  canvas.text(survey, spaced_code(ticket.survey_code()), {Type::title, palette::ink});
}

}  // namespace

void draw_ticket(Canvas& canvas, Box area, const v1::CheckedIn& ticket, int seconds_left) {
  const Words& words = canvas.words();
  const bool portrait = canvas.portrait();
  Box side = portrait ? area : area.cut_left(area.w * 0.45f, 64);
  Box slip = area;
  Box greeting = side.cut_top(portrait ? 190.0f : 300.0f, 24);
  const Box done = side.cut_bottom(130, 28);
  std::string hello = words.tr("You are checked in.");
  if (!ticket.given_name().empty()) {
    const std::string name = ticket.given_name() + " " + ticket.family_initial();
    hello = words.tr_with("Hello, {name}!", fmt::arg("name", name));
  }
  const std::string next =
      ticket.room_label().empty()
          ? words.tr("Please take a seat. The board will call your ticket and show the room.")
          : words.tr_with("Please take a seat near room {room}. The board will call your ticket.",
                          fmt::arg("room", ticket.room_label()));
  canvas.text(greeting.cut_top(greeting.h * 0.46f, 10), hello,
              {Type::title, palette::ink, Align::left, Stand::bottom});
  canvas.text(greeting, next, {Type::large, palette::ink, Align::left, Stand::top});

  std::vector<std::string> notes;
  if (auto sentence = replaced_ticket_sentence(ticket, words); !sentence.empty())
    notes.push_back(std::move(sentence));
  if (ticket.again()) notes.push_back(words.tr("You were checked in before: this is the same ticket."));
  if (ticket.not_in_schedule())
    notes.push_back(
        words.tr("Your booking has not reached us yet. Your pass is valid, you are in the queue."));
  for (const auto& word : ticket.preparation())
    if (const auto sentence = preparation_sentence(word, words); !sentence.empty()) notes.push_back(sentence);
  if (notes.size() > 3) notes.resize(3);
  for (auto note = notes.rbegin(); note != notes.rend(); ++note)
    banner(canvas, side.cut_bottom(116, gap), Tone::amber, "info", *note, Type::large);

  if (portrait) slip = side.middle(side.w, std::min(side.h, 960.0f));
  draw_slip(canvas, slip, ticket);
  const std::string label = words.tr("Done") + "  (" + std::to_string(seconds_left) + ")";
  if (button(canvas, {"home", done, label, "check", Look::primary, true, Type::heading}))
    canvas.intend(intent::Home{});
}

}  // namespace feldsher::kiosk
