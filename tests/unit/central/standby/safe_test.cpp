// Stored and safe: who waits for the second disk, and for how long.
#include "tests/unit/central/standby/copied_network.hpp"

namespace feldsher::testing {
namespace {

std::uint64_t safe_acts(const Box& box) { return box.node->link().lives().safe(v1::ACTS); }

}  // namespace

TEST_CASE("central tells of a booking only when its standby has it too", "[central][standby][X11]") {
  CopiedNetwork net;
  net.follow();
  REQUIRE(net.keeping->status().in_step);
  net.copy->ledger->hold();
  const auto told = net.book(60);
  net.settle_all();
  CHECK_FALSE(*told);
  net.copy->ledger->run();
  net.settle_all();
  CHECK(*told);
}

TEST_CASE("a point hears of nothing that the standby lacks", "[central][standby][X11]") {
  CopiedNetwork net;
  net.follow();
  net.copy->ledger->hold();
  net.book(60);
  net.settle_all();
  CHECK(net.point->node->state().appointments.rows().empty());
  net.copy->ledger->run();
  net.settle_all();
  CHECK(net.point->node->state().appointments.rows().size() == 1);
}

TEST_CASE("when the standby goes away whoever waits is told at once, and nobody waits any more",
          "[central][standby][X11]") {
  CopiedNetwork net;
  net.follow();
  net.copy->ledger->hold();
  const auto waiting = net.book(60);
  net.settle_all();
  REQUIRE_FALSE(*waiting);
  net.cut_copy();
  CHECK(*waiting);
  CHECK(*net.book(80));
  CHECK(net.keeping->status().gone_on == 1);
}

TEST_CASE("nobody waits long for a slow standby, until it has caught up", "[central][standby][X11]") {
  CopiedNetwork net;
  net.follow();
  net.copy->ledger->hold();
  const auto slow = net.book(60);
  net.pass(2);
  CHECK_FALSE(*slow);
  net.pass(2);
  CHECK(*slow);
  CHECK_FALSE(net.keeping->status().in_step);
  CHECK(*net.book(80));
  net.copy->ledger->run();
  net.pass(1);
  CHECK(net.same());
  CHECK_FALSE(net.keeping->status().in_step);  // It could be as slow again.
  net.pass(10);
  CHECK(net.keeping->status().in_step);
  net.copy->ledger->hold();
  CHECK_FALSE(*net.book(100));
}

TEST_CASE("nobody waits for a standby that still fetches what it lacks, or for a backup",
          "[central][standby][X11]") {
  CopiedNetwork net;
  for (int i = 0; i < 20; ++i) net.ticket();
  bool follows = false;
  SECTION("a standby") { follows = true; }
  SECTION("a backup") {}
  net.copy = std::make_unique<Copy>(follows);
  net.copy->ledger->hold();
  net.connect_copy();
  net.settle_all();
  CHECK(*net.book(60));
  net.copy->ledger->run();
  net.settle_all();
  CHECK(net.same());
  CHECK(net.keeping->status().in_step == follows);
  CHECK(net.keeping->status().copies == (follows ? 0U : 1U));
  CHECK(safe_acts(*net.point) == (follows ? net.point->node->writer().tip(v1::ACTS).seq : 0));
}

TEST_CASE("an act is stored when central has it and safe when its standby has it too",
          "[central][standby][X11]") {
  CopiedNetwork net;
  net.ticket();
  CHECK(safe_acts(*net.point) == 0);
  CHECK(net.point->node->link().lives().unsynced(v1::ACTS) == 0);
  net.follow();
  CHECK(safe_acts(*net.point) == 3);  // Its life, a visit, a ticket.
  net.copy->ledger->hold();
  net.ticket();
  CHECK(net.point->node->link().lives().unsynced(v1::ACTS) == 0);
  CHECK(safe_acts(*net.point) == 3);
  net.copy->ledger->run();
  net.settle_all();
  CHECK(safe_acts(*net.point) == 5);
}

TEST_CASE("a point that was away hears what became safe meanwhile, and remembers it",
          "[central][standby][X11]") {
  CopiedNetwork net;
  net.ticket();
  net.cut(*net.point);
  net.follow();
  CHECK(safe_acts(*net.point) == 0);
  net.connect(*net.point);
  net.settle_all();
  CHECK(safe_acts(*net.point) == 3);
  net.restart(*net.point);
  CHECK(safe_acts(*net.point) == 3);
}

TEST_CASE("what was safe with a standby that is gone is not safe with the empty one in its place",
          "[central][standby][X11]") {
  CopiedNetwork net;
  net.ticket();
  net.follow();
  auto told_safe = [&] {
    net.sent.clear();
    net.connect(*net.point);
    net.settle_all();
    return std::any_of(net.sent.begin(), net.sent.end(),
                       [](const v1::Frame& frame) { return frame.acknowledgement().safe().seq() != 0; });
  };
  CHECK(told_safe());
  net.cut_copy();
  net.copy = std::make_unique<Copy>();
  net.lose_copied = [](v1::StandbyFrame& frame) { return frame.has_batch(); };
  net.follow();
  CHECK_FALSE(told_safe());
  net.lose_copied = [](v1::StandbyFrame&) { return false; };
  net.follow();
  CHECK(net.same());
  CHECK(told_safe());
}

TEST_CASE("what is safe is taken back when the standby is gone, however it stood before it went",
          "[central][standby][X11]") {
  CopiedNetwork net;
  net.ticket();
  net.follow();
  REQUIRE(safe_acts(*net.point) == 3);
  SECTION("in step") {}
  SECTION("so slow that people were told that it is away") {
    net.copy->ledger->hold();
    net.ticket();
    net.pass(until_dead_s + 30);
    REQUIRE(net.keeping->status().connected);
    REQUIRE(net.incidents(v1::INCIDENT_STANDBY) == 1);
  }
  SECTION("back from where it was, and not in step again") {
    net.cut_copy();
    net.pass(until_dead_s);
    REQUIRE(safe_acts(*net.point) == 0);
    net.ticket();
    net.lose_copied = [](v1::StandbyFrame& frame) { return frame.has_batch(); };
    net.follow();
    REQUIRE_FALSE(net.keeping->status().in_step);
  }
  CHECK(safe_acts(*net.point) == 3);  // On its disk, as long as it is on the line.
  net.cut_copy();
  net.pass(20);
  CHECK(safe_acts(*net.point) == 3);  // It may only have been started anew.
  net.pass(20);
  CHECK(safe_acts(*net.point) == 0);
  CHECK(net.incidents(v1::INCIDENT_STANDBY) == 1);
}

TEST_CASE("a standby that comes back in time keeps safe what is on its disk", "[central][standby][X11]") {
  CopiedNetwork net;
  net.ticket();
  net.follow();
  for (int i = 0; i < 3; ++i) {
    net.cut_copy();
    net.pass(20);
    net.follow();
    net.pass(1);
    CHECK(safe_acts(*net.point) == 3);
  }
}

TEST_CASE("a standby that stays away is one incident, until it has been back", "[central][standby][X11]") {
  CopiedNetwork net;
  net.pass(100);
  CHECK(net.incidents(v1::INCIDENT_STANDBY) == 0);  // There is none to miss.
  net.follow();
  net.cut_copy();
  net.pass(10);
  CHECK(net.incidents(v1::INCIDENT_STANDBY) == 0);
  net.pass(100);
  CHECK(net.incidents(v1::INCIDENT_STANDBY) == 1);
  net.follow();
  net.pass(5);
  net.cut_copy();
  net.pass(100);
  CHECK(net.incidents(v1::INCIDENT_STANDBY) == 2);
}

TEST_CASE("a central that starts misses the standby that it had", "[central][standby][X11]") {
  CopiedNetwork net;
  net.follow();
  net.begin_central();
  CHECK(net.keeping->status().known);
  CHECK_FALSE(net.keeping->status().acknowledged);
  net.pass(100);
  CHECK(net.incidents(v1::INCIDENT_STANDBY) == 1);
}

TEST_CASE("the standby's lag is told in records and in time", "[central][standby][X11]") {
  CopiedNetwork net;
  net.follow();
  net.pass(3);
  CHECK(net.keeping->status().lag_ms == 0);
  net.copy->ledger->hold();
  net.ticket();
  net.pass(7);
  const central::StandbyStatus status = net.keeping->status();
  CHECK(status.intake - *status.acknowledged == 2);
  CHECK(status.lag_ms >= 6000);
  CHECK(status.lag_ms <= 9000);
  net.copy->ledger->run();
  net.pass(1);
  CHECK(net.keeping->status().lag_ms == 0);
}

TEST_CASE("a standby's disk is told at central, once for each change", "[central][standby][disk][X11]") {
  CopiedNetwork net;
  net.follow();
  CHECK(net.keeping->status().disk == DiskClass::ample);
  CHECK(net.incidents(v1::INCIDENT_DISK) == 0);
  net.copy->follower->set_disk(DiskClass::low);
  net.settle_all();
  CHECK(net.keeping->status().disk == DiskClass::low);
  CHECK(net.incidents(v1::INCIDENT_DISK) == 1);
  net.follow();  // The same again, on another line.
  CHECK(net.incidents(v1::INCIDENT_DISK) == 1);
  net.cut_copy();
  net.copy->follower->set_disk(DiskClass::critical);  // Nobody hears it now.
  net.follow();
  CHECK(net.keeping->status().disk == DiskClass::critical);
  CHECK(net.incidents(v1::INCIDENT_DISK) == 2);
  net.copy->follower->set_disk(DiskClass::ample);
  net.settle_all();
  CHECK(net.keeping->status().disk == DiskClass::ample);
  CHECK(net.incidents(v1::INCIDENT_DISK) == 2);
}

TEST_CASE("a standby says that its disk failed until central has heard it", "[central][standby][disk][X11]") {
  CopiedNetwork net;
  net.copy = std::make_unique<Copy>();
  bool heard = false;
  net.copy->follower->disk_failed_before();
  net.copy->follower->on_fault_heard = [&] { heard = true; };
  net.lose_copied = [](v1::StandbyFrame& frame) { return frame.has_condition(); };
  net.follow();
  net.cut_copy();
  CHECK(net.incidents(v1::INCIDENT_DISK) == 0);
  net.lose_copied = [](v1::StandbyFrame&) { return false; };
  net.follow();
  CHECK(net.incidents(v1::INCIDENT_DISK) == 1);
  CHECK_FALSE(heard);  // For all that it knows the line broke before.
  net.pass(15);
  CHECK(heard);
  net.follow();
  CHECK(net.incidents(v1::INCIDENT_DISK) == 1);
}

TEST_CASE("a standby's disk that fails again is told again", "[central][standby][disk][X11]") {
  CopiedNetwork net;
  for (std::size_t failures = 1; failures <= 3; ++failures) {
    if (net.copy) net.cut_copy();
    net.copy = std::make_unique<Copy>();
    net.copy->follower->disk_failed_before();
    net.follow();
    CHECK(net.incidents(v1::INCIDENT_DISK) == failures);
    net.pass(15);
  }
}

TEST_CASE("a copy that is only being taken says nothing of its disk", "[central][standby][disk][X11]") {
  CopiedNetwork net;
  net.copy = std::make_unique<Copy>(false);
  net.copy->follower->set_disk(DiskClass::critical);
  net.copy->follower->disk_failed_before();
  net.follow();
  CHECK(net.incidents(v1::INCIDENT_DISK) == 0);
  SECTION("and is not believed when it does") {
    v1::StandbyFrame frame;
    frame.mutable_condition()->set_disk(v1::STANDBY_DISK_CRITICAL);
    net.keeping->receive(*net.copy->down, frame, net.clock.now());
    net.settle_all();
    CHECK(net.incidents(v1::INCIDENT_DISK) == 0);
  }
}

TEST_CASE("a silent standby's line is dead", "[central][standby][X11]") {
  CopiedNetwork net;
  net.follow();
  net.lose_copied = [](v1::StandbyFrame&) { return true; };
  net.pass(until_dead_s);
  CHECK_FALSE(net.keeping->status().connected);
  CHECK_FALSE(net.copy->up);
}

TEST_CASE("a standby tells of each record that it takes, once", "[central][standby][X11]") {
  CopiedNetwork net;
  net.follow();
  const std::uint64_t before = net.copy->follower->intake();
  std::set<RecordKey> told;
  net.copy->follower->on_taken = [&](const Record& record) { CHECK(told.insert(record.key).second); };
  net.book(60);
  net.settle_all();
  REQUIRE(net.copy->follower->intake() > before);
  CHECK(told.size() == net.copy->follower->intake() - before);
}

}  // namespace feldsher::testing
