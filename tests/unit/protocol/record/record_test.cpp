#include "protocol/record/record.hpp"

#include <catch2/catch_test_macros.hpp>

#include <set>

#include "protocol/contracts/clinic.pb.h"
#include "protocol/record/merkle.hpp"
#include "vectors.hpp"

namespace feldsher::testing {
namespace {

const char* name_of(RecordFault fault) {
  switch (fault) {
    case RecordFault::none:
      return "none";
    case RecordFault::core_too_large:
      return "core_too_large";
    case RecordFault::body_too_large:
      return "body_too_large";
    case RecordFault::core_unreadable:
      return "core_unreadable";
    case RecordFault::core_incomplete:
      return "core_incomplete";
    case RecordFault::body_without_salt:
      return "body_without_salt";
    case RecordFault::body_mismatch:
      return "body_mismatch";
  }
  return "?";
}

v1::RecordKey key_of(const boost::json::value& json) {
  v1::RecordKey key;
  key.set_origin(octets_of(json, "origin"));
  key.set_stream(static_cast<v1::Stream>(number_of<int>(json, "stream")));
  key.set_epoch(hex_number_of(json, "epoch"));
  key.set_seq(number_of<std::uint64_t>(json, "seq"));
  return key;
}

/// The header that a vector describes in words.
v1::HeaderCore header_of(const boost::json::value& json) {
  v1::HeaderCore header;
  header.set_tenant(octets_of(json, "tenant"));
  header.set_origin(octets_of(json, "origin"));
  header.set_stream(static_cast<v1::Stream>(number_of<int>(json, "stream")));
  header.set_epoch(hex_number_of(json, "epoch"));
  header.set_seq(number_of<std::uint64_t>(json, "seq"));
  header.set_more(number_of<std::uint32_t>(json, "more"));
  const auto& at = json.at("at");
  header.mutable_at()->set_wall_ms(number_of<std::int64_t>(at, "wall_ms"));
  header.mutable_at()->set_logical(number_of<std::uint32_t>(at, "logical"));
  header.mutable_at()->set_boot(hex_number_of(at, "boot"));
  header.mutable_at()->set_since_boot_ms(number_of<std::uint64_t>(at, "since_boot_ms"));
  header.mutable_at()->set_trust(static_cast<v1::Trust>(number_of<int>(at, "trust")));
  header.mutable_at()->set_uncertainty_ms(number_of<std::uint32_t>(at, "uncertainty_ms"));
  const auto& actor = json.at("actor");
  header.mutable_actor()->set_kind(static_cast<v1::ActorKind>(number_of<int>(actor, "kind")));
  header.mutable_actor()->set_id(octets_of(actor, "id"));
  header.mutable_actor()->set_rule(text_of(actor, "rule"));
  header.set_proof(static_cast<v1::Proof>(number_of<int>(json, "proof")));
  header.set_subject_type(static_cast<v1::EntityType>(number_of<int>(json, "subject_type")));
  header.set_subject(octets_of(json, "subject"));
  for (const auto& base : json.at("bases").as_array()) *header.add_bases() = key_of(base);
  header.set_verb(static_cast<v1::Verb>(number_of<int>(json, "verb")));
  header.set_schema(number_of<std::uint32_t>(json, "schema"));
  if (json.at("cause").is_object()) {
    *header.mutable_cause()->mutable_record() = key_of(json.at("cause").at("record"));
    header.mutable_cause()->set_due_ms(number_of<std::int64_t>(json.at("cause"), "due_ms"));
  }
  return header;
}

Octets a_core() { return octets_of(vectors("records").at("records").as_array()[2], "core"); }

}  // namespace

TEST_CASE("the octets of a journal are those of the golden vectors", "[protocol][record][vectors][X11]") {
  MerkleEdge edge;
  Digest prev = zero_digest;
  const auto all = vectors("records");
  REQUIRE(all.at("records").as_array().size() == 5);
  for (const auto& one : all.at("records").as_array()) {
    CAPTURE(number_of<std::uint64_t>(one.at("header"), "seq"));
    CHECK(to_hex(header_of(one.at("header")).SerializeAsString()) == text_of(one, "core"));
    Record record;
    REQUIRE(read_record(octets_of(one, "core"), octets_of(one, "body"), std::nullopt, prev, record) ==
            RecordFault::none);
    CHECK(record.stored.core == octets_of(one, "core"));
    CHECK(record.stored.body_digest == digest_of(one, "body_digest"));
    CHECK(record.stored.prev == digest_of(one, "prev"));
    CHECK(record.stored.hash == digest_of(one, "hash"));
    CHECK(leaf_hash(record.stored) == digest_of(one, "leaf"));
    CHECK(record.key.to_octets() == octets_of(one, "key"));
    CHECK(record.stored.message() == octets_of(one, "body").substr(body_salt_octets));
    CHECK(record.tenant.to_octets() == octets_of(one.at("header"), "tenant"));
    CHECK(record.subject.id.to_octets() == octets_of(one.at("header"), "subject"));
    edge.add(leaf_hash(record.stored));
    CHECK(edge.root() == digest_of(one, "tree_root"));
    prev = record.stored.hash;

    // Erased: the digest stands for the body, and the hash is the same.
    Record erased;
    REQUIRE(read_record(octets_of(one, "core"), std::nullopt, record.stored.body_digest, record.stored.prev,
                        erased) == RecordFault::none);
    CHECK(erased.stored.hash == record.stored.hash);
    CHECK(erased.stored.message().empty());
  }
}

TEST_CASE("octets that are not a record are refused for what is wrong with them",
          "[protocol][record][vectors]") {
  const auto golden = vectors("records");
  for (const auto& one : golden.at("faults").as_array()) {
    CAPTURE(text_of(one, "why"));
    Record record;
    CHECK(std::string(name_of(read_record(octets_of(one, "core"), octets_of(one, "body"), std::nullopt,
                                          zero_digest, record))) == text_of(one, "fault"));
  }
}

TEST_CASE("a header or body of the largest size is a record, and one octet more is not",
          "[protocol][record]") {
  Record record;
  auto read_body = [&](std::size_t size) {
    return read_record(a_core(), Octets(size, 's'), std::nullopt, zero_digest, record);
  };
  CHECK(read_body(max_body_octets) == RecordFault::none);
  CHECK(read_body(max_body_octets + 1) == RecordFault::body_too_large);

  // An unknown field (number 100, a text) fills the header up: a later version's fields are kept, and hashed.
  auto read_core = [&](std::size_t size) {
    Octets core = a_core();
    const std::size_t rest = size - core.size() - 4;
    core += Octets("\xa2\x06", 2) + static_cast<char>((rest & 0x7f) | 0x80) + static_cast<char>(rest >> 7) +
            Octets(rest, 'f');
    REQUIRE(core.size() == size);
    RecordFault fault = read_record(core, Octets(16, 's'), std::nullopt, zero_digest, record);
    CHECK((fault != RecordFault::none || record.stored.core == core));
    return fault;
  };
  CHECK(read_core(max_core_octets) == RecordFault::none);
  CHECK(read_core(max_core_octets + 1) == RecordFault::core_too_large);
}

TEST_CASE("a body and a digest that is not its own are refused together", "[protocol][record]") {
  Record record;
  const Octets body(20, 'b');
  CHECK(read_record(a_core(), body, sha256(body), zero_digest, record) == RecordFault::none);
  CHECK(read_record(a_core(), body, sha256("other"), zero_digest, record) == RecordFault::body_mismatch);
  CHECK(read_record(a_core(), std::nullopt, std::nullopt, zero_digest, record) ==
        RecordFault::core_incomplete);
}

TEST_CASE("every part of a record is in its hash", "[protocol][record][X7]") {
  const Octets core = a_core();
  const Digest body = sha256("body"), prev = sha256("prev");
  const Digest hash = header_hash(core, body, prev);
  for (std::size_t i = 0; i < core.size(); ++i) {
    Octets changed = core;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    CHECK(header_hash(changed, body, prev) != hash);
  }
  CHECK(header_hash(core, prev, body) != hash);
  CHECK(header_hash(core + '\0', body, prev) != hash);
}

TEST_CASE("a key is read from the wire only when it names a record", "[protocol][record]") {
  v1::RecordKey wire;
  wire.set_origin(Octets(16, 'o'));
  wire.set_stream(v1::ACTS);
  wire.set_epoch(1);
  wire.set_seq(1);
  REQUIRE(RecordKey::from(wire).has_value());
  CHECK(RecordKey::from(wire)->to_wire().SerializeAsString() == wire.SerializeAsString());
  auto without = [&](auto change) {
    v1::RecordKey changed = wire;
    change(changed);
    return RecordKey::from(changed).has_value();
  };
  CHECK_FALSE(without([](auto& key) { key.set_origin("short"); }));
  CHECK_FALSE(without([](auto& key) { key.clear_stream(); }));
  CHECK_FALSE(without([](auto& key) { key.clear_epoch(); }));
  CHECK_FALSE(without([](auto& key) { key.clear_seq(); }));
}

TEST_CASE("a header that lacks what every header has is incomplete, whatever it is that it lacks",
          "[protocol][record]") {
  v1::HeaderCore whole;
  REQUIRE(whole.ParseFromString(a_core()));
  auto read = [](const v1::HeaderCore& header) {
    Record record;
    return read_record(header.SerializeAsString(), Octets(16, 's'), std::nullopt, zero_digest, record);
  };
  auto without = [&](auto change) {
    v1::HeaderCore header = whole;
    change(header);
    return read(header);
  };
  REQUIRE(read(whole) == RecordFault::none);
  CHECK(without([](auto& header) { header.clear_at(); }) == RecordFault::core_incomplete);
  CHECK(without([](auto& header) { header.set_tenant(Octets(15, 't')); }) == RecordFault::core_incomplete);
  CHECK(without([](auto& header) { header.set_origin(Octets(15, 'o')); }) == RecordFault::core_incomplete);
  CHECK(without([](auto& header) { header.set_subject(Octets(17, 's')); }) == RecordFault::core_incomplete);
  CHECK(without([](auto& header) { header.clear_actor(); }) == RecordFault::core_incomplete);
  CHECK(without([](auto& header) { header.set_stream(v1::READINGS); }) == RecordFault::none);
  CHECK(without([](auto& header) { header.set_stream(static_cast<v1::Stream>(3)); }) ==
        RecordFault::core_incomplete);
}

TEST_CASE("a cause names a record or none, and never half of one", "[protocol][record]") {
  v1::HeaderCore header;
  REQUIRE(header.ParseFromString(a_core()));
  auto read = [&] {
    Record record;
    return read_record(header.SerializeAsString(), Octets(16, 's'), std::nullopt, zero_digest, record);
  };
  header.clear_cause();
  header.mutable_cause()->set_due_ms(5);
  CHECK(read() == RecordFault::none);
  v1::RecordKey& named = *header.mutable_cause()->mutable_record();
  named.set_origin(Octets(16, 'o'));
  named.set_stream(v1::ACTS);
  named.set_epoch(1);
  CHECK(read() == RecordFault::core_incomplete);
  named.set_seq(1);
  CHECK(read() == RecordFault::none);
}

TEST_CASE("each fault of a record is told in words of its own", "[protocol][record]") {
  std::set<std::string> texts;
  for (auto fault : {RecordFault::none, RecordFault::core_too_large, RecordFault::body_too_large,
                     RecordFault::core_unreadable, RecordFault::core_incomplete,
                     RecordFault::body_without_salt, RecordFault::body_mismatch})
    CHECK(texts.insert(to_text(fault)).second);
  CHECK_FALSE(texts.contains(to_text(static_cast<RecordFault>(99))));
}

TEST_CASE("a body is the salt and then a message; without one, or cut short, it says nothing",
          "[protocol][record]") {
  v1::Room room;
  room.set_label("12");
  Record record;
  REQUIRE(read_record(a_core(), Octets(16, 's') + room.SerializeAsString(), std::nullopt, zero_digest,
                      record) == RecordFault::none);
  REQUIRE(record.body<v1::Room>());
  CHECK(record.body<v1::Room>()->label() == "12");
  record.stored.body = Octets(16, 's') + "\xff\xff";
  CHECK_FALSE(record.body<v1::Room>());
  record.stored.body = Octets(15, 's');
  CHECK(record.stored.message().empty());
  record.stored.body.reset();
  CHECK(record.stored.message().empty());
  CHECK_FALSE(record.body<v1::Room>());
}

TEST_CASE("keys are in the order of their origin, stream, life and place", "[protocol][record]") {
  const NodeId first{Uuid{}}, second{*Uuid::from_octets(Octets(16, 'z'))};
  const std::vector<RecordKey> ascending = {
      {first, v1::ACTS, {1}, 1},     {first, v1::ACTS, {1}, 2},  {first, v1::ACTS, {2}, 1},
      {first, v1::READINGS, {1}, 1}, {second, v1::ACTS, {1}, 1},
  };
  for (std::size_t a = 0; a < ascending.size(); ++a)
    for (std::size_t b = 0; b < ascending.size(); ++b) {
      CHECK((ascending[a] < ascending[b]) == (a < b));
      CHECK((ascending[a] == ascending[b]) == (a == b));
    }
}

}  // namespace feldsher::testing
