#include <catch2/catch_test_macros.hpp>

#include "protocol/clinic/authority.hpp"
#include "tests/support/world/thief.hpp"

namespace feldsher::testing {
namespace {

/// Two points; the box of the first one is in somebody's hands, who writes into its journal what he likes.
struct Usurper : Network {
  Usurper() : point(add_point("Embankment")), other(add_point("Lindens")) {
    gp = clinic->service("General practitioner");
    shift = clinic->shift(clinic->doctor("Ada"), clinic->room("12"));
    olena = clinic->patient("Олена");
    clinic->appointment(olena, shift, gp, 60);
    come_back(other);
    come_back(point);
  }
  void come_back(Box& box) {
    connect(box);
    settle();
    pass_seconds(5);
    REQUIRE(box.live());
  }
  Uuid append(v1::EntityType type, v1::Verb verb, const google::protobuf::MessageLite& state) {
    return append_act(*this, point, type, verb, state);
  }
  void append_all() {
    v1::Credential credential;
    credential.set_kind(v1::CREDENTIAL_NODE);
    credential.set_holder(other.identity.node.to_octets());
    credential.set_head_key(Octets(32, 'k'));
    append(v1::CREDENTIAL, v1::REGISTERED, credential);
    v1::Decommission decommission;
    decommission.set_node(other.identity.node.to_octets());
    decommission.set_status(v1::DECOMMISSION_ORDERED);
    decommission.add_epochs(other.node->writer().epoch().value);
    append(v1::DECOMMISSION, v1::DECOMMISSIONED, decommission);
    v1::Erasure erasure;
    erasure.set_patient(olena.to_octets());
    erasure.set_status(v1::ERASURE_ORDERED);
    v1::ErasedSubject& subject = *erasure.add_subjects();
    subject.set_type(v1::PATIENT);
    subject.set_id(olena.to_octets());
    append(v1::ERASURE, v1::ERASED, erasure);
    append(v1::LEASE, v1::LEASED, lease_of_all(shift, point.identity.point));
    v1::Day day;
    day.set_day("2031-01-01");
    day.set_zone("Europe/Kyiv");
    append(v1::DAY, v1::CHANGED, day);
    v1::Practitioner person;
    person.add_points(other.identity.point.to_octets());
    append(v1::PRACTITIONER, v1::REGISTERED, person);
    appended = {v1::CREDENTIAL, v1::DECOMMISSION, v1::ERASURE, v1::LEASE, v1::DAY, v1::PRACTITIONER};
  }
  std::size_t said_of(v1::EntityType type) const {
    const std::string kind = v1::EntityType_Name(type);
    std::size_t count = 0;
    for (const auto& [id, row] : central->state().incidents.rows())
      count += row.state.kind() == v1::INCIDENT_QUARANTINE &&
               row.state.node() == point.identity.node.to_octets() &&
               row.state.detail().find(kind) != std::string::npos;
    return count;
  }
  void walk_in() {
    v1::Ask act;
    act.mutable_walk_in()->set_service(gp.to_octets());
    REQUIRE(ask(point, "checkin-1", act)->refusal() == v1::ASK_GRANTED);
  }
  void check_nothing_changed(std::size_t people) const {
    const central::NetworkState& state = central->state();
    CHECK(state.credentials.rows().empty());
    CHECK(state.decommissions.rows().empty());
    CHECK_FALSE(state.waits_for_box(other.identity.node));
    CHECK(state.erasures.rows().empty());
    CHECK(state.patients.find(olena));
    CHECK(state.leases_of(shift).outstanding().empty());
    CHECK((!state.today() || state.today()->day() != "2031-01-01"));
    CHECK(state.practitioners.rows().size() == people);
  }

  Box& point;
  Box& other;
  Uuid gp, shift, olena;
  std::vector<v1::EntityType> appended;
};

}  // namespace

TEST_CASE(
    "what only central may write changes nothing in a point's journal, is reported, and the rest goes on",
    "[central][node][X5]") {
  Usurper net;
  const std::size_t people = net.central->state().practitioners.rows().size();
  const std::uint64_t told = net.central->feed_of(net.other.identity.node).last();
  const std::uint64_t held = net.central->state().acts_of(net.point.identity.node);
  net.append_all();
  net.come_back(net.point);
  CHECK(net.central->state().acts_of(net.point.identity.node) >= held + net.appended.size());
  net.check_nothing_changed(people);
  for (const v1::EntityType type : net.appended) {
    INFO(v1::EntityType_Name(type));
    CHECK(net.said_of(type) == 1);
  }
  CHECK(net.central->feed_of(net.other.identity.node).last() == told);
  // Its patients do not suffer for it.
  net.walk_in();
  net.settle();
  CHECK(net.central->state().tickets.rows().size() == 1);
  CHECK(net.same_state(net.point));
  CHECK(net.other.live());

  // Nor after a restart, which reads all of it again and reports nothing anew.
  net.restart_central();
  net.check_nothing_changed(people);
  for (const v1::EntityType type : net.appended) CHECK(net.said_of(type) == 1);
  net.come_back(net.other);
  net.come_back(net.point);
  CHECK(net.same_state(net.point));
}

TEST_CASE(
    "what comes by feed and is not its writer's to write changes nothing at a point, also after its restart",
    "[edge-agent][node][X5]") {
  Usurper net;
  JournalWriter stranger(tenant_of_tests, net.other.identity.node, Epoch{9}, net.point.random);
  Draft draft;
  draft.actor = net.central->self();
  draft.subject = {v1::LEASE, net.clinic->id()};
  draft.verb = v1::LEASED;
  draft.message = lease_of_all(net.shift, net.point.identity.point).SerializeAsString();
  sync::FeedLog& feed = net.central->feed_of(net.point.identity.node);
  feed.record(std::make_shared<const Record>(stranger.seal(v1::ACTS, {&draft, 1}, net.clock.now()).front()));
  feed.end_transaction();
  net.clinic->patient("Іван");  // Central writes something: its feeds go out.
  net.settle();
  net.pass_seconds(5);
  REQUIRE(net.point.node->link().feed().position() == feed.last());
  auto holds_nothing = [&] {
    CHECK(net.point.node->state().leases.rows().empty());
    CHECK(net.point.node->state().book(net.shift).held().empty());
    CHECK(net.incidents(v1::INCIDENT_QUARANTINE) == 1);
  };
  holds_nothing();
  net.restart(net.point);
  net.come_back(net.point);
  holds_nothing();
}

TEST_CASE("a box obeys nothing in its own journal that is not its to write", "[edge-agent][node][X5]") {
  Usurper net;
  auto obeys_nothing = [&net](const Box& box, std::size_t people) {
    const edge::PointState& state = box.node->state();
    CHECK(state.credentials.rows().empty());
    CHECK(state.erasures.rows().empty());
    CHECK(state.leases.rows().empty());
    CHECK(state.book(net.shift).held().empty());
    CHECK(state.practitioners.rows().size() == people);
  };
  const std::size_t people = net.point.node->state().practitioners.rows().size();
  net.append_all();
  obeys_nothing(net.point, people);
  net.come_back(net.point);
  obeys_nothing(net.point, people);
  net.restart(net.point);
  obeys_nothing(net.point, people);
  net.come_back(net.point);
  CHECK(net.same_state(net.point));
  CHECK(net.incidents(v1::INCIDENT_HASH) == 0);

  // Nor one that does not know yet which node central is; and what is its own it obeys.
  Box& fresh = net.add_point("Mill");
  append_act(net, fresh, v1::LEASE, v1::LEASED, lease_of_all(net.shift, fresh.identity.point));
  v1::Patient patient;
  patient.set_given_name("Ivan");
  const Uuid ivan = append_act(net, fresh, v1::PATIENT, v1::REGISTERED, patient);
  REQUIRE(fresh.node->link().feed().central().is_nil());
  obeys_nothing(fresh, 0);
  CHECK(fresh.node->state().patients.find(ivan));
}

TEST_CASE("a central that was killed before it reported a misplaced record reports it when it starts, once",
          "[central][node][X5][N10]") {
  Usurper net;
  v1::Practitioner person;
  person.add_points(net.other.identity.point.to_octets());
  net.append(v1::PRACTITIONER, v1::REGISTERED, person);
  net.connect(net.point);
  net.lose = [&](v1::Frame& frame) {
    if (frame.has_batch()) net.ledger->hold();
    return false;
  };
  net.settle();
  REQUIRE(net.ledger->waiting() == 1);
  const std::uint64_t held = net.held(net.point);
  net.ledger->step();
  REQUIRE(net.held(net.point) > held);
  REQUIRE(net.ledger->waiting() == 1);  // The incident.
  net.ledger->lose();
  net.lose = [](v1::Frame&) { return false; };
  for (int i = 0; i < 2; ++i) {
    net.restart_central();
    CHECK(net.said_of(v1::PRACTITIONER) == 1);
  }
  net.come_back(net.point);
  CHECK(net.said_of(v1::PRACTITIONER) == 1);
  CHECK(net.same_state(net.point));
}

TEST_CASE("each kind of subject has its writers, and what a newer version writes is kept",
          "[central][node][X5]") {
  CHECK(author_of(v1::CREDENTIAL) == Author::central);
  CHECK(author_of(v1::GIVE_BACK) == Author::points);
  CHECK(author_of(v1::APPOINTMENT) == Author::all);
  CHECK_FALSE(author_of(static_cast<v1::EntityType>(500)));
  const auto* kinds = v1::EntityType_descriptor();
  for (int i = 0; i < kinds->value_count(); ++i) {
    const auto kind = static_cast<v1::EntityType>(kinds->value(i)->number());
    INFO(kinds->value(i)->name());
    CHECK(author_of(kind).has_value() == (kind != v1::ENTITY_UNSPECIFIED));
  }
}

}  // namespace feldsher::testing
