#include <catch2/catch_test_macros.hpp>

#include <set>

#include "vectors.hpp"

namespace feldsher::testing {

TEST_CASE("octets are written and read as hexadecimal and base64url", "[protocol][record][vectors]") {
  const auto golden = vectors("texts");
  for (const auto& one : golden.at("encoded").as_array()) {
    const Octets octets = octets_of(one, "octets");
    CHECK(to_hex(octets) == text_of(one, "octets"));
    CHECK(to_base64url(octets) == text_of(one, "base64url"));
    Octets back = "left over";
    CHECK(from_base64url(text_of(one, "base64url"), back));
    CHECK(back == octets);
  }
}

TEST_CASE("what is not base64url is refused, and one value has one text", "[protocol][record][vectors]") {
  const auto golden = vectors("texts");
  for (const auto& text : golden.at("not_base64url").as_array()) {
    Octets out;
    CAPTURE(std::string(text.as_string()));
    CHECK_FALSE(from_base64url(std::string(text.as_string()), out));
  }
}

TEST_CASE("what is not hexadecimal gives nothing", "[protocol][record]") {
  CHECK(from_hex("0").empty());
  CHECK(from_hex("0g").empty());
  CHECK(from_hex("0x").empty());
  CHECK(from_hex("AbCd") == "\xab\xcd");
}

TEST_CASE("the digits of hexadecimal are those, and not their neighbours", "[protocol][record]") {
  constexpr std::string_view digits = "0123456789abcdefABCDEF";
  for (int c = 1; c < 256; ++c) {
    const std::string text{static_cast<char>(c), '0'};
    CAPTURE(c);
    CHECK(from_hex(text).empty() == (digits.find(text[0]) == std::string_view::npos));
    CHECK(from_hex(std::string{'0', text[0]}).empty() == from_hex(text).empty());
  }
  for (std::size_t i = 0; i < 22; ++i)
    CHECK(static_cast<std::size_t>(from_hex(std::string{'0', digits[i]})[0]) == (i < 16 ? i : i - 6));
  CHECK(from_hex("012").empty());
}

TEST_CASE("an id of version 7 begins with its time", "[protocol][record][vectors]") {
  const auto golden = vectors("texts");
  for (const auto& one : golden.at("uuid_v7").as_array()) {
    std::array<std::uint8_t, 10> random{};
    const Octets octets = octets_of(one, "random");
    std::copy(octets.begin(), octets.end(), random.begin());
    const Uuid id = Uuid::v7(number_of<std::int64_t>(one, "ms"), random);
    CHECK(id.to_octets() == octets_of(one, "octets"));
    CHECK(id.to_text() == text_of(one, "text"));
    CHECK(Uuid::from_text(id.to_text()) == id);
    CHECK(Uuid::from_text(to_hex(id.to_octets())) == id);
    CHECK(Uuid::from_octets(id.to_octets()) == id);
  }
}

TEST_CASE("what is not an id is refused", "[protocol][record][vectors]") {
  const auto golden = vectors("texts");
  for (const auto& text : golden.at("not_uuid").as_array()) {
    CAPTURE(std::string(text.as_string()));
    CHECK_FALSE(Uuid::from_text(std::string(text.as_string())).has_value());
  }
  CHECK_FALSE(Uuid::from_octets(Octets(15, 'x')).has_value());
  CHECK_FALSE(Uuid::from_octets(Octets(17, 'x')).has_value());
  CHECK_FALSE(NodeId::from_octets("").has_value());
  // A dash where a digit has to be, and a digit where a dash has to be.
  const std::string good = "0190c0de-0000-7000-8000-00000000beef";
  REQUIRE(Uuid::from_text(good).has_value());
  for (std::size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = bad[i] == '-' ? '0' : '-';
    CAPTURE(bad);
    CHECK_FALSE(Uuid::from_text(bad).has_value());
  }
}

}  // namespace feldsher::testing
