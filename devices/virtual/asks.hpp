#pragma once
#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "protocol/contracts/bus.pb.h"
#include "protocol/record/world.hpp"

namespace feldsher::virtual_world {

/// Asks that have no answer yet. Each is sent again with the same id, after 2 s and then ever longer, until
/// it is answered: the agent does it once.
class Asks {
 public:
  using Then = std::function<void(const v1::Answer&)>;
  struct Outgoing {
    Octets id;
    std::string terminal;
    Octets octets;
  };

  explicit Asks(Random& random) : random_(random), mark_(random.octets(8)) {}

  void put(const std::string& terminal, v1::Ask ask, Then then) {
    ask.set_id(mark_ + random_.octets(8));
    if (ask.language().empty()) ask.set_language("uk");
    waiting_.emplace(ask.id(), Waiting{terminal, ask.SerializeAsString(), std::move(then), 0, 2000});
  }
  std::vector<Outgoing> due(std::int64_t now_ms) {
    std::vector<Outgoing> out;
    for (auto& [id, ask] : waiting_) {
      if (now_ms < ask.next_ms) continue;
      out.push_back({id, ask.terminal, ask.octets});
      ask.next_ms = now_ms + ask.pause_ms;
      ask.pause_ms = std::min<std::int64_t>(ask.pause_ms * 3 / 2, 10'000);
    }
    return out;
  }
  /// The broker was not there.
  void not_sent(const Octets& id, std::int64_t now_ms) {
    if (const auto found = waiting_.find(id); found != waiting_.end()) {
      found->second.next_ms = now_ms + 250;
      found->second.pause_ms = 2000;
    }
  }
  /// False when nobody waits for it (any more).
  bool answered(const v1::Answer& answer) {
    const auto found = waiting_.find(answer.ask());
    if (found == waiting_.end()) return false;
    const auto then = std::move(found->second.then);
    waiting_.erase(found);
    then(answer);
    return true;
  }
  /// Whether it is to an ask of ours, also one that was answered before: others use our terminals, too.
  bool ours(const v1::Answer& answer) const { return answer.ask().starts_with(mark_); }
  std::size_t size() const { return waiting_.size(); }

 private:
  struct Waiting {
    std::string terminal;
    Octets octets;
    Then then;
    std::int64_t next_ms, pause_ms;
  };
  Random& random_;
  const Octets mark_;  // All our ids begin with it.
  std::map<Octets, Waiting> waiting_;
};

}  // namespace feldsher::virtual_world
