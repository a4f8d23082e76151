#include <imgui.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>

#include "kiosk/gallery/pretend_desk.hpp"
#include "kiosk/gallery/samples.hpp"
#include "kiosk/model/check_in.hpp"
#include "kiosk/screens/screens.hpp"
#include "kiosk/shell/raster.hpp"
#include "kiosk/theme/canvas.hpp"
#include "kiosk/theme/icons.hpp"
#include "looking_glass.hpp"

namespace feldsher::kiosk {
namespace {

TEST_CASE("a finger on a button is what it says", "[kiosk][K7]") {
  LookingGlass glass({1080, 1920});
  const auto welcome = sample("check-in", "welcome");
  const auto tap = [&](const Sample& on, const std::string& id) {
    return glass.tap(*on.station, id, on.now);
  };
  const auto here = tap(welcome, "have-appointment");
  REQUIRE(here.size() == 1);
  CHECK(std::holds_alternative<intent::HaveAppointment>(here[0]));
  const auto language = tap(welcome, "language.uk");
  REQUIRE(language.size() == 1);
  CHECK(std::get<intent::ChooseLanguage>(language[0]).language == "uk");
  const auto key = tap(sample("check-in", "phone"), "key.7");
  REQUIRE(key.size() == 1);
  CHECK(std::get<intent::Digit>(key[0]).character == '7');
  const auto face = tap(sample("survey", "faces"), "rate.5");
  REQUIRE(face.size() == 1);
  CHECK(std::get<intent::Rate>(face[0]).value == 5);
}

TEST_CASE("staff buttons are what they say, and those of an act in hand are none", "[kiosk][Q2]") {
  LookingGlass glass({1920, 1080});
  const auto called = sample("room", "called");
  CHECK(std::holds_alternative<intent::StartTicket>(glass.tap(*called.station, "start", called.now).at(0)));
  CHECK(std::holds_alternative<intent::SkipTicket>(glass.tap(*called.station, "skip", called.now).at(0)));
  const auto away = sample("room", "away");
  CHECK(glass.tap(*away.station, "call-next", away.now).empty());
}

TEST_CASE("nothing under a dialog can be tapped", "[kiosk][K8]") {
  LookingGlass glass({1080, 1920});
  const auto counting = sample("check-in", "countdown");
  const auto report = glass.look(*counting.station, counting.now);
  REQUIRE(report.targets.size() == 2);
  CHECK(glass.tap(*counting.station, "key.1", counting.now).empty());
  CHECK(std::holds_alternative<intent::Stay>(
      glass.tap(*counting.station, "countdown.stay", counting.now).at(0)));
}

/// The family names, and the given ones of who has no other, of everybody whom the pretend desk knows.
std::set<std::string> known_names() {
  const PretendDesk desk;
  std::set<std::string> names;
  const auto know = [&](const std::string& name) {
    if (!name.empty()) names.insert(name.substr(0, name.find(' ')));
  };
  for (const auto& line : desk.reception.lines()) know(line.patient_name());
  for (const auto& ticket : desk.room.waiting()) know(ticket.patient_name());
  return names;
}

TEST_CASE("a board has nothing to tap and nobody's name", "[kiosk][Q1]") {
  LookingGlass glass({1920, 1080});
  const auto names = known_names();
  const auto named = [&](const FrameReport& report) {
    return std::ranges::count_if(report.texts, [&](const std::string& text) {
      return std::ranges::any_of(names, [&](const auto& name) { return text.find(name) != text.npos; });
    });
  };
  std::set<std::string> states;
  for (const auto& one : samples("uk")) {
    const auto report = glass.look(*one.station, one.now);
    // What reception lists shows that a name would be seen.
    if (one.role == "reception" && one.state == "list") CHECK(named(report) > 0);
    if (one.role != "board") continue;
    CAPTURE(one.state);
    states.insert(one.state);
    CHECK(report.targets.empty());
    CHECK(report.texts.size() > 1);
    CHECK(named(report) == 0);
  }
  CHECK(states.contains("calls"));
  CHECK(states.contains("announcing"));
  CHECK(states.contains("ended"));
}

struct Shape {
  float w, h, dpi;
};

TEST_CASE(
    "on every screen, in each language and shape, targets are 12 mm, apart, on the glass, and texts fit",
    "[kiosk][K7][K8][O6]") {
  for (const Shape shape : {Shape{1080, 1920, dpi_of_15_6_inch}, Shape{1920, 1080, dpi_of_15_6_inch},
                            Shape{1280, 800, dpi_of_10_1_inch}}) {
    LookingGlass glass({shape.w, shape.h}, shape.dpi);
    const float least = glass.theme().units_of_mm(12);
    for (const char* language : {"uk", "ru", "en"}) {
      for (const auto& one : samples(language)) {
        // Wide boards and staff screens are not hung upright; a patient's screen may hang both ways.
        const bool staff = one.role == "room" || one.role == "reception";
        if (staff && shape.h > shape.w) continue;
        // A list of nine lines is for a desk, not for a ten-inch tablet.
        if (one.role == "reception" && shape.h < 1080) continue;
        CAPTURE(one.role, one.state, language, shape.w, shape.h);
        const auto report = glass.look(*one.station, one.now);
        CHECK(report.overflows == std::vector<std::string>{});
        std::set<std::string> ids;
        for (const auto& target : report.targets) {
          CAPTURE(target.id);
          CHECK(ids.insert(target.id).second);
          CHECK(std::min(target.box.w, target.box.h) >= least);
          CHECK(target.box.x >= 0);
          CHECK(target.box.y >= 0);
          CHECK(target.box.right() <= glass.theme().size().x + 1);
          CHECK(target.box.bottom() <= glass.theme().size().y + 1);
          for (const auto& other : report.targets) {
            if (&other == &target) continue;
            const bool apart =
                target.box.right() <= other.box.x + 0.5f || other.box.right() <= target.box.x + 0.5f ||
                target.box.bottom() <= other.box.y + 0.5f || other.box.bottom() <= target.box.y + 0.5f;
            CHECK(apart);
          }
        }
      }
    }
  }
}

TEST_CASE("in a small window, as the demo's, the staff's words fit too", "[kiosk][K7][O6]") {
  for (const ImVec2 size : {ImVec2{640, 560}, ImVec2{480, 420}, ImVec2{760, 560}}) {
    LookingGlass glass(size, 96);
    for (const char* language : {"uk", "ru", "en"}) {
      for (const auto& one : samples(language)) {
        if (one.role != "room" && one.role != "reception") continue;
        CAPTURE(one.role, one.state, language, size.x);
        CHECK(glass.look(*one.station, one.now).overflows == std::vector<std::string>{});
      }
    }
  }
}

TEST_CASE("a screen on which nothing moves is laid out the same, and so it is not drawn again",
          "[kiosk][K7]") {
  LookingGlass glass({1080, 1920});
  const std::pair<const char*, const char*> still[] = {
      {"check-in", "welcome"}, {"check-in", "phone"}, {"board", "calls"}, {"room", "people"}};
  for (const auto& [role, state] : still) {
    CAPTURE(role, state);
    const auto screen = sample(role, state);
    const auto drawn = [&](Moment now) {
      screen.station->on(Event(Tick{}), now);
      glass.look(*screen.station, now);
      glass.look(*screen.station, now);
      return digest_of(*ImGui::GetDrawData());
    };
    const auto first = drawn(screen.now);
    CHECK(drawn(screen.now + std::chrono::seconds(1)) == first);
  }
  const auto welcome = sample("check-in", "welcome");
  glass.look(*welcome.station, welcome.now);
  const auto before = digest_of(*ImGui::GetDrawData());
  welcome.station->on(Intent(intent::HaveAppointment{}), welcome.now);
  glass.look(*welcome.station, welcome.now);
  CHECK(digest_of(*ImGui::GetDrawData()) != before);
}

TEST_CASE("a service's icon that nobody drew becomes the medical cross, not a hole", "[kiosk][K7]") {
  LookingGlass glass({640, 640});
  ImGui::NewFrame();
  ImDrawList& list = *ImGui::GetForegroundDrawList();
  for (const std::string_view name : {std::string_view("stethoscope"), std::string_view("no-such-icon")}) {
    const int before = list.VtxBuffer.Size;
    draw_icon(list, name, {0, 0}, 48, palette::ink, 2);
    CHECK(list.VtxBuffer.Size > before);
  }
  ImGui::Render();
}

TEST_CASE("few screens: a patient's check-in has seven", "[kiosk][K8]") {
  LookingGlass glass({1080, 1920});
  std::set<std::string> names;
  for (const auto& one : samples("en"))
    if (one.role == "check-in") names.insert(one.station->screen_name(one.now));
  names.erase("away");
  names.erase("waiting-long");
  CHECK(names ==
        std::set<std::string>{"welcome", "services", "phone", "birth-date", "waiting", "ticket", "refused"});
}

}  // namespace
}  // namespace feldsher::kiosk
