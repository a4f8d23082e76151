#include "protocol/sync/outgoing.hpp"

#include <catch2/catch_test_macros.hpp>

namespace feldsher::sync {

TEST_CASE("nothing is sent that is not there, and nothing twice", "[protocol][sync]") {
  Outgoing log;
  CHECK_FALSE(log.has_more());
  log.offer(10);
  CHECK(log.next() == 1);
  log.sent(10, 0);
  CHECK_FALSE(log.has_more());
  log.offer(4);
  CHECK_FALSE(log.has_more());
}

TEST_CASE("an acknowledgement of what is not there, or of the past, is none", "[protocol][sync]") {
  Outgoing log;
  log.offer(10);
  log.sent(5, 0);
  CHECK_FALSE(log.acknowledge(11, 1));
  CHECK(log.acknowledge(5, 1));
  CHECK_FALSE(log.acknowledge(5, 2));
  CHECK_FALSE(log.acknowledge(3, 2));
  CHECK(log.acknowledged() == 5);
}

TEST_CASE("without an acknowledgement sending begins again after the last one, and only then",
          "[protocol][sync]") {
  Outgoing log;
  log.offer(30);
  log.sent(10, 0);
  log.sent(20, 100);
  log.acknowledge(10, 200);
  CHECK_FALSE(log.give_up_waiting(3'199, 3'000));
  CHECK(log.give_up_waiting(3'200, 3'000));
  CHECK(log.next() == 11);
  log.sent(30, 3'300);
  log.acknowledge(30, 3'400);
  CHECK_FALSE(log.give_up_waiting(100'000, 3'000));
}

TEST_CASE("only so many batches are on their way, and a lost acknowledgement closes nothing for good",
          "[protocol][sync]") {
  Outgoing log(4);
  log.offer(100);
  for (std::uint64_t n = 1; n <= 4; ++n) {
    CHECK(log.window_open());
    log.sent(n * 10, 0);
  }
  CHECK_FALSE(log.window_open());
  log.acknowledge(10, 1);
  CHECK(log.window_open());
  log.sent(50, 1);
  CHECK_FALSE(log.window_open());
  log.acknowledge(50, 2);  // Three in between were lost: this one stands for all.
  for (int i = 0; i < 4; ++i) {
    CHECK(log.window_open());
    log.sent(60 + static_cast<std::uint64_t>(i) * 10, 3);
  }
  CHECK(log.give_up_waiting(1'000'000, 3'000));
  CHECK(log.window_open());
}

TEST_CASE("each fruitless time doubles the patience, sixteenfold at the most, and progress resets it",
          "[protocol][sync]") {
  Outgoing log;
  log.offer(10);
  std::uint64_t now = 0;
  for (const std::uint64_t times : {1, 2, 4, 8, 16, 16, 16}) {
    log.sent(10, now);
    CHECK_FALSE(log.give_up_waiting(now + 1'000 * times - 1, 1'000));
    now += 1'000 * times;
    CHECK(log.give_up_waiting(now, 1'000));
    CHECK(log.next() == 1);
  }
  log.sent(10, now);
  log.acknowledge(5, now + 10);
  CHECK_FALSE(log.give_up_waiting(now + 1'009, 1'000));
  CHECK(log.give_up_waiting(now + 1'010, 1'000));
  CHECK(log.next() == 6);
}

TEST_CASE("how often patience doubles may be said, and progress resets it all the same", "[protocol][sync]") {
  Outgoing log(1, 6);
  log.offer(10);
  std::uint64_t now = 0;
  for (const std::uint64_t times : {1, 2, 4, 8, 16, 32, 64, 64}) {
    log.sent(10, now);
    CHECK_FALSE(log.give_up_waiting(now + 1'000 * times - 1, 1'000));
    now += 1'000 * times;
    CHECK(log.give_up_waiting(now, 1'000));
  }
  log.sent(10, now);
  log.acknowledge(5, now);
  CHECK(log.give_up_waiting(now + 1'000, 1'000));
}

TEST_CASE("an acknowledgement may go beyond what was sent in this run, and sending goes on after it",
          "[protocol][sync]") {
  Outgoing log;
  log.offer(20);
  log.sent(5, 0);
  CHECK(log.acknowledge(20, 1));
  CHECK_FALSE(log.has_more());
  CHECK_FALSE(log.in_flight());
  log.restart(25, 2);  // The other side holds more than we knew to be there.
  CHECK(log.available() == 25);
  CHECK(log.acknowledged() == 25);
  CHECK(log.next() == 26);
  CHECK_FALSE(log.has_more());
}

TEST_CASE("waiting begins when something is on its way, not when it was last quiet", "[protocol][sync]") {
  Outgoing log;
  log.offer(1);
  log.sent(1, 50'000);
  CHECK_FALSE(log.give_up_waiting(50'999, 1'000));
  log.offer(2);
  log.sent(2, 50'500);  // More of it does not begin the waiting again.
  CHECK(log.give_up_waiting(51'000, 1'000));
}

TEST_CASE("an answer to what was asked after the last batch makes it patient no longer than once",
          "[protocol][sync]") {
  Outgoing log;
  log.offer(10);
  std::uint64_t now = 0;
  for (const std::uint64_t times : {1, 2, 4}) {
    log.sent(5, now);
    now += 1'000 * times;
    REQUIRE(log.give_up_waiting(now, 1'000));
  }
  log.sent(5, now);
  log.line_answered(now - 1);
  log.line_answered(now);  // It was asked before the batch, or nobody knows.
  CHECK_FALSE(log.give_up_waiting(now + 7'999, 1'000));
  log.sent(6, now + 500);
  log.line_answered(now + 500);
  CHECK_FALSE(log.give_up_waiting(now + 7'999, 1'000));
  log.line_answered(now + 501);
  CHECK_FALSE(log.give_up_waiting(now + 999, 1'000));
  CHECK(log.give_up_waiting(now + 1'000, 1'000));
  log.sent(5, now + 1'000);
  CHECK(log.give_up_waiting(now + 3'000, 1'000));  // From here it doubles as before.
}

}  // namespace feldsher::sync
