#include "desk_world.hpp"

namespace feldsher::edge {
namespace {

/// Central asks for something in the hour that the point holds.
struct Asked : ClinicDay {
  Asked() { clinic.lease(shift, 120, 180); }
  v1::RequestOutcome outcome_of(const Uuid& request) {
    auto drafts = desk.answer_request(request, now());
    REQUIRE_FALSE(drafts.empty());
    write(drafts);
    const v1::RequestAnswer* answer = state.answer_to(request);
    REQUIRE(answer);
    CHECK(answer->asker() == testing::central_of_tests.to_octets());
    CHECK(last_records.back().header.cause().record().seq() != 0);
    return answer->outcome();
  }
  Uuid book_request(std::int64_t minute, const Uuid& appointment) {
    return clinic.request(v1::REQUEST_BOOK, appointment, clinic.wanted(olena, shift, gp, minute),
                          testing::point_node_of_tests);
  }
};

}  // namespace

TEST_CASE("a point grants what central asks for in its minutes, under the id that central gave",
          "[edge][desk][booking][S1]") {
  Asked day;
  const Uuid appointment = day.clinic.id();
  const Uuid request = day.book_request(130, appointment);
  CHECK(day.outcome_of(request) == v1::OUTCOME_GRANTED);
  const auto* made = day.state.appointments.find(appointment);
  REQUIRE(made);
  CHECK(made->state.status() == v1::APPOINTMENT_BOOKED);
  CHECK(made->state.request() == request.to_octets());
  CHECK(made->record.origin == testing::point_node_of_tests);
}

TEST_CASE("a request is answered once", "[edge][desk][booking][S1]") {
  Asked day;
  const Uuid request = day.book_request(130, day.clinic.id());
  REQUIRE(day.outcome_of(request) == v1::OUTCOME_GRANTED);
  CHECK(day.desk.answer_request(request, day.now()).empty());
}

TEST_CASE("of two requests for one minute the second is refused", "[edge][desk][booking][S1]") {
  Asked day;
  const Uuid first = day.book_request(130, day.clinic.id()), second = day.book_request(135, day.clinic.id());
  CHECK(day.outcome_of(first) == v1::OUTCOME_GRANTED);
  CHECK(day.outcome_of(second) == v1::OUTCOME_TAKEN);
}

TEST_CASE("a point does not grant a booking for a patient whom it knows to be elsewhere",
          "[edge][desk][booking][S1]") {
  Asked day;
  const Uuid boris = day.clinic.doctor("Boris");
  const Uuid theirs = day.clinic.shift(boris, day.clinic.room("14"));
  day.clinic.appointment(day.olena, theirs, day.gp, 130);
  CHECK(day.outcome_of(day.book_request(135, day.clinic.id())) == v1::OUTCOME_TAKEN);
  CHECK(day.outcome_of(day.book_request(140, day.clinic.id())) == v1::OUTCOME_GRANTED);
}

TEST_CASE("a point refuses what it does not hold, what is over, and what it does not know",
          "[edge][desk][booking][S1]") {
  Asked day;
  CHECK(day.outcome_of(day.book_request(175, day.clinic.id())) == v1::OUTCOME_NOT_MINE);
  CHECK(day.outcome_of(day.book_request(300, day.clinic.id())) == v1::OUTCOME_NOT_MINE);
  CHECK(day.outcome_of(day.book_request(475, day.clinic.id())) == v1::OUTCOME_NOT_FOUND);
  // An id that is an appointment already is not made another one.
  CHECK(day.outcome_of(day.book_request(130, day.at_nine)) == v1::OUTCOME_NOT_FOUND);
  day.clock.pass_minutes(130);
  CHECK(day.outcome_of(day.book_request(130, day.clinic.id())) == v1::OUTCOME_PAST);
  CHECK(day.state.appointments.rows().size() == 1);
}

TEST_CASE("a request to somebody else, an own one, or a lapsed one is not answered",
          "[edge][desk][booking][S1]") {
  Asked day;
  CHECK(day.desk.answer_request(day.clinic.id(), day.now()).empty());
  const Uuid to_another =
      day.clinic.request(v1::REQUEST_BOOK, day.clinic.id(),
                         day.clinic.wanted(day.olena, day.shift, day.gp, 130), NodeId{day.clinic.id()});
  CHECK(day.desk.answer_request(to_another, day.now()).empty());
  const v1::Answer own = day.book(day.olena, day.shift, day.gp, 300);
  CHECK(day.desk.answer_request(*Uuid::from_octets(own.booked().request()), day.now()).empty());
  const Uuid lapsed = day.book_request(130, day.clinic.id());
  v1::Request state = day.state.requests.find(lapsed)->state;
  state.set_status(v1::REQUEST_LAPSED);
  day.clinic.publish(v1::REQUEST, lapsed, v1::LAPSED, state);
  CHECK(day.desk.answer_request(lapsed, day.now()).empty());
}

TEST_CASE("a point cancels its own booking at central's request, and no other", "[edge][desk][booking][S1]") {
  Asked day;
  const Uuid own = *Uuid::from_octets(day.book(day.olena, day.shift, day.gp, 130).booked().appointment());
  auto cancel = [&](const Uuid& appointment) {
    return day.clinic.request(v1::REQUEST_CANCEL, appointment, {}, testing::point_node_of_tests);
  };
  CHECK(day.outcome_of(cancel(day.clinic.id())) == v1::OUTCOME_NOT_FOUND);
  CHECK(day.outcome_of(cancel(day.at_nine)) == v1::OUTCOME_NOT_MINE);
  CHECK(day.outcome_of(cancel(own)) == v1::OUTCOME_GRANTED);
  CHECK(day.state.appointments.find(own)->state.status() == v1::APPOINTMENT_CANCELLED);
  CHECK(day.outcome_of(cancel(own)) == v1::OUTCOME_NOT_FOUND);
}

TEST_CASE("a booking whose patient is here is not cancelled from afar", "[edge][desk][booking][S1]") {
  Asked day;
  const Uuid own = *Uuid::from_octets(day.book(day.olena, day.shift, day.gp, 130).booked().appointment());
  REQUIRE(day.check_in(day.pass(own, day.olena)).refusal() == v1::ASK_GRANTED);
  CHECK(day.outcome_of(day.clinic.request(v1::REQUEST_CANCEL, own, {}, testing::point_node_of_tests)) ==
        v1::OUTCOME_NOT_FOUND);
}

}  // namespace feldsher::edge
