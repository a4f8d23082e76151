// What a refusal says to whoever has to mend it, on both sides.
#include "protocol/sync/refusals.hpp"

#include <algorithm>
#include <set>

#include "one_link.hpp"

namespace feldsher::sync {
namespace {

bool has(const std::string& text, const std::string& what) { return text.find(what) != text.npos; }

}  // namespace

TEST_CASE("each refusal has a sentence of its own, and one that nobody knows has one too",
          "[protocol][sync]") {
  std::set<std::string> sentences;
  const auto* kinds = v1::Refusal_descriptor();
  for (int i = 0; i < kinds->value_count(); ++i) {
    const std::string said = sentence_of(static_cast<v1::Refusal>(kinds->value(i)->number()));
    CAPTURE(kinds->value(i)->name());
    CHECK(sentences.insert(said).second);
    CHECK(std::all_of(said.begin(), said.end(), [](unsigned char c) { return c >= 0x20 && c < 0x7f; }));
  }
  CHECK(has(sentence_of(static_cast<v1::Refusal>(77)), "77"));
}

TEST_CASE("a refusal says what mends it", "[protocol][sync]") {
  CHECK(has(sentence_of(v1::REFUSAL_CLONE), "accept-older-disk"));
  CHECK(has(sentence_of(v1::REFUSAL_UNKNOWN_NODE), "feldsher-edge enrol"));
  CHECK(has(sentence_of(v1::REFUSAL_VERSION), "release"));
}

TEST_CASE("an incident of a copy says what a person at central does about it", "[protocol][sync]") {
  OneLink one;
  one.greet();
  one.act();
  SECTION("it does not know the youngest life: it may be let in") { one.greet(one.hello_with({{77, 0}})); }
  SECTION("its ticket was not the next one: it may be let in") {
    one.ticket = Octets(16, '\7');
    one.greet();
  }
  REQUIRE(one.kinds == std::vector{v1::INCIDENT_CLONE});
  CHECK(has(one.incidents[0], "accept-older-disk"));
  CHECK_FALSE(has(one.incidents[0], " enrol "));
  one.link.pardon();  // And so it is.
  one.greet();
  CHECK(one.welcome().refusal() == v1::REFUSAL_NONE);
}

TEST_CASE("an incident of a younger central that was heard says how the point comes in again",
          "[protocol][sync]") {
  OneLink one;
  one.greet();
  one.forgotten_acts = 3;
  one.greet();
  REQUIRE(one.kinds == std::vector{v1::INCIDENT_FORGOTTEN});
  CHECK_FALSE(one.link.live());
  CHECK(has(one.incidents[0], "accept-older-disk"));
  one.link.pardon();
  one.greet();
  CHECK(one.link.live());
}

TEST_CASE("a disk that contradicts central is not let in by a pardon: its incident names another remedy",
          "[protocol][sync]") {
  OneLink one;
  one.greet();
  one.act();
  const auto another = [&] {
    v1::Hello hello = one.hello();
    for (v1::JournalMark& mark : *hello.mutable_held())
      if (mark.seq() != 0) mark.set_chain(Octets(32, '\7'));
    one.greet(hello);
    return one.welcome().refusal();
  };
  CHECK(another() == v1::REFUSAL_CLONE);
  REQUIRE(one.incidents.size() == 1);
  CHECK(has(one.incidents[0], "feldsher-central enrol"));
  CHECK_FALSE(has(one.incidents[0], "accept-older-disk"));
  one.link.pardon();
  CHECK(another() == v1::REFUSAL_CLONE);
}

}  // namespace feldsher::sync
