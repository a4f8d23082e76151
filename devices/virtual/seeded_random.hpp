#pragma once
#include <cstring>

#include "protocol/record/world.hpp"

namespace feldsher::virtual_world {

/// Random octets that are the same for the same seed (splitmix64). Never for keys.
class SeededRandom : public Random {
 public:
  explicit SeededRandom(std::uint64_t seed) : state_(seed) {}
  void fill(void* to, std::size_t octets) override {
    auto* out = static_cast<unsigned char*>(to);
    for (std::size_t i = 0; i < octets; i += 8) {
      const auto next = draw();
      std::memcpy(out + i, &next, octets - i < 8 ? octets - i : 8);
    }
  }

 private:
  std::uint64_t draw() {
    auto z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }
  std::uint64_t state_;
};

}  // namespace feldsher::virtual_world
