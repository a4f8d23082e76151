#include <catch2/catch_test_macros.hpp>

#include "desk_double.hpp"
#include "kiosk/model/ask_line.hpp"
#include "kiosk/model/scan_line.hpp"

namespace feldsher::kiosk {
namespace {

AskLine line() {
  return AskLine([n = 0]() mutable { return Octets(16, static_cast<char>(++n)); });
}

v1::Answer answer_to(const Octets& id, v1::AskRefusal refusal = v1::ASK_GRANTED) {
  v1::Answer answer;
  answer.set_ask(id);
  answer.set_refusal(refusal);
  return answer;
}

TEST_CASE("an ask is sent again with the same id until it is answered", "[kiosk][K5]") {
  AskLine asks = line();
  const Octets id = asks.send({}, Moment(0));
  REQUIRE(asks.take_outgoing().size() == 1);
  std::vector<long> sent_at;
  for (Moment now{0}; now < seconds(60); now += milliseconds(500)) {
    asks.tick(now);
    for (const auto& ask : asks.take_outgoing()) {
      CHECK(ask.id() == id);
      sent_at.push_back(now.count() / 1000);
    }
  }
  CHECK(sent_at == std::vector<long>{2, 5, 10, 18, 28, 38, 48, 58});
  REQUIRE(asks.answered(answer_to(id)));
  asks.tick(seconds(100));
  CHECK(asks.take_outgoing().empty());
}

TEST_CASE("an answer counts once, and a stranger's never", "[kiosk][K5]") {
  AskLine asks = line();
  const Octets id = asks.send({}, Moment(0));
  CHECK_FALSE(asks.answered(answer_to(Octets(16, 'x'))));
  CHECK(asks.answered(answer_to(id)));
  CHECK_FALSE(asks.answered(answer_to(id)));
}

TEST_CASE("a busy desk is asked again, not reported", "[kiosk][K5]") {
  AskLine asks = line();
  const Octets id = asks.send({}, Moment(0));
  asks.take_outgoing();
  CHECK_FALSE(asks.answered(answer_to(id, v1::ASK_BUSY)));
  asks.tick(seconds(2));
  CHECK(asks.take_outgoing().size() == 1);
}

TEST_CASE("when the connection returns everything unanswered goes out at once", "[kiosk][K5]") {
  AskLine asks = line();
  asks.send({}, Moment(0));
  asks.send({}, Moment(0));
  asks.take_outgoing();
  asks.resend_all(milliseconds(300));
  CHECK(asks.take_outgoing().size() == 2);
}

TEST_CASE("what a scanner types between F and Enter is one text", "[kiosk][K4]") {
  ScanLine scan;
  for (const char c : std::string("FP1:abc")) CHECK(scan.typed(static_cast<char32_t>(c), milliseconds(10)));
  CHECK(scan.entered(milliseconds(20)) == "FP1:abc");
  CHECK_FALSE(scan.entered(milliseconds(30)));
}

TEST_CASE("digits of a person are not a scan", "[kiosk][K4]") {
  ScanLine scan;
  CHECK_FALSE(scan.typed(U'5', milliseconds(10)));
  CHECK_FALSE(scan.entered(milliseconds(20)));
}

TEST_CASE("a scan that broke off does not swallow the next person's digits", "[kiosk][K4]") {
  ScanLine scan;
  CHECK(scan.typed(U'F', milliseconds(10)));
  CHECK(scan.typed(U'P', milliseconds(20)));
  CHECK_FALSE(scan.typed(U'7', seconds(3)));
  CHECK_FALSE(scan.entered(seconds(3)));
}

TEST_CASE("a scan that is too long or not ASCII is unreadable, to its end", "[kiosk][K4]") {
  ScanLine scan;
  for (std::size_t i = 0; i < ScanLine::longest + 10; ++i) CHECK(scan.typed(U'F', milliseconds(10)));
  CHECK(scan.entered(milliseconds(20)) == "");
  CHECK(scan.typed(U'F', milliseconds(30)));
  CHECK(scan.typed(U'Ж', milliseconds(30)));
  CHECK(scan.entered(milliseconds(40)) == "");
}

}  // namespace
}  // namespace feldsher::kiosk
