#include <imgui.h>

#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <set>

#include "kiosk/gallery/samples.hpp"
#include "kiosk/model/check_in.hpp"
#include "kiosk/screens/screens.hpp"
#include "kiosk/theme/canvas.hpp"
#include "kiosk/theme/icons.hpp"

namespace feldsher::kiosk {
namespace {

constexpr float dpi_of_15_6_inch = 141;  // 1920 × 1080
constexpr float dpi_of_10_1_inch = 149;  // 1280 × 800: the smallest glass we expect

/// Dear ImGui without a window: a context, fonts, and a finger.
class Glass {
 public:
  explicit Glass(ImVec2 size, float dpi = dpi_of_15_6_inch) {
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;
    ImGui::GetIO().DisplaySize = size;
    calm_imgui_style();
    theme_ = std::make_unique<Theme>(*ImGui::GetIO().Fonts, size, dpi / 25.4f);
  }
  ~Glass() { ImGui::DestroyContext(); }
  Glass(const Glass&) = delete;
  Glass& operator=(const Glass&) = delete;

  FrameReport look(const Station& station, Moment now) {
    FrameReport report;
    frame(station, now, &report);
    return report;
  }
  /// Presses and lifts a finger on the target `id`; what the screen made of it.
  std::vector<Intent> tap(const Station& station, const std::string& id, Moment now) {
    const auto report = look(station, now);
    const auto found = std::ranges::find(report.targets, id, &FrameReport::Target::id);
    if (found == report.targets.end()) return {};
    ImGuiIO& io = ImGui::GetIO();
    const float scale = theme_->scale();
    io.MousePos = {(found->box.x + found->box.w / 2) * scale, (found->box.y + found->box.h / 2) * scale};
    io.MouseDown[0] = true;
    auto intents = frame(station, now, nullptr);
    io.MouseDown[0] = false;
    for (auto& one : frame(station, now, nullptr)) intents.push_back(std::move(one));
    io.MousePos = {-1, -1};
    return intents;
  }
  const Theme& theme() const { return *theme_; }

 private:
  std::vector<Intent> frame(const Station& station, Moment now, FrameReport* report) {
    ImGui::GetIO().DeltaTime = 0.02f;
    ImGui::NewFrame();
    std::vector<Intent> intents;
    {
      const Words words(station.language());
      Canvas canvas(*theme_, words, report);
      station.draw(canvas, now);
      intents = canvas.take_intents();
    }
    ImGui::Render();
    return intents;
  }

  std::unique_ptr<Theme> theme_;
};

Sample sample(const std::string& role, const std::string& state, const std::string& language = "en") {
  for (auto& one : samples(language))
    if (one.role == role && one.state == state) return std::move(one);
  throw std::logic_error("no sample " + role + " " + state);
}

TEST_CASE("a finger on a button is what it says", "[kiosk][K7]") {
  Glass glass({1080, 1920});
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
  Glass glass({1920, 1080});
  const auto called = sample("room", "called");
  CHECK(std::holds_alternative<intent::StartTicket>(glass.tap(*called.station, "start", called.now).at(0)));
  CHECK(std::holds_alternative<intent::SkipTicket>(glass.tap(*called.station, "skip", called.now).at(0)));
  const auto away = sample("room", "away");
  CHECK(glass.tap(*away.station, "call-next", away.now).empty());
}

TEST_CASE("nothing under a dialog can be tapped", "[kiosk][K8]") {
  Glass glass({1080, 1920});
  const auto counting = sample("check-in", "countdown");
  const auto report = glass.look(*counting.station, counting.now);
  REQUIRE(report.targets.size() == 2);
  CHECK(glass.tap(*counting.station, "key.1", counting.now).empty());
  CHECK(std::holds_alternative<intent::Stay>(
      glass.tap(*counting.station, "countdown.stay", counting.now).at(0)));
}

TEST_CASE("a board has nothing to tap and nobody's name", "[kiosk][Q1]") {
  Glass glass({1920, 1080});
  for (const char* state : {"calls", "announcing", "silent", "empty"}) {
    const auto board = sample("board", state);
    CHECK(glass.look(*board.station, board.now).targets.empty());
  }
}

struct Shape {
  float w, h, dpi;
};

TEST_CASE(
    "on every screen, in each language and shape, targets are 12 mm, apart, on the glass, and texts fit",
    "[kiosk][K7][K8][O6]") {
  for (const Shape shape : {Shape{1080, 1920, dpi_of_15_6_inch}, Shape{1920, 1080, dpi_of_15_6_inch},
                            Shape{1280, 800, dpi_of_10_1_inch}}) {
    Glass glass({shape.w, shape.h}, shape.dpi);
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

TEST_CASE("a service's icon that nobody drew becomes the medical cross, not a hole", "[kiosk][K7]") {
  Glass glass({640, 640});
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
  Glass glass({1080, 1920});
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
