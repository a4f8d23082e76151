#include <algorithm>

#include "kiosk/screens/patient.hpp"
#include "kiosk/screens/screens.hpp"
#include "kiosk/screens/staff.hpp"

namespace feldsher::kiosk {
namespace {

std::string title_of(const RoomDesk& model, const Words& words) {
  const std::string label = model.room_label();
  return label.empty() ? std::string() : words.tr_with("Room {room}", fmt::arg("room", label));
}

void draw_top(const RoomDesk& model, Canvas& canvas, Box& area) {
  const Words& words = canvas.words();
  Box strip = area.cut_top(key_height, 32);
  const bool wide = canvas.all().w > 1500;
  if (button(canvas, {"lock", strip.cut_right(wide ? 260.0f : 100.0f, gap), wide ? words.tr("Lock") : "",
                      "lock", Look::quiet}))
    canvas.intend(intent::Lock{});
  const bool ready = model.view() && model.view()->ready();
  if (button(canvas, {"ready", strip.cut_right(wide ? 420.0f : 330.0f, gap),
                      ready ? words.tr("Room is ready") : words.tr("Room is not ready"),
                      ready ? "check" : "close", Look::secondary, model.view() && !model.acts().busy()}))
    canvas.intend(intent::ToggleReady{});
  const Box mark = strip.cut_left(84, 26).middle(84, 84);
  canvas.fill(mark, palette::accent, 24);
  canvas.icon(mark.inset(18), "door", palette::on_accent, 2.0f);
  canvas.text({strip.x, strip.y, strip.w, strip.h * 0.56f}, title_of(model, words),
              {Type::heading, palette::ink, Align::left, Stand::middle, false});
  canvas.text({strip.x, strip.y + strip.h * 0.58f, strip.w, strip.h * 0.42f},
              words.of(model.door().who().name()),
              {Type::small, palette::muted, Align::left, Stand::middle, false, true});
}

/// The time first: what a narrow row cuts off is the end.
std::string details(const v1::StaffTicket& ticket, const Words& words) {
  const std::string service = words.of(ticket.service());
  return ticket.civil().empty() ? service : ticket.civil() + "  •  " + service;
}

void draw_waiting(const RoomDesk& model, Canvas& canvas, const Box& box) {
  const Words& words = canvas.words();
  canvas.card(box, 40);
  Box inside = box.inset(36, 28);
  Box title = inside.cut_top(56, 16);
  const int n = model.view() ? model.view()->waiting_size() : 0;
  canvas.text(title, words.trn("{n} waiting", "{n} waiting", n), {Type::body_bold, palette::muted});
  if (n == 0) {
    canvas.text(inside, words.tr("Nobody is waiting."), {Type::body, palette::muted, Align::centre});
    return;
  }
  const float height = 104;
  const int shown = std::min(n, static_cast<int>(inside.h / height));
  for (int i = 0; i < shown; ++i) {
    const auto& ticket = model.view()->waiting(i);
    Box row = inside.cut_top(height);
    if (i > 0) canvas.fill({row.x, row.y, row.w, 2}, palette::sunken);
    row = row.inset(0, 10);
    canvas.text(row.cut_left(150, 16), ticket.label(),
                {Type::body_bold, palette::accent, Align::left, Stand::middle, false});
    // Where there is little room, who it is matters more than how long they wait.
    if (row.w > 260)
      canvas.text(row.cut_right(110, 10), words.trn("{n} min", "{n} min", ticket.waited_minutes()),
                  {Type::small, palette::muted, Align::right, Stand::middle, false});
    if (ticket.priority() > v1::PRIORITY_APPOINTMENT)
      canvas.icon(row.cut_right(44, 10).middle(44, 44), priority_icon(ticket.priority()), palette::amber, 2);
    const std::string name =
        ticket.patient_name().empty() ? words.tr("Without a name") : ticket.patient_name();
    canvas.text({row.x, row.y, row.w, row.h * 0.5f}, name,
                {Type::small_bold, palette::ink, Align::left, Stand::middle, false, true});
    canvas.text({row.x, row.y + row.h * 0.5f, row.w, row.h * 0.5f}, details(ticket, words),
                {Type::small, palette::muted, Align::left, Stand::middle, false, true});
  }
}

void draw_nobody(const RoomDesk& model, Canvas& canvas, const Box& box) {
  const Words& words = canvas.words();
  canvas.card(box, 48);
  Box inside = box.inset(56, 48);
  Box call = inside.cut_bottom(150);
  const bool ready = model.view() && model.view()->ready();
  const bool any = model.view() && model.view()->waiting_size() > 0;
  const std::string served = model.view() ? words.trn("{n} patient served today", "{n} patients served today",
                                                      model.view()->served_today())
                                          : std::string();
  message(canvas, inside, "door", Tone::good,
          ready ? words.tr("The room is free") : words.tr("The room is not ready"), served);
  if (button(canvas, {"call-next", call, words.tr("Call next"), "bell", Look::primary,
                      ready && any && !model.acts().busy(), Type::heading}))
    canvas.intend(intent::CallNextTicket{});
}

void draw_current(const RoomDesk& model, Canvas& canvas, const Box& box) {
  const Words& words = canvas.words();
  const auto& ticket = model.view()->current();
  const bool serving = ticket.status() == v1::TICKET_SERVING;
  const bool free = !model.acts().busy();
  canvas.card(box, 48);
  Box inside = box.inset(56, 44);
  Box lower = inside.cut_bottom(120, gap);
  const Box main = inside.cut_bottom(150, gap);
  Box top = inside.cut_top(56, 6);
  std::string state = ticket_status_word(ticket.status(), words);
  if (!serving && ticket.calls() > 1)
    state = words.trn("called {n} time", "called {n} times", ticket.calls());
  const Box first = chip(canvas, top.x, top, serving ? Tone::good : Tone::amber, state);
  if (ticket.priority() > v1::PRIORITY_APPOINTMENT)
    chip(canvas, first.right() + 16, top, Tone::amber, priority_word(ticket.priority(), words));
  const Box words_box = inside.cut_bottom(std::min(130.0f, inside.h * 0.34f));
  canvas.text(inside, ticket.label(), {Type::giant, palette::accent, Align::left, Stand::middle, false});
  canvas.text({words_box.x, words_box.y, words_box.w, words_box.h * 0.54f},
              ticket.patient_name().empty() ? words.tr("Without a name") : ticket.patient_name(),
              {Type::heading, palette::ink, Align::left, Stand::middle, false});
  canvas.text({words_box.x, words_box.y + words_box.h * 0.54f, words_box.w, words_box.h * 0.46f},
              details(ticket, words), {Type::body, palette::muted, Align::left, Stand::middle, false});
  if (serving) {
    if (button(canvas, {"finish", main, words.tr("Finish"), "check", Look::primary, free, Type::heading}))
      canvas.intend(intent::FinishTicket{});
  } else if (button(canvas, {"start", main, words.tr("The patient is here"), "start", Look::primary, free,
                             Type::heading})) {
    canvas.intend(intent::StartTicket{});
  }
  const int n = serving ? 1 : 3;
  if (!serving && button(canvas, {"call-again", lower.column(0, n, gap), words.tr("Call again"), "again",
                                  Look::secondary, free}))
    canvas.intend(intent::CallTicketAgain{});
  if (!serving &&
      button(canvas, {"skip", lower.column(1, n, gap), words.tr("Skip"), "skip", Look::secondary, free}))
    canvas.intend(intent::SkipTicket{});
  if (button(canvas, {"transfer", lower.column(n - 1, n, gap), words.tr("Transfer"), "transfer",
                      Look::secondary, free}))
    canvas.intend(intent::OpenTransfer{});
}

void draw_transfer(const RoomDesk& model, Canvas& canvas) {
  const Words& words = canvas.words();
  Box inside = dialog_sheet(canvas, 1300, 900);
  Box top = inside.cut_top(key_height, 30);
  if (button(canvas, {"close", top.cut_right(key_height, gap), "", "close", Look::quiet}))
    canvas.intend(intent::CloseDialog{});
  canvas.text(
      top, words.tr_with("Where does {ticket} go next?", fmt::arg("ticket", model.view()->current().label())),
      {Type::title});
  if (!model.desk().catalogue()) return;
  const auto& services = model.desk().catalogue()->services();
  const int n = services.size();
  const int columns = canvas.portrait() ? 2 : 3;
  const int rows = std::max(1, (n + columns - 1) / columns);
  const float height =
      std::min(230.0f, (inside.h - gap * static_cast<float>(rows - 1)) / static_cast<float>(rows));
  for (int i = 0; i < n; ++i) {
    Box spot = inside.column(i % columns, columns, gap);
    spot.y += static_cast<float>(i / columns) * (height + gap);
    spot.h = height;
    const std::string id = "service." + std::to_string(i);
    if (button(canvas,
               {id.c_str(), spot, words.of(services[i].service().name()), services[i].service().icon()}))
      canvas.intend(intent::ChooseService{services[i].id()});
  }
}

}  // namespace

void draw(const RoomDesk& model, Canvas& canvas, Moment now) {
  if (!model.door().open()) {
    draw_door(
        canvas,
        {model.door(), model.desk(), model.settings(), model.language(), title_of(model, canvas.words())},
        now);
    return;
  }
  canvas.enable(!model.transferring());
  Box area = canvas.all().inset(margin, 40);
  draw_top(model, canvas, area);
  draw_status(canvas, area, model, now);
  if (!model.ended_elsewhere().empty())
    banner(canvas, area.cut_top(key_height, gap), Tone::amber, "info",
           canvas.words().tr_with("Ticket {ticket} was ended elsewhere. Reception knows more.",
                                  fmt::arg("ticket", model.ended_elsewhere())));
  Box waiting = canvas.portrait() ? area.cut_bottom(area.h * 0.42f, 32) : area.cut_right(area.w * 0.35f, 40);
  draw_waiting(model, canvas, waiting);
  if (model.view() && model.view()->has_current())
    draw_current(model, canvas, area);
  else
    draw_nobody(model, canvas, area);
  canvas.enable(true);
  if (model.transferring()) draw_transfer(model, canvas);
}

}  // namespace feldsher::kiosk
