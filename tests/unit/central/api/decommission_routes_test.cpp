#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>

#include "tests/unit/central/api/api_world.hpp"

using namespace feldsher;
using namespace feldsher::test;

namespace {

struct TwoPeople : ApiWorld {
  TwoPeople()
      : other_token(tokens.make({.name = "bob", .kind = central::TokenKind::person, .person = {}},
                                core.random, core.clock.at)) {}
  Asked propose(const std::string& token, const std::string& point = "embankment") {
    return ask("POST", "/api/v1/decommissions",
               boost::json::serialize(boost::json::object{{"point", point}, {"reason", "its disk is dead"}}),
               token);
  }
  Asked order(const Asked& proposed, const std::string& token) {
    return ask("POST", "/api/v1/decommissions/" + std::string(proposed.body.at("id").as_string()) + "/order",
               "", token);
  }
  std::string other_token;
};

}  // namespace

TEST_CASE("a box is put out by one person's proposal and another's word", "[central][api][X6]") {
  TwoPeople world;
  CHECK(world.propose(world.system_token).status == 403);
  CHECK(world.propose(world.person_token, "nowhere").status == 404);
  const auto proposed = world.propose(world.person_token);
  REQUIRE(proposed.status == 201);
  CHECK(proposed.body.at("status").as_string() == "proposed");
  CHECK(world.propose(world.other_token).status == 409);
  CHECK(world.order(proposed, world.person_token).status == 403);
  CHECK(world.order(proposed, world.system_token).status == 403);

  const auto ordered = world.order(proposed, world.other_token);
  REQUIRE(ordered.status == 200);
  CHECK(ordered.body.at("status").as_string() == "ordered");
  CHECK(ordered.body.at("ended").at("leases").to_number<int>() == 1);
  CHECK(world.order(proposed, world.other_token).status == 409);
  const auto all = world.get("/api/v1/decommissions");
  REQUIRE(all.body.as_array().size() == 1);
  CHECK(all.body.as_array()[0].at("reason").as_string() == "its disk is dead");
  CHECK(all.body.as_array()[0].at("proposed_by") != all.body.as_array()[0].at("ordered_by"));
  CHECK(world.get("/api/v1/points").body.as_array()[0].at("status").as_string() ==
        "decommissioned, waits for a new box");
}
