#include <catch2/catch_test_macros.hpp>

#include "central/feed/feed_deriver.hpp"
#include "protocol/civil/days.hpp"
#include "tests/support/world/clinic.hpp"

namespace feldsher::central {
namespace {

using testing::monday_8;

constexpr std::int64_t a_day = 24 * 60;

/// One point, whose feed is begun, on Monday; days begin when the test says so.
struct DayByDay {
  DayByDay() {
    clinic.found_point("Embankment", testing::point_node_of_tests);
    feeds.begin(testing::point_node_of_tests, 1);
    gp = clinic.service("General practitioner");
    ada = clinic.doctor("Ada");
    room = clinic.room("12");
    pass_to(0);
  }
  /// The day that is so many days after Monday begins.
  void pass_to(int days) {
    v1::Day day;
    day.set_day(days_after("2026-11-23", days));
    day.set_zone("Europe/Kyiv");
    day.set_minute(monday_8 - 8 * 60 + days * a_day);
    clinic.publish(v1::DAY, testing::central_of_tests.uuid, v1::CHANGED, day);
  }
  Uuid appointment(const Uuid& patient, int days) {
    const Uuid shift = clinic.shift(ada, room, days * a_day, days * a_day + 480);
    return clinic.appointment(patient, shift, gp, days * a_day + 60);
  }
  Uuid visit(const Uuid& patient, int days, v1::VisitStatus status = v1::VISIT_FINISHED) {
    v1::Visit visit;
    visit.set_patient(patient.to_octets());
    visit.set_point(clinic.point.to_octets());
    visit.set_day(days_after("2026-11-23", days));
    visit.set_status(status);
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_SYSTEM);
    draft.actor.set_id(Uuid{}.to_octets());
    draft.subject = {v1::VISIT, clinic.id()};
    draft.verb = v1::ARRIVED;
    draft.message = visit.SerializeAsString();
    apply(points_pen.write(draft));
    return draft.subject.id;
  }
  Uuid custody(const Uuid& device, const std::optional<Uuid>& patient, std::int64_t from_ms) {
    v1::Custody custody;
    custody.set_device(device.to_octets());
    if (patient) custody.set_patient(patient->to_octets());
    custody.set_home_node(testing::point_node_of_tests.to_octets());
    custody.set_from_ms(from_ms);
    const Uuid id = clinic.id();
    clinic.publish(v1::CUSTODY, id, v1::REGISTERED, custody);
    return id;
  }
  void apply(Record record) {
    records.push_back(record);
    feeds.apply(record);
  }
  sync::FeedLog& feed() { return feeds.feed(testing::point_node_of_tests); }
  bool has(v1::EntityType type, const Uuid& id) { return feed().in_scope({type, id}); }
  v1::FeedKind last_item() { return feed().batch(feed().last()).items(0).kind(); }

  FeedDeriver feeds{testing::central_of_tests};
  testing::FeedPen pen{testing::tenant_of_tests, testing::central_of_tests};
  testing::FeedPen points_pen{testing::tenant_of_tests, testing::point_node_of_tests};
  std::vector<Record> records;
  testing::Clinic clinic{[this](const Draft& draft) { apply(pen.write(draft)); }};
  Uuid gp, ada, room;
};

}  // namespace

TEST_CASE("a patient is in scope from thirty days before an appointment to seven days after it",
          "[central][feed][X5]") {
  DayByDay net;
  const Uuid olena = net.clinic.patient("Олена");
  const Uuid appointment = net.appointment(olena, 40);
  auto both = [&] { return net.has(v1::PATIENT, olena) + net.has(v1::APPOINTMENT, appointment); };
  CHECK(both() == 0);
  net.pass_to(9);
  CHECK(both() == 0);
  net.pass_to(10);
  CHECK(both() == 2);
  net.pass_to(47);
  CHECK(both() == 2);
  net.pass_to(48);
  CHECK(both() == 0);
  CHECK(net.last_item() == v1::FEED_LEAVE);
}

TEST_CASE("a patient who was there stays in scope for thirty days", "[central][feed][X5]") {
  DayByDay net;
  const Uuid olena = net.clinic.patient("Олена"), ivan = net.clinic.patient("Іван");
  net.visit(olena, 0);
  net.visit(ivan, 0, v1::VISIT_UNDONE);
  CHECK(net.has(v1::PATIENT, olena));
  CHECK_FALSE(net.has(v1::PATIENT, ivan));
  net.pass_to(30);
  CHECK(net.has(v1::PATIENT, olena));
  net.pass_to(31);
  CHECK_FALSE(net.has(v1::PATIENT, olena));
}

TEST_CASE("who wears a device is in scope until somebody else gets it", "[central][feed][X5]") {
  DayByDay net;
  const Uuid olena = net.clinic.patient("Олена"), ivan = net.clinic.patient("Іван"), device = net.clinic.id();
  net.clinic.publish(v1::DEVICE, device, v1::REGISTERED, v1::Device());
  const Uuid first = net.custody(device, olena, 1000);
  net.pass_to(200);
  CHECK(net.has(v1::PATIENT, olena));
  const Uuid second = net.custody(device, ivan, 2000);
  CHECK(net.has(v1::PATIENT, ivan));
  net.pass_to(201);
  CHECK_FALSE(net.has(v1::PATIENT, olena));
  CHECK_FALSE(net.has(v1::CUSTODY, first));
  CHECK(net.has(v1::CUSTODY, second));
  net.custody(device, std::nullopt, 3000);
  net.pass_to(202);
  CHECK_FALSE(net.has(v1::PATIENT, ivan));
  CHECK(net.has(v1::DEVICE, device));  // In the drawer, and still this point's.
}

TEST_CASE("a request for somebody leaves when its time is long over, an answer stays",
          "[central][feed][X5]") {
  DayByDay net;
  const Uuid olena = net.clinic.patient("Олена");
  const Uuid shift = net.clinic.shift(net.ada, net.room);
  const Uuid request =
      net.clinic.request(v1::REQUEST_BOOK, net.clinic.id(), net.clinic.wanted(olena, shift, net.gp, 60),
                         testing::point_node_of_tests);
  const Uuid cancel =
      net.clinic.request(v1::REQUEST_CANCEL, net.clinic.id(), {}, testing::point_node_of_tests);
  const Uuid answer = net.clinic.answer(net.clinic.id(), v1::OUTCOME_TAKEN, testing::point_node_of_tests);
  net.pass_to(7);
  CHECK(net.has(v1::REQUEST, request));
  net.pass_to(8);
  CHECK_FALSE(net.has(v1::REQUEST, request));
  CHECK(net.has(v1::REQUEST, cancel));
  CHECK(net.has(v1::REQUEST_ANSWER, answer));
}

TEST_CASE("one reason is enough to stay, and a clock that was put right brings people back",
          "[central][feed][X5]") {
  DayByDay net;
  const Uuid olena = net.clinic.patient("Олена"), ivan = net.clinic.patient("Іван");
  net.appointment(olena, 0);
  net.appointment(olena, 20);
  const Uuid ivans = net.appointment(ivan, 1);
  net.pass_to(12);
  CHECK(net.has(v1::PATIENT, olena));
  CHECK_FALSE(net.has(v1::PATIENT, ivan));
  net.pass_to(1);
  CHECK(net.has(v1::PATIENT, ivan));
  CHECK(net.has(v1::APPOINTMENT, ivans));
}

TEST_CASE("who returns after the scope was left is told of anew", "[central][feed][X5]") {
  DayByDay net;
  const Uuid olena = net.clinic.patient("Олена");
  net.appointment(olena, 0);
  net.pass_to(20);
  REQUIRE_FALSE(net.has(v1::PATIENT, olena));
  const std::uint64_t before = net.feed().last();
  v1::Patient changed;
  changed.set_given_name("Олена");
  net.clinic.publish(v1::PATIENT, olena, v1::CHANGED, changed);
  CHECK(net.feed().last() == before);  // Nobody's business here.
  net.appointment(olena, 25);
  CHECK(net.has(v1::PATIENT, olena));
}

TEST_CASE("the same days and records give the same items, and a feed that begins anew the same scope",
          "[central][feed][X5][N10]") {
  DayByDay net;
  for (int day = 0; day < 50; ++day) {
    net.pass_to(day);
    const Uuid patient = net.clinic.patient("П");
    net.appointment(patient, day + day % 3 * 20);
    if (day % 2 == 0) net.visit(patient, day);
  }
  FeedDeriver again(testing::central_of_tests);
  for (const Record& record : net.records) {
    again.apply(record);
    if (again.applied() == 1) again.begin(testing::point_node_of_tests, 1);
  }
  sync::FeedLog& twin = again.feed(testing::point_node_of_tests);
  CHECK(twin.last() == net.feed().last());
  CHECK(twin.batch(1, 1 << 24).SerializeAsString() == net.feed().batch(1, 1 << 24).SerializeAsString());
  const Digest scope = net.feed().scope().hash();
  net.feeds.begin(testing::point_node_of_tests, 2);
  CHECK(net.feed().scope().hash() == scope);
}

TEST_CASE("a certificate that was revoked leaves a week after its end, one whose end nobody knows stays",
          "[central][feed][X6]") {
  DayByDay net;
  const auto revoked = [&](int ends_after_days) {
    v1::Credential credential;
    credential.set_kind(v1::CREDENTIAL_TERMINAL);
    if (ends_after_days >= 0) credential.set_not_after_s((monday_8 + ends_after_days * a_day) * 60);
    credential.set_revoked(true);
    const Uuid id = net.clinic.id();
    net.clinic.publish(v1::CREDENTIAL, id, v1::REVOKED, credential);
    return id;
  };
  const Uuid ends = revoked(10), endless = revoked(-1);
  net.pass_to(10);
  CHECK(net.has(v1::CREDENTIAL, ends));
  net.pass_to(17);
  CHECK(net.has(v1::CREDENTIAL, ends));
  net.pass_to(18);
  CHECK_FALSE(net.has(v1::CREDENTIAL, ends));
  CHECK(net.has(v1::CREDENTIAL, endless));
  const Uuid late = revoked(3);  // It can open no door any more.
  CHECK_FALSE(net.has(v1::CREDENTIAL, late));
  net.pass_to(12);  // The clock was ahead.
  CHECK(net.has(v1::CREDENTIAL, ends));
  CHECK(net.has(v1::CREDENTIAL, endless));
  const Digest scope = net.feed().scope().hash();
  net.feeds.begin(testing::point_node_of_tests, 2);
  CHECK(net.feed().scope().hash() == scope);
}

TEST_CASE("before central has said a day nothing leaves by time", "[central][feed][N10]") {
  DayByDay net;
  FeedDeriver without(testing::central_of_tests);
  net.appointment(net.clinic.patient("Олена"), 100);
  for (const Record& record : net.records)
    if (record.subject.type != v1::DAY) {
      without.apply(record);
      if (without.applied() == 1) without.begin(testing::point_node_of_tests, 1);
    }
  CHECK(without.feed(testing::point_node_of_tests).last() == net.feed().last() + 2);
}

TEST_CASE("what a point says of the day moves no scope", "[central][feed][X5]") {
  DayByDay net;
  const Uuid olena = net.clinic.patient("Олена");
  net.appointment(olena, 0);
  v1::Day far;
  far.set_day("2030-01-01");
  far.set_minute(monday_8 + 2000 * a_day);
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_SYSTEM);
  draft.actor.set_id(Uuid{}.to_octets());
  draft.subject = {v1::DAY, testing::central_of_tests.uuid};
  draft.verb = v1::CHANGED;
  draft.message = far.SerializeAsString();
  net.apply(net.points_pen.write(draft));
  CHECK(net.has(v1::PATIENT, olena));
}

TEST_CASE("a feed tells of a patient what the point may know, and nothing else", "[central][feed][X5]") {
  // A field that is added here goes to every point where the person is in scope: AUTHORITY.md lists what may.
  const std::set<std::string> may{"family_name", "given_name", "birth_date", "phone", "language", "verified"};
  std::set<std::string> has;
  for (int i = 0; i < v1::Patient::descriptor()->field_count(); ++i)
    has.insert(v1::Patient::descriptor()->field(i)->name());
  CHECK(has == may);
}

}  // namespace feldsher::central
