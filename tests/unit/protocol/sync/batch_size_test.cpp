#include "protocol/sync/batch_size.hpp"

#include <catch2/catch_test_macros.hpp>

using feldsher::sync::BatchSize;

namespace {

void ship(BatchSize& size, std::uint64_t took_ms, int times = 1) {
  for (int i = 0; i < times; ++i) {
    size.sent(1000);
    size.acknowledged(1000 + took_ms);
  }
}

}  // namespace

TEST_CASE("a batch never grows on a line that takes long for a small one", "[protocol][sync][I5]") {
  BatchSize size;
  ship(size, BatchSize::slow_ms * 20, 10);
  CHECK(size.octets() == BatchSize::least);
  ship(size, (BatchSize::quick_ms + BatchSize::slow_ms) / 2, 10);
  CHECK(size.octets() == BatchSize::least);
}

TEST_CASE("a batch grows on a quick line, to an end, and falls when the line slows down",
          "[protocol][sync][I5]") {
  BatchSize size;
  ship(size, BatchSize::quick_ms / 2);
  CHECK(size.octets() > BatchSize::least);
  ship(size, BatchSize::quick_ms / 2, 20);
  CHECK(size.octets() == BatchSize::most);
  ship(size, BatchSize::slow_ms);
  CHECK(size.octets() == BatchSize::least);
}

TEST_CASE("of another line nothing is known", "[protocol][sync][I5]") {
  BatchSize size;
  ship(size, 0, 5);
  size.reset();
  CHECK(size.octets() == BatchSize::least);
}
