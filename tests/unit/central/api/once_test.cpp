#include "central/api/once.hpp"

#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include "tests/unit/central/api/api_world.hpp"

using namespace feldsher;
using namespace feldsher::test;
using central::OnceAnswers;
using central::OnceKey;

namespace {

constexpr const char* path = "/api/v1/appointments";

std::string wanted(const std::string& from) {
  return boost::json::serialize(boost::json::object{
      {"patient", petr_id}, {"shift", shift_id}, {"service", service_id}, {"from", from}, {"minutes", 12}});
}

OnceKey key(int n, const std::string& body = "x") {
  const HttpRequest request{.method = "POST", .path = path, .query = {}, .headers = {}, .body = body};
  return *OnceKey::from("\"" + std::to_string(n) + "\"", Uuid{}, request);
}

central::Answer answer(int n) { return {.status = 201, .body = boost::json::object{{"n", n}}}; }

}  // namespace

TEST_CASE("a booking that is sent again with its key is made once and answered alike", "[central][api][I5]") {
  ApiWorld world;
  const auto first = world.ask("POST", path, wanted("2030-05-14T09:30"), world.system_token, "\"k-1\"");
  REQUIRE(first.status == 201);
  const std::uint64_t written = world.intake;
  world.core.clock.at.wall_ms += 3 * 3'600'000;  // The time of the appointment is over by now.
  const auto again = world.ask("POST", path, wanted("2030-05-14T09:30"), world.system_token, "\"k-1\"");
  CHECK(again.status == 201);
  CHECK(again.body == first.body);
  CHECK(world.intake == written);
  CHECK(world.ask("POST", path, wanted("2030-05-14T09:30"), world.system_token, "k-1").body == first.body);
}

TEST_CASE("a key that comes with another request is refused, and somebody else's key is another key",
          "[central][api][I5]") {
  ApiWorld world;
  REQUIRE(world.ask("POST", path, wanted("2030-05-14T09:30"), world.system_token, "\"k\"").status == 201);
  const auto other = world.ask("POST", path, wanted("2030-05-14T09:42"), world.system_token, "\"k\"");
  CHECK(other.status == 422);
  CHECK(other.response.content_type == "application/problem+json");
  const std::string cancel = std::string(path) + "/" + appointment_id + "/cancel";
  CHECK(world.ask("POST", cancel, wanted("2030-05-14T09:30"), world.system_token, "\"k\"").status == 422);
  CHECK(world.ask("POST", path, wanted("2030-05-14T09:42"), world.person_token, "\"k\"").status == 201);
}

TEST_CASE("a refusal is not kept: the same key may be tried again", "[central][api][I5]") {
  ApiWorld world;
  const std::string cancel = std::string(path) + "/" + appointment_id + "/cancel";
  CHECK(world.ask("POST", path, wanted("2030-05-14T09:13"), world.system_token, "\"k\"").status == 409);
  REQUIRE(world.post(cancel, "").status == 200);
  CHECK(world.ask("POST", path, wanted("2030-05-14T09:13"), world.system_token, "\"k\"").status == 201);
}

TEST_CASE("what makes something else is done once too", "[central][api][I5]") {
  ApiWorld world;
  const std::string shift = std::string("/api/v1/shifts/") + shift_id;
  const std::string hour = R"({"from":"2030-05-14T11:00","until":"2030-05-14T11:30"})";
  for (const auto& [target, body, status] :
       {std::tuple{shift + "/lease", hour, 201}, std::tuple{shift + "/recall", hour, 202},
        std::tuple{shift + "/break-lease", std::string(), 200},
        std::tuple{std::string(path) + "/" + appointment_id + "/cancel", std::string(), 200}}) {
    const auto first = world.ask("POST", target, body, world.system_token, "\"" + target + "\"");
    CHECK(first.status == status);
    const std::uint64_t written = world.intake;
    const auto again = world.ask("POST", target, body, world.system_token, "\"" + target + "\"");
    CHECK(again.status == status);
    CHECK(again.body == first.body);
    CHECK(world.intake == written);
  }
}

TEST_CASE("a key that is none is an error", "[central][api][I5]") {
  ApiWorld world;
  for (const std::string& bad : {std::string("\"\""), std::string("a b"), std::string("ключ"),
                                 std::string(129, 'k'), std::string("\"a\\\"b\"")})
    CHECK(world.ask("POST", path, wanted("2030-05-14T09:30"), world.system_token, bad).status == 400);
}

TEST_CASE("an answer that was durable is known after a restart", "[central][api][I5]") {
  ApiWorld world;
  REQUIRE(world.ask("POST", path, wanted("2030-05-14T09:30"), world.system_token, "\"k\"").status == 201);
  const auto kept = world.core.store.values(OnceAnswers::value_prefix);
  REQUIRE(kept.size() == 1);
  const OnceAnswers restarted(kept);
  const HttpRequest request{
      .method = "POST", .path = path, .query = {}, .headers = {}, .body = wanted("2030-05-14T09:30")};
  const Uuid asker = world.tokens.find(world.system_token)->id;
  const auto before = restarted.before(*OnceKey::from("\"k\"", asker, request), world.core.clock.at.wall_ms);
  REQUIRE(before.has_value());
  REQUIRE(before->has_value());
  CHECK((*before)->status == 201);
  CHECK((*before)->body.at("status").as_string() == "booked");
}

TEST_CASE("an answer is not given before it is durable, nor after its lifetime", "[central][api][I5]") {
  OnceAnswers answers({});
  answers.keep(key(1), answer(1), 1000);
  CHECK(answers.before(key(1), 1000)->error().why == central::Refusal::in_progress);
  answers.durable(key(1));
  CHECK((**answers.before(key(1), 1000 + OnceAnswers::lifetime_ms - 1)).body == answer(1).body);
  CHECK_FALSE(answers.before(key(1), 1000 + OnceAnswers::lifetime_ms).has_value());
}

TEST_CASE("the oldest answer gives its place to the newest, also after a restart", "[central][api][I5]") {
  OnceAnswers answers({});
  std::map<std::string, Octets> stored;
  const int places = static_cast<int>(OnceAnswers::places);
  for (int n = 0; n <= places; ++n) {
    const auto [name, value] = answers.keep(key(n), answer(n), n);
    stored[name] = value;
  }
  CHECK(stored.size() == OnceAnswers::places);
  CHECK_FALSE(answers.before(key(0), places).has_value());
  OnceAnswers restarted(stored);
  CHECK_FALSE(restarted.before(key(0), places).has_value());
  CHECK(restarted.before(key(1), places).has_value());
  restarted.keep(key(places + 1), answer(1), places + 1);
  CHECK_FALSE(restarted.before(key(1), places).has_value());
  CHECK(restarted.before(key(2), places).has_value());
  CHECK(restarted.before(key(places), places).has_value());
}
