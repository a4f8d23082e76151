#pragma once
#include "kiosk/model/patient_screen.hpp"

namespace feldsher::kiosk {

/// The patient's own check-in: welcome, then pass | phone and birth date | service, then the ticket.
///
/// Pure. Everything typed or told is gone when the screen goes back to `welcome`.
class CheckIn : public PatientScreen {
 public:
  enum class Screen { welcome, services, phone, birth_date, waiting, ticket, refused };

  CheckIn(Settings settings, MakeId make_id);

  void on(const Event& event, Moment now);
  void on(const Intent& intent, Moment now);

  Screen screen() const { return screen_; }
  /// For picture files and tests: "welcome", "ticket", "away" …
  const char* screen_name(Moment now) const;
  const std::string& phone() const { return phone_; }
  const std::string& birth_digits() const { return birth_; }  ///< "09031956", as typed so far.
  bool phone_complete() const;
  /// Eight digits that name no day, or one that nobody alive was born on.
  bool birth_date_wrong() const;
  std::string birth_date_iso() const;  ///< "1956-03-09"; empty unless complete and right.
  const v1::CheckedIn& ticket() const { return ticket_; }
  /// Seconds until the wipe: under the ticket always, elsewhere only in the countdown.
  std::optional<int> seconds_left(Moment now) const;

 private:
  void scanned(const std::string& text, Moment now);
  void answered(const v1::Answer& answer, Moment now);
  void digit(char character);
  void forward(Moment now);
  void back(Moment now);
  void submit(v1::Ask ask, Moment now);
  void show(Screen screen) { screen_ = screen; }
  void wipe();

  Screen screen_ = Screen::welcome;
  Screen asked_from_ = Screen::welcome;
  std::string phone_, birth_;
  v1::CheckedIn ticket_;
  Moment ticket_until_{};
};

/// How long a ticket stays on the screen.
inline constexpr Moment ticket_time = std::chrono::seconds(20);

}  // namespace feldsher::kiosk
