#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>
#include <chrono>

#include "central/store/rebuild.hpp"
#include "central/store/views.hpp"
#include "central/store/views_file.hpp"
#include "tests/unit/central/history/point_journal.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

using namespace feldsher;
using namespace feldsher::central;
using namespace feldsher::test;

namespace {

constexpr std::int64_t hour = 3'600'000;

/// A loaded clinic and its views, kept up as records become durable.
struct World {
  World() {
    core.node.on_record = [this](std::uint64_t, const Record& record) { file().project({&record, 1}); };
    core.start();
    core.load(clinic_text());
  }
  /// A record of the point, durable and projected.
  void take(const Record& record) {
    Transaction transaction;
    transaction.records.push_back(record);
    core.store.commit({&transaction, 1});
    file().project({&record, 1});
  }
  ViewsFile& file() {
    if (!opened) opened = std::make_unique<ViewsFile>(place.file, place.key, place.central);
    return *opened;
  }
  /// One patient's day, one device's hour.
  void play() {
    take(point.visit(visit, olena_id, v1::VISIT_ARRIVED));
    take(point.ticket(core.random.uuid_v7(5), visit));
    take(point.visit(visit, olena_id, v1::VISIT_FINISHED));
    take(point.block(1, 9, core.clock.at.wall_ms));
    v1::Incident incident;
    incident.set_kind(v1::INCIDENT_DISK);
    incident.set_detail("4 %");
    take(point.act(v1::INCIDENT, core.random.uuid_v7(6), v1::RAISED, incident));
  }

  Folder folder;
  CoreWorld core;
  Views::Place place{
      .file = folder.path() / "views.db", .key = DatabaseKey::make(core.random), .central = core.node.id()};
  std::unique_ptr<ViewsFile> opened;
  PointJournal point{core};
  Uuid visit = core.random.uuid_v7(4);
};

/// Every answer that the views give of this world, as text: two views that give the same are the same.
std::string answers(ViewsFile& file) {
  std::string all = "position " + std::to_string(file.position());
  auto everybody = file.patients("", false, 100);
  for (auto& archived : file.patients("", true, 100)) everybody.push_back(std::move(archived));
  for (const auto& patient : everybody) {
    all += std::string(patient.archived ? "\narchived " : "\npatient ") + patient.id.to_text() +
           patient.patient.SerializeAsString();
    for (const auto& entry : file.history(patient.id))
      all += "\n  " + std::to_string(entry.intake) + entry.subject.id.to_text() + std::to_string(entry.verb) +
             entry.at.SerializeAsString() + entry.actor.SerializeAsString() +
             entry.message.value_or("absent");
  }
  for (const auto& each : file.appointments("2030-05-14", {}))
    all += "\nappointment " + each.id.to_text() + each.appointment.SerializeAsString() +
           to_text(each.status) + each.visit.to_text();
  const History::Span always{0, std::int64_t{1} << 60};
  for (const auto& block : file.blocks(PointJournal::device(), always, 100))
    all += "\nblock " + to_hex(block.record.to_octets()) + block.stat.code + std::to_string(block.stat.sum);
  for (const auto& each : file.hours(PointJournal::device(), always))
    all += "\nhour " + std::to_string(each.hour_ms) + " n " + std::to_string(each.stat.n) + " sum " +
           std::to_string(each.stat.sum);
  for (const auto& each : file.wearers(PointJournal::device()))
    all += "\nworn " + std::to_string(each.from_ms) + each.patient.to_text();
  for (const auto& each : file.incidents(10))
    all += "\nincident " + each.id.to_text() + each.incident.detail();
  return all;
}

}  // namespace

TEST_CASE("a patient's history holds every record about them, in order", "[central][history][H1][H11]") {
  World world;
  world.play();
  std::vector<v1::EntityType> types;
  for (const auto& entry : world.file().history(uuid(olena_id))) types.push_back(entry.subject.type);
  CHECK(types == std::vector<v1::EntityType>{v1::PATIENT, v1::APPOINTMENT, v1::CUSTODY, v1::VISIT, v1::TICKET,
                                             v1::VISIT});
  for (const auto& entry : world.file().history(uuid(petr_id))) CHECK(entry.subject.type == v1::PATIENT);
}

TEST_CASE("a record whose body is erased stays in the history without it", "[central][history]") {
  World world;
  world.play();
  Record erased = world.point.visit(world.visit, olena_id, v1::VISIT_UNDONE);
  erased.stored.body.reset();
  world.take(erased);
  const auto entries = world.file().history(uuid(olena_id));
  REQUIRE(entries.size() == 7);
  CHECK_FALSE(entries.back().message);
  CHECK(entries.back().subject.id == world.visit);
}

TEST_CASE("an appointment shows what became of it", "[central][history][H1]") {
  World world;
  CHECK(world.file().appointment(uuid(appointment_id))->status == FhirStatus::booked);
  world.take(world.point.visit(world.visit, olena_id, v1::VISIT_ARRIVED));
  CHECK(world.file().appointment(uuid(appointment_id))->status == FhirStatus::arrived);
  world.take(world.point.visit(world.visit, olena_id, v1::VISIT_FINISHED));
  const auto list = world.file().appointments("2030-05-14", uuid(point_id));
  REQUIRE(list.size() == 1);
  CHECK(list.front().status == FhirStatus::fulfilled);
  CHECK(list.front().visit == world.visit);
  CHECK(world.file().appointments("2030-05-15", {}).empty());
  CHECK(world.file().appointments("2030-05-14", uuid(service_id)).empty());
}

TEST_CASE("a message that lies in two blocks is counted once", "[central][history][W2]") {
  World world;
  const std::int64_t start = world.core.clock.at.wall_ms;
  world.take(world.point.block(1, 9, start));
  world.take(world.point.block(4, 12, start));  // 4 to 9 came by another way, too.
  std::uint64_t n = 0;
  double sum = 0;
  for (const auto& each : world.file().hours(PointJournal::device(), {start, start + 10 * hour})) {
    n += each.stat.n;
    sum += each.stat.sum;
  }
  CHECK(n == 12);
  CHECK(sum == 78);
  CHECK(world.file().blocks(PointJournal::device(), {start, start + 10 * hour}, 100).size() == 2);
}

TEST_CASE("blocks that do not reach into the span are not among the answers", "[central][history][W2]") {
  World world;
  const std::int64_t start = world.core.clock.at.wall_ms;
  world.take(world.point.block(1, 9, start));
  CHECK(world.file().blocks(PointJournal::device(), {0, start}, 100).empty());
  CHECK(world.file().blocks(PointJournal::device(), {start + 2 * hour, start + 9 * hour}, 100).empty());
  CHECK(world.file().blocks(PointJournal::device(), {start + 600'000, start + 600'000}, 100).size() == 1);
}

TEST_CASE("a body that is not of its type is counted, and the rest goes on", "[central][history]") {
  World world;
  v1::Translation nonsense;
  nonsense.set_text("x");
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_NODE);
  draft.actor.set_id(uuid(point_node_id).to_octets());
  draft.subject = {v1::VISIT, world.visit};
  draft.verb = v1::ARRIVED;
  draft.message = "\xff\xff not a visit";
  JournalWriter writer(world.core.tenant, NodeId{uuid(point_node_id)}, Epoch{9}, world.core.random);
  const std::vector<Record> records{writer.seal(v1::ACTS, {&draft, 1}, world.core.clock.at).front(),
                                    world.point.visit(world.visit, olena_id, v1::VISIT_ARRIVED)};
  CHECK(world.file().project(records) == 1);
  CHECK(world.file().appointment(uuid(appointment_id))->status == FhirStatus::arrived);
}

TEST_CASE("an order to erase that a point wrote takes nothing from the views, and is counted",
          "[central][history][X5][H11]") {
  World world;
  world.play();
  const std::string before = answers(world.file());
  v1::Erasure erasure;
  erasure.set_patient(uuid(olena_id).to_octets());
  erasure.set_status(v1::ERASURE_ORDERED);
  v1::ErasedSubject& subject = *erasure.add_subjects();
  subject.set_type(v1::PATIENT);
  subject.set_id(uuid(olena_id).to_octets());
  const Record order = world.point.act(v1::ERASURE, world.core.random.uuid_v7(8), v1::ERASED, erasure);
  CHECK(world.file().project({&order, 1}) == 1);
  CHECK(world.file().patient(uuid(olena_id)));
  CHECK(world.file().history(uuid(olena_id)).back().record != order.key);
  CHECK(answers(world.file()).substr(before.find('\n')) == before.substr(before.find('\n')));
}

TEST_CASE("what stands in the other stream gives no rows, and is counted", "[central][history][X5][H11]") {
  World world;
  world.play();
  const std::string before = answers(world.file());
  const Record block = world.point.block(10, 12, world.core.clock.at.wall_ms);
  const auto body = block.body<v1::ReadingBlock>();
  REQUIRE(body);
  const Record among_acts = world.point.act(v1::READING_BLOCK, block.subject.id, v1::SEALED, *body);
  CHECK(world.file().project({&among_acts, 1}) == 1);
  v1::Patient olena;
  olena.set_given_name("Nobody");
  const Record among_readings = world.point.among_readings(v1::PATIENT, uuid(olena_id), v1::ARCHIVED, olena);
  CHECK(world.file().project({&among_readings, 1}) == 1);
  CHECK(answers(world.file()).substr(before.find('\n')) == before.substr(before.find('\n')));
}

TEST_CASE("views that were deleted and rebuilt give the same answers", "[central][history][H11]") {
  World world;
  world.play();
  const std::string before = answers(world.file());
  world.opened.reset();
  std::filesystem::remove(world.place.file);
  const std::uint64_t projected = rebuild_views(world.place, world.core.store);
  CHECK(answers(world.file()) == before);
  CHECK(projected == world.file().position());
  CHECK_FALSE(std::filesystem::exists(world.place.file.string() + ".new"));
}

TEST_CASE("views that were rebuilt have the same people archived", "[central][history][H11]") {
  World world;
  world.play();
  for (const v1::Verb verb : {v1::ARCHIVED, v1::RESTORED, v1::ARCHIVED}) {
    Draft draft;
    draft.actor = world.core.node.self();
    draft.subject = {v1::PATIENT, uuid(petr_id)};
    draft.verb = verb;
    draft.message = world.core.node.state().patients.find(uuid(petr_id))->state.SerializeAsString();
    world.core.node.write({draft}, [] {});
    CHECK(world.file().patients("", true, 10).size() == (verb == v1::ARCHIVED ? 1 : 0));
    CHECK(world.file().patients("", false, 10).size() == (verb == v1::ARCHIVED ? 1 : 2));
  }
  CHECK(world.file().history(uuid(petr_id)).size() == 4);
  const std::string before = answers(world.file());
  world.opened.reset();
  rebuild_views(world.place, world.core.store);
  CHECK(answers(world.file()) == before);
}

TEST_CASE("a rebuild takes the place of views that are there", "[central][history]") {
  World world;
  world.play();
  const std::string before = answers(world.file());
  world.file().archive_patient(uuid(petr_id), true);  // What no record says.
  world.file().put_visit(uuid(appointment_id), world.visit, v1::VISIT_ABSENT);
  REQUIRE(answers(world.file()) != before);
  world.opened.reset();
  rebuild_views(world.place, world.core.store);
  CHECK(answers(world.file()) == before);
}

TEST_CASE("a damaged views file is made anew", "[central][history]") {
  World world;
  world.opened.reset();
  for (const char* tail : {"-wal", "-shm"}) std::filesystem::remove(world.place.file.string() + tail);
  std::filesystem::resize_file(world.place.file, 3000);
  CHECK(world.file().position() == 0);
  CHECK(world.file().patients("", false, 10).empty());
}

TEST_CASE("views that have seen more than the journal holds begin again", "[central][history]") {
  World world;
  world.play();
  world.opened.reset();
  boost::asio::io_context loop{1};
  Views views(world.place, loop.get_executor(), [](const std::string&) { FAIL("the disk failed"); });
  views.expect(3);
  CHECK(views.position() == 0);
}

TEST_CASE("a question is answered after the records before it, on the loop", "[central][history]") {
  World world;
  world.opened.reset();
  std::filesystem::remove(world.place.file);
  boost::asio::io_context loop{1};
  Views views(world.place, loop.get_executor(), [](const std::string&) { FAIL("the disk failed"); });
  std::uint64_t intake = 0;
  world.core.store.replay(0, [&](std::uint64_t, Record&& record) { views.project(++intake, record); });
  std::size_t found = 0;
  views.patients("ОЛЕНА", false, 10, [&](std::vector<PatientView> patients) { found = patients.size(); });
  auto work = boost::asio::make_work_guard(loop);
  while (found == 0 && loop.run_one_for(std::chrono::seconds(20)) > 0) {
  }
  CHECK(found == 1);
  CHECK(views.position() == intake);
}

TEST_CASE("what the views have is let fall when it comes again", "[central][history]") {
  World world;
  world.play();
  const std::string before = answers(world.file());
  world.opened.reset();
  boost::asio::io_context loop{1};
  {
    Views views(world.place, loop.get_executor(), [](const std::string&) { FAIL("the disk failed"); });
    std::uint64_t intake = 0;
    world.core.store.replay(0, [&](std::uint64_t, Record&& record) { views.project(++intake, record); });
  }
  CHECK(answers(world.file()) == before);
}
