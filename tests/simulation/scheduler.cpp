#include "tests/simulation/scheduler.hpp"

#include <bit>
#include <cstring>

namespace feldsher::simulation {

SeededRandom::SeededRandom(std::uint64_t seed) : state_(0), stream_((seed << 1) | 1) {
  next();
  state_ += seed * 0x9E3779B97F4A7C15ULL + 0xD1B54A32D192ED03ULL;
  next();
}

std::uint32_t SeededRandom::next() {
  const std::uint64_t before = state_;
  state_ = before * 6364136223846793005ULL + stream_;
  const auto shifted = static_cast<std::uint32_t>(((before >> 18) ^ before) >> 27);
  return std::rotr(shifted, static_cast<int>(before >> 59));
}

void SeededRandom::fill(void* to, std::size_t octets) {
  auto* out = static_cast<unsigned char*>(to);
  for (; octets > 0; --octets) *out++ = static_cast<unsigned char>(next());
}

void Scheduler::at(std::uint64_t time_ms, std::function<void()> event) {
  queue_.push({std::max(time_ms, now_ms_), order_++, std::move(event)});
}

void Scheduler::run_until(std::uint64_t time_ms) {
  while (!queue_.empty() && queue_.top().time_ms <= time_ms) {
    Event event = std::move(const_cast<Event&>(queue_.top()));
    queue_.pop();
    now_ms_ = event.time_ms;
    ++events_;
    event.run();
  }
  now_ms_ = time_ms;
}

}  // namespace feldsher::simulation
