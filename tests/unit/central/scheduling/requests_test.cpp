#include "schedule_world.hpp"

namespace feldsher::central {
namespace {

struct Asked : OneShift {
  Uuid ask(v1::RequestKind kind, const Uuid& appointment, std::int64_t minute = 0) {
    v1::Request request;
    request.set_kind(kind);
    request.set_appointment(appointment.to_octets());
    if (kind == v1::REQUEST_BOOK) *request.mutable_wanted() = clinic.wanted(olena, shift, gp, minute);
    request.set_status(v1::REQUEST_ASKED);
    const Uuid id = clinic.id();
    hear(v1::REQUEST, id, v1::ASKED, request);
    return id;
  }
  v1::RequestOutcome outcome_of(const Uuid& request) {
    auto drafts = scheduling.answer_request(request, clock.now());
    REQUIRE_FALSE(drafts.empty());
    write(drafts);
    for (const Record& record : last_records)
      CHECK(record.header.cause().record().origin() == testing::point_node_of_tests.to_octets());
    CHECK(state.answer_to(request)->asker() == testing::point_node_of_tests.to_octets());
    return state.answer_to(request)->outcome();
  }
};

}  // namespace

TEST_CASE("central grants what a point asks for in central's minutes, and answers once",
          "[central][scheduling][S1]") {
  Asked day;
  const Uuid appointment = day.clinic.id();
  const Uuid request = day.ask(v1::REQUEST_BOOK, appointment, 103);
  CHECK(day.outcome_of(request) == v1::OUTCOME_GRANTED);
  CHECK(day.state.appointments.find(appointment)->record.origin == testing::central_of_tests);
  CHECK(day.scheduling.answer_request(request, day.clock.now()).empty());
}

TEST_CASE("central refuses what is taken, over, not its own, or unknown", "[central][scheduling][S1]") {
  Asked day;
  REQUIRE(day.book(103));
  REQUIRE_FALSE(day.lease(120, 180));
  CHECK(day.outcome_of(day.ask(v1::REQUEST_BOOK, day.clinic.id(), 105)) == v1::OUTCOME_TAKEN);
  CHECK(day.outcome_of(day.ask(v1::REQUEST_BOOK, day.clinic.id(), 125)) == v1::OUTCOME_NOT_MINE);
  CHECK(day.outcome_of(day.ask(v1::REQUEST_BOOK, day.clinic.id(), 475)) == v1::OUTCOME_NOT_FOUND);
  CHECK(day.outcome_of(day.ask(v1::REQUEST_UNSPECIFIED, day.clinic.id())) == v1::OUTCOME_NOT_FOUND);
  day.clock.pass_minutes(60);
  CHECK(day.outcome_of(day.ask(v1::REQUEST_BOOK, day.clinic.id(), 60)) == v1::OUTCOME_PAST);
  CHECK(day.outcome_of(day.ask(v1::REQUEST_BOOK, day.clinic.id(), 61)) == v1::OUTCOME_GRANTED);
}

TEST_CASE("an appointment that exists is not asked into another one", "[central][scheduling][S1]") {
  Asked day;
  const Uuid existing = day.book(103)->appointment;
  CHECK(day.outcome_of(day.ask(v1::REQUEST_BOOK, existing, 300)) == v1::OUTCOME_NOT_FOUND);
  CHECK(day.state.appointments.find(existing)->state.from().minute() == monday_8 + 103);
}

TEST_CASE("central cancels its own appointment at a point's request, unless its patient came",
          "[central][scheduling][S1]") {
  Asked day;
  const Uuid own = day.book(103)->appointment, visited = day.book(203)->appointment, theirs = day.clinic.id();
  day.hear(v1::APPOINTMENT, theirs, v1::BOOKED, day.clinic.wanted(day.olena, day.shift, day.gp, 130));
  v1::Visit visit;
  visit.set_appointment(visited.to_octets());
  visit.set_status(v1::VISIT_ARRIVED);
  day.hear(v1::VISIT, day.clinic.id(), v1::ARRIVED, visit);
  CHECK(day.outcome_of(day.ask(v1::REQUEST_CANCEL, day.clinic.id())) == v1::OUTCOME_NOT_FOUND);
  CHECK(day.outcome_of(day.ask(v1::REQUEST_CANCEL, theirs)) == v1::OUTCOME_NOT_MINE);
  CHECK(day.outcome_of(day.ask(v1::REQUEST_CANCEL, visited)) == v1::OUTCOME_NOT_FOUND);
  CHECK(day.outcome_of(day.ask(v1::REQUEST_CANCEL, own)) == v1::OUTCOME_GRANTED);
  CHECK(day.outcome_of(day.ask(v1::REQUEST_CANCEL, own)) == v1::OUTCOME_NOT_FOUND);
}

TEST_CASE("central does not answer its own requests, nor lapsed ones", "[central][scheduling][S1]") {
  Asked day;
  REQUIRE_FALSE(day.lease(120, 180));
  const auto own = day.book(130);
  CHECK(day.scheduling.answer_request(own->request, day.clock.now()).empty());
  v1::Request lapsed;
  lapsed.set_kind(v1::REQUEST_BOOK);
  lapsed.set_status(v1::REQUEST_LAPSED);
  const Uuid id = day.clinic.id();
  day.hear(v1::REQUEST, id, v1::LAPSED, lapsed);
  CHECK(day.scheduling.answer_request(id, day.clock.now()).empty());
}

}  // namespace feldsher::central
