#include "protocol/bus/topics.hpp"

#include <catch2/catch_test_macros.hpp>
#include <stdexcept>

using namespace feldsher::bus;

TEST_CASE("a name with a wildcard or a level is not a topic name", "[protocol][bus][X5]") {
  CHECK(is_topic_name("check-in-1"));
  CHECK(is_topic_name(std::string(64, 'a')));
  for (const auto* bad : {"", "+", "#", "a/b", "a+", "дверь", "a b", "a_b", "$SYS"}) {
    INFO(bad);
    CHECK_FALSE(is_topic_name(bad));
  }
  CHECK_FALSE(is_topic_name(std::string(65, 'a')));
}

TEST_CASE("a topic is made only of a name that widens no ACL pattern", "[protocol][bus][X5]") {
  CHECK(ask_topic("board") == "ops/board/ask");
  CHECK(answer_topic("board") == "ops/board/answer");
  CHECK(readings_topic("d-1") == "things/d-1/readings");
  CHECK(receipt_topic("d-1") == "things/d-1/receipt");
  CHECK_THROWS_AS(ask_topic("#"), std::logic_error);
  CHECK_THROWS_AS(receipt_topic("a/b"), std::logic_error);
}

TEST_CASE("the topic says who asks, and nothing else does", "[protocol][bus][X2][X5]") {
  CHECK(terminal_of_ask("ops/room-12/ask") == "room-12");
  CHECK(device_of_readings("things/0190c0de/readings") == "0190c0de");
  for (const auto* other : {"ops//ask", "ops/ask", "ops/a/b/ask", "ops/a/answer", "things/a/ask",
                            "xops/a/ask", "ops/+/ask", "ops/a/ask/", ""}) {
    INFO(other);
    CHECK_FALSE(terminal_of_ask(other).has_value());
  }
  CHECK_FALSE(device_of_readings("things/readings").has_value());
  CHECK_FALSE(device_of_readings("things/#/readings").has_value());
}
