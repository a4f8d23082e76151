#include "kiosk/screens/patient.hpp"
#include "kiosk/screens/refusals.hpp"
#include "kiosk/screens/screens.hpp"
#include "kiosk/theme/icons.hpp"

namespace feldsher::kiosk {
namespace {

void draw_code(const SurveyDesk& model, Canvas& canvas, Box area, Moment now) {
  const Words& words = canvas.words();
  if (draw_absence(canvas, area, model.desk(), now)) return;
  Box keys;
  if (canvas.portrait()) {
    keys = area.cut_bottom(std::min(area.h * 0.54f, 820.0f), 50);
  } else {
    keys = area.cut_right(area.w * 0.42f, 96);
  }
  area = area.middle(area.w, std::min(area.h, 480.0f));
  canvas.text(area.cut_top(110, 10), words.tr("How was your visit?"),
              {Type::title, palette::ink, Align::left, Stand::bottom});
  canvas.text(area.cut_top(130, 34), words.tr("Enter the survey code from your ticket, or show its QR code."),
              {Type::large, palette::muted, Align::left, Stand::top});
  digit_boxes(canvas, area, model.code(), {{3, {}}, {3, {}}});
  keypad(canvas, keys);
}

/// Returns the height used.
float draw_scale(Canvas& canvas, Box box, std::uint32_t scale, std::optional<std::uint32_t> chosen) {
  // 11 means 0 … 10; anything else 1 … scale.
  const std::uint32_t first = scale == 11 ? 0 : 1;
  const int n = static_cast<int>(std::min<std::uint32_t>(scale, 11));
  const bool faces = scale == 5;
  const int columns = faces || !canvas.portrait() ? n : std::min(n, 6);
  const int rows = (n + columns - 1) / columns;
  const float side = std::min((box.w - gap * static_cast<float>(columns - 1)) / static_cast<float>(columns),
                              (box.h - gap * static_cast<float>(rows - 1)) / static_cast<float>(rows));
  const float limited = std::min(side, faces ? 250.0f : 200.0f);
  const float between = std::min(
      gap + (box.w - gap * static_cast<float>(columns)) / static_cast<float>(columns) - limited, 44.0f);
  const float left =
      box.x + (box.w - limited * static_cast<float>(columns) - between * static_cast<float>(columns - 1)) / 2;
  for (int i = 0; i < n; ++i) {
    const std::uint32_t value = first + static_cast<std::uint32_t>(i);
    const Box spot{left + static_cast<float>(i % columns) * (limited + between),
                   box.y + static_cast<float>(i / columns) * (limited + gap), limited, limited};
    const std::string id = "rate." + std::to_string(value);
    const auto touch = canvas.target(id.c_str(), spot);
    if (faces) {
      const bool marked = chosen == value || touch.held;
      if (marked) canvas.disc(spot.x + limited / 2, spot.y + limited / 2, limited / 2 - 2, palette::accent);
      draw_face(canvas.list(), i, canvas.px(spot.x + limited / 2, spot.y + limited / 2),
                canvas.px(limited / 2 - (marked ? 12.0f : 6.0f)));
    } else {
      canvas.card(spot, 36, touch.held || chosen == value ? palette::accent_soft : palette::card);
      canvas.text(spot, std::to_string(value), {Type::title, palette::ink, Align::centre});
    }
    if (touch.tapped) canvas.intend(intent::Rate{value});
  }
  return static_cast<float>(rows) * (limited + gap) - gap;
}

void draw_question(const SurveyDesk& model, Canvas& canvas, Box area) {
  const Words& words = canvas.words();
  const auto& questions = model.opened().survey().questions();
  const auto& question = questions[model.question()];
  const float dots = static_cast<float>(questions.size());
  Box progress = area.cut_top(24, 50);
  for (int i = 0; i < questions.size(); ++i) {
    const Box bar = progress.middle(dots * 130 - 20, 14).column(i, questions.size(), 20);
    canvas.fill(bar, i <= model.question() ? palette::accent : palette::line, 7);
  }
  area = area.middle(area.w, std::min(area.h, 940.0f));
  canvas.text(area.cut_top(60, 14), words.of(model.opened().service()),
              {Type::large, palette::muted, Align::centre});
  canvas.text(area.cut_top(area.h * 0.3f, 60), words.of(question.text()),
              {Type::title, palette::ink, Align::centre});
  const bool faces = question.scale() == 5;
  const float answer_height = faces ? 270.0f : canvas.portrait() ? 440.0f : 220.0f;
  const Box answers{area.x, area.y, area.w, std::min(answer_height, area.h - 80)};
  const float used = draw_scale(canvas, answers, question.scale(), model.chosen());
  const Box ends{area.x, area.y + used + 24, area.w, 56};
  // Numbers may take two rows: which is which end is said, not only shown.
  const bool from_zero = question.scale() == 11;
  const std::string least = faces ? "" : from_zero ? "0 – " : "1 – ";
  const std::string most = faces ? "" : std::to_string(from_zero ? 10 : question.scale()) + " – ";
  canvas.text(ends.column(0, 2, 40), least + words.tr("Not at all"),
              {Type::large, palette::ink, Align::left});
  canvas.text(ends.column(1, 2, 40), most + words.tr("Very much"), {Type::large, palette::ink, Align::right});
}

void draw_thanks(const SurveyDesk& model, Canvas& canvas, Box area, Moment now) {
  const Words& words = canvas.words();
  Box bottom = area.cut_bottom(140, 40);
  Box column = area.middle(std::min(area.w, 900.0f), std::min(area.h, 700.0f));
  const Box face = column.cut_top(300, 40);
  draw_face(canvas.list(), 4, canvas.px(face.x + face.w / 2, face.y + 150), canvas.px(140));
  std::string thanks;
  if (model.opened().survey().has_thanks()) thanks = words.of(model.opened().survey().thanks());
  canvas.text(column.cut_top(110, 10), words.tr("Thank you!"), {Type::title, palette::ink, Align::centre});
  canvas.text(column, thanks.empty() ? words.tr("Your answers help us to get better.") : thanks,
              {Type::heading, palette::muted, Align::centre, Stand::top});
  const int left = model.seconds_left(now).value_or(0);
  const std::string label = words.tr("Done") + "  (" + std::to_string(left) + ")";
  if (button(canvas, {"home", bottom.middle(std::min(bottom.w, 700.0f), 140), label, "check", Look::primary,
                      true, Type::heading}))
    canvas.intend(intent::Home{});
}

void draw_refused(const SurveyDesk& model, Canvas& canvas, Box area, Moment now) {
  const Words& words = canvas.words();
  Box bottom = area.cut_bottom(140, 40);
  const bool answered = model.refusal() == v1::ASK_ALREADY_ANSWERED;
  const bool early = model.refusal() == v1::ASK_WRONG_STATE;
  message(canvas, area,
          answered ? "check"
          : early  ? "clock"
                   : "info",
          answered || early ? Tone::good : Tone::amber,
          early ? words.tr("A little later") : words.tr("Let us sort this out"),
          survey_sentence(model.refusal(), words));
  const int wait = model.retry_seconds(now);
  const Box box = bottom.middle(std::min(bottom.w, 700.0f), 140);
  const bool again = may_try_again(model.refusal());
  const std::string label = wait > 0 ? wait_words(wait, words)
                            : again  ? words.tr("Try again")
                                     : words.tr("To the start");
  if (button(canvas,
             {"forward", box, label, again ? "again" : "home", Look::primary, wait == 0, Type::heading}))
    canvas.intend(intent::Forward{});
}

}  // namespace

void draw(const SurveyDesk& model, Canvas& canvas, Moment now) {
  using Screen = SurveyDesk::Screen;
  const Screen screen = model.screen();
  const auto left = model.seconds_left(now);
  const bool counting = left && screen != Screen::thanks;
  canvas.enable(!counting);
  const bool back = screen == Screen::question || screen == Screen::opening;
  const Box area = draw_frame(canvas, {model.desk(), model.settings(), model.language(), back}, now);
  switch (screen) {
    case Screen::code:
      draw_code(model, canvas, area, now);
      break;
    case Screen::opening:
    case Screen::sending:
      draw_patience(canvas, area, model.patience(now));
      break;
    case Screen::question:
      draw_question(model, canvas, area);
      break;
    case Screen::thanks:
      draw_thanks(model, canvas, area, now);
      break;
    case Screen::refused:
      draw_refused(model, canvas, area, now);
      break;
  }
  canvas.enable(true);
  if (counting) countdown_dialog(canvas, *left);
}

}  // namespace feldsher::kiosk
