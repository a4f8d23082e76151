#include "protocol/sync/wire.hpp"

#include <catch2/catch_test_macros.hpp>

#include "tests/support/world/clinic.hpp"

namespace feldsher::sync {
namespace {

Record a_record() {
  testing::FeedPen pen(testing::tenant_of_tests, testing::central_of_tests);
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_SYSTEM);
  draft.subject = {v1::ROOM, Uuid{}};
  draft.verb = v1::REGISTERED;
  draft.message = "some octets";
  pen.write(draft);
  return pen.write(draft);
}

}  // namespace

TEST_CASE("a record crosses the wire octet for octet, chained or alone, with its body or its digest",
          "[protocol][sync][X11]") {
  const Record record = a_record();
  StoredRecord erased = record.stored;
  erased.body.reset();
  for (const StoredRecord& stored : {record.stored, erased})
    for (const bool chained : {true, false}) {
      const v1::WireRecord wire = to_wire(stored, chained);
      CHECK(wire.prev().empty() == chained);
      CHECK(wire.body_digest().empty() == stored.body.has_value());
      Record read;
      REQUIRE(from_wire(wire, chained ? &record.stored.prev : nullptr, read) == RecordFault::none);
      CHECK(read.stored.hash == record.stored.hash);
      CHECK(read.stored.prev == record.stored.prev);
      CHECK(read.stored.body == stored.body);
      CHECK(read.key == record.key);
    }
}

TEST_CASE("a record that nobody can place, or with half a digest, is incomplete", "[protocol][sync][X7]") {
  const Record record = a_record();
  Record read;
  v1::WireRecord alone = to_wire(record.stored, true);
  CHECK(from_wire(alone, nullptr, read) == RecordFault::core_incomplete);
  alone.set_prev(Octets(31, 'p'));
  CHECK(from_wire(alone, nullptr, read) == RecordFault::core_incomplete);
  v1::WireRecord half = to_wire(record.stored, false);
  half.set_body_digest(Octets(31, 'd'));
  CHECK(from_wire(half, nullptr, read) == RecordFault::core_incomplete);
  v1::WireRecord nothing = to_wire(record.stored, false);
  nothing.clear_body();
  CHECK(from_wire(nothing, nullptr, read) == RecordFault::body_without_salt);
}

TEST_CASE("what central signs in a mark names tenant, node, feed, place and both states",
          "[protocol][sync][X7]") {
  v1::FeedItem mark;
  mark.set_n(5);
  mark.set_state_hash(Octets(32, 's'));
  mark.set_up_state_hash(Octets(32, 'u'));
  const auto place = [](const v1::FeedItem& of, std::uint64_t feed = 7) {
    return mark_place(testing::tenant_of_tests, testing::point_node_of_tests, feed, of);
  };
  const Octets octets = place(mark);
  CHECK(octets == testing::tenant_of_tests.to_octets() + testing::point_node_of_tests.to_octets() +
                      Octets("\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\5", 16) + Octets(32, 's') + Octets(32, 'u'));
  CHECK(place(mark, 8) != octets);
  CHECK(mark_place(testing::tenant_of_tests, testing::central_of_tests, 7, mark) != octets);
  v1::FeedItem other = mark;
  other.set_n(6);
  CHECK(place(other) != octets);
}

}  // namespace feldsher::sync
