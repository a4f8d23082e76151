#include "edge-agent/desk/past_acts.hpp"

#include "desk_world.hpp"

namespace feldsher::edge {
namespace {

constexpr std::int64_t a_day = 24 * 60;

/// Olena was here on Monday.
struct LongAgo : ClinicDay {
  LongAgo() {
    clinic.survey();
    in = check_in(olenas_pass).checked_in();
  }
  std::size_t past(v1::EntityType type) {
    std::size_t found = 0;
    for (const SubjectKey& subject : past_acts(state, now())) found += subject.type == type;
    return found;
  }
  void pass_days(int days) { clock.pass_minutes(days * a_day); }
  v1::CheckedIn in;
};

}  // namespace

TEST_CASE("a visit that was served is past after thirty days, with its ticket and survey answer",
          "[edge][desk][X5]") {
  LongAgo day;
  day.see(day.room, "room-1");
  v1::Ask act;
  act.mutable_answer_survey()->set_code(day.in.survey_code());
  v1::SurveyItem& item = *act.mutable_answer_survey()->add_items();
  item.set_link_id("clear");
  item.set_value(5);
  item.set_scale(5);
  REQUIRE(day.ask(act, "survey-1").refusal() == v1::ASK_GRANTED);
  day.pass_days(30);
  CHECK(past_acts(day.state, day.now()).empty());
  day.pass_days(1);
  for (v1::EntityType type : {v1::VISIT, v1::TICKET, v1::SURVEY_ANSWER}) CHECK(day.past(type) == 1);
  day.clock.trust(v1::TRUST_UNSET);
  CHECK(past_acts(day.state, day.now()).empty());
}

TEST_CASE("a visit whose ticket is open is never past", "[edge][desk][X5]") {
  LongAgo day;
  day.pass_days(400);
  CHECK(past_acts(day.state, day.now()).empty());
}

TEST_CASE("a booking of the point is past thirty days after it, whatever came of it",
          "[edge][desk][X5][S1]") {
  LongAgo day;
  day.sign_in(day.rita, "reception");
  day.clinic.lease(day.shift, 120, 180);
  const auto kept = day.book(day.olena, day.shift, day.gp, 130),
             cancelled = day.book(day.olena, day.shift, day.gp, 150);
  REQUIRE(kept.has_booked());
  REQUIRE(day.cancel(cancelled.booked().appointment()).refusal() == v1::ASK_GRANTED);
  day.pass_days(30);
  CHECK(day.past(v1::APPOINTMENT) == 0);
  day.pass_days(1);
  CHECK(day.past(v1::APPOINTMENT) == 2);  // Central's own booking at nine is not the point's to drop.
}

TEST_CASE("a request is past only when it lapsed or was answered, and an answer of the point never",
          "[edge][desk][X5][S1]") {
  LongAgo day;
  day.sign_in(day.rita, "reception");
  const auto asked = day.book(day.olena, day.shift, day.gp, 130);
  REQUIRE(asked.booked().requested());
  const Uuid theirs =
      day.clinic.request(v1::REQUEST_BOOK, day.clinic.id(),
                         day.clinic.wanted(day.olena, day.shift, day.gp, 300), testing::point_node_of_tests);
  day.write(day.desk.answer_request(theirs, day.now()));
  day.pass_days(60);
  CHECK(past_acts(day.state, day.now()).empty());
  day.clinic.answer(*Uuid::from_octets(asked.booked().request()), v1::OUTCOME_TAKEN,
                    testing::point_node_of_tests);
  CHECK(day.past(v1::REQUEST) == 1);
  CHECK(day.past(v1::REQUEST_ANSWER) == 0);
}

}  // namespace feldsher::edge
