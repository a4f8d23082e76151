#include "protocol/sync/part_size.hpp"

#include <catch2/catch_test_macros.hpp>

using feldsher::sync::PartSize;

namespace {

void ship(PartSize& size, std::size_t octets, std::uint64_t took_ms, int times = 1) {
  for (int i = 0; i < times; ++i) {
    size.sent(1000, octets);
    size.arrived(1000 + took_ms);
  }
}
/// The smallest parts, after lines that broke off.
PartSize smallest() {
  PartSize size;
  for (int i = 0; i < 10; ++i) size.broke_off();
  return size;
}

}  // namespace

TEST_CASE("parts are halved by lines that break off, to an end, and whole again when the node is back",
          "[protocol][sync]") {
  PartSize size;
  CHECK(size.octets() == PartSize::most);
  size.broke_off();
  CHECK(size.octets() == PartSize::most / 2);
  size = smallest();
  CHECK(size.octets() == PartSize::least);
  size.reset();
  CHECK(size.octets() == PartSize::most);
}

TEST_CASE("parts double after a row that was quick, to an end, and a line that breaks off ends the row",
          "[protocol][sync]") {
  PartSize size = smallest();
  ship(size, PartSize::least, 10, PartSize::row - 1);
  size.broke_off();
  ship(size, PartSize::least, 10, PartSize::row - 1);
  CHECK(size.octets() == PartSize::least);
  ship(size, PartSize::least, 10);
  CHECK(size.octets() == 2 * PartSize::least);
  for (int i = 0; i < 100; ++i) ship(size, size.octets(), 10);
  CHECK(size.octets() == PartSize::most);
}

TEST_CASE("parts do not double where one took long, nor after small ones", "[protocol][sync]") {
  PartSize size = smallest();
  ship(size, PartSize::least, PartSize::quick_ms, 3 * PartSize::row);
  CHECK(size.octets() == PartSize::least);
  ship(size, PartSize::least, 10, PartSize::row - 1);
  ship(size, 100, PartSize::quick_ms);  // That a small one was slow says much, …
  ship(size, PartSize::least, 10, PartSize::row - 1);
  ship(size, 100, 10, PartSize::row);  // … and that it was quick nothing.
  CHECK(size.octets() == PartSize::least);
  ship(size, PartSize::least, 10);
  CHECK(size.octets() == 2 * PartSize::least);
}
