#include "desk_world.hpp"

namespace feldsher::edge {
namespace {

struct Surveyed : ClinicDay {
  Surveyed() {
    clinic.survey();
    in = check_in(olenas_pass).checked_in();
  }
  v1::AskRefusal open(const std::string& code, const std::string& terminal = "survey-1") {
    v1::Ask act;
    act.mutable_open_survey()->set_code(code);
    return ask(act, terminal).refusal();
  }
  v1::AskRefusal answer(std::vector<std::tuple<std::string, std::uint32_t, std::uint32_t>> items,
                        const std::string& comment = "") {
    v1::Ask act;
    act.mutable_answer_survey()->set_code(in.survey_code());
    act.mutable_answer_survey()->set_comment(comment);
    for (const auto& [link_id, value, scale] : items) {
      v1::SurveyItem& item = *act.mutable_answer_survey()->add_items();
      item.set_link_id(link_id);
      item.set_value(value);
      item.set_scale(scale);
    }
    return ask(act, "survey-1").refusal();
  }
  std::string wrong_code() const { return in.survey_code() == "000000" ? "000001" : "000000"; }
  v1::CheckedIn in;
};

}  // namespace

TEST_CASE("a code that nobody was given opens nothing", "[edge][desk][survey][K9]") {
  Surveyed day;
  CHECK(day.open(day.wrong_code()) == v1::ASK_CODE_UNKNOWN);
  CHECK(day.open("") == v1::ASK_CODE_UNKNOWN);
}

TEST_CASE("a survey opens only after the visit", "[edge][desk][survey][K10]") {
  Surveyed day;
  CHECK(day.open(day.in.survey_code()) == v1::ASK_WRONG_STATE);
  CHECK(day.answer({{"clear", 5, 5}}) == v1::ASK_WRONG_STATE);
  day.see(day.room, "room-1");
  CHECK(day.open(day.in.survey_code()) == v1::ASK_GRANTED);
}

TEST_CASE("whose arrival was taken back is sent to a person, and not told to come later",
          "[edge][desk][survey][K10]") {
  Surveyed day;
  const v1::CheckedIn gone = day.walk_in(day.gp, "reception").checked_in();
  REQUIRE(day.undo(day.last_ask, "reception").refusal() == v1::ASK_GRANTED);
  CHECK(day.open(gone.survey_code()) == v1::ASK_NOT_ALLOWED);
}

TEST_CASE("a visit is surveyed once", "[edge][desk][survey][K9]") {
  Surveyed day;
  day.see(day.room, "room-1");
  REQUIRE(day.answer({{"clear", 4, 5}, {"recommend", 0, 11}}) == v1::ASK_GRANTED);
  CHECK(day.answer({{"clear", 5, 5}}) == v1::ASK_ALREADY_ANSWERED);
  CHECK(day.open(day.in.survey_code()) == v1::ASK_ALREADY_ANSWERED);
  CHECK(day.state.survey_answers.rows().size() == 1);
}

TEST_CASE("an answer does not lead back to a person by its header", "[edge][desk][survey][X10]") {
  Surveyed day;
  day.see(day.room, "room-1");
  REQUIRE(day.answer({{"clear", 4, 5}}) == v1::ASK_GRANTED);
  for (const Record& record : day.last_records) {
    CHECK(record.header.actor().id() == Uuid{}.to_octets());
    CHECK(record.stored.core.find(day.olena.to_octets()) == std::string::npos);
  }
}

TEST_CASE("an answer off its scale, to no question, or twice to one is refused whole",
          "[edge][desk][survey][K9]") {
  Surveyed day;
  day.see(day.room, "room-1");
  CHECK(day.answer({}) == v1::ASK_MALFORMED);
  CHECK(day.answer({{"clear", 0, 5}}) == v1::ASK_MALFORMED);
  CHECK(day.answer({{"clear", 6, 5}}) == v1::ASK_MALFORMED);
  CHECK(day.answer({{"clear", 5, 10}}) == v1::ASK_MALFORMED);
  CHECK(day.answer({{"recommend", 11, 11}}) == v1::ASK_MALFORMED);
  CHECK(day.answer({{"colour", 1, 5}}) == v1::ASK_MALFORMED);
  CHECK(day.answer({{"clear", 4, 5}, {"clear", 5, 5}}) == v1::ASK_MALFORMED);
  CHECK(day.answer({{"clear", 4, 5}}, std::string(4001, 'a')) == v1::ASK_MALFORMED);
  CHECK(day.state.survey_answers.rows().empty());
  CHECK(day.answer({{"recommend", 10, 11}, {"clear", 1, 5}}, std::string(4000, 'a')) == v1::ASK_GRANTED);
}

TEST_CASE("codes cannot be guessed: the door closes after five, for that terminal",
          "[edge][desk][survey][K9]") {
  Surveyed day;
  day.see(day.room, "room-1");
  for (int i = 0; i < 5; ++i) CHECK(day.open(day.wrong_code()) == v1::ASK_CODE_UNKNOWN);
  CHECK(day.open(day.in.survey_code()) == v1::ASK_TOO_MANY_TRIES);
  CHECK(day.open(day.in.survey_code(), "survey-2") == v1::ASK_GRANTED);
  day.clock.pass_minutes(1);
  CHECK(day.open(day.in.survey_code()) == v1::ASK_GRANTED);
}

}  // namespace feldsher::edge
