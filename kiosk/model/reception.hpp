#pragma once
#include <string>
#include <variant>

#include "kiosk/model/staff_screen.hpp"

namespace feldsher::kiosk {

/// Reception, thin: today's list, walk-in, priority with a reason, mark present, undo, the clock.
///
/// While the point does not know the date, whoever signs in is asked for it, once.
class ReceptionDesk : public StaffScreen {
 public:
  /// Over the list, at most one.
  enum class Dialog { none, line, priorities, walk_in, slip, clock };

  static constexpr std::size_t lines_a_page = 9;

  ReceptionDesk(Settings settings, MakeId make_id);

  void on(const Event& event, Moment now);
  void on(const Intent& intent, Moment now);

  /// For picture files and tests: "welcome", "ticket", "away" …
  const char* screen_name(Moment now) const;
  const std::optional<v1::ReceptionView>& view() const { return view_; }
  const std::optional<v1::PointView>& point() const { return point_; }
  Dialog dialog() const { return dialog_; }
  std::size_t page() const { return page_; }
  std::size_t pages() const;
  /// The line that the dialogs `line` and `priorities` are about. It follows the list as it moves.
  const v1::ReceptionLine* line() const;
  /// What a ticket of that line has when nobody says that it goes first: an appointment's keeps its own.
  static v1::Priority usual_priority(const v1::ReceptionLine& line) {
    return line.appointment().empty() ? v1::PRIORITY_ORDINARY : v1::PRIORITY_APPOINTMENT;
  }
  /// The priority that a walk-in will get.
  v1::Priority walk_in_priority() const { return walk_in_priority_; }
  const v1::CheckedIn& slip() const { return slip_; }         ///< Of the dialog `slip`.
  const std::string& clock_digits() const { return clock_; }  ///< "221120261043": day … minute.
  bool clock_complete() const { return clock_ms().has_value(); }

 private:
  std::optional<std::int64_t> clock_ms() const;
  void refresh(Moment now);
  void answered(const v1::Answer& answer, Moment now);
  void close_dialog();
  void forget_work() override;
  void digit(char character);
  void set_clock(Moment now);
  void open_clock();

  std::optional<v1::ReceptionView> view_;
  std::optional<v1::PointView> point_;
  Octets view_ask_, point_ask_;
  Moment slip_until_{};
  Dialog dialog_ = Dialog::none;
  std::size_t page_ = 0;
  Octets line_appointment_, line_ticket_;
  v1::Priority walk_in_priority_ = v1::PRIORITY_ORDINARY;
  v1::CheckedIn slip_;
  std::string clock_;
  bool clock_asked_ = false;  // Of the person who is signed in.
};

}  // namespace feldsher::kiosk
