#include "edge-agent/desk/sessions.hpp"

#include <algorithm>

namespace feldsher::edge {

SessionId Sessions::open(PractitionerId person, const std::string& terminal, std::uint64_t now_ms,
                         Random& random) {
  std::erase_if(sessions_, [&](const auto& entry) { return entry.second.terminal == terminal; });
  SessionId id{*Uuid::from_octets(random.octets(16))};
  sessions_[id] = {person, terminal, now_ms};
  return id;
}

std::optional<PractitionerId> Sessions::person(const SessionId& session, const std::string& terminal,
                                               std::uint64_t now_ms) {
  auto at = sessions_.find(session);
  if (at == sessions_.end() || at->second.terminal != terminal) return std::nullopt;
  if (now_ms - at->second.used_ms >= idle_ms) {
    sessions_.erase(at);
    return std::nullopt;
  }
  return at->second.person;
}

void Sessions::acted(const SessionId& session, std::uint64_t now_ms) {
  if (auto at = sessions_.find(session); at != sessions_.end()) at->second.used_ms = now_ms;
}

std::uint32_t Tries::closed_for_s(const std::string& door, std::uint64_t now_ms) const {
  auto at = doors_.find(door);
  if (at == doors_.end()) return 0;
  const Door& closed = at->second;
  const std::uint64_t since = now_ms - closed.closed_at_ms;
  return since >= closed.closed_ms ? 0 : static_cast<std::uint32_t>((closed.closed_ms - since + 999) / 1000);
}

void Tries::failed(const std::string& door, const Patience& patience, std::uint64_t now_ms) {
  Door& at = doors_[door];
  if (++at.failures < (at.closed_ms == 0 ? patience.first : patience.again)) return;
  at = {0, at.closed_ms == 0 ? shortest_ms : std::min(2 * at.closed_ms, longest_ms), now_ms};
}

}  // namespace feldsher::edge
