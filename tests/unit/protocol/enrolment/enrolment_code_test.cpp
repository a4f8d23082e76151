#include "protocol/enrolment/enrolment_code.hpp"

#include <algorithm>
#include <catch2/catch_test_macros.hpp>

#include "protocol/crypto/system_world.hpp"

using namespace feldsher;
using enrolment::CodeFault;
using enrolment::EnrolmentCode;

namespace {

EnrolmentCode a_code() {
  SystemRandom random;
  return EnrolmentCode::make(random, {.wall_ms = 1'793'000'123'456}, sha256("a public key"),
                             "central.example", 8445);
}

}  // namespace

TEST_CASE("a code says the same after a person has typed it", "[protocol][enrolment][X6]") {
  const EnrolmentCode code = a_code();
  std::string typed = code.to_text();
  CHECK(EnrolmentCode::parse(typed).value() == code);
  CHECK(EnrolmentCode::parse(code.to_qr_text()).value() == code);
  std::transform(typed.begin(), typed.end(), typed.begin(),
                 [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  std::replace(typed.begin(), typed.end(), '-', ' ');
  std::replace(typed.begin(), typed.end(), '0', 'o');
  std::replace(typed.begin(), typed.end(), '1', 'l');
  CHECK(EnrolmentCode::parse(typed + "\n").value() == code);
}

TEST_CASE("a code holds 80 secret bits, another each time, and whole minutes", "[protocol][enrolment][X6]") {
  const EnrolmentCode one = a_code(), other = a_code();
  CHECK(one.secret.size() == 10);
  CHECK(one.secret != other.secret);
  CHECK(one.number != other.number);
  CHECK(one.made_s == 1'793'000'100);
}

TEST_CASE("any one character typed wrongly is noticed", "[protocol][enrolment][X6]") {
  const std::string text = a_code().to_text();
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] == '-') continue;
    std::string wrong = text;
    wrong[at] = text[at] == 'Z' ? 'Y' : 'Z';
    // The last character may hold bits that are not the code's: then it says the same.
    const auto read = EnrolmentCode::parse(wrong);
    INFO(at);
    if (at + 1 < text.size()) CHECK(read.has_error());
  }
}

TEST_CASE("what is no code is told apart", "[protocol][enrolment][X6]") {
  const std::string text = a_code().to_text();
  CHECK(EnrolmentCode::parse("").error() == CodeFault::too_short);
  CHECK(EnrolmentCode::parse(text.substr(0, 40)).error() == CodeFault::too_short);
  CHECK(EnrolmentCode::parse(text.substr(0, text.size() - 6)).error() == CodeFault::wrong_check);
  CHECK(EnrolmentCode::parse("hello, world").error() == CodeFault::not_base32);
  CHECK(EnrolmentCode::parse(std::string(5000, 'A')).error() == CodeFault::not_base32);
}

TEST_CASE("what central keeps of a code does not hold its secret", "[protocol][enrolment][X6]") {
  const EnrolmentCode code = a_code();
  CHECK(to_octets(code.verifier()).find(code.secret) == Octets::npos);
  CHECK(code.verifier() == sha256({"feldsher enrolment 1", code.secret}));
}
