// Where a point's broker is reached is said by a person at central, and stands in each of its certificates.
#include "central/access/broker_names.hpp"

#include <catch2/catch_test_macros.hpp>

#include "protocol/crypto/own_certificate.hpp"
#include "tests/unit/central/access/access_world.hpp"

using namespace feldsher;
using namespace feldsher::central;

namespace {

using Hosts = std::vector<std::string>;

const Hosts local{"localhost", "127.0.0.1", "::1"};

Hosts with_local(const Hosts& more) {
  Hosts all = local;
  all.insert(all.end(), more.begin(), more.end());
  return all;
}

v1::EnrolmentAnswer come_in(test::AccessWorld& world, const std::optional<Hosts>& hosts) {
  return world.enrol(enrolment::seal(world.open_code(8445, hosts), test::AccessWorld::Box().request()));
}

Hosts hosts_of(const v1::EnrolmentAnswer& answer) {
  return read_own_certificate(answer.broker_certificate())->hosts;
}

/// What the broker's next certificate names, when the box asks `access` for one.
Hosts renewed(test::AccessWorld& world, const Access& access, const v1::EnrolmentAnswer& box) {
  v1::RenewalRequest request;
  request.set_broker_request(make_key_and_request("broker").request);
  const auto guest = read_own_certificate(box.line_certificate())->identity;
  const auto outcome = access.renew(guest, request, world.authority, world.node.now());
  REQUIRE(outcome.answer.refusal() == v1::ENROLMENT_GRANTED);
  world.write(outcome.drafts);
  return read_own_certificate(outcome.answer.broker_certificate())->hosts;
}

void say(test::AccessWorld& world, const Hosts& hosts) {
  world.write({name_broker({.point = "embankment", .hosts = hosts}, world.node.state(), world.by()).value()});
}

}  // namespace

TEST_CASE("a broker's certificate names where it is reached: the first one, and each that follows",
          "[central][access][enrolment][renewal][X6]") {
  test::AccessWorld world;
  const Hosts hosts{"broker.example", "192.0.2.2", "2001:db8::2"};
  const auto box = come_in(world, hosts);
  CHECK(hosts_of(box) == with_local(hosts));
  CHECK(renewed(world, world.access(), box) == with_local(hosts));
  // Neither the agent nor the line is reached by anybody.
  CHECK(read_own_certificate(box.bus_certificate())->hosts.empty());
  CHECK(read_own_certificate(box.line_certificate())->hosts.empty());

  say(world, {"192.0.2.3"});
  CHECK(renewed(world, world.access(), box) == with_local({"192.0.2.3"}));
  // The next box of the point is reached as the one before, unless somebody says otherwise.
  const auto second = come_in(world, std::nullopt);
  CHECK(hosts_of(second) == with_local({"192.0.2.3"}));
  const auto third = come_in(world, Hosts{});
  CHECK(hosts_of(third) == local);
  CHECK(renewed(world, world.access(), third) == local);
}

TEST_CASE("a broker is reached at its own machine only as long as nobody says more",
          "[central][access][enrolment][X6]") {
  test::AccessWorld world;
  CHECK(
      name_broker({.point = "embankment", .hosts = {"192.0.2.2"}}, world.node.state(), world.by()).error() ==
      AccessRefusal::no_code);
  CHECK(name_broker({.point = "nowhere", .hosts = {}}, world.node.state(), world.by()).error() ==
        AccessRefusal::no_point);
  const auto box = come_in(world, std::nullopt);
  CHECK(hosts_of(box) == local);
  CHECK(renewed(world, world.access(), box) == local);
}

TEST_CASE("what was said last of a broker is known to a central that starts again, whatever its clock says",
          "[central][access][renewal][X6]") {
  test::AccessWorld world;
  const auto box = come_in(world, Hosts{"first.example"});
  world.clock.at.wall_ms -= 30'000'000;
  world.open_code(8445, Hosts{"second.example"});
  const auto again = world.started_again();
  CHECK(renewed(world, Access(again->state(), world.random), box) == with_local({"second.example"}));
}

TEST_CASE("what is no host is refused by its name, and nothing is written",
          "[central][access][enrolment][X6]") {
  test::AccessWorld world;
  world.open_code(8445, Hosts{"192.0.2.2"});
  const auto codes = world.node.state().enrolments.rows().size();
  for (const std::string host :
       {"", "192.0.2.300", "192.0.2", "ssl://broker", "broker:8883", "[::1]", "fe80::1%eth0", "*.example",
        "a_b", "broker.", "-a", "a-", "0.0.0.0", "::", "два"}) {
    CAPTURE(host);
    const Hosts hosts{"good.example", host};
    const auto fault = fault_of_hosts(hosts);
    REQUIRE(fault);
    CHECK(fault->find("'" + host + "'") != std::string::npos);
    CHECK(world.access()
              .open_code({.point = "embankment",
                          .number = Octets(enrolment::number_octets, 'n'),
                          .verifier = {},
                          .broker_hosts = hosts},
                         world.by())
              .error() == AccessRefusal::bad_host);
    CHECK(name_broker({.point = "embankment", .hosts = hosts}, world.node.state(), world.by()).error() ==
          AccessRefusal::bad_host);
  }
  CHECK(fault_of_hosts(Hosts(most_broker_hosts + 1, "a.example")));
  CHECK_FALSE(fault_of_hosts(Hosts(most_broker_hosts, "a.example")));
  CHECK_FALSE(
      fault_of_hosts({"broker", "1a", "3.pool.example", "192.0.2.2", "2001:DB8::2", "::ffff:192.0.2.2"}));
  CHECK(world.node.state().enrolments.rows().size() == codes);
  CHECK(broker_hosts(world.node.state(), *point_named(world.node.state(), "embankment")) ==
        Hosts{"192.0.2.2"});
}
