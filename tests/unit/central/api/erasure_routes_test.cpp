#include <boost/json/serialize.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>

#include "tests/unit/central/api/api_world.hpp"

using namespace feldsher;
using namespace feldsher::test;

namespace {

struct TwoPeople : ApiWorld {
  explicit TwoPeople(bool worn = false) {
    other_token = tokens.make({.name = "bob", .kind = central::TokenKind::person, .person = {}}, core.random,
                              core.clock.at);
    core.clock.at.wall_ms += 24 * 3'600'000;  // Every appointment is over.
    if (!worn) take_back();
  }
  /// Nobody wears the device any more.
  void take_back() {
    v1::Custody custody = core.node.state().custodies.rows().begin()->second.state;
    custody.clear_patient();
    custody.set_from_ms(custody.from_ms() + 1);
    Draft taken_back;
    taken_back.actor = core.node.self();
    taken_back.subject = {v1::CUSTODY, core.random.uuid_v7(9)};
    taken_back.verb = v1::REGISTERED;
    taken_back.message = custody.SerializeAsString();
    core.node.write({taken_back}, [] {});
  }
  Asked propose(const std::string& token) {
    return ask(
        "POST", "/api/v1/erasures",
        boost::json::serialize(boost::json::object{{"patient", olena_id}, {"ground", "GDPR 17(1)(b)"}}),
        token);
  }
  Asked order(const Asked& proposed, const std::string& token) {
    return ask("POST", "/api/v1/erasures/" + std::string(proposed.body.at("id").as_string()) + "/order", "",
               token);
  }
  std::string other_token;
};

const std::string patient = std::string("/api/v1/patients/") + olena_id;

}  // namespace

TEST_CASE("an erasure is proposed by one person and ordered by another", "[central][api][H11]") {
  TwoPeople world;
  CHECK(world.propose(world.system_token).status == 403);
  const auto proposed = world.propose(world.person_token);
  REQUIRE(proposed.status == 201);
  CHECK(proposed.body.at("status").as_string() == "proposed");
  CHECK(world.order(proposed, world.person_token).status == 403);
  CHECK(world.get(patient).status == 200);
  const auto ordered = world.order(proposed, world.other_token);
  REQUIRE(ordered.status == 200);
  CHECK(ordered.body.at("status").as_string() == "ordered");
  CHECK(world.order(proposed, world.other_token).status == 409);
  CHECK(world.get("/api/v1/erasures").body.as_array().size() == 1);
}

TEST_CASE("who wears a device is not erased, and the answer says what to do first",
          "[central][api][H11][W2]") {
  TwoPeople world(true);
  const auto proposed = world.propose(world.person_token);
  const auto refused = world.order(proposed, world.other_token);
  CHECK(refused.status == 409);
  CHECK(boost::json::serialize(refused.body).find("load a custody of that device") != std::string::npos);
  world.take_back();
  CHECK(world.order(proposed, world.other_token).status == 200);
}

TEST_CASE("the history of an erased patient says by which order, and shows no body; counts stay",
          "[central][api][H11]") {
  TwoPeople world;
  const auto before = world.get(patient + "/history");
  const auto ordered = world.order(world.propose(world.person_token), world.other_token);
  REQUIRE(ordered.status == 200);
  CHECK(world.get(patient).status == 410);
  CHECK(world.get("/api/v1/patients?query=1956").body.as_array().empty());
  const auto history = world.get(patient + "/history");
  REQUIRE(history.status == 200);
  // All that was there, the first reading above, the proposal, the order and this reading.
  CHECK(history.body.as_array().size() >= before.body.as_array().size() + 3);
  std::size_t erased = 0;
  for (const auto& entry : history.body.as_array()) {
    CHECK(boost::json::serialize(entry).find("Олена") == std::string::npos);
    if (!entry.at("erased").as_bool()) continue;
    ++erased;
    CHECK(entry.at("erased_by") == ordered.body.at("id"));
    CHECK(entry.at("state").is_null());
  }
  CHECK(erased >= 2);  // The patient and the appointment.
  CHECK(history.body.as_array().back().at("verb").as_string() == "read");
}

TEST_CASE("views that are made anew say the same of an erased patient", "[central][api][H11]") {
  TwoPeople world;
  REQUIRE(world.order(world.propose(world.person_token), world.other_token).status == 200);
  auto history_in = [&](central::Views& views) {
    std::vector<central::HistoryEntry> found;
    bool told = false;
    views.history(uuid(olena_id), [&](std::vector<central::HistoryEntry> entries) {
      found = std::move(entries);
      told = true;
    });
    world.loop.restart();
    auto work = boost::asio::make_work_guard(world.loop);
    while (!told) world.loop.run_one();
    return found;
  };
  central::Views again({.file = world.folder.path() / "again.db",
                        .key = DatabaseKey::make(world.core.random),
                        .central = world.core.node.id()},
                       world.loop.get_executor(),
                       [](const std::string& what) { throw std::runtime_error(what); });
  world.core.store.replay(0, [&](std::uint64_t intake, Record&& record) { again.project(intake, record); });
  const auto first = history_in(world.views), second = history_in(again);
  REQUIRE(first.size() == second.size());
  for (std::size_t i = 0; i < first.size(); ++i) {
    CHECK(first[i].record == second[i].record);
    CHECK(first[i].message == second[i].message);
    CHECK(first[i].intake == second[i].intake);
  }
}
