#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>

#include "protocol/record/ids.hpp"
#include "protocol/record/world.hpp"

namespace feldsher::edge {

/// Who is signed in at which terminal. In memory only: a restart signs everybody out.
class Sessions {
 public:
  /// A screen locks after this long without an act of its person (X3).
  static constexpr std::uint64_t idle_ms = 15 * 60 * 1000;

  SessionId open(PractitionerId person, const std::string& terminal, std::uint64_t now_ms, Random& random);
  void close(const SessionId& session) { sessions_.erase(session); }
  /// Who the session is at that terminal; nothing when it is another's, unknown, or idle for too long.
  std::optional<PractitionerId> person(const SessionId& session, const std::string& terminal,
                                       std::uint64_t now_ms);
  /// The person did something: the time until the screen locks begins anew.
  void acted(const SessionId& session, std::uint64_t now_ms);

 private:
  struct Session {
    PractitionerId person;
    std::string terminal;
    std::uint64_t used_ms;
  };
  std::map<SessionId, Session> sessions_;
};

/// How many wrong tries a door takes before it closes: the first time, and each time after that.
struct Patience {
  int first = 5;
  int again = 5;
};

/// A person's PIN: one guess a closing after the first five. Ten thousand PINs then take longer than a year.
inline constexpr Patience for_a_pin{5, 1};
/// All PINs that are typed at one terminal, whoever's: three people may each have a bad morning.
inline constexpr Patience for_pins_at_a_terminal{15, 1};
/// What patients type at a terminal (phone and birth date, a pass, a survey code), each a door of its own.
inline constexpr Patience for_patients{5, 5};

/// Counts wrong tries at a door and closes it: for a minute, then for two, four … up to an hour.
///
/// Wrong tries do not age: only a right one at that door makes it new, or a restart of the agent. Timed on
/// the monotonic clock.
class Tries {
 public:
  static constexpr std::uint64_t shortest_ms = 60 * 1000;
  static constexpr std::uint64_t longest_ms = 60 * 60 * 1000;

  /// Seconds until the door opens again; 0 = it is open.
  std::uint32_t closed_for_s(const std::string& door, std::uint64_t now_ms) const;
  void failed(const std::string& door, const Patience& patience, std::uint64_t now_ms);
  void succeeded(const std::string& door) { doors_.erase(door); }

 private:
  struct Door {
    int failures = 0;  // Since it last closed.
    std::uint64_t closed_ms = 0, closed_at_ms = 0;
  };
  std::map<std::string, Door> doors_;
};

}  // namespace feldsher::edge
