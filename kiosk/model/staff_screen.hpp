#pragma once
#include <string>
#include <vector>

#include "kiosk/model/staff_acts.hpp"

namespace feldsher::kiosk {

/// What the screens of staff share: the line to the desk, the door with its PIN, the act in hand, and that
/// what is shown is forgotten when the door shuts.
class StaffScreen {
 public:
  virtual ~StaffScreen() = default;

  std::vector<v1::Ask> take_outgoing() { return desk_.take_outgoing(); }
  const std::string& language() const { return language_; }
  const Settings& settings() const { return settings_; }
  const DeskLine& desk() const { return desk_; }
  const StaffDoor& door() const { return door_; }
  const StaffActs& acts() const { return acts_; }
  Patience patience(Moment now) const { return desk_.patience(acts_.in_hand(), now); }

 protected:
  StaffScreen(Settings settings, MakeId make_id, v1::Role role);

  /// What stands before the open door, for pictures and tests; null when it is open.
  const char* door_name() const;
  /// Takes what line and door want to know of an event.
  void hear(const Event& event, Moment now);
  /// True when the intent was the door's, or chose a language.
  bool took(const Intent& intent, Moment now);
  /// What `answer` was to, and whether that was the act in hand; nothing when it is not this person's.
  struct Reply {
    v1::Ask ask;
    bool was_act = false;
  };
  std::optional<Reply> reply_to(const v1::Answer& answer, Moment now);

  /// An ask of the person who is signed in.
  v1::Ask own_ask() const;
  void act(v1::Ask ask, Moment now) { acts_.act(std::move(ask), door_, desk_, now); }
  /// What is shown is to be asked again: the desk has news, or a minute has passed (waiting times move
  /// without a change of version).
  bool is_stale(Moment now) const;
  void now_fresh(Moment now);
  /// The door has shut.
  virtual void forget_work();

  Settings settings_;
  DeskLine desk_;
  StaffDoor door_;
  StaffActs acts_;

 private:
  std::string language_;
  std::uint64_t seen_changes_ = 0;
  Moment view_at_{};
};

}  // namespace feldsher::kiosk
