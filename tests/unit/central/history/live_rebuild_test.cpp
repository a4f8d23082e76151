#include "central/store/live_rebuild.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "central/store/views_file.hpp"
#include "tests/unit/central/commands/core_world.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

using namespace feldsher;
using namespace feldsher::central;
using namespace feldsher::test;

namespace {

/// Views of a loaded clinic in which, as no record says, nobody can be found.
struct WrongViews {
  WrongViews() {
    core.start();
    core.load(clinic_text());
    // Each a transaction of its own: what is read at once never ends within one.
    for (std::size_t i = 2; i < people; ++i) register_another();
    {
      ViewsFile file(place.file, place.key, place.central);
      std::vector<Record> records;
      core.store.replay(0, [&](std::uint64_t, Record&& record) { records.push_back(std::move(record)); });
      file.project(records);
      intake = records.size();
      for (const auto& [id, row] : core.node.state().patients.rows()) file.archive_patient(id, true);
    }
    views = std::make_unique<Views>(place, loop.get_executor(), [](const std::string&) { FAIL("a fault"); });
    views->expect(intake);
    core.node.on_record = [this](std::uint64_t, const Record& record) { views->project(++intake, record); };
  }
  void register_another() {
    Draft draft;
    draft.actor = core.node.self();
    draft.subject = {v1::PATIENT, core.random.uuid_v7(8)};
    draft.verb = v1::REGISTERED;
    draft.message = core.node.state().patients.find(uuid(petr_id))->state.SerializeAsString();
    core.node.write({draft}, [] {});
  }
  /// How many patients the views find.
  std::size_t found() {
    std::optional<std::size_t> count;
    views->patients("", false, 100, [&](std::vector<PatientView> patients) { count = patients.size(); });
    while (!count && loop.run_one_for(std::chrono::seconds(20)) > 0) {
    }
    return count.value();
  }

  static constexpr std::size_t people = 20;
  Folder folder;
  CoreWorld core;
  boost::asio::io_context loop{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work =
      boost::asio::make_work_guard(loop);
  Views::Place place{
      .file = folder.path() / "views.db", .key = DatabaseKey::make(core.random), .central = core.node.id()};
  std::uint64_t intake = 0;
  std::unique_ptr<Views> views;
};

}  // namespace

TEST_CASE("views are made anew while they answer, and while records come", "[central][history][H11]") {
  WrongViews world;
  LiveRebuild rebuild(*world.views, world.core.ledger, {.records = 1, .octets = 1U << 20});
  REQUIRE(world.found() == 0);
  std::optional<std::uint64_t> projected;
  REQUIRE(rebuild.run([&](std::uint64_t records) { projected = records; }));
  CHECK_FALSE(rebuild.run([](std::uint64_t) {}));
  std::size_t answered = 0;
  for (std::size_t came = 0; !projected; ++answered) {
    // From the file that is there, which is wrong, or from the one that took its place meanwhile.
    const std::size_t found = world.found();
    if (!projected) CHECK(found == came);
    if (came == 3) continue;
    world.register_another();
    ++came;
  }
  CHECK(answered > 3);
  CHECK(world.found() == world.people + 3);
  CHECK(projected == world.intake);
  CHECK(world.views->position() == world.intake);
  CHECK_FALSE(std::filesystem::exists(world.place.file.string() + ".new"));
  world.register_another();
  CHECK(world.found() == world.people + 4);
  // It can be done again.
  projected.reset();
  REQUIRE(rebuild.run([&](std::uint64_t records) { projected = records; }));
  while (!projected) world.found();
  CHECK(world.found() == world.people + 4);
}

TEST_CASE("a rebuild that died on the way is begun anew", "[central][history]") {
  WrongViews world;
  {
    LiveRebuild rebuild(*world.views, world.core.ledger, {.records = 1, .octets = 1U << 20});
    rebuild.run([](std::uint64_t) {});
    world.views->close();
    REQUIRE(std::filesystem::exists(world.place.file.string() + ".new"));
    world.views = std::make_unique<Views>(world.place, world.loop.get_executor(),
                                          [](const std::string&) { FAIL("a fault"); });
  }
  CHECK_FALSE(std::filesystem::exists(world.place.file.string() + ".new"));  // What is erased now is nowhere.
  CHECK(world.found() == 0);
  LiveRebuild again(*world.views, world.core.ledger);
  std::optional<std::uint64_t> projected;
  REQUIRE(again.run([&](std::uint64_t records) { projected = records; }));
  while (!projected) world.found();
  CHECK(world.found() == world.people);
  CHECK(projected == world.intake);
}
