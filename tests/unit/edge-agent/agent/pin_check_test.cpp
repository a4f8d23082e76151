#include "edge-agent/agent/pin_check.hpp"

#include <argon2.h>

#include <array>
#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>
#include <vector>

namespace feldsher::edge {
namespace {

std::string verifier_of(const std::string& pin) {
  std::array<char, 128> encoded{};
  REQUIRE(argon2id_hash_encoded(1, 64, 1, pin.data(), pin.size(), "0123456789abcdef", 16, 32, encoded.data(),
                                encoded.size()) == ARGON2_OK);
  return encoded.data();
}

TEST_CASE("a PIN is right or not; a verifier that is none fits nothing", "[edge-agent][X2]") {
  const std::string verifier = verifier_of("4711");
  CHECK(pin_is_right(verifier, "4711"));
  CHECK_FALSE(pin_is_right(verifier, "4712"));
  CHECK_FALSE(pin_is_right(verifier, ""));
  CHECK_FALSE(pin_is_right("", "4711"));
  CHECK_FALSE(pin_is_right("$argon2id$v=19$m=64,t=1", "4711"));
}

TEST_CASE("PINs are checked elsewhere and answered on the loop, in order", "[edge-agent][X2]") {
  boost::asio::io_context loop;
  auto work = boost::asio::make_work_guard(loop);
  PinCheck pins(loop.get_executor());
  std::vector<bool> answers;
  const std::string verifier = verifier_of("4711");
  for (std::size_t i = 0; i < PinCheck::most_waiting; ++i) {
    CHECK_FALSE(pins.is_full());
    pins.check(verifier, i % 2 ? "4711" : "1111", [&](bool right) {
      answers.push_back(right);
      if (answers.size() == PinCheck::most_waiting) work.reset();
    });
  }
  CHECK(pins.is_full());
  CHECK(answers.empty());  // Nothing is answered before the loop runs.
  loop.run();
  REQUIRE(answers.size() == PinCheck::most_waiting);
  for (std::size_t i = 0; i < answers.size(); ++i) CHECK(answers[i] == (i % 2 == 1));
  CHECK_FALSE(pins.is_full());
}

}  // namespace
}  // namespace feldsher::edge
