#include "protocol/record/state_hash.hpp"

#include <catch2/catch_test_macros.hpp>

#include "vectors.hpp"

namespace feldsher::testing {

TEST_CASE("a state hash is the sum over what is there now", "[protocol][record][vectors][N10]") {
  const auto golden = vectors("state_hash");
  SubjectSet set;
  RecordKey key{*NodeId::from_octets(octets_of(golden, "origin")), v1::ACTS,
                Epoch{hex_number_of(golden, "epoch")}, 0};
  for (const auto& step : golden.at("steps").as_array()) {
    const SubjectKey subject{static_cast<v1::EntityType>(number_of<int>(step, "type")),
                             *Uuid::from_octets(octets_of(step, "subject"))};
    key.seq = number_of<std::uint64_t>(step, "seq");
    if (text_of(step, "do") == "put") {
      set.put(subject, key);
      CHECK(set.current(subject) == key);
    } else {
      set.drop(subject);
      CHECK_FALSE(set.current(subject).has_value());
    }
    CHECK(set.hash() == digest_of(step, "hash"));
  }
  CHECK(set.all().empty());
  CHECK(set.hash() == zero_digest);
}

TEST_CASE("a state hash does not depend on the order of events, and on nothing that was dropped",
          "[protocol][record][N10]") {
  auto subject = [](std::uint8_t n) {
    SubjectKey key{v1::TICKET, {}};
    key.id.octets[15] = n;
    return key;
  };
  auto record = [](std::uint64_t seq) { return RecordKey{NodeId{}, v1::ACTS, Epoch{1}, seq}; };
  SubjectSet forth, back;
  for (std::uint8_t n = 0; n < 200; ++n) forth.put(subject(n), record(n));
  for (std::uint8_t n = 200; n-- > 0;) {
    back.put(subject(n), record(1000u + n));
    back.put(subject(n), record(n));
  }
  CHECK(forth.hash() == back.hash());
  back.put(subject(250), record(9));
  CHECK(forth.hash() != back.hash());
  back.drop(subject(250));
  CHECK(forth.hash() == back.hash());
  back.put(subject(7), record(8));
  CHECK(forth.hash() != back.hash());
  back.clear();
  CHECK(back.hash() == zero_digest);
}

}  // namespace feldsher::testing
