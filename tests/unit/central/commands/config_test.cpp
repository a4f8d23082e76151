#include "central/commands/config.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "protocol/record/result.hpp"

using namespace feldsher;
using namespace feldsher::central;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

TEST_CASE("the printed default is a configuration, and says what is the default",
          "[central][commands][config]") {
  const Config printed = parse_config(default_config(), "central.toml", "/etc/feldsher");
  const Config empty = parse_config("", "central.toml", "/etc/feldsher");
  CHECK(printed.dir == "/var/lib/feldsher-central");
  CHECK(printed.sync_port == 8443);
  CHECK(printed.api_port == 8444);
  CHECK(printed.dir == empty.dir);
  CHECK(printed.sync_port == empty.sync_port);
  CHECK(printed.api_host == empty.api_host);
}

TEST_CASE("a folder in the configuration is relative to its file", "[central][commands][config]") {
  CHECK(parse_config("dir = \".\"", "central.toml", "/srv/net").dir == "/srv/net/");
  CHECK(parse_config("dir = \"/a\"", "central.toml", "/srv/net").dir == "/a");
}

TEST_CASE("an unknown key is an error with its line", "[central][commands][config]") {
  CHECK_THROWS_MATCHES(parse_config("api_port = 1\n\nsync_prot = 2\n", "central.toml", "."), Fault,
                       MessageMatches(ContainsSubstring("central.toml:3: unknown key 'sync_prot'")));
}

TEST_CASE("a value of another kind is an error with its line", "[central][commands][config]") {
  CHECK_THROWS_MATCHES(parse_config("\napi_port = \"8444\"\n", "central.toml", "."), Fault,
                       MessageMatches(ContainsSubstring("central.toml:2: 'api_port'")));
  CHECK_THROWS_MATCHES(parse_config("api_port = 70000", "central.toml", "."), Fault,
                       MessageMatches(ContainsSubstring(":1:")));
  CHECK_THROWS_MATCHES(parse_config("dir = [", "central.toml", "."), Fault,
                       MessageMatches(ContainsSubstring(":1:")));
  CHECK_THROWS_AS(parse_config("log_level = \"loud\"", "central.toml", "."), Fault);
}
