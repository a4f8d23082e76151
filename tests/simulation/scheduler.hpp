#pragma once
#include <cstdint>
#include <functional>
#include <queue>
#include <vector>

#include "protocol/record/world.hpp"

namespace feldsher::simulation {

/// PCG-XSH-RR 64/32 (O'Neill 2014): the same numbers from the same seed on every platform.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed);
  void fill(void* to, std::size_t octets) override;
  std::uint32_t next();
  /// True once in `n` times on average.
  bool one_in(std::uint64_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_, stream_;
};

/// Virtual time: events in order of (time, order of scheduling). Nothing else happens.
class Scheduler {
 public:
  std::uint64_t now_ms() const { return now_ms_; }
  void at(std::uint64_t time_ms, std::function<void()> event);
  void in(std::uint64_t delay_ms, std::function<void()> event) { at(now_ms_ + delay_ms, std::move(event)); }
  void run_until(std::uint64_t time_ms);
  std::uint64_t events() const { return events_; }

  /// Everything that happened, as one number: two runs of one seed must agree on it.
  void witness(std::uint64_t value) { history_ = (history_ ^ value) * 0x100000001b3ULL; }
  std::uint64_t history() const { return history_; }

 private:
  struct Event {
    std::uint64_t time_ms, order;
    std::function<void()> run;
    bool operator>(const Event& other) const {
      return std::pair(time_ms, order) > std::pair(other.time_ms, other.order);
    }
  };
  std::priority_queue<Event, std::vector<Event>, std::greater<>> queue_;
  std::uint64_t now_ms_ = 0, order_ = 0, events_ = 0, history_ = 0xcbf29ce484222325ULL;
};

}  // namespace feldsher::simulation
