#include "kiosk/screens/patient.hpp"

namespace feldsher::kiosk {

std::string clock_text(const DeskLine& desk, Moment now) {
  const auto wall = desk.wall_ms(now);
  if (!wall || !desk.catalogue()) return {};
  return wall_time(*wall, desk.catalogue()->zone());
}

Box draw_frame(Canvas& canvas, const PatientFrame& frame, Moment now) {
  const Words& words = canvas.words();
  Box area = canvas.all().inset(margin, 52);
  const auto& catalogue = frame.desk.catalogue();
  header(canvas, area, catalogue ? words.of(catalogue->point_name()) : std::string(),
         clock_text(frame.desk, now));
  Box footer = area.cut_bottom(key_height, 36);
  if (frame.back) {
    const Box back = footer.cut_left(canvas.portrait() ? 220.0f : 300.0f, gap);
    if (button(canvas, {"back", back, words.tr("Back"), "left", Look::quiet})) canvas.intend(intent::Back{});
  }
  const float width = std::min(footer.w, 860.0f);
  const float x = frame.back ? footer.right() - width : footer.x + (footer.w - width) / 2;
  language_switch(canvas, {x, footer.y, width, footer.h}, frame.settings.languages, frame.language);
  return area;
}

bool draw_absence(Canvas& canvas, const Box& box, const DeskLine& desk, Moment now) {
  const Words& words = canvas.words();
  switch (desk.presence(now)) {
    case Presence::here:
      if (desk.catalogue()) return false;
      [[fallthrough]];
    case Presence::starting:
      message(canvas, box, "clock", Tone::good, words.tr("One moment, please"),
              words.tr("This screen is getting ready."));
      return true;
    case Presence::away:
      message(
          canvas, box, "away", Tone::amber, words.tr("The desk computer is not answering"),
          words.tr("Please go to reception: they will check you in. This screen will come back by itself."));
      return true;
  }
  return false;
}

void draw_patience(Canvas& canvas, const Box& box, Patience patience) {
  const Words& words = canvas.words();
  if (patience == Patience::away)
    message(canvas, box, "away", Tone::amber, words.tr("The desk computer is not answering"),
            words.tr("We keep trying, nothing is lost. You can also go to reception now."));
  else
    message(canvas, box, "clock", Tone::good, words.tr("One moment, please"),
            patience == Patience::slow ? words.tr("It takes a little longer than usual.") : std::string());
}

}  // namespace feldsher::kiosk
