#pragma once
#include "kiosk/model/patient_screen.hpp"

namespace feldsher::kiosk {

/// The survey after a visit: the code on the slip, one question a screen, thanks.
class SurveyDesk : public PatientScreen {
 public:
  enum class Screen { code, opening, question, sending, thanks, refused };

  SurveyDesk(Settings settings, MakeId make_id);

  void on(const Event& event, Moment now);
  void on(const Intent& intent, Moment now);

  Screen screen() const { return screen_; }
  /// For picture files and tests: "welcome", "ticket", "away" …
  const char* screen_name(Moment now) const;
  const std::string& code() const { return code_; }
  const v1::SurveyOpened& opened() const { return opened_; }
  int question() const { return static_cast<int>(question_); }  ///< From 0.
  /// What was chosen for the question on the screen before going back; 0 = nothing yet.
  std::optional<std::uint32_t> chosen() const;
  std::optional<int> seconds_left(Moment now) const;

 private:
  void digit(char character, Moment now);
  void open(Moment now);
  void rate(std::uint32_t value, Moment now);
  void back();
  void answered(const v1::Answer& answer, Moment now);
  void wipe();

  Screen screen_ = Screen::code;
  std::string code_;
  v1::SurveyOpened opened_;
  std::vector<v1::SurveyItem> items_;
  std::size_t question_ = 0;
  Moment until_{};
};

inline constexpr Moment thanks_time = std::chrono::seconds(10);

}  // namespace feldsher::kiosk
