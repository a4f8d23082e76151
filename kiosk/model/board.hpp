#pragma once
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "kiosk/model/desk_line.hpp"
#include "kiosk/model/intents.hpp"

namespace feldsher::kiosk {

/// The public board: who is called where. Labels and rooms, never names.
///
/// Each (ticket, call) is announced once: large, for 8 s, one after another. What the first snapshot
/// holds was announced before this board started. A silent desk stops announcements: a retained
/// snapshot may be hours old.
class Board {
 public:
  struct Announcement {
    std::string label, room_label;
  };

  Board(Settings settings, MakeId make_id);

  void on(const Event& event, Moment now);
  void on(const Intent&, Moment) {}
  std::vector<v1::Ask> take_outgoing() { return {}; }

  const char* screen_name(Moment now) const {
    return announcing_ ? "announcing" : silent(now) ? "silent" : "calls";
  }
  /// Nobody touches a board: it speaks each of its languages in turn, and changes none amid an announcement.
  const std::string& language() const { return language_; }
  const Settings& settings() const { return settings_; }
  const DeskLine& desk() const { return desk_; }
  const v1::BoardSnapshot& snapshot() const { return snapshot_; }
  /// The one on the screen now.
  const std::optional<Announcement>& announcing() const { return announcing_; }
  /// How many were announced since the start.
  std::uint64_t announced() const { return announced_; }
  /// Nothing was heard from the desk for 15 s: what is shown may be old.
  bool silent(Moment now) const { return desk_.presence(now) == Presence::away; }

 private:
  void take(const v1::BoardSnapshot& snapshot);
  void turn_language(Moment now);

  Settings settings_;
  DeskLine desk_;
  v1::BoardSnapshot snapshot_;
  bool seen_any_ = false;
  std::map<std::string, std::uint32_t> last_call_;  ///< Of each label on the board.
  std::deque<Announcement> queue_;
  std::optional<Announcement> announcing_;
  Moment until_{};
  std::uint64_t announced_ = 0;
  std::string language_;
  std::optional<Moment> language_since_;
};

inline constexpr Moment announcement_time = std::chrono::seconds(8);
inline constexpr Moment language_time = std::chrono::seconds(20);  ///< A board is read to its end in less.

}  // namespace feldsher::kiosk
