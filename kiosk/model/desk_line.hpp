#pragma once
#include <optional>
#include <string>

#include "kiosk/model/ask_line.hpp"
#include "kiosk/model/events.hpp"

namespace feldsher::kiosk {

/// How the desk seems to this terminal.
enum class Presence {
  starting,  ///< Nothing was heard yet, and it is too early to worry.
  here,
  away,  ///< No connection for 3 s, or no pulse for 15 s.
};

/// How an act in hand is going, as the person in front of the screen feels it.
enum class Patience {
  idle,    ///< Nothing is in hand.
  prompt,  ///< Under 2 s.
  slow,    ///< "One moment, please".
  away,    ///< 6 s or more: "the desk computer is not answering".
};

/// One terminal's line to the desk: asks, presence, the catalogue and the point's clock.
class DeskLine {
 public:
  enum class Wants { catalogue, nothing };

  DeskLine(MakeId make_id, Wants wants) : asks_(std::move(make_id)), wants_(wants) {}

  void on(const Connection& connection, Moment now);
  void on(const v1::Pulse& pulse, Moment now);
  void on(Tick, Moment now);
  /// The ask that `answer` is for. Catalogue answers are taken here and not handed on.
  std::optional<v1::Ask> on(const v1::Answer& answer, Moment now);

  Octets send(v1::Ask ask, Moment now) { return asks_.send(std::move(ask), now); }
  void forget(const Octets& id) { asks_.forget(id); }
  std::vector<v1::Ask> take_outgoing() { return asks_.take_outgoing(); }

  Presence presence(Moment now) const;
  /// The desk is here and said what it has: a patient can be served.
  bool ready(Moment now) const { return presence(now) == Presence::here && catalogue_.has_value(); }
  /// How the ask `id` is going; `idle` for the empty id and for one that is answered.
  Patience patience(const Octets& id, Moment now) const;
  const std::optional<v1::Catalogue>& catalogue() const { return catalogue_; }
  const std::optional<v1::Pulse>& pulse() const { return pulse_; }
  /// The point's clock; nothing while it is unset or unknown.
  std::optional<std::int64_t> wall_ms(Moment now) const;
  /// Grows with each pulse that names another boot, version or state of the line: what is shown may be old.
  std::uint64_t changes() const { return changes_; }
  bool clock_unset() const { return pulse_ && pulse_->clock_unset(); }

 private:
  void ask_catalogue(Moment now);

  AskLine asks_;
  Wants wants_;
  bool up_ = false;
  Moment down_since_{}, pulse_at_{};  ///< `pulse_at_`: of the last pulse, or of the connection.
  Moment wall_at_{};                  ///< Of the last pulse: the clock is read from there.
  std::optional<v1::Pulse> pulse_;
  std::optional<v1::Catalogue> catalogue_;
  Moment catalogue_at_{};
  bool catalogue_old_ = true;
  Octets catalogue_ask_;
  std::uint64_t changes_ = 0;
};

}  // namespace feldsher::kiosk
