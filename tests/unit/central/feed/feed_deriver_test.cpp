#include "central/feed/feed_deriver.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/world/clinic.hpp"

namespace feldsher::central {
namespace {

using testing::Clinic;
using testing::SeededRandom;

const NodeId lindens_node{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000bb")};

/// Two points, and the feed of the first one, begun when nothing was there yet but the points.
struct TwoPoints {
  TwoPoints() {
    clinic.found_point("Embankment", testing::point_node_of_tests);
    lindens = clinic.found_point("Lindens", lindens_node);
    feeds.begin(testing::point_node_of_tests, 1);
    feeds.begin(lindens_node, 2);
  }
  void apply(Record record) {
    records.push_back(record);
    feeds.apply(record);
  }
  sync::FeedLog& feed() { return feeds.feed(testing::point_node_of_tests); }
  bool has(v1::EntityType type, const Uuid& id) { return feed().in_scope({type, id}); }
  /// A record that the first point wrote.
  void heard(v1::EntityType type, const Uuid& id, const google::protobuf::MessageLite& state) {
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_SYSTEM);
    draft.actor.set_id(Uuid{}.to_octets());
    draft.subject = {type, id};
    draft.verb = v1::REGISTERED;
    draft.message = state.SerializeAsString();
    apply(points_pen.write(draft));
  }

  FeedDeriver feeds{testing::central_of_tests};
  testing::FeedPen pen{testing::tenant_of_tests, testing::central_of_tests};
  testing::FeedPen points_pen{testing::tenant_of_tests, testing::point_node_of_tests};
  std::vector<Record> records;
  Clinic clinic{[this](const Draft& draft) { apply(pen.write(draft)); }};
  PointId lindens;
};

}  // namespace

TEST_CASE("a point is told what is its own, and nothing of another point", "[central][feed][X5]") {
  TwoPoints network;
  const Uuid gp = network.clinic.service("General practitioner"), ada = network.clinic.doctor("Ada");
  const Uuid room = network.clinic.room("12"), shift = network.clinic.shift(ada, room);
  const Uuid lease = network.clinic.lease(shift, 0, 60);
  for (const auto& [type, id] : {std::pair(v1::SERVICE, gp),
                                 {v1::PRACTITIONER, ada},
                                 {v1::ROOM, room},
                                 {v1::SHIFT, shift},
                                 {v1::LEASE, lease},
                                 {v1::POINT, network.clinic.point.uuid}})
    CHECK(network.has(type, id));
  CHECK_FALSE(network.has(v1::POINT, network.lindens.uuid));
  CHECK(network.feeds.feed(lindens_node).scope().all().size() == 1);
}

TEST_CASE("a patient is told of where an appointment is, before it and not elsewhere",
          "[central][feed][X5]") {
  TwoPoints network;
  const Uuid gp = network.clinic.service("General practitioner"), ada = network.clinic.doctor("Ada");
  const Uuid shift = network.clinic.shift(ada, network.clinic.room("12"));
  const Uuid olena = network.clinic.patient("Олена"), ivan = network.clinic.patient("Іван");
  CHECK_FALSE(network.has(v1::PATIENT, olena));
  const std::uint64_t before = network.feed().last();
  const Uuid appointment = network.clinic.appointment(olena, shift, gp, 60);
  CHECK(network.has(v1::PATIENT, olena));
  CHECK(network.has(v1::APPOINTMENT, appointment));
  CHECK_FALSE(network.has(v1::PATIENT, ivan));
  CHECK_FALSE(network.feeds.feed(lindens_node).in_scope({v1::PATIENT, olena}));
  const v1::FeedBatch batch = network.feed().batch(before + 1);
  REQUIRE(batch.items_size() == 2);
  CHECK(batch.items(0).kind() == v1::FEED_STATE);
  CHECK(batch.items(1).kind() == v1::FEED_RECORD);
}

TEST_CASE("a patient who changes is told of again, once", "[central][feed]") {
  TwoPoints network;
  const Uuid gp = network.clinic.service("General practitioner"), ada = network.clinic.doctor("Ada");
  const Uuid olena = network.clinic.patient("Олена");
  network.clinic.appointment(olena, network.clinic.shift(ada, network.clinic.room("12")), gp, 60);
  const std::uint64_t before = network.feed().last();
  v1::Patient changed;
  changed.set_given_name("Олена");
  changed.set_phone("+380440000000");
  network.clinic.publish(v1::PATIENT, olena, v1::CHANGED, changed);
  CHECK(network.feed().last() == before + 1);
}

TEST_CASE("a subject that leaves the scope is told to be dropped, once", "[central][feed][X5]") {
  TwoPoints network;
  const Uuid ada = network.clinic.doctor("Ada");
  REQUIRE(network.has(v1::PRACTITIONER, ada));
  v1::Practitioner elsewhere;
  elsewhere.add_points(network.lindens.to_octets());
  network.clinic.publish(v1::PRACTITIONER, ada, v1::CHANGED, elsewhere);
  CHECK_FALSE(network.has(v1::PRACTITIONER, ada));
  const v1::FeedBatch batch = network.feed().batch(network.feed().last());
  CHECK(batch.items(0).kind() == v1::FEED_LEAVE);
  CHECK(batch.items(0).subject() == ada.to_octets());
  CHECK_FALSE(batch.items(0).has_record());
  const std::uint64_t before = network.feed().last();
  network.clinic.publish(v1::PRACTITIONER, ada, v1::CHANGED, elsewhere);
  CHECK(network.feed().last() == before);
  CHECK(network.feeds.feed(lindens_node).in_scope({v1::PRACTITIONER, ada}));
}

TEST_CASE("a point is not told what it wrote itself, and nobody what a feed never carries",
          "[central][feed][X5]") {
  TwoPoints network;
  const Uuid gp = network.clinic.service("General practitioner"), ada = network.clinic.doctor("Ada");
  const Uuid shift = network.clinic.shift(ada, network.clinic.room("12")),
             olena = network.clinic.patient("Олена");
  const std::uint64_t before = network.feed().last(),
                      lindens_before = network.feeds.feed(lindens_node).last();
  const Uuid booked = network.clinic.id(), visit = network.clinic.id();
  network.heard(v1::APPOINTMENT, booked, network.clinic.wanted(olena, shift, gp, 60));
  v1::Visit here;
  here.set_point(network.clinic.point.to_octets());
  network.heard(v1::VISIT, visit, here);
  CHECK_FALSE(network.has(v1::APPOINTMENT, booked));
  CHECK_FALSE(network.has(v1::VISIT, visit));
  CHECK(network.has(v1::PATIENT, olena));  // But the patient of its own booking.
  CHECK(network.feed().last() == before + 1);
  CHECK(network.feeds.feed(lindens_node).last() == lindens_before);
}

TEST_CASE("requests go to their owner, answers to who asked", "[central][feed][S1]") {
  TwoPoints network;
  const Uuid gp = network.clinic.service("General practitioner"), ada = network.clinic.doctor("Ada");
  const Uuid shift = network.clinic.shift(ada, network.clinic.room("12")),
             olena = network.clinic.patient("Олена");
  const Uuid request =
      network.clinic.request(v1::REQUEST_BOOK, network.clinic.id(),
                             network.clinic.wanted(olena, shift, gp, 60), testing::point_node_of_tests);
  const Uuid answer = network.clinic.answer(network.clinic.id(), v1::OUTCOME_TAKEN, lindens_node);
  CHECK(network.has(v1::REQUEST, request));
  CHECK_FALSE(network.has(v1::REQUEST_ANSWER, answer));
  CHECK(network.feeds.feed(lindens_node).in_scope({v1::REQUEST_ANSWER, answer}));
}

TEST_CASE("surveys and central's pass keys go everywhere, a point's key to that point",
          "[central][feed][K9]") {
  TwoPoints network;
  const Uuid survey = network.clinic.survey(), key = network.clinic.pass_key("k");
  v1::PassKey own;
  own.set_point(network.lindens.to_octets());
  const Uuid lindens_key = network.clinic.id();
  network.clinic.publish(v1::PASS_KEY, lindens_key, v1::REGISTERED, own);
  CHECK(network.has(v1::SURVEY, survey));
  CHECK(network.has(v1::PASS_KEY, key));
  CHECK_FALSE(network.has(v1::PASS_KEY, lindens_key));
  CHECK(network.feeds.feed(lindens_node).in_scope({v1::PASS_KEY, lindens_key}));
}

TEST_CASE("every point is told of a certificate that was revoked, of whichever point it is and of none",
          "[central][feed][X6]") {
  TwoPoints network;
  sync::FeedLog& lindens = network.feeds.feed(lindens_node);
  const auto says = [&](const Uuid& id, v1::CredentialKind kind, const Octets& point, bool revoked) {
    v1::Credential credential;
    credential.set_kind(kind);
    credential.set_name("checkin-1");
    credential.set_point(point);
    credential.set_serial(id.to_octets());
    credential.set_not_after_s(2'000'000'000);
    credential.set_revoked(revoked);
    network.clinic.publish(v1::CREDENTIAL, id, revoked ? v1::REVOKED : v1::REGISTERED, credential);
  };
  const Uuid of_none = network.clinic.id(), of_lindens = network.clinic.id(), of_line = network.clinic.id();
  const Octets there = network.lindens.to_octets();
  says(of_none, v1::CREDENTIAL_DEVICE, "", false);
  says(of_lindens, v1::CREDENTIAL_TERMINAL, there, false);
  says(of_line, v1::CREDENTIAL_NODE, there, false);
  // While they are good they are nobody else's business.
  CHECK_FALSE(network.has(v1::CREDENTIAL, of_none));
  CHECK_FALSE(network.has(v1::CREDENTIAL, of_lindens));
  CHECK_FALSE(lindens.in_scope({v1::CREDENTIAL, of_none}));
  CHECK(lindens.in_scope({v1::CREDENTIAL, of_lindens}));

  says(of_none, v1::CREDENTIAL_DEVICE, "", true);
  says(of_lindens, v1::CREDENTIAL_TERMINAL, there, true);
  says(of_line, v1::CREDENTIAL_NODE, there, true);
  for (const Uuid& revoked : {of_none, of_lindens}) {
    CHECK(network.has(v1::CREDENTIAL, revoked));
    CHECK(lindens.in_scope({v1::CREDENTIAL, revoked}));
  }
  // A line ends at central alone.
  CHECK_FALSE(network.has(v1::CREDENTIAL, of_line));
  CHECK_FALSE(lindens.in_scope({v1::CREDENTIAL, of_line}));
}

TEST_CASE("the same records give the same items with the same numbers", "[central][feed][N10]") {
  TwoPoints network;
  const Uuid gp = network.clinic.service("General practitioner"), ada = network.clinic.doctor("Ada");
  const Uuid shift = network.clinic.shift(ada, network.clinic.room("12"));
  for (int i = 0; i < 5; ++i) network.clinic.appointment(network.clinic.patient("П"), shift, gp, 20 * i);
  FeedDeriver again(testing::central_of_tests);
  for (const Record& record : network.records) {
    again.apply(record);
    if (again.applied() == 2) again.begin(testing::point_node_of_tests, 1);
  }
  sync::FeedLog& twin = again.feed(testing::point_node_of_tests);
  CHECK(twin.last() == network.feed().last());
  CHECK(twin.batch(1).SerializeAsString() == network.feed().batch(1).SerializeAsString());
  CHECK(twin.scope().hash() == network.feed().scope().hash());
}

TEST_CASE("a feed that begins anew holds the states of the same scope", "[central][feed][N10]") {
  TwoPoints network;
  const Uuid gp = network.clinic.service("General practitioner"), ada = network.clinic.doctor("Ada");
  const Uuid shift = network.clinic.shift(ada, network.clinic.room("12"));
  network.clinic.appointment(network.clinic.patient("Олена"), shift, gp, 60);
  network.clinic.absent_rule(3, 3, 3);
  const Digest scope = network.feed().scope().hash();
  network.feeds.begin(testing::point_node_of_tests, 9);
  CHECK(network.feed().epoch() == 9);
  CHECK(network.feed().scope().hash() == scope);
  CHECK(network.feed().last() == network.feed().scope().all().size());
  const v1::FeedBatch batch = network.feed().batch(1);
  for (const v1::FeedItem& item : batch.items()) CHECK(item.kind() == v1::FEED_STATE);
}

TEST_CASE("a body that is not what its type says is told to nobody", "[central][feed]") {
  TwoPoints network;
  const std::uint64_t before = network.feed().last();
  Draft bad;
  bad.actor.set_kind(v1::ACTOR_SYSTEM);
  bad.actor.set_id(Uuid{}.to_octets());
  bad.subject = {v1::POINT, network.clinic.point.uuid};
  bad.verb = v1::CHANGED;
  bad.message = "\xff\xff\xff";
  network.apply(network.pen.write(bad));
  CHECK(network.feed().last() == before);
  network.clinic.absent_rule(3, 3, 3);
  CHECK(network.feed().last() == before + 1);
}

TEST_CASE(
    "what an older life of a point says late about a subject goes to nobody: a younger one has moved it on",
    "[central][feed][N10]") {
  TwoPoints network;
  SeededRandom random(5);
  JournalWriter older(testing::tenant_of_tests, testing::point_node_of_tests, Epoch{9}, random),
      younger(testing::tenant_of_tests, testing::point_node_of_tests, Epoch{3}, random);
  const Uuid given = network.clinic.id(), other = network.clinic.id();
  auto says = [&](JournalWriter& life, const Uuid& appointment) {
    v1::Appointment state;
    state.set_point(network.lindens.to_octets());
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_SYSTEM);
    draft.actor.set_id(Uuid{}.to_octets());
    draft.subject = {v1::APPOINTMENT, appointment};
    draft.verb = v1::BOOKED;
    draft.message = state.SerializeAsString();
    const Record record = life.seal(v1::ACTS, {&draft, 1}, {.wall_ms = 1}).front();
    network.apply(record);
    return record.key;
  };
  const sync::FeedLog& lindens = network.feeds.feed(lindens_node);
  says(older, given);
  const RecordKey present = says(younger, given);
  const std::uint64_t items = lindens.last();
  says(older, given);
  CHECK(lindens.last() == items);
  CHECK(lindens.scope().current({v1::APPOINTMENT, given}) == present);
  const RecordKey late = says(older, other);  // Of this nobody has said anything younger.
  CHECK(lindens.scope().current({v1::APPOINTMENT, other}) == late);
  const RecordKey again = says(younger, given);
  CHECK(lindens.scope().current({v1::APPOINTMENT, given}) == again);
}

}  // namespace feldsher::central
