#pragma once
#include <string>

#include "kiosk/model/staff_screen.hpp"

namespace feldsher::kiosk {

/// The screen of one room: the ticket in hand, those who wait, and six acts.
class RoomDesk : public StaffScreen {
 public:
  RoomDesk(Settings settings, MakeId make_id);

  void on(const Event& event, Moment now);
  void on(const Intent& intent, Moment now);

  /// For picture files and tests: "welcome", "ticket", "away" …
  const char* screen_name(Moment now) const;
  const std::optional<v1::RoomView>& view() const { return view_; }
  bool transferring() const { return transferring_; }
  /// The label of the ticket that was on this screen and went without an act of its own: taken back at
  /// reception, marked absent, finished at another screen. Empty when none did, or something was done since.
  const std::string& ended_elsewhere() const { return ended_elsewhere_; }
  /// The label on this room's door; empty until known.
  std::string room_label() const;

 private:
  void refresh(Moment now);
  void act_on_current(void (*fill)(v1::Ask&, const Octets& ticket), Moment now);
  void answered(const v1::Answer& answer, Moment now);
  void see(const v1::RoomView& view);
  void forget_work() override;

  std::optional<v1::RoomView> view_;
  Octets view_ask_;
  bool transferring_ = false;
  bool acted_ = false;  // An act was granted: the next view shows what came of it.
  std::string ended_elsewhere_;
};

}  // namespace feldsher::kiosk
