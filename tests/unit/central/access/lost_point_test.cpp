#include "central/access/lost_point.hpp"

#include <catch2/catch_test_macros.hpp>

#include "central/feed/feed_deriver.hpp"
#include "protocol/civil/days.hpp"
#include "tests/support/world/clinic.hpp"

namespace feldsher::central {
namespace {

using testing::monday_8;

constexpr std::int64_t a_day = 24 * 60;

/// One point and its feed, from Monday on; days begin, and its box acts, when the test says so.
struct PointOfDays {
  PointOfDays() {
    clinic.found_point("Embankment", testing::point_node_of_tests);
    feeds.begin(testing::point_node_of_tests, 1);
    gp = clinic.service("General practitioner");
    ada = clinic.doctor("Ada");
    room = clinic.room("12");
    pass_to(0);
  }
  static std::string day(int days) { return days_after("2026-11-23", days); }
  /// The day that is so many days after Monday begins.
  void pass_to(int days) {
    present = days;
    v1::Day begins;
    begins.set_day(day(days));
    begins.set_zone("Europe/Kyiv");
    begins.set_minute(monday_8 - 8 * 60 + days * a_day);
    clinic.publish(v1::DAY, testing::central_of_tests.uuid, v1::CHANGED, begins);
  }
  void apply(const Record& record) {
    state.apply(record);
    feeds.apply(record);
  }
  Instant now() const {
    return {.wall_ms = (monday_8 + present * a_day) * testing::ms_a_minute,
            .since_boot_ms = 1 + static_cast<std::uint64_t>(present),
            .boot = 1,
            .trust = v1::SYNCHRONISED};
  }
  /// The box writes an act today, and central has it today: so the box has its feed.
  Uuid acts(v1::EntityType type, v1::Verb verb, const google::protobuf::MessageLite& message) {
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_SYSTEM);
    draft.actor.set_id(Uuid{}.to_octets());
    draft.subject = {type, clinic.id()};
    draft.verb = verb;
    draft.message = message.SerializeAsString();
    apply(box.seal(v1::ACTS, {&draft, 1}, now()).front());
    return draft.subject.id;
  }
  void is_heard() {
    v1::RoomState ready;
    ready.set_point(clinic.point.to_octets());
    acts(v1::ROOM_STATE, v1::CHANGED, ready);
  }
  Uuid booked(int days) {
    const Uuid patient = clinic.patient("Олена"),
               shift = clinic.shift(ada, room, days * a_day, days * a_day + 480);
    clinic.appointment(patient, shift, gp, days * a_day + 60);
    return patient;
  }
  Uuid visited(int days) {
    const Uuid patient = clinic.patient("Іван");
    v1::Visit visit;
    visit.set_patient(patient.to_octets());
    visit.set_point(clinic.point.to_octets());
    visit.set_day(day(days));
    visit.set_status(v1::VISIT_FINISHED);
    acts(v1::VISIT, v1::ARRIVED, visit);
    return patient;
  }
  Uuid wears(const Uuid& device, std::int64_t from_ms) { return wears(device, from_ms, clinic.id()); }
  Uuid wears(const Uuid& device, std::int64_t from_ms, const Uuid& custody_id) {
    const Uuid patient = clinic.patient("Марія");
    v1::Custody custody;
    custody.set_device(device.to_octets());
    custody.set_patient(patient.to_octets());
    custody.set_home_node(testing::point_node_of_tests.to_octets());
    custody.set_from_ms(from_ms);
    clinic.publish(v1::CUSTODY, custody_id, v1::REGISTERED, custody);
    return patient;
  }
  std::set<Uuid> told() const { return people_in_scope(state, clinic.point); }
  /// Who is in the point's own feed.
  std::set<Uuid> fed() {
    std::set<Uuid> people;
    for (const auto& [subject, record] : feeds.feed(testing::point_node_of_tests).scope().all())
      if (subject.type == v1::PATIENT) people.insert(subject.id);
    return people;
  }

  int present = 0;
  testing::SeededRandom random{5};
  NetworkState state{testing::central_of_tests};
  FeedDeriver feeds{testing::central_of_tests};
  testing::FeedPen pen{testing::tenant_of_tests, testing::central_of_tests};
  JournalWriter box{testing::tenant_of_tests, testing::point_node_of_tests, Epoch{1}, random};
  testing::Clinic clinic{[this](const Draft& draft) { apply(pen.write(draft)); }};
  Uuid gp, ada, room;
};

}  // namespace

TEST_CASE("whoever is in the feed of a lost point is told, on every day and to its edges",
          "[central][access][X6]") {
  PointOfDays net;
  for (const int days : {-8, -7, 0, 30, 31, 45}) net.booked(days);
  for (const int days : {-31, -30, -1}) net.visited(days);
  net.wears(net.clinic.id(), 1000);
  for (int days = 0; days < 60; ++days) {
    net.pass_to(days);
    net.is_heard();
    INFO("day " << days);
    CHECK(net.told() == net.fed());
  }
}

TEST_CASE("a booking of seven days ago counts for its whole day, one of the day before does not",
          "[central][access][X6]") {
  PointOfDays net;
  const Uuid in = net.booked(-7), out = net.booked(-8);
  net.is_heard();
  CHECK(net.told() == std::set{in});
  CHECK_FALSE(net.told().contains(out));
}

TEST_CASE("a box that was cut off three weeks ago gives away whom it held then", "[central][access][X6]") {
  PointOfDays net;
  const Uuid booked = net.booked(-5), visited = net.visited(-29), long_ago = net.booked(-40);
  const Uuid device = net.clinic.id(), wore = net.wears(device, 1000);
  net.is_heard();
  net.pass_to(1);
  net.wears(device, 2000);  // She gave it back, and the box was not told any more.
  net.pass_to(21);
  const Uuid later = net.booked(40);
  REQUIRE_FALSE(net.fed().contains(booked));
  REQUIRE_FALSE(net.fed().contains(wore));
  const auto told = net.told();
  CHECK(told.contains(booked));
  CHECK(told.contains(visited));
  CHECK(told.contains(wore));
  // It is not known when it heard last, only when it acted: whom it may have heard of since is told too.
  CHECK(told.contains(later));
  CHECK_FALSE(told.contains(long_ago));
}

TEST_CASE("who wore a device before the point was last heard of is not told", "[central][access][X6]") {
  PointOfDays net;
  const Uuid device = net.clinic.id(), former = net.wears(device, 1000), present = net.wears(device, 2000);
  net.pass_to(10);
  net.is_heard();
  CHECK(net.told() == std::set{present});
  CHECK_FALSE(net.told().contains(former));
}

TEST_CASE("who wore a device before a custody that went on to another one is not told either",
          "[central][access][X6]") {
  PointOfDays net;
  const Uuid device = net.clinic.id(), custody = net.clinic.id(), former = net.wears(device, 1000);
  net.wears(device, 2000, custody);
  const Uuid present = net.wears(net.clinic.id(), 3000, custody);
  net.pass_to(10);
  net.is_heard();
  CHECK(net.told() == net.fed());
  CHECK(net.told() == std::set{present});
  CHECK_FALSE(net.told().contains(former));
}

TEST_CASE("a request for somebody names them to the point that is asked, and to the one that asks",
          "[central][access][X6]") {
  PointOfDays net;
  const NodeId elsewhere{net.clinic.id()};
  const Uuid shift = net.clinic.shift(net.ada, net.room);
  const auto wanted = [&] { return net.clinic.wanted(net.clinic.patient("Ганна"), shift, net.gp, 60); };
  const v1::Appointment here = wanted(), by_the_point = wanted(), of_others = wanted();
  net.clinic.request(v1::REQUEST_BOOK, net.clinic.id(), here, testing::point_node_of_tests);
  net.clinic.request(v1::REQUEST_BOOK, net.clinic.id(), of_others, elsewhere);
  v1::Request asked;
  asked.set_kind(v1::REQUEST_BOOK);
  *asked.mutable_wanted() = by_the_point;
  asked.set_owner(testing::central_of_tests.to_octets());
  net.acts(v1::REQUEST, v1::ASKED, asked);
  const auto id = [](const v1::Appointment& of) { return *Uuid::from_octets(of.patient()); };
  CHECK(net.told() == std::set{id(here), id(by_the_point)});
  net.pass_to(8);
  net.is_heard();
  CHECK(net.told().empty());
}

TEST_CASE("before central has said a day everybody whom the point was told of counts",
          "[central][access][X6]") {
  NetworkState state(testing::central_of_tests);
  testing::FeedPen pen{testing::tenant_of_tests, testing::central_of_tests};
  testing::Clinic clinic{[&](const Draft& draft) { state.apply(pen.write(draft)); }};
  clinic.found_point("Embankment", testing::point_node_of_tests);
  const Uuid gp = clinic.service("General practitioner"), patient = clinic.patient("Олена");
  const Uuid shift = clinic.shift(clinic.doctor("Ada"), clinic.room("12"), 100 * a_day, 100 * a_day + 480);
  clinic.appointment(patient, shift, gp, 100 * a_day + 60);
  CHECK(people_in_scope(state, clinic.point) == std::set{patient});
}

TEST_CASE("with a lost point its certificates, pass keys and codes end, and no other's",
          "[central][access][revocation][X6]") {
  PointOfDays net;
  const PointId other = net.clinic.found_point("Lindens", NodeId{net.clinic.id()});
  net.booked(0);
  std::map<Uuid, bool> ends;  // Every certificate, key and code here, and whether it is this point's.
  for (const PointId& point : {net.clinic.point, other}) {
    const bool is_lost = point == net.clinic.point;
    for (const auto kind : {v1::CREDENTIAL_NODE, v1::CREDENTIAL_AGENT, v1::CREDENTIAL_BROKER,
                            v1::CREDENTIAL_TERMINAL, v1::CREDENTIAL_DEVICE}) {
      v1::Credential certificate;
      certificate.set_kind(kind);
      certificate.set_point(point.to_octets());
      certificate.set_serial(net.clinic.id().to_octets());
      const Uuid id = net.clinic.id();
      net.clinic.publish(v1::CREDENTIAL, id, v1::REGISTERED, certificate);
      ends[id] = is_lost;
    }
    v1::PassKey key;
    key.set_public_key(Octets(32, is_lost ? 'a' : 'b'));
    key.set_point(point.to_octets());
    const Uuid key_id = net.clinic.id();
    net.clinic.publish(v1::PASS_KEY, key_id, v1::REGISTERED, key);
    ends[key_id] = is_lost;
    for (const auto status : {v1::CODE_OPEN, v1::CODE_USED}) {
      v1::Enrolment code;
      code.set_point(point.to_octets());
      code.set_status(status);
      const Uuid id = net.clinic.id();
      net.clinic.publish(v1::ENROLMENT, id, v1::REGISTERED, code);
      ends[id] = is_lost && status == v1::CODE_OPEN;
    }
  }
  const auto central_key = net.clinic.pass_key(Octets(32, 'c'));
  AccessBy by;
  by.actor.set_kind(v1::ACTOR_STAFF);
  by.actor.set_id(net.clinic.id().to_octets());
  by.now = net.now();
  std::size_t ended = 0, disclosed = 0;
  for (const Draft& draft : lose_point(net.state, net.clinic.point, by, net.random)) {
    if (draft.subject.type == v1::DISCLOSURE)
      ++disclosed;
    else {
      CHECK(ends[draft.subject.id]);
      ++ended;
    }
    net.apply(net.pen.write(draft));
  }
  CHECK(ended == 5 + 1 + 1);
  CHECK(disclosed == 1);
  CHECK_FALSE(net.state.pass_keys.find(central_key)->state.retired());
  for (const auto& [id, is_over] : ends) {
    if (const auto* row = net.state.credentials.find(id)) CHECK(row->state.revoked() == is_over);
    if (const auto* row = net.state.pass_keys.find(id)) CHECK(row->state.retired() == is_over);
    if (const auto* row = net.state.enrolments.find(id))
      CHECK((row->state.status() == v1::CODE_DEAD) == is_over);
  }
  // What is over is not ended again.
  for (const Draft& draft : lose_point(net.state, net.clinic.point, by, net.random))
    CHECK(draft.subject.type == v1::DISCLOSURE);
}

TEST_CASE("a screen or gateway that was issued for no point is listed until somebody revokes it by its name",
          "[central][access][revocation][X6]") {
  PointOfDays net;
  const PointId other = net.clinic.found_point("Lindens", NodeId{net.clinic.id()});
  v1::Point named = net.state.points.find(other.uuid)->state;
  named.set_short_name("lindens");
  net.clinic.publish(v1::POINT, other.uuid, v1::CHANGED, named);
  const auto issued = [&](v1::CredentialKind kind, const char* name, const std::optional<PointId>& point) {
    v1::Credential certificate;
    certificate.set_kind(kind);
    certificate.set_name(name);
    if (point) certificate.set_point(point->to_octets());
    certificate.set_serial(net.clinic.id().to_octets());
    net.clinic.publish(v1::CREDENTIAL, net.clinic.id(), v1::REGISTERED, certificate);
    return certificate.serial();
  };
  const auto write = [&](const std::vector<Draft>& drafts) {
    for (const Draft& draft : drafts) net.apply(net.pen.write(draft));
    return drafts.size();
  };
  AccessBy by{.actor = {}, .now = net.now()};
  by.actor.set_kind(v1::ACTOR_STAFF);
  by.actor.set_id(net.clinic.id().to_octets());
  const auto screen = issued(v1::CREDENTIAL_TERMINAL, "board-9", {});
  const auto gateway = issued(v1::CREDENTIAL_DEVICE, "gateway-9", {});
  issued(v1::CREDENTIAL_TERMINAL, "board-9", net.clinic.point);
  issued(v1::CREDENTIAL_TERMINAL, "board-9", other);
  issued(v1::CREDENTIAL_DEVICE, "board-9", other);  // Of another kind: --terminal does not mean it.
  issued(v1::CREDENTIAL_DEVICE, "gateway-1", net.clinic.point);
  for (const auto kind : {v1::CREDENTIAL_NODE, v1::CREDENTIAL_AGENT, v1::CREDENTIAL_STANDBY})
    issued(kind, "neither", {});

  CHECK(write(lose_point(net.state, net.clinic.point, by, net.random)) == 2);
  const OfNoPoint of_screen{
      .kind = v1::CREDENTIAL_TERMINAL, .name = "board-9", .serial = screen, .also_at = {"lindens"}};
  const OfNoPoint of_gateway{.kind = v1::CREDENTIAL_DEVICE, .name = "gateway-9", .serial = gateway};
  CHECK(of_no_point(net.state) == std::vector{of_screen, of_gateway});

  CHECK(write(revoke(net.state, {.kinds = {v1::CREDENTIAL_DEVICE}, .name = "gateway-9", .point = {}}, by)) ==
        1);
  CHECK(of_no_point(net.state) == std::vector{of_screen});
  // The other point's of that name goes with it, as was said.
  CHECK(write(revoke(net.state, {.kinds = {v1::CREDENTIAL_TERMINAL}, .name = "board-9", .point = {}}, by)) ==
        2);
  CHECK(of_no_point(net.state).empty());
}

}  // namespace feldsher::central
