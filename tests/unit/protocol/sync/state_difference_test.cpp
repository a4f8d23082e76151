// A mark whose state hash differs: both sides find where, and the incident says it.
#include "one_point.hpp"
#include "protocol/sync/state_parts.hpp"

namespace feldsher::testing {
namespace {

/// What the point's incidents about state hashes say.
std::vector<std::string> told(OnePoint& net) {
  std::vector<std::string> details;
  for (const auto& [id, row] : net.point.node->state().incidents.rows())
    if (row.state.kind() == v1::INCIDENT_HASH) details.push_back(row.state.detail());
  return details;
}

/// A point that has not taken what the feed brought of one room of many.
Uuid miss_a_room(OnePoint& net) {
  for (int n = 0; n < 60; ++n) net.clinic->room(std::to_string(n));
  net.settle();
  net.lose = [](v1::Frame& frame) {
    if (frame.has_feed())
      for (auto& item : *frame.mutable_feed()->mutable_items())
        if (item.has_record()) item.mutable_record()->set_core("changed on its way");
    return false;
  };
  const Uuid missed = net.clinic->room("the one that is missed");
  net.settle();
  net.lose = [](v1::Frame&) { return false; };
  return missed;
}

}  // namespace

TEST_CASE("an incident about a mark that differs names the first subject that does",
          "[protocol][sync][N10]") {
  OnePoint net;
  const Uuid missed = miss_a_room(net);
  net.pass_seconds(until_marked_s);
  REQUIRE(told(net).size() == 1);
  CHECK(told(net)[0].ends_with(", first: ROOM " + missed.to_text()));
  CHECK(net.incidents(v1::INCIDENT_HASH) == 1);
  std::size_t by_hashes = 0;
  for (const v1::Frame& frame : net.sent) {
    by_hashes += frame.state_answer().hashes_size() == 16;
    CHECK(frame.state_answer().subjects_size() <= 16);
  }
  CHECK(by_hashes > 0);
  CHECK(net.sent_of(v1::Frame::kStateAnswer) <= 33);
}

TEST_CASE("a difference in the node's own acts is named too", "[protocol][sync][N10]") {
  OnePoint net;
  for (int n = 0; n < 20; ++n) net.ticket();
  Record other;
  other.key = {net.point.identity.node, v1::ACTS, net.point.node->writer().epoch(), 1'000'000};
  other.subject = {v1::TICKET, net.point.random.uuid_v7(monday_8_ms)};
  net.point.node->link().wrote(other);
  net.ticket();
  net.pass_seconds(until_marked_s);
  REQUIRE(told(net).size() == 1);
  CHECK(told(net)[0].ends_with(", first among its own acts: TICKET " + other.subject.id.to_text()));
}

TEST_CASE("a central that does not answer, and a line that ends, leave an incident that names nobody",
          "[protocol][sync][N10]") {
  OnePoint net;
  miss_a_room(net);
  net.lose = [](v1::Frame& frame) { return frame.has_state_question(); };
  net.pass_seconds(until_marked_s);
  CHECK(told(net).empty());
  SECTION("it does not know the question") { net.pass_seconds(until_resent_s); }
  SECTION("the line ends") { net.cut(net.point); }
  REQUIRE(told(net).size() == 1);
  CHECK(told(net)[0].starts_with("state hashes differ at feed item "));
  CHECK(told(net)[0].find("first") == std::string::npos);
}

TEST_CASE("an answer to another question, or about another place, names nobody", "[protocol][sync][N10]") {
  OnePoint net;
  miss_a_room(net);
  SECTION("another question") {
    net.lose = [](v1::Frame& frame) {
      if (frame.has_state_answer()) frame.mutable_state_answer()->mutable_question()->set_prefix("\7");
      return false;
    };
    net.pass_seconds(until_marked_s);
    CHECK(told(net).empty());
  }
  SECTION("another place") {
    net.lose = [](v1::Frame& frame) {
      if (frame.has_state_answer()) frame.mutable_state_answer()->set_n(1);
      return false;
    };
    net.pass_seconds(until_marked_s);
    CHECK(told(net).size() == 1);
  }
  net.pass_seconds(until_resent_s);
  REQUIRE(told(net).size() == 1);
  CHECK(told(net)[0].find("first") == std::string::npos);
}

TEST_CASE("subjects are told apart by the nibbles of their ids", "[protocol][sync]") {
  const auto id = [](const char* text) { return SubjectKey{v1::ROOM, *Uuid::from_text(text)}; };
  const SubjectKey a = id("12000000-0000-7000-8000-000000000001"),
                   b = id("13000000-0000-7000-8000-000000000001"),
                   c = id("13000000-0000-7000-8000-000000000002");
  SubjectSet set;
  for (const SubjectKey& each : {a, b, c}) set.put(each, {});
  CHECK(sync::subjects_under(set, "").size() == 3);
  CHECK(sync::subjects_under(set, "\1").size() == 3);
  CHECK(sync::subjects_under(set, "\1\3").size() == 2);
  CHECK(sync::subjects_under(set, "\2").empty());
  CHECK(sync::subjects_under(set, Octets(33, '\1')).empty());
  const auto hashes = sync::hashes_by_nibble(sync::subjects_under(set, "\1"), 1);
  REQUIRE(hashes.size() == 16);
  SubjectSet one, two;
  one.put(a, {});
  two.put(b, {});
  two.put(c, {});
  CHECK(hashes[2] == one.hash());
  CHECK(hashes[3] == two.hash());
  CHECK(hashes[0] == StateHash{}.value());
}

}  // namespace feldsher::testing
