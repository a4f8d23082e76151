#include "protocol/transport/http_message.hpp"

#include <catch2/catch_test_macros.hpp>
#include <random>

using namespace feldsher;

TEST_CASE("a target is decoded once, path and query apart", "[protocol][transport]") {
  const auto target =
      parse_target("/api/v1/patients/%D0%98%D0%B2%D0%B0%D0%BD?q=a%26b+c&empty=&bare&day=2026-03-02&q=2");
  REQUIRE(target);
  CHECK(target->path == "/api/v1/patients/Иван");
  using Query = std::vector<std::pair<std::string, std::string>>;
  CHECK(target->query ==
        Query{{"q", "a&b c"}, {"empty", ""}, {"bare", ""}, {"day", "2026-03-02"}, {"q", "2"}});
}

TEST_CASE("an escape is not unescaped twice", "[protocol][transport]") {
  CHECK(parse_target("/a%252Fb")->path == "/a%2Fb");
  CHECK(parse_target("/a+b")->path == "/a+b");
}

TEST_CASE("a target that no route should see is refused", "[protocol][transport]") {
  for (const char* target : {"",
                             "*",
                             "a",
                             "http://host/a",
                             "/%",
                             "/%4",
                             "/%zz",
                             "/%00",
                             "/a%0Ab",
                             "/a%2Fb",
                             "/a%2fb",
                             "/a%5Cb",
                             "/a\\b",
                             "/..",
                             "/../etc",
                             "/a/../b",
                             "/a/%2e%2e/b",
                             "/a/./b",
                             "/a/.",
                             "/%C3",
                             "/%C0%AF",
                             "/%ED%A0%80",
                             "/%F5%80%80%80",
                             "/%FF",
                             "/a#b",
                             "/a?b=%",
                             "/a?%00=1",
                             "/a?b=%C3%28"}) {
    CAPTURE(target);
    CHECK_FALSE(parse_target(target));
  }
}

TEST_CASE("no target makes parsing throw", "[protocol][transport]") {
  std::mt19937 random(7);
  constexpr std::string_view letters = "/%?&=+.#aF0\\\xC3\xA9\x01";
  for (int round = 0; round < 50'000; ++round) {
    std::string target = "/";
    for (std::size_t n = random() % 24; n > 0; --n) target += letters[random() % letters.size()];
    CHECK_NOTHROW(parse_target(target));
  }
}

TEST_CASE("parameters and headers are found by name", "[protocol][transport]") {
  const HttpRequest request{.method = "GET",
                            .path = "/",
                            .query = {{"day", "1"}, {"day", "2"}},
                            .headers = {{"authorization", "Bearer x"}},
                            .body = {}};
  CHECK(request.parameter("day") == "1");
  CHECK_FALSE(request.parameter("night"));
  CHECK(request.header("authorization") == "Bearer x");
  CHECK(request.header("cookie").empty());
}

TEST_CASE("a problem is JSON whatever its words", "[protocol][transport]") {
  const auto response = problem(404, "no \"such\" thing", "a\nb\\c");
  CHECK(response.status == 404);
  CHECK(response.content_type == "application/problem+json");
  CHECK(response.body ==
        "{\"status\":404,\"title\":\"no \\\"such\\\" thing\",\"detail\":\"a\\u000ab\\\\c\"}\n");
}
