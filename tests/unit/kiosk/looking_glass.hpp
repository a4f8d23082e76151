#pragma once
#include <imgui.h>

#include <algorithm>
#include <stdexcept>

#include "kiosk/gallery/samples.hpp"
#include "kiosk/theme/canvas.hpp"

namespace feldsher::kiosk {

inline constexpr float dpi_of_15_6_inch = 141;  // 1920 × 1080
inline constexpr float dpi_of_10_1_inch = 149;  // 1280 × 800: the smallest glass we expect

/// Dear ImGui without a window: a context, fonts, and a finger.
class LookingGlass {
 public:
  explicit LookingGlass(ImVec2 size, float dpi = dpi_of_15_6_inch) {
    ImGui::CreateContext();
    ImGui::GetIO().IniFilename = nullptr;
    ImGui::GetIO().DisplaySize = size;
    calm_imgui_style();
    theme_ = std::make_unique<Theme>(*ImGui::GetIO().Fonts, size, dpi / 25.4f);
  }
  ~LookingGlass() { ImGui::DestroyContext(); }
  LookingGlass(const LookingGlass&) = delete;
  LookingGlass& operator=(const LookingGlass&) = delete;

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

inline Sample sample(const std::string& role, const std::string& state, const std::string& language = "en") {
  for (auto& one : samples(language))
    if (one.role == role && one.state == state) return std::move(one);
  throw std::logic_error("no sample " + role + " " + state);
}

}  // namespace feldsher::kiosk
