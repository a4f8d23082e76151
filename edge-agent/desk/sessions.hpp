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

/// Counts wrong tries at a door (a terminal's guesses, a person's PIN) and closes it for a while.
class Tries {
 public:
  static constexpr int allowed = 5;
  static constexpr std::uint64_t within_ms = 60 * 1000;
  static constexpr std::uint64_t closed_ms = 60 * 1000;

  /// Seconds until the door opens again; 0 = it is open.
  std::uint32_t closed_for_s(const std::string& door, std::uint64_t now_ms) const;
  void failed(const std::string& door, std::uint64_t now_ms);
  void succeeded(const std::string& door) { doors_.erase(door); }

 private:
  struct Door {
    int failures = 0;
    std::uint64_t first_ms = 0, closed_at_ms = 0;
  };
  std::map<std::string, Door> doors_;
};

}  // namespace feldsher::edge
