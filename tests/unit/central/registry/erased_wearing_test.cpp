// Which readings an order to erase takes, by the custodies that central knows.
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "central/registry/erasures.hpp"
#include "protocol/clinic/erasing.hpp"
#include "tests/support/world/clinic.hpp"

namespace feldsher::central {
namespace {

constexpr std::int64_t order_ms = 1000;

/// Devices go from one to another; times are milliseconds.
struct Custodies {
  Custodies()
      : olena(clinic.patient("Olena")), petr(clinic.patient("Petro", "+380501112233", "1960-01-02")) {}

  /// From `from_ms` on `patient` wears `device`; nil: nobody.
  Uuid give(const Uuid& device, const Uuid& patient, std::int64_t from_ms) {
    return give(clinic.id(), device, patient, from_ms);
  }
  Uuid give(const Uuid& custody, const Uuid& device, const Uuid& patient, std::int64_t from_ms,
            v1::Verb verb = v1::CHANGED) {
    v1::Custody said;
    said.set_device(device.to_octets());
    if (!patient.is_nil()) said.set_patient(patient.to_octets());
    said.set_from_ms(from_ms);
    clinic.publish(v1::CUSTODY, custody, verb, said);
    return custody;
  }
  static v1::Actor person(char letter) {
    v1::Actor actor;
    actor.set_kind(v1::ACTOR_STAFF);
    actor.set_id(std::string(16, letter));
    return actor;
  }
  /// Two people order that Olena is erased.
  v1::Erasure erase() {
    const Instant now{.wall_ms = order_ms, .since_boot_ms = 1, .boot = 1, .trust = v1::SYNCHRONISED};
    const auto proposed = erasures.propose(olena, "GDPR 17(1)(b)", person('a'), v1::PROOF_TOKEN, now);
    state.apply(pen.write(*proposed));
    const auto ordered = erasures.order(proposed->subject.id, person('b'), v1::PROOF_TOKEN, now);
    REQUIRE(ordered.has_value());
    state.apply(pen.write(*ordered));
    return state.erasures.find(ordered->subject.id)->state;
  }
  /// Central writes that order again, as these drafts say.
  v1::Erasure again(const std::vector<Draft>& drafts) {
    REQUIRE(drafts.size() == 1);
    state.apply(pen.write(drafts.front()));
    return state.erasures.find(drafts.front().subject.id)->state;
  }
  std::vector<Draft> late(const Uuid& device, const Uuid& names, std::int64_t first_ms,
                          std::int64_t last_ms) {
    v1::ReadingBlock body;
    body.set_device(device.to_octets());
    if (!names.is_nil()) body.set_patient(names.to_octets());
    body.set_first_ms(first_ms);
    body.set_last_ms(last_ms);
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_NODE);
    draft.subject = {v1::READING_BLOCK, device};
    draft.verb = v1::SEALED;
    draft.message = body.SerializeAsString();
    const Record record = point.write(draft);
    const Instant now{.wall_ms = 2 * order_ms, .since_boot_ms = 2, .boot = 1, .trust = v1::SYNCHRONISED};
    return erasures.late({&record, 1}, now);
  }
  static BlockSpan block(const Uuid& device, const Uuid& names, std::int64_t first_ms, std::int64_t last_ms) {
    return {.device = device.to_octets(),
            .patient = names.is_nil() ? Octets() : names.to_octets(),
            .first_ms = first_ms,
            .last_ms = last_ms};
  }

  NetworkState state{testing::central_of_tests};
  testing::FeedPen pen{testing::tenant_of_tests, testing::central_of_tests};
  testing::FeedPen point{testing::tenant_of_tests, testing::point_node_of_tests};
  std::vector<Record> written;  // The last of the clinic's.
  testing::Clinic clinic{[this](const Draft& draft) {
    written = {pen.write(draft)};
    state.apply(written.front());
  }};
  testing::SeededRandom random{5};
  Erasures erasures{state, random};
  Uuid olena, petr, nobody;
  Uuid ring = clinic.id(), patch = clinic.id();
};

}  // namespace

TEST_CASE("an order takes blocks that name the erased while nobody wore the device, and nobody else's",
          "[central][registry][H11][W2]") {
  Custodies net;
  net.give(net.ring, net.olena, 100);
  net.give(net.ring, net.nobody, 200);
  net.give(net.ring, net.petr, 300);
  net.give(net.ring, net.nobody, 400);
  const v1::Erasure order = net.erase();
  const auto takes = [&](const Uuid& names, std::int64_t first_ms, std::int64_t last_ms) {
    return erases(order, Custodies::block(net.ring, names, first_ms, last_ms));
  };
  // The point had not heard that it was taken back, or given.
  CHECK(takes(net.olena, 200, 299));
  CHECK(takes(net.olena, 400, 999));
  CHECK(takes(net.olena, 50, 99));
  // In her custody, whoever is named; also what reaches out of it.
  CHECK(takes(net.nobody, 150, 160));
  CHECK(takes(net.petr, 190, 210));
  // Another's: by custody, or by name.
  CHECK_FALSE(takes(net.olena, 310, 320));
  CHECK_FALSE(takes(net.olena, 290, 300));
  CHECK_FALSE(takes(net.olena, 399, 410));
  CHECK_FALSE(takes(net.petr, 210, 220));
  CHECK_FALSE(takes(net.petr, 290, 310));
  CHECK_FALSE(takes(net.nobody, 210, 220));
  // What comes after the order custody may still give to somebody.
  CHECK_FALSE(takes(net.olena, order_ms, order_ms + 10));
  CHECK_FALSE(erases(order, Custodies::block(net.patch, net.olena, 150, 160)));
}

TEST_CASE("a custody that goes on to another device leaves what its wearer wore before",
          "[central][registry][H11][W2]") {
  Custodies net;
  const Uuid custody = net.give(net.ring, net.olena, 100);
  const bool goes_to_petr = GENERATE(false, true);
  net.give(custody, net.patch, goes_to_petr ? net.petr : net.olena, 200);
  net.give(net.patch, net.nobody, 300);
  const v1::Erasure order = net.erase();
  CHECK(erases(order, Custodies::block(net.ring, net.nobody, 150, 160)));
  CHECK_FALSE(erases(order, Custodies::block(net.ring, net.nobody, 250, 260)));
  CHECK(erases(order, Custodies::block(net.patch, net.nobody, 250, 260)) == !goes_to_petr);
  CHECK_FALSE(erases(order, Custodies::block(net.patch, net.nobody, 150, 160)));
}

TEST_CASE("a custody that is put right is as if it had always been so", "[central][registry][H11][W2]") {
  Custodies net;
  const Uuid custody = net.give(net.ring, net.olena, 100);
  net.give(custody, net.patch, net.olena, 100);  // The other device was meant.
  const Uuid later = net.give(net.ring, net.petr, 300);
  net.give(later, net.ring, net.petr, 200);  // And this one began before.
  net.give(net.patch, net.nobody, 300);
  const v1::Erasure order = net.erase();
  CHECK_FALSE(erases(order, Custodies::block(net.ring, net.nobody, 150, 160)));
  CHECK(erases(order, Custodies::block(net.ring, net.olena, 150, 160)));
  CHECK_FALSE(erases(order, Custodies::block(net.ring, net.olena, 250, 260)));
  CHECK(erases(order, Custodies::block(net.patch, net.petr, 250, 260)));
}

TEST_CASE("a custody that was typed for another device takes nothing from who wears that",
          "[central][registry][H11][W2]") {
  Custodies net;
  const std::int64_t typed_ms = GENERATE(0, 100);
  net.give(net.ring, net.petr, typed_ms - 50);
  const Uuid custody = net.give(net.ring, net.olena, typed_ms);
  net.give(custody, net.patch, net.olena, typed_ms);
  net.give(net.patch, net.nobody, 300);
  CHECK(net.state.wearings().wore(net.petr, Custodies::block(net.ring, net.nobody, 150, 160)));
  REQUIRE(net.state.wearings().worn_by(net.petr).size() == 1);
  CHECK(net.state.wearings().worn_by(net.petr).front().until_ms() == 0);
  const v1::Erasure order = net.erase();
  CHECK_FALSE(erases(order, Custodies::block(net.ring, net.olena, 150, 160)));
  CHECK(erases(order, Custodies::block(net.patch, net.petr, 150, 160)));
}

TEST_CASE("of a custody that is put right nothing stays that it said from then on",
          "[central][registry][H11][W2]") {
  Custodies net;
  const Uuid custody = net.give(net.ring, net.olena, 100);
  net.give(custody, net.ring, net.nobody, 200);
  net.give(custody, net.ring, net.petr, 300);
  const Wearings& wearings = net.state.wearings();
  SECTION("on its device") {
    net.give(custody, net.ring, net.olena, 100);
    CHECK(wearings.wore(net.olena, Custodies::block(net.ring, net.nobody, 250, 260)));
    CHECK(wearings.wore(net.olena, Custodies::block(net.ring, net.nobody, 350, 360)));
  }
  SECTION("or on the one that was not meant") {
    net.give(custody, net.patch, net.petr, 100);
    CHECK(wearings.worn_by(net.olena).empty());
    CHECK(wearings.wore(net.petr, Custodies::block(net.patch, net.nobody, 150, 160)));
    CHECK_FALSE(wearings.wore(net.petr, Custodies::block(net.ring, net.nobody, 350, 360)));
  }
}

TEST_CASE("an order goes out again with the end that custody tells now", "[central][registry][H11]") {
  Custodies net;
  net.give(net.ring, net.olena, 100);
  const Uuid drawer = net.give(net.ring, net.nobody, 200);
  net.erase();
  constexpr std::int64_t end_ms = order_ms + 500;
  net.give(drawer, net.ring, net.nobody, end_ms);
  const std::int64_t first_ms = order_ms - 10, last_ms = order_ms + 10;
  const v1::Erasure order = net.again(net.late(net.ring, net.olena, first_ms, last_ms));
  CHECK(erases(order, Custodies::block(net.ring, net.olena, first_ms, last_ms)));
  CHECK(erases(order, Custodies::block(net.ring, net.nobody, end_ms - 1, end_ms + 10)));
  CHECK_FALSE(erases(order, Custodies::block(net.ring, net.nobody, end_ms, end_ms + 10)));
  CHECK(net.again(net.late(net.ring, net.olena, first_ms, last_ms)).readings_size() == order.readings_size());
}

TEST_CASE(
    "of somebody who wears a device again an order goes out without an end, and with it when there is one",
    "[central][registry][H11]") {
  Custodies net;
  net.give(net.ring, net.olena, 100);
  net.give(net.ring, net.nobody, 200);
  net.erase();
  net.give(net.ring, net.olena, 1100);  // Worn again, and the order had gone out.
  const v1::Erasure order = net.again(net.late(net.ring, net.olena, 1200, 1300));
  CHECK(erases(order, Custodies::block(net.ring, net.olena, 1200, 1300)));
  CHECK_FALSE(erases(order, Custodies::block(net.ring, net.petr, 1200, 1300)));
  net.give(net.ring, net.petr, 1400);
  const v1::Erasure ended = net.again(net.late(net.ring, net.olena, 1350, 1390));
  CHECK(erases(ended, Custodies::block(net.ring, net.nobody, 1350, 1390)));
  CHECK_FALSE(erases(ended, Custodies::block(net.ring, net.nobody, 1400, 1410)));
}

TEST_CASE("a custody that is written into a time of nobody's takes it out of the order",
          "[central][registry][H11][W2]") {
  Custodies net;
  net.give(net.ring, net.olena, 50);
  net.give(net.ring, net.nobody, 100);
  const v1::Erasure before = net.erase();
  REQUIRE(erases(before, Custodies::block(net.ring, net.olena, 150, 190)));
  CHECK(net.erasures.left_over().empty());
  net.give(net.ring, net.petr, 150);  // The paper came late.
  CHECK(net.late(net.ring, net.olena, 150, 190).empty());
  CHECK_FALSE(net.late(net.ring, net.olena, 110, 140).empty());
  REQUIRE(net.erasures.left_over().size() == 1);
  const v1::Erasure order = net.again(net.erasures.overtaken(net.written));
  CHECK_FALSE(erases(order, Custodies::block(net.ring, net.olena, 150, 190)));
  CHECK(erases(order, Custodies::block(net.ring, net.olena, 110, 149)));
  CHECK(net.erasures.left_over().empty());
}

TEST_CASE("an order of a version that knew no times of nobody's goes out again once",
          "[central][registry][H11]") {
  Custodies net;
  net.give(net.ring, net.olena, 100);
  net.give(net.ring, net.nobody, 200);
  v1::Erasure old = net.erase();
  auto& times = *old.mutable_readings();
  REQUIRE(times.size() == 3);
  times.DeleteSubrange(1, 2);
  REQUIRE(times[0].until_ms() == 200);
  net.clinic.publish(v1::ERASURE, *net.state.erasure_of(net.olena), v1::ERASED, old);
  const v1::Erasure order = net.again(net.erasures.left_over());
  CHECK(erases(order, Custodies::block(net.ring, net.olena, 210, 220)));
  CHECK(erases(order, Custodies::block(net.ring, net.olena, 10, 20)));
  CHECK(net.erasures.left_over().empty());
}

TEST_CASE("of hundreds of wearers of one device each has the time of their own",
          "[central][registry][H11][W2]") {
  Custodies net;
  std::vector<Uuid> wearers;
  for (std::int64_t each = 0; each < 300; ++each) {
    wearers.push_back(net.clinic.id());
    net.give(net.ring, wearers.back(), each * 10);
    if (each % 3 == 0) net.give(net.ring, net.nobody, each * 10 + 5);
  }
  const Wearings& wearings = net.state.wearings();
  for (std::size_t each = 0; each < wearers.size(); ++each) {
    const auto begin = static_cast<std::int64_t>(each) * 10;
    CAPTURE(each);
    CHECK(wearings.wore(wearers[each], Custodies::block(net.ring, net.nobody, begin, begin + 4)));
    CHECK_FALSE(
        wearings.worn_by_another(wearers[each], Custodies::block(net.ring, net.nobody, begin, begin + 4)));
    const BlockSpan end = Custodies::block(net.ring, net.nobody, begin + 5, begin + 9);
    CHECK(wearings.wore(wearers[each], end) == (each % 3 != 0));
    CHECK(wearings.worn_by_another(net.olena, end) == (each % 3 != 0));
    CHECK(wearings.worn_by_another(wearers[each], Custodies::block(net.ring, net.nobody, begin - 1, begin)) ==
          (each % 3 != 1 && each > 0));
  }
}

}  // namespace feldsher::central
