#include "central/registry/archive.hpp"
#include "schedule_world.hpp"

namespace feldsher::central {
namespace {

struct ArchivedPatient : OneShift {
  ArchivedPatient() {
    auto draft = Archive(state).archive(olena, caller, v1::PROOF_TOKEN, clock.now());
    REQUIRE(draft.has_value());
    write({*draft});
  }
};

}  // namespace

TEST_CASE("nobody is booked who is archived, by central or at a point's request",
          "[central][scheduling][H11]") {
  ArchivedPatient day;
  CHECK(day.book(103).error() == ScheduleRefusal::archived);
  v1::Request request;
  request.set_kind(v1::REQUEST_BOOK);
  request.set_appointment(day.clinic.id().to_octets());
  *request.mutable_wanted() = day.clinic.wanted(day.olena, day.shift, day.gp, 103);
  request.set_status(v1::REQUEST_ASKED);
  const Uuid id = day.clinic.id();
  day.hear(v1::REQUEST, id, v1::ASKED, request);
  day.write(day.scheduling.answer_request(id, day.clock.now()));
  CHECK(day.state.answer_to(id)->outcome() == v1::OUTCOME_NOT_FOUND);
  day.write({*Archive(day.state).restore(day.olena, day.caller, v1::PROOF_TOKEN)});
  CHECK(day.book(103).has_value());
}

TEST_CASE("nobody is archived who is in care: booked, asked for, at a point", "[central][scheduling][H11]") {
  OneShift day;
  auto refusal = [&] {
    const auto draft = Archive(day.state).archive(day.olena, day.caller, v1::PROOF_TOKEN, day.clock.now());
    return draft ? std::nullopt : std::optional(draft.error());
  };
  REQUIRE_FALSE(day.lease(120, 180));
  const auto asked = day.book(125);
  REQUIRE(asked->requested);
  CHECK(refusal() == ArchiveRefusal::asked_for);
  v1::RequestAnswer taken;
  taken.set_request(asked->request.to_octets());
  taken.set_outcome(v1::OUTCOME_TAKEN);
  day.hear(v1::REQUEST_ANSWER, day.clinic.id(), v1::REFUSED, taken);
  CHECK_FALSE(refusal());

  const Uuid booked = day.book(103, 10)->appointment;
  CHECK(refusal() == ArchiveRefusal::still_booked);
  day.clock.pass_minutes(104);
  CHECK(refusal() == ArchiveRefusal::still_booked);  // It is now.
  v1::Visit visit;
  visit.set_patient(day.olena.to_octets());
  visit.set_appointment(booked.to_octets());
  visit.set_status(v1::VISIT_ARRIVED);
  const Uuid here = day.clinic.id();
  day.hear(v1::VISIT, here, v1::ARRIVED, visit);
  day.clock.pass_minutes(10);
  CHECK(refusal() == ArchiveRefusal::here);
  visit.set_status(v1::VISIT_FINISHED);
  day.hear(v1::VISIT, here, v1::FINISHED, visit);
  CHECK_FALSE(refusal());
}

TEST_CASE("a central that died before it restored somebody in care does it at its start",
          "[central][scheduling][H11]") {
  ArchivedPatient day;
  CHECK(Archive(day.state).left_over(day.clock.now()).empty());
  v1::Appointment booked = day.clinic.wanted(day.olena, day.shift, day.gp, 103);
  booked.set_status(v1::APPOINTMENT_BOOKED);
  day.hear(v1::APPOINTMENT, day.clinic.id(), v1::BOOKED, booked);
  const auto restored = Archive(day.state).left_over(day.clock.now());
  REQUIRE(restored.size() == 1);
  CHECK(restored.front().verb == v1::RESTORED);
  day.write(restored);
  CHECK_FALSE(is_archived(day.state, day.olena));
  CHECK(Archive(day.state).left_over(day.clock.now()).empty());
}

}  // namespace feldsher::central
