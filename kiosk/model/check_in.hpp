#pragma once
#include <optional>
#include <string>

#include "kiosk/model/desk_line.hpp"
#include "kiosk/model/idle_wipe.hpp"
#include "kiosk/model/intents.hpp"
#include "kiosk/model/scan_line.hpp"

namespace feldsher::kiosk {

/// The patient's own check-in: welcome, then pass | phone and birth date | service, then the ticket.
///
/// Pure. Everything typed or told is gone when the screen goes back to `welcome`.
class CheckIn {
 public:
  enum class Screen { welcome, services, phone, birth_date, waiting, ticket, refused };

  CheckIn(Settings settings, MakeId make_id);

  void on(const Event& event, Moment now);
  void on(const Intent& intent, Moment now);
  std::vector<v1::Ask> take_outgoing() { return desk_.take_outgoing(); }

  Screen screen() const { return screen_; }
  /// For picture files and tests: "welcome", "ticket", "away" …
  const char* screen_name(Moment now) const;
  const std::string& language() const { return language_; }
  const Settings& settings() const { return settings_; }
  const DeskLine& desk() const { return desk_; }
  const std::string& phone() const { return phone_; }
  const std::string& birth_digits() const { return birth_; }  ///< "09031956", as typed so far.
  bool phone_complete() const;
  /// Eight digits that name no day, or one that nobody alive was born on.
  bool birth_date_wrong() const;
  std::string birth_date_iso() const;  ///< "1956-03-09"; empty unless complete and right.
  const v1::CheckedIn& ticket() const { return ticket_; }
  v1::AskRefusal refusal() const { return refusal_; }
  /// With too many tries: seconds until another may be made.
  int retry_seconds(Moment now) const;
  Patience patience(Moment now) const { return desk_.patience(ask_, now); }
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

  Settings settings_;
  DeskLine desk_;
  IdleWipe idle_;
  ScanLine scan_;
  Screen screen_ = Screen::welcome;
  Screen asked_from_ = Screen::welcome;
  std::string language_, phone_, birth_;
  Octets ask_;
  v1::CheckedIn ticket_;
  v1::AskRefusal refusal_ = v1::ASK_GRANTED;
  Moment ticket_until_{}, retry_at_{};
};

/// How long a ticket stays on the screen.
inline constexpr Moment ticket_time = std::chrono::seconds(20);

}  // namespace feldsher::kiosk
