// What staff have at hand on every screen of theirs, and what a screen says of what waits.
#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "kiosk/screens/refusals.hpp"
#include "looking_glass.hpp"

namespace feldsher::kiosk {
namespace {

bool says(LookingGlass& glass, const Sample& one, const std::string& what) {
  const auto report = glass.look(*one.station, one.now);
  return std::ranges::any_of(report.texts,
                             [&](const std::string& text) { return text.find(what) != text.npos; });
}

std::vector<v1::Priority> offered(LookingGlass& glass, const Sample& one) {
  std::vector<v1::Priority> out;
  for (const auto& target : glass.look(*one.station, one.now).targets)
    for (const auto& intent : glass.tap(*one.station, target.id, one.now))
      if (const auto* chosen = std::get_if<intent::ChoosePriority>(&intent)) out.push_back(chosen->priority);
  return out;
}

TEST_CASE("who is signed in changes the language with one tap, and stays signed in", "[kiosk][O6]") {
  LookingGlass glass({1920, 1080});
  for (const auto& [role, state] :
       {std::pair{"room", "free"}, std::pair{"room", "called"}, std::pair{"reception", "list"}}) {
    CAPTURE(role, state);
    const Sample open = sample(role, state);
    const std::string name = open.station->screen_name(open.now);
    for (const char* language : {"uk", "ru", "en"}) {
      const auto intents = glass.tap(*open.station, std::string("language.") + language, open.now);
      REQUIRE(intents.size() == 1);
      open.station->on(intents[0], open.now);
      CHECK(open.station->language() == language);
      CHECK(open.station->screen_name(open.now) == name);
    }
  }
}

TEST_CASE("a ticket gets back what it had before somebody said that it goes first", "[kiosk][Q1]") {
  LookingGlass glass({1920, 1080});
  const auto of_appointment = offered(glass, sample("reception", "priorities"));
  CHECK(of_appointment ==
        std::vector{v1::PRIORITY_APPOINTMENT, v1::PRIORITY_INFANT, v1::PRIORITY_FRAIL, v1::PRIORITY_URGENT});
  const auto of_walk_in = offered(glass, sample("reception", "priorities-walk-in"));
  CHECK(of_walk_in ==
        std::vector{v1::PRIORITY_ORDINARY, v1::PRIORITY_INFANT, v1::PRIORITY_FRAIL, v1::PRIORITY_URGENT});
}

TEST_CASE("reception is told that everything is at the centre only when it is: readings too",
          "[kiosk][N10]") {
  LookingGlass glass({1920, 1080});
  for (const char* language : {"uk", "ru", "en"}) {
    CAPTURE(language);
    const Words words{std::string(language)};
    const std::string all = words.tr("everything is at the centre");
    const auto shows = [&](const char* state, const std::string& what) {
      return says(glass, sample("reception", state, language), what);
    };
    const std::string age = ", " + words.trn("{n} day", "{n} days", 5);
    CHECK(shows("list-all-sent", all));
    CHECK_FALSE(shows("list", all));
    CHECK_FALSE(shows("list-readings-wait", all));
    CHECK(shows("list-readings-wait", words.tr("readings not sent yet") + age));
    CHECK_FALSE(shows("list-all-waits", all));
    CHECK(shows(
        "list-all-waits",
        words.trn("{n} act and readings not sent yet", "{n} acts and readings not sent yet", 14) + age));
  }
}

TEST_CASE("a survey code that is used too early is told so; at check-in the same refusal is reception's",
          "[kiosk][K9][O6]") {
  LookingGlass glass({1080, 1920});
  for (const char* language : {"uk", "ru", "en"}) {
    CAPTURE(language);
    const Words words{std::string(language)};
    const std::string early = words.tr("Your visit is not over yet. Please come back after it.");
    CHECK(says(glass, sample("survey", "refused-early", language), early));
    CHECK_FALSE(says(glass, sample("survey", "refused", language), early));
    CHECK(patient_sentence(v1::ASK_WRONG_STATE, words) != early);
    CHECK(survey_sentence(v1::ASK_CODE_UNKNOWN, words) == patient_sentence(v1::ASK_CODE_UNKNOWN, words));
  }
}

}  // namespace
}  // namespace feldsher::kiosk
