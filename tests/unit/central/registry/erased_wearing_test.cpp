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
  Uuid give(const Uuid& custody, const Uuid& device, const Uuid& patient, std::int64_t from_ms) {
    v1::Custody said;
    said.set_device(device.to_octets());
    if (!patient.is_nil()) said.set_patient(patient.to_octets());
    said.set_from_ms(from_ms);
    clinic.publish(v1::CUSTODY, custody, v1::CHANGED, said);
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
    v1::Erasure erasure;
    REQUIRE(erasure.ParseFromString(ordered->message));
    return erasure;
  }
  static BlockSpan block(const Uuid& device, const Uuid& names, std::int64_t first_ms, std::int64_t last_ms) {
    return {.device = device.to_octets(),
            .patient = names.is_nil() ? Octets() : names.to_octets(),
            .first_ms = first_ms,
            .last_ms = last_ms};
  }

  NetworkState state{testing::central_of_tests};
  testing::FeedPen pen{testing::tenant_of_tests, testing::central_of_tests};
  testing::Clinic clinic{[this](const Draft& draft) { state.apply(pen.write(draft)); }};
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
