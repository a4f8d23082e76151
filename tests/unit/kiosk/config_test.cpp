#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "kiosk/shell/config.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::kiosk {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

TEST_CASE("the printed default configuration is itself right", "[kiosk][O6]") {
  const auto config = parse_config(default_config(), "default");
  check(config);
  CHECK(config.role == Role::check_in);
  CHECK(config.idle_s == 45);
  CHECK(config.fullscreen);
  CHECK(parse_config("", "empty").fullscreen);
}

TEST_CASE("an unknown key is an error with its line", "[kiosk][O6]") {
  CHECK_THROWS_MATCHES(parse_config("role = \"board\"\n\nlanguag = \"uk\"\n", "kiosk.toml"), Fault,
                       MessageMatches(ContainsSubstring("kiosk.toml:3") && ContainsSubstring("languag")));
}

TEST_CASE("a wrong value is an error with its line", "[kiosk][O6]") {
  CHECK_THROWS_MATCHES(parse_config("\nrole = \"cinema\"", "k"), Fault,
                       MessageMatches(ContainsSubstring("k:2")));
  CHECK_THROWS_MATCHES(parse_config("idle = 1", "k"), Fault, MessageMatches(ContainsSubstring("idle")));
  CHECK_THROWS_MATCHES(parse_config("size = \"big\"", "k"), Fault,
                       MessageMatches(ContainsSubstring("1080x1920")));
  CHECK_THROWS_MATCHES(parse_config("role =", "k"), Fault, MessageMatches(ContainsSubstring("k:1")));
}

TEST_CASE("keys that do not go together are refused", "[kiosk][O6]") {
  auto config = parse_config("role = \"room\"", "k");
  CHECK_THROWS_AS(check(config), Fault);
  config.room = "0190c0de-0000-7000-8000-000000000001";
  CHECK_NOTHROW(check(config));
  config.terminal = "room/+";
  CHECK_THROWS_AS(check(config), Fault);
  config.terminal = "room-1";
  config.ca_file = "ca.pem";
  CHECK_THROWS_AS(check(config), Fault);
  config.ca_file.clear();
  config.language = "de";
  CHECK_THROWS_AS(check(config), Fault);
}

TEST_CASE("a size is a window's, and not the whole screen's", "[kiosk][O6]") {
  CHECK_THROWS_MATCHES(check(parse_config("size = \"540x960\"\nfullscreen = true", "k")), Fault,
                       MessageMatches(ContainsSubstring("fullscreen = false")));
  CHECK_NOTHROW(check(parse_config("size = \"540x960\"\nfullscreen = false", "k")));
}

TEST_CASE("a configuration of 0.1.0 that names a size has its window still", "[kiosk][O6]") {
  const auto config = parse_config("size = \"540x960\"", "k");
  CHECK_NOTHROW(check(config));
  CHECK_FALSE(config.fullscreen);
}

}  // namespace
}  // namespace feldsher::kiosk
