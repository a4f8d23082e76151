#include "edge-agent/agent/pass_reader.hpp"

#include <catch2/catch_test_macros.hpp>

#include "protocol/pass/pass.hpp"

namespace feldsher::edge {
namespace {

Uuid id(std::uint8_t last) {
  Uuid uuid;
  uuid.octets.back() = last;
  return uuid;
}

/// The keys that a feed brought.
struct Keys {
  Table<v1::PassKey> table;
  std::uint8_t count = 0;

  void add(const SigningKey& key, bool retired = false, const PointId& point = {}) {
    v1::PassKey state;
    state.set_public_key(reinterpret_cast<const char*>(key.public_key().data()), key.public_key().size());
    state.set_retired(retired);
    if (!point.is_nil()) state.set_point(point.to_octets());
    Record record;
    record.stored.body = Octets(body_salt_octets, '\0') + state.SerializeAsString();
    record.subject = {v1::PASS_KEY, id(++count)};
    REQUIRE(table.apply(record));
  }
};

const Pass pass{.appointment = {id(1)}, .patient = {id(2)}, .point = {id(3)}, .day = "2026-11-22"};

TEST_CASE("a pass is read offline with the keys that the feed brought", "[edge-agent][pass][N8][K1]") {
  const auto present = SigningKey::generate(), next = SigningKey::generate();
  Keys keys;
  keys.add(present);
  keys.add(next);
  for (const auto& key : {present, next}) {
    const ReadPass read = read_pass_with(keys.table, issue_pass(key, pass));
    CHECK(read.refusal == v1::ASK_GRANTED);
    CHECK(read.appointment == pass.appointment);
    CHECK(read.patient == pass.patient);
    CHECK(read.point == pass.point);
    CHECK(read.day == pass.day);
  }
}

TEST_CASE("a pass of an unknown or retired key, or changed, is invalid", "[edge-agent][pass][X7]") {
  const auto known = SigningKey::generate(), retired = SigningKey::generate();
  Keys keys;
  keys.add(known);
  keys.add(retired, true);
  CHECK(read_pass_with(keys.table, issue_pass(SigningKey::generate(), pass)).refusal == v1::ASK_PASS_INVALID);
  CHECK(read_pass_with(keys.table, issue_pass(retired, pass)).refusal == v1::ASK_PASS_INVALID);
  CHECK(read_pass_with(keys.table, "FP1:hello").refusal == v1::ASK_PASS_INVALID);
  std::string changed = issue_pass(known, pass);
  changed[20] = changed[20] == 'A' ? 'B' : 'A';
  CHECK(read_pass_with(keys.table, changed).refusal == v1::ASK_PASS_INVALID);
}

TEST_CASE("a point's key makes passes for that point only", "[edge-agent][pass]") {
  const auto key = SigningKey::generate();
  Keys here, elsewhere;
  here.add(key, false, pass.point);
  elsewhere.add(key, false, PointId{id(9)});
  CHECK(read_pass_with(here.table, issue_pass(key, pass)).refusal == v1::ASK_GRANTED);
  CHECK(read_pass_with(elsewhere.table, issue_pass(key, pass)).refusal == v1::ASK_PASS_INVALID);
}

}  // namespace
}  // namespace feldsher::edge
