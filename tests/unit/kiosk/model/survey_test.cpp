#include <catch2/catch_test_macros.hpp>

#include "desk_double.hpp"
#include "kiosk/model/survey.hpp"

namespace feldsher::kiosk {
namespace {

using Screen = SurveyDesk::Screen;

TEST_CASE("code, answers, thanks: one screen a question", "[kiosk][K9][K10]") {
  Bench<SurveyDesk> bench;
  bench.meet().type("482913").collect();
  REQUIRE(bench.last().open_survey().code() == "482913");
  bench.settle();
  REQUIRE(bench.model.screen() == Screen::question);
  bench.tap(intent::Rate{4}).tap(intent::Rate{5}).tap(intent::Rate{0}).collect();
  const auto& sent = bench.last().answer_survey();
  CHECK(sent.code() == "482913");
  REQUIRE(sent.items_size() == 3);
  CHECK(sent.items(0).value() == 4);
  CHECK(sent.items(0).scale() == 5);
  CHECK(sent.items(2).value() == 0);
  CHECK(sent.items(2).scale() == 11);
  bench.settle();
  CHECK(bench.model.screen() == Screen::thanks);
  bench.pass(seconds(11));
  CHECK(bench.model.screen() == Screen::code);
  CHECK(bench.model.code().empty());
}

TEST_CASE("an answer can be changed before the last question", "[kiosk][K10]") {
  Bench<SurveyDesk> bench;
  bench.meet().type("482913").settle().tap(intent::Rate{1}).tap(intent::Back{});
  CHECK(bench.model.question() == 0);
  CHECK(bench.model.chosen() == 1);
  bench.tap(intent::Rate{5}).tap(intent::Rate{5}).tap(intent::Rate{10}).collect();
  CHECK(bench.last().answer_survey().items(0).value() == 5);
}

TEST_CASE("answers are sent again with one id until the desk has them", "[kiosk][K9]") {
  Bench<SurveyDesk> bench;
  bench.meet().type("482913").settle().tap(intent::Rate{4}).tap(intent::Rate{5}).tap(intent::Rate{9});
  bench.collect();
  const Octets id = bench.last().id();
  bench.alive = false;
  bench.pass(seconds(20));
  CHECK(bench.asked.size() >= 4);
  for (const auto& ask : bench.asked) CHECK(ask.id() == id);
  bench.settle();
  CHECK(bench.model.screen() == Screen::thanks);
}

TEST_CASE("an abandoned survey is wiped and nothing of it is sent", "[kiosk][K9]") {
  Bench<SurveyDesk> bench;
  bench.meet().type("482913").settle().tap(intent::Rate{1}).pass(seconds(61));
  CHECK(bench.model.screen() == Screen::code);
  CHECK(bench.model.opened().survey().questions_size() == 0);
  CHECK(bench.asked.empty());
}

TEST_CASE("a code that is unknown or used says so and starts again", "[kiosk][K9]") {
  Bench<SurveyDesk> bench;
  bench.desk.refuse = v1::ASK_ALREADY_ANSWERED;
  bench.meet().type("482913").settle();
  CHECK(bench.model.screen() == Screen::refused);
  CHECK(bench.model.refusal() == v1::ASK_ALREADY_ANSWERED);
  bench.tap(intent::Forward{});
  CHECK(bench.model.screen() == Screen::code);
}

TEST_CASE("the QR code of the slip opens its survey", "[kiosk][K4][K9]") {
  Bench<SurveyDesk> bench;
  bench.meet().type("FS1:482913").on(Entered{}).collect();
  REQUIRE_FALSE(bench.asked.empty());
  CHECK(bench.last().open_survey().code() == "482913");
}

}  // namespace
}  // namespace feldsher::kiosk
