#pragma once
#include <optional>
#include <string>

#include "kiosk/model/desk_line.hpp"
#include "kiosk/model/intents.hpp"

namespace feldsher::kiosk {

/// What a staff screen says after an act, for a few seconds.
struct Notice {
  v1::AskRefusal refusal = v1::ASK_GRANTED;  ///< Granted = "Done".
  Moment until{};
};

/// Who is at a staff screen: pick a name, type a PIN, locked again when idle.
///
/// The session is held here only. After `lock_after_s` without a touch, or a refusal that says the
/// session is gone, the door is shut and remembers whose PIN to ask for.
class StaffDoor {
 public:
  enum class State { choosing, pin, checking, open };

  explicit StaffDoor(v1::Role role) : role_(role) {}

  /// True when the intent was the door's.
  bool on(const Intent& intent, DeskLine& desk, Moment now);
  void typed(char character);
  void submit(DeskLine& desk, Moment now);
  /// True when the answer was to a sign-in or sign-out.
  bool on(const v1::Ask& ask, const v1::Answer& answer, Moment now);
  /// True when the door has just locked itself.
  bool tick(DeskLine& desk, Moment now);
  void touch(Moment now) { touched_ = now; }
  /// The desk no longer knows the session.
  void shut();

  State state() const { return state_; }
  bool open() const { return state_ == State::open; }
  const Octets& session() const { return session_.session(); }
  const v1::SignedIn& who() const { return session_; }
  /// Those of `catalogue` who may work at this kind of screen.
  std::vector<v1::CataloguePerson> people(const std::optional<v1::Catalogue>& catalogue) const;
  const Octets& chosen() const { return person_; }
  std::size_t digits() const { return pin_.size(); }
  bool pin_complete() const { return pin_.size() >= 4; }
  v1::AskRefusal refusal() const { return refusal_; }  ///< Why the last try failed; granted = no reason.
  int retry_seconds(Moment now) const;
  const Octets& ask() const { return ask_; }

 private:
  void lock(DeskLine& desk, Moment now);
  void wipe_pin();

  v1::Role role_;
  State state_ = State::choosing;
  Octets person_, ask_;
  std::string pin_;
  v1::SignedIn session_;
  v1::AskRefusal refusal_ = v1::ASK_GRANTED;
  Moment touched_{}, retry_at_{};
};

}  // namespace feldsher::kiosk
