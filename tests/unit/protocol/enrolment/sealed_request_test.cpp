#include "protocol/enrolment/sealed_request.hpp"

#include <catch2/catch_test_macros.hpp>
#include <set>

#include "protocol/crypto/hmac.hpp"
#include "protocol/crypto/system_world.hpp"

using namespace feldsher;
using namespace feldsher::enrolment;

namespace {

constexpr std::int64_t made_ms = 1'793'000'100'000;

struct Opened {
  SystemRandom random;
  EnrolmentCode code =
      EnrolmentCode::make(random, {.wall_ms = made_ms}, sha256("key"), "central.example", 8445);
  v1::Enrolment kept = [this] {
    v1::Enrolment it;
    it.set_number(code.number);
    it.set_verifier(to_octets(code.verifier()));
    it.set_expires_ms(made_ms + code_life_ms);
    return it;
  }();
  v1::SealedEnrolment request() const {
    v1::EnrolmentRequest request;
    request.set_line_request("-----BEGIN CERTIFICATE REQUEST-----");
    return seal(code, request);
  }
};

}  // namespace

TEST_CASE("HMAC-SHA-256 is that of RFC 4231", "[protocol][crypto][X6]") {
  CHECK(to_hex(view_of(hmac_sha256(Octets(20, '\x0b'), "Hi There"))) ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(to_hex(view_of(hmac_sha256("Jefe", "what do ya want for nothing?"))) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

TEST_CASE("a code lets one box in, once", "[protocol][enrolment][X6]") {
  Opened open;
  const auto sealed = open.request();
  CHECK(look_inside(sealed)->code() == open.code.number);
  const Judgement first = judge(open.kept, sealed, made_ms + 1);
  CHECK(first.verdict == v1::ENROLMENT_GRANTED);
  REQUIRE(first.code);
  CHECK(first.code->status() == v1::CODE_USED);
  // The same octets again, and another request with the right secret.
  CHECK(judge(*first.code, sealed, made_ms + 2).verdict == v1::ENROLMENT_USED_CODE);
  CHECK(judge(*first.code, open.request(), made_ms + 2).verdict == v1::ENROLMENT_USED_CODE);
}

TEST_CASE("a code ends after a day", "[protocol][enrolment][X6]") {
  Opened open;
  CHECK(judge(open.kept, open.request(), made_ms + code_life_ms - 1).verdict == v1::ENROLMENT_GRANTED);
  const Judgement late = judge(open.kept, open.request(), made_ms + code_life_ms);
  CHECK(late.verdict == v1::ENROLMENT_EXPIRED_CODE);
  CHECK_FALSE(late.code);
}

TEST_CASE("a changed request is not the one that was sealed", "[protocol][enrolment][X6]") {
  Opened open;
  auto changed = open.request();
  auto inside = *look_inside(changed);
  inside.set_line_request("another key");
  changed.set_request(inside.SerializeAsString());
  const Judgement judgement = judge(open.kept, changed, made_ms + 1);
  CHECK(judgement.verdict == v1::ENROLMENT_WRONG_SECRET);
  CHECK(judgement.tries_left == 4);
  auto cut = open.request();
  cut.set_mac(cut.mac().substr(0, 31));
  CHECK(judge(open.kept, cut, made_ms + 1).verdict == v1::ENROLMENT_WRONG_SECRET);
}

TEST_CASE("five wrong tries kill a code", "[protocol][enrolment][X6]") {
  Opened open;
  auto wrong = open.request();
  wrong.set_mac(Octets(32, 'x'));
  v1::Enrolment kept = open.kept;
  for (std::uint32_t left = 4; left > 0; --left) {
    const Judgement judgement = judge(kept, wrong, made_ms + 1);
    CHECK(judgement.verdict == v1::ENROLMENT_WRONG_SECRET);
    CHECK(judgement.tries_left == left);
    REQUIRE(judgement.code);
    kept = *judgement.code;
  }
  const Judgement last = judge(kept, wrong, made_ms + 1);
  CHECK(last.verdict == v1::ENROLMENT_DEAD_CODE);
  REQUIRE(last.code);
  CHECK(judge(*last.code, open.request(), made_ms + 1).verdict == v1::ENROLMENT_DEAD_CODE);
}

TEST_CASE("every refusal is a sentence of its own", "[protocol][enrolment][X6]") {
  std::set<std::string_view> sentences;
  for (int each = v1::EnrolmentRefusal_MIN; each <= v1::EnrolmentRefusal_MAX; ++each)
    sentences.insert(to_text(static_cast<v1::EnrolmentRefusal>(each)));
  CHECK(sentences.size() == v1::EnrolmentRefusal_ARRAYSIZE);
  CHECK_FALSE(look_inside(v1::SealedEnrolment()));
}
