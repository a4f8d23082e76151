#include "protocol/pass/pass.hpp"

#include <boost/json.hpp>
#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <random>
#include <sstream>

#include "protocol/record/result.hpp"

using namespace feldsher;

namespace {

SigningKey key_of(std::uint8_t first) {
  std::array<std::uint8_t, 32> seed{};
  seed[0] = first;
  return SigningKey::from_seed(seed);
}

PassKeys only(const SigningKey& key) {
  return [id = key.key_id(), known = key.public_key()](const KeyId& asked) {
    return asked == id ? std::optional(known) : std::nullopt;
  };
}

Pass example() {
  return {.appointment = {*Uuid::from_text("0190c0de-0000-7000-8000-000000000001")},
          .patient = {*Uuid::from_text("0190c0de-0000-7000-8000-000000000002")},
          .point = {*Uuid::from_text("0190c0de-0000-7000-8000-000000000003")},
          .day = "2026-03-02"};
}

boost::json::array golden_vectors() {
  std::ifstream file(FELDSHER_SOURCE_DIR "/tests/unit/protocol/pass/vectors.json");
  std::ostringstream text;
  text << file.rdbuf();
  return boost::json::parse(text.str()).as_array();
}

}  // namespace

TEST_CASE("a pass says what was put into it", "[protocol][pass]") {
  const auto key = key_of(1);
  const auto read = read_pass(issue_pass(key, example()), only(key));
  REQUIRE(read.has_value());
  auto expected = example();
  expected.key = key.key_id();
  CHECK(*read == expected);
}

TEST_CASE("a pass holds ids, a day and a key, nothing else", "[protocol][pass][X10]") {
  CHECK(issue_pass(key_of(1), example()).size() == 4 + 164);
}

TEST_CASE("passes made by another implementation read here, and ours are the same octets",
          "[protocol][pass]") {
  const auto vectors = golden_vectors();
  REQUIRE(vectors.size() == 3);
  for (const auto& entry : vectors) {
    const auto& vector = entry.as_object();
    const auto text = [&](const char* name) { return std::string(vector.at(name).as_string()); };
    std::array<std::uint8_t, 32> seed{};
    const auto octets = from_hex(text("seed"));
    REQUIRE(octets.size() == seed.size());
    std::copy(octets.begin(), octets.end(), seed.begin());
    const auto key = SigningKey::from_seed(seed);
    CHECK(key.key_id().to_text() == text("key_id"));

    const auto read = read_pass(text("text"), only(key));
    REQUIRE(read.has_value());
    CHECK(read->appointment.to_text() == text("appointment"));
    CHECK(read->patient.to_text() == text("patient"));
    CHECK(read->point.to_text() == text("point"));
    CHECK(read->day == text("day"));
    CHECK(issue_pass(key, *read) == text("text"));
  }
}

TEST_CASE("what scanners add around a pass is dropped", "[protocol][pass]") {
  const auto key = key_of(1);
  const auto text = issue_pass(key, example());
  for (const auto& scanned :
       {"]Q1" + text, "]Q3" + text + "\r", "]cm" + text + "\r\n", "  " + text + " \t\r\n"}) {
    CAPTURE(scanned);
    CHECK(read_pass(scanned, only(key)).has_value());
  }
}

TEST_CASE("something else than a pass is called so", "[protocol][pass]") {
  const auto key = key_of(1);
  const auto text = issue_pass(key, example());
  auto other_version = text;
  REQUIRE(other_version[5] == 'Q');
  other_version[5] = 'g';  // the version's two low bits: 01 becomes 10
  for (const auto& scanned : std::vector<std::string>{
           "", "]", "]Q1", "FP1:", "4607025392408",
           "https://example.org/FP1:", text.substr(0, text.size() - 1), text + "A", text + text,
           "FP2:" + text.substr(4), "fp1:" + text.substr(4), other_version,
           text.substr(0, 40) + "+" + text.substr(41), text.substr(0, 40) + "\xD0" + text.substr(41)}) {
    CAPTURE(scanned);
    const auto read = read_pass(scanned, only(key));
    REQUIRE_FALSE(read.has_value());
    CHECK(read.error() == PassError::not_a_pass);
  }
}

TEST_CASE("a pass by a key that is not known here is told from a forged one", "[protocol][pass]") {
  const auto read = read_pass(issue_pass(key_of(2), example()), only(key_of(1)));
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error() == PassError::unknown_key);
  CHECK(read_pass(issue_pass(key_of(2), example()), {}).error() == PassError::unknown_key);
}

TEST_CASE("a pass that claims a known key but is signed by another is forged", "[protocol][pass][X7]") {
  const auto known = key_of(1);
  const auto stranger = key_of(2);
  const auto read = read_pass(issue_pass(stranger, example()),
                              [&](const KeyId&) { return std::optional(known.public_key()); });
  REQUIRE_FALSE(read.has_value());
  CHECK(read.error() == PassError::bad_signature);
}

TEST_CASE("a pass with any one octet changed is refused", "[protocol][pass][X7]") {
  const auto key = key_of(1);
  Octets octets;
  REQUIRE(from_base64url(issue_pass(key, example()).substr(4), octets));
  for (std::size_t i = 0; i < octets.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      auto changed = octets;
      changed[i] = static_cast<char>(changed[i] ^ (1 << bit));
      CAPTURE(i, bit);
      CHECK_FALSE(read_pass("FP1:" + to_base64url(changed), only(key)).has_value());
    }
  }
}

TEST_CASE("a signature by the same key over something else is not a pass", "[protocol][pass][X7]") {
  const auto key = key_of(1);
  Octets octets;
  REQUIRE(from_base64url(issue_pass(key, example()).substr(4), octets));
  const auto payload = octets.substr(0, 59);
  const auto signature = key.sign(payload);
  const auto text = "FP1:" + to_base64url(payload + std::string(signature.begin(), signature.end()));
  CHECK(read_pass(text, only(key)).error() == PassError::bad_signature);
}

TEST_CASE("no scanned text makes reading throw", "[protocol][pass]") {
  const auto key = key_of(1);
  const auto good = issue_pass(key, example());
  std::mt19937 random(20260302);
  for (int round = 0; round < 20'000; ++round) {
    std::string text = round % 2 == 0 ? good : std::string(random() % 300, 'x');
    for (std::size_t changes = 1 + random() % 8; changes > 0 && !text.empty(); --changes) {
      text[random() % text.size()] = static_cast<char>(random() % 256);
    }
    CHECK_NOTHROW(read_pass(text, [&](const KeyId&) { return std::optional(key.public_key()); }));
  }
}

TEST_CASE("a pass for no day is a bug of who issues it", "[protocol][pass]") {
  for (const char* day :
       {"", "2026-02-30", "2026-3-2", "1969-12-31", "2149-06-07", "2026-03-0x", "+026-03-02"}) {
    CAPTURE(day);
    auto pass = example();
    pass.day = day;
    CHECK_THROWS_AS(issue_pass(key_of(1), pass), std::logic_error);
  }
}
