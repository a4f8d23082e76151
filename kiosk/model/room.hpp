#pragma once
#include <string>

#include "kiosk/model/staff_acts.hpp"

namespace feldsher::kiosk {

/// The screen of one room: the ticket in hand, those who wait, and six acts.
class RoomDesk {
 public:
  RoomDesk(Settings settings, MakeId make_id);

  void on(const Event& event, Moment now);
  void on(const Intent& intent, Moment now);
  std::vector<v1::Ask> take_outgoing() { return desk_.take_outgoing(); }

  /// For picture files and tests: "welcome", "ticket", "away" …
  const char* screen_name(Moment now) const;
  const std::string& language() const { return language_; }
  const Settings& settings() const { return settings_; }
  const DeskLine& desk() const { return desk_; }
  const StaffDoor& door() const { return door_; }
  const StaffActs& acts() const { return acts_; }
  const std::optional<v1::RoomView>& view() const { return view_; }
  bool transferring() const { return transferring_; }
  /// The label on this room's door; empty until known.
  std::string room_label() const;
  Patience patience(Moment now) const { return desk_.patience(acts_.in_hand(), now); }

 private:
  void refresh(Moment now);
  void act_on_current(void (*fill)(v1::Ask&, const Octets& ticket), Moment now);
  void answered(const v1::Answer& answer, Moment now);
  void forget_work();

  Settings settings_;
  DeskLine desk_;
  StaffDoor door_{v1::DOCTOR};
  StaffActs acts_;
  std::string language_;
  std::optional<v1::RoomView> view_;
  Octets view_ask_;
  std::uint64_t seen_changes_ = 0;
  Moment view_at_{};
  bool transferring_ = false;
};

}  // namespace feldsher::kiosk
