#include "protocol/sync/batch_size.hpp"

#include <catch2/catch_test_macros.hpp>

using feldsher::sync::BatchSize;

namespace {

void ship(BatchSize& size, std::uint64_t took_ms, int times = 1) {
  for (int i = 0; i < times; ++i) {
    size.sent(1000, size.octets());
    size.acknowledged(1000 + took_ms);
  }
}

}  // namespace

TEST_CASE("a batch never grows on a line that takes long for a small one", "[protocol][sync]") {
  BatchSize size;
  ship(size, BatchSize::slow_ms * 20, 10);
  CHECK(size.octets() == BatchSize::least);
  ship(size, (BatchSize::quick_ms + BatchSize::slow_ms) / 2, 10);
  CHECK(size.octets() == BatchSize::least);
}

TEST_CASE("a batch grows on a quick line, to an end, and falls when the line slows down",
          "[protocol][sync]") {
  BatchSize size;
  ship(size, BatchSize::quick_ms / 2);
  CHECK(size.octets() > BatchSize::least);
  ship(size, BatchSize::quick_ms / 2, 20);
  CHECK(size.octets() == BatchSize::most);
  ship(size, BatchSize::slow_ms);
  CHECK(size.octets() == BatchSize::least);
}

TEST_CASE("small batches that are quick say nothing of large ones", "[protocol][sync]") {
  BatchSize size;
  auto ship_of = [&](std::size_t octets, std::uint64_t took_ms) {
    size.sent(1000, octets);
    size.acknowledged(1000 + took_ms);
  };
  for (int i = 0; i < 20; ++i) ship_of(400, 1);
  CHECK(size.octets() == BatchSize::least);
  ship_of(BatchSize::least / 2, 1);
  CHECK(size.octets() == 2 * BatchSize::least);
  ship_of(BatchSize::least - 1, 1);
  CHECK(size.octets() == 2 * BatchSize::least);
  ship_of(400, BatchSize::slow_ms);  // That a small one was slow says much.
  CHECK(size.octets() == BatchSize::least);
}

TEST_CASE("of another line nothing is known", "[protocol][sync]") {
  BatchSize size;
  ship(size, 0, 5);
  size.reset();
  CHECK(size.octets() == BatchSize::least);
}
