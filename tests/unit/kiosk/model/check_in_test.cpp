#include <catch2/catch_test_macros.hpp>

#include "desk_double.hpp"
#include "kiosk/model/check_in.hpp"

namespace feldsher::kiosk {
namespace {

using Screen = CheckIn::Screen;

Bench<CheckIn>& at_birth_date(Bench<CheckIn>& bench) {
  bench.meet().tap(intent::HaveAppointment{}).type("0501234567").tap(intent::Forward{}).type("09031956");
  REQUIRE(bench.model.screen() == Screen::birth_date);
  return bench;
}

TEST_CASE("phone and birth date together become one ask, and the ticket", "[kiosk][K8][Q1]") {
  Bench<CheckIn> bench;
  at_birth_date(bench).tap(intent::Forward{}).collect();
  REQUIRE(bench.asked.size() == 1);
  CHECK(bench.last().check_in_by_phone().phone() == "0501234567");
  CHECK(bench.last().check_in_by_phone().birth_date() == "1956-03-09");
  CHECK(bench.model.screen() == Screen::waiting);
  bench.settle();
  CHECK(bench.model.screen() == Screen::ticket);
  CHECK(bench.model.ticket().ticket_label() == "A014");
}

TEST_CASE("a number that is too short and a day that never was go no further", "[kiosk][K8]") {
  Bench<CheckIn> bench;
  bench.meet().tap(intent::HaveAppointment{}).type("05012").tap(intent::Forward{});
  CHECK(bench.model.screen() == Screen::phone);
  bench.type("34567").tap(intent::Forward{}).type("31021956");
  CHECK(bench.model.birth_date_wrong());
  bench.tap(intent::Forward{}).collect();
  CHECK(bench.model.screen() == Screen::birth_date);
  CHECK(bench.asked.empty());
}

TEST_CASE("a scanned pass checks in from the welcome screen", "[kiosk][K4][Q1]") {
  Bench<CheckIn> bench;
  bench.meet().type("FP1:abcDEF_-").on(Entered{}).collect();
  REQUIRE(bench.asked.size() == 1);
  CHECK(bench.last().check_in_by_pass().pass() == "FP1:abcDEF_-");
}

TEST_CASE("a pass scanned over the last person's ticket wipes it first", "[kiosk][K4]") {
  Bench<CheckIn> bench;
  at_birth_date(bench).tap(intent::Forward{}).settle();
  bench.type("FP1:next").on(Entered{});
  CHECK(bench.model.screen() == Screen::waiting);
  CHECK(bench.model.ticket().given_name().empty());
  CHECK(bench.model.phone().empty());
}

TEST_CASE("something else scanned is called a pass that cannot be read", "[kiosk][K4]") {
  Bench<CheckIn> bench;
  bench.meet().type("F1234").on(Entered{}).collect();
  CHECK(bench.asked.empty());
  CHECK(bench.model.screen() == Screen::refused);
  CHECK(bench.model.refusal() == v1::ASK_PASS_INVALID);
}

TEST_CASE("a screen left alone counts down for 15 seconds and wipes itself", "[kiosk][K8]") {
  Bench<CheckIn> bench;
  at_birth_date(bench);
  bench.pass(seconds(44));
  CHECK_FALSE(bench.model.seconds_left(bench.now));
  bench.pass(seconds(2));
  CHECK(bench.model.seconds_left(bench.now) == 14);
  bench.pass(seconds(13));
  CHECK(bench.model.screen() == Screen::birth_date);
  bench.pass(seconds(2));
  CHECK(bench.model.screen() == Screen::welcome);
  CHECK(bench.model.phone().empty());
  CHECK(bench.model.birth_digits().empty());
}

TEST_CASE("a touch in the countdown keeps what was typed", "[kiosk][K8]") {
  Bench<CheckIn> bench;
  at_birth_date(bench);
  bench.pass(seconds(50)).tap(intent::Stay{}).pass(seconds(30));
  CHECK(bench.model.screen() == Screen::birth_date);
  CHECK(bench.model.birth_digits() == "09031956");
}

TEST_CASE("the ticket goes away after twenty seconds, and with it the language", "[kiosk][K8]") {
  Settings settings;
  settings.language = "uk";
  Bench<CheckIn> bench(settings);
  bench.meet().tap(intent::ChooseLanguage{"ru"}).tap(intent::NoAppointment{});
  bench.tap(intent::ChooseService{bench.desk.catalogue().services(0).id()}).collect();
  CHECK(bench.last().language() == "ru");
  bench.settle();
  REQUIRE(bench.model.screen() == Screen::ticket);
  bench.pass(seconds(19));
  CHECK(bench.model.screen() == Screen::ticket);
  bench.pass(seconds(2));
  CHECK(bench.model.screen() == Screen::welcome);
  CHECK(bench.model.language() == "uk");
}

TEST_CASE("a silent desk: first a moment, then the way to reception, then the ticket by itself",
          "[kiosk][K5]") {
  Bench<CheckIn> bench;
  at_birth_date(bench).tap(intent::Forward{}).collect();
  const Octets id = bench.last().id();
  bench.alive = false;
  bench.pass(seconds(1));
  CHECK(bench.model.patience(bench.now) == Patience::prompt);
  bench.pass(seconds(2));
  CHECK(bench.model.patience(bench.now) == Patience::slow);
  bench.pass(seconds(10));
  CHECK(bench.model.patience(bench.now) == Patience::away);
  CHECK(bench.asked.size() >= 4);
  for (const auto& ask : bench.asked) CHECK(ask.id() == id);
  bench.settle();
  CHECK(bench.model.screen() == Screen::ticket);
}

TEST_CASE("an answer that comes after the wipe is nobody's", "[kiosk][K8]") {
  Bench<CheckIn> bench;
  at_birth_date(bench).tap(intent::Forward{}).collect();
  bench.alive = true;
  bench.pass(seconds(61));
  REQUIRE(bench.model.screen() == Screen::welcome);
  bench.settle();
  CHECK(bench.model.screen() == Screen::welcome);
  CHECK(bench.model.ticket().ticket_label().empty());
}

TEST_CASE("presence: away after 15 s without a pulse or 3 s without a connection, back by itself",
          "[kiosk][K5]") {
  Bench<CheckIn> bench;
  CHECK(bench.model.desk().presence(bench.now) == Presence::starting);
  bench.meet();
  CHECK(bench.model.desk().ready(bench.now));
  bench.alive = false;
  bench.pass(seconds(14));
  CHECK(bench.model.desk().presence(bench.now) == Presence::here);
  bench.pass(seconds(2));
  CHECK(bench.model.desk().presence(bench.now) == Presence::away);
  bench.on(bench.desk.pulse());
  CHECK(bench.model.desk().presence(bench.now) == Presence::here);
  bench.on(Connection{false}).pass(seconds(2));
  CHECK(bench.model.desk().presence(bench.now) == Presence::here);
  bench.pass(seconds(2));
  CHECK(bench.model.desk().presence(bench.now) == Presence::away);
  bench.on(Connection{true}).on(bench.desk.pulse());
  CHECK(bench.model.desk().presence(bench.now) == Presence::here);
}

TEST_CASE("after a refusal what was typed can be put right; after too many tries only when the time is over",
          "[kiosk][K8]") {
  Bench<CheckIn> bench;
  bench.desk.refuse = v1::ASK_NOT_FOUND;
  at_birth_date(bench).tap(intent::Forward{}).settle();
  REQUIRE(bench.model.screen() == Screen::refused);
  bench.tap(intent::Forward{});
  CHECK(bench.model.screen() == Screen::phone);
  CHECK(bench.model.phone() == "0501234567");
  bench.desk.refuse = v1::ASK_TOO_MANY_TRIES;
  bench.desk.retry_after_s = 10;
  bench.tap(intent::Forward{}).tap(intent::Forward{}).settle();
  REQUIRE(bench.model.screen() == Screen::refused);
  bench.tap(intent::Forward{});
  CHECK(bench.model.screen() == Screen::refused);
  CHECK(bench.model.retry_seconds(bench.now) == 10);
  bench.pass(seconds(10)).tap(intent::Forward{});
  CHECK(bench.model.screen() == Screen::phone);
}

TEST_CASE("the clock on the wall runs on between pulses and is hidden while unset", "[kiosk]") {
  Bench<CheckIn> bench;
  bench.meet();
  bench.alive = false;
  bench.pass(seconds(7));
  CHECK(bench.model.desk().wall_ms(bench.now) == bench.desk.pulse().wall_ms() + 7000);
  auto unset = bench.desk.pulse();
  unset.set_clock_unset(true);
  bench.on(unset);
  CHECK_FALSE(bench.model.desk().wall_ms(bench.now));
}

TEST_CASE("the catalogue is asked again when the desk has news, at most twice a minute", "[kiosk][K5]") {
  Bench<CheckIn> bench;
  bench.meet();
  bench.alive = false;
  auto news = bench.desk.pulse();
  for (int i = 0; i < 20; ++i) {
    news.set_version(news.version() + 1);
    bench.on(news).pass(seconds(1));
  }
  CHECK(bench.asked.empty());
  bench.pass(seconds(11));
  REQUIRE(bench.asked.size() >= 1);
  CHECK(bench.asked.front().has_catalogue());
}

}  // namespace
}  // namespace feldsher::kiosk
