#pragma once
#include <optional>

#include "kiosk/model/desk_line.hpp"
#include "kiosk/model/staff_door.hpp"

namespace feldsher::kiosk {

/// How long an act can be taken back (the desk decides; this only hides the button).
inline constexpr Moment undo_time = std::chrono::seconds(30);

/// The acts of a signed-in person: one in hand at a time, the last one can be taken back.
class StaffActs {
 public:
  /// Sends `ask` for the door's session. False, and nothing sent, while another act is in hand.
  bool act(v1::Ask ask, const StaffDoor& door, DeskLine& desk, Moment now);
  /// Takes back the last act.
  void undo(const StaffDoor& door, DeskLine& desk, Moment now);
  /// True when the answer was to the act in hand. Sets the notice.
  bool on(const v1::Ask& ask, const v1::Answer& answer, Moment now);
  void tick(Moment now);
  void clear(DeskLine& desk);

  const Octets& in_hand() const { return in_hand_; }
  bool busy() const { return !in_hand_.empty(); }
  bool may_undo() const { return undo_.has_value() && !busy(); }
  const std::optional<Notice>& notice() const { return notice_; }

 private:
  struct LastAct {
    Octets ask;
    Moment until{};
  };
  Octets in_hand_;
  std::optional<LastAct> undo_;
  std::optional<Notice> notice_;
};

}  // namespace feldsher::kiosk
