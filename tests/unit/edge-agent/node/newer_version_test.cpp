// What a newer version says and this one does not know: kept, chained, acknowledged, passed on, counted.
#include "tests/unit/edge-agent/node/point_world.hpp"

namespace feldsher::testing {
namespace {

constexpr auto newer_verb = static_cast<v1::Verb>(900);
constexpr auto newer_type = static_cast<v1::EntityType>(901);
constexpr int newer_field = 1'000;
const std::string newer_words = "what only a newer version knows";

void add_newer_field(google::protobuf::Message& state) {
  state.GetReflection()->MutableUnknownFields(&state)->AddLengthDelimited(newer_field, newer_words);
}
bool has_newer_field(const google::protobuf::Message& state) {
  const auto& unknown = state.GetReflection()->GetUnknownFields(state);
  for (int i = 0; i < unknown.field_count(); ++i)
    if (unknown.field(i).number() == newer_field) return unknown.field(i).length_delimited() == newer_words;
  return false;
}

Draft newer(v1::EntityType type, const Uuid& id, const google::protobuf::Message& state) {
  Draft draft;
  draft.actor.set_kind(static_cast<v1::ActorKind>(902));
  draft.proof = static_cast<v1::Proof>(903);
  draft.subject = {type, id};
  draft.verb = newer_verb;
  draft.schema = 2;
  draft.message = state.SerializeAsString();
  return draft;
}

/// The records of a store about a subject, in intake order.
std::vector<Record> about(MemoryStore& store, const SubjectKey& subject) {
  std::vector<Record> found;
  store.replay(0, [&](std::uint64_t, Record&& record) {
    if (record.subject == subject) found.push_back(std::move(record));
  });
  return found;
}

struct MixedVersions : PointWorld {
  /// As a point of a newer version would write it.
  void write_at_point(const Draft& draft) {
    point.node->write(v1::ACTS, {draft}, {}, [] {});
    settle();
  }
  central::PointStatus status() const {
    for (const central::PointStatus& each : central->points())
      if (each.node == point.identity.node) return each;
    FAIL("no such point");
    return {};
  }
  std::uint64_t acts() const { return status().acts; }
};

}  // namespace

TEST_CASE(
    "a point's record of a type and verb that nobody here knows is stored, chained, acknowledged, counted",
    "[edge-agent][versions][X11]") {
  MixedVersions net;
  const std::uint64_t acts = net.acts(), held = net.held(net.point);
  const SubjectKey subject{newer_type, net.clinic->id()};
  v1::Room state;
  add_newer_field(state);
  net.write_at_point(newer(subject.type, subject.id, state));
  net.ask(net.point, "checkin-1", net.walk_in());
  net.settle();

  const auto there = about(net.point.store, subject), here = about(net.store, subject);
  REQUIRE(there.size() == 1);
  REQUIRE(here.size() == 1);
  CHECK(here[0].stored.hash == there[0].stored.hash);
  CHECK(here[0].stored.body == there[0].stored.body);
  CHECK(here[0].header.verb() == newer_verb);
  // What came after it is there too: nothing waits for a version that knows it.
  CHECK(net.held(net.point) == held + 3);
  CHECK(net.acts() == acts + 3);
  CHECK(net.point.node->view().acts_unsynced() == 0);
  CHECK(net.central->state().incidents.rows().empty());
  CHECK(net.same_state(net.point));

  net.restart_central();
  net.restart(net.point);
  net.connect(net.point);
  net.settle();
  CHECK(net.acts() == acts + 3);
  CHECK(net.central->state().current(subject) == here[0].key);
  CHECK(net.point.node->state().current(subject) == here[0].key);
  CHECK(net.same_state(net.point));
}

TEST_CASE("central's record with a newer verb, value and field reaches its point whole",
          "[central][feed][versions][X11]") {
  MixedVersions net;
  v1::Appointment state = net.central->state().appointments.find(net.at_nine)->state;
  add_newer_field(state);
  state.set_status(static_cast<v1::AppointmentStatus>(904));
  net.central->write({newer(v1::APPOINTMENT, net.at_nine, state)}, [] {});
  net.settle();

  const auto* row = net.point.node->state().appointments.find(net.at_nine);
  REQUIRE(row);
  CHECK(row->verb == newer_verb);
  CHECK(static_cast<int>(row->state.status()) == 904);
  CHECK(has_newer_field(row->state));
  CHECK(net.status().feed_acknowledged == net.status().feed_items);
  CHECK(net.same_state(net.point));

  net.restart(net.point);
  net.connect(net.point);
  net.settle();
  CHECK(has_newer_field(net.point.node->state().appointments.find(net.at_nine)->state));
  CHECK(net.same_state(net.point));
}

TEST_CASE("a point that changes a subject keeps the fields that it does not know",
          "[edge-agent][versions][X11]") {
  MixedVersions net;
  net.ask(net.point, "checkin-1", net.walk_in());
  const auto& tickets = net.point.node->state().tickets.rows();
  REQUIRE(tickets.size() == 1);
  const Uuid id = tickets.begin()->first;
  v1::Ticket ticket = tickets.begin()->second.state;
  const Uuid visit_id = *Uuid::from_octets(ticket.visit());
  v1::Visit visit = net.point.node->state().visits.find(visit_id)->state;
  add_newer_field(ticket);
  add_newer_field(visit);
  net.write_at_point(newer(v1::TICKET, id, ticket));
  net.write_at_point(newer(v1::VISIT, visit_id, visit));

  REQUIRE(net.ask(net.point, "room-1", net.call_next()));
  net.settle();
  const auto* called = net.point.node->state().tickets.find(id);
  REQUIRE(called->state.status() == v1::TICKET_CALLED);
  CHECK(has_newer_field(called->state));
  CHECK(has_newer_field(net.central->state().tickets.find(id)->state));

  v1::Ask serve;
  serve.set_session(net.adas);
  serve.mutable_serve()->set_ticket(id.to_octets());
  net.ask(net.point, "room-1", serve);
  net.settle();
  CHECK(net.point.node->state().tickets.find(id)->state.status() == v1::TICKET_SERVING);
  CHECK(net.point.node->state().visits.find(visit_id)->verb == v1::STARTED);
  CHECK(has_newer_field(net.central->state().tickets.find(id)->state));
  CHECK(has_newer_field(net.central->state().visits.find(visit_id)->state));
}

TEST_CASE("central that changes a subject keeps the fields that it does not know",
          "[central][versions][X11]") {
  MixedVersions net;
  v1::Appointment state = net.central->state().appointments.find(net.at_nine)->state;
  add_newer_field(state);
  net.central->write({newer(v1::APPOINTMENT, net.at_nine, state)}, [] {});
  bool done = false;
  net.central->cancel(net.at_nine, net.central->self(), v1::PROOF_TOKEN,
                      [&](auto outcome) { done = outcome.has_value(); });
  net.settle();
  REQUIRE(done);
  const auto* cancelled = net.central->state().appointments.find(net.at_nine);
  CHECK(cancelled->state.status() == v1::APPOINTMENT_CANCELLED);
  CHECK(has_newer_field(cancelled->state));
  CHECK(has_newer_field(net.point.node->state().appointments.find(net.at_nine)->state));
}

}  // namespace feldsher::testing
