#pragma once
#include <optional>
#include <string>
#include <vector>

#include "kiosk/model/desk_line.hpp"
#include "kiosk/model/idle_wipe.hpp"
#include "kiosk/model/intents.hpp"
#include "kiosk/model/scan_line.hpp"

namespace feldsher::kiosk {

/// What the screens of patients share: the line to the desk, the language of one person, one ask in hand, why
/// it was refused and for how long, and that all of it is wiped.
class PatientScreen {
 public:
  std::vector<v1::Ask> take_outgoing() { return desk_.take_outgoing(); }
  const std::string& language() const { return language_; }
  const Settings& settings() const { return settings_; }
  const DeskLine& desk() const { return desk_; }
  v1::AskRefusal refusal() const { return refusal_; }
  /// With too many tries: seconds until another may be made.
  int retry_seconds(Moment now) const;
  Patience patience(Moment now) const { return desk_.patience(ask_, now); }

 protected:
  PatientScreen(Settings settings, MakeId make_id);
  ~PatientScreen() = default;

  /// Why nobody can begin, for pictures and tests; null when somebody can.
  const char* absence_name(Moment now) const;
  /// Takes what line and countdown want to know of an event.
  void hear(const Event& event, Moment now);
  void choose_language(const intent::ChooseLanguage& chosen);
  void send(v1::Ask ask, Moment now);
  /// Nobody waits for the answer any more.
  void let_go();
  /// What `answer` was to, when it is the one that is waited for.
  std::optional<v1::Ask> reply_to(const v1::Answer& answer, Moment now);
  void refused(v1::AskRefusal refusal, std::uint32_t retry_after_s, Moment now);
  /// Seconds left of the countdown; nothing on a screen that nobody has touched.
  std::optional<int> countdown(bool untouched, Moment now) const;
  /// Back to the language of the house.
  void wipe();

  Settings settings_;
  DeskLine desk_;
  IdleWipe idle_;
  ScanLine scan_;
  std::string language_;

 private:
  Octets ask_;
  v1::AskRefusal refusal_ = v1::ASK_GRANTED;
  Moment retry_at_{};
};

}  // namespace feldsher::kiosk
