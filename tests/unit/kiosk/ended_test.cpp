#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "kiosk/screens/staff.hpp"
#include "looking_glass.hpp"

// What becomes of a ticket without an act of the person who looks at it: each screen says so, and who to ask.
namespace feldsher::kiosk {
namespace {

TEST_CASE("each screen has a word for a ticket that was ended elsewhere, in each language",
          "[kiosk][O6][Q1]") {
  LookingGlass glass({1920, 1080});
  for (const char* language : {"uk", "ru", "en"}) {
    CAPTURE(language);
    const Words words(language);
    const auto says = [&](const char* role, const char* state, const std::string& text) {
      CAPTURE(role, state, text);
      const auto one = sample(role, state, language);
      const auto texts = glass.look(*one.station, one.now).texts;
      CHECK(std::ranges::count(texts, text) == 1);
    };
    says("board", "ended",
         words.tr_with("These tickets are not called any more, please go to reception: {tickets}",
                       fmt::arg("tickets", "A003, A004, B011, E001")));
    const auto instead = words.tr_with("Ticket {ticket} is not called any more: this one takes its place.",
                                       fmt::arg("ticket", "A009"));
    says("check-in", "ticket-instead", instead);
    says("reception", "slip-instead", instead);
    says("room", "ended-elsewhere",
         words.tr_with("Ticket {ticket} was ended elsewhere. Reception knows more.",
                       fmt::arg("ticket", "A014")));
    says("reception", "list-interrupted", words.tr("interrupted"));
    CHECK(ticket_status_word(v1::TICKET_ENDED, words) == words.tr("interrupted"));
  }
}

TEST_CASE("whom the old box had checked in can be checked in again at reception", "[kiosk][Q2]") {
  LookingGlass glass({1920, 1080});
  const auto line = sample("reception", "line-interrupted");
  const auto made = glass.tap(*line.station, "mark-here", line.now);
  REQUIRE(made.size() == 1);
  CHECK(std::holds_alternative<intent::MarkHere>(made[0]));
}

TEST_CASE("reception is told of keys that lie in a file; nobody else is, and not of bound ones",
          "[kiosk][X6]") {
  LookingGlass glass({1920, 1080});
  const std::string sign = Words("en").tr("keys: in a file");
  const auto signs = [&](const Sample& one) {
    return std::ranges::count(glass.look(*one.station, one.now).texts, sign);
  };
  CHECK(signs(sample("reception", "list-interrupted")) == 1);  // Its point says that it is unsealed.
  CHECK(signs(sample("reception", "list")) == 0);
}

}  // namespace
}  // namespace feldsher::kiosk
