// What a node has heard of central's own acts, and what central makes of it when its disk holds others.
#include "one_point.hpp"

namespace feldsher::testing {

TEST_CASE(
    "a node that has heard a younger central than this one is not taken, until a person or a first hello "
    "says so",
    "[protocol][sync][N10]") {
  OnePoint net;
  auto hear_more = [&] {
    net.change_next(v1::Frame::kHello, [](v1::Frame& frame) {
      v1::JournalMark& heard = *frame.mutable_hello()->mutable_heard(0);
      heard.set_epoch(heard.epoch() + 1);  // A life of central that is not held here.
    });
    net.reconnect(net.point);
  };
  for (int i = 0; i < 2; ++i) {
    hear_more();
    CHECK_FALSE(net.point.live());
    CHECK(net.incidents(v1::INCIDENT_FORGOTTEN) == 1);
  }
  v1::Actor manager;
  manager.set_kind(v1::ACTOR_STAFF);
  for (int i = 0; i < 2; ++i) {
    net.central->accept_older_disk(net.point.identity.node, manager, v1::PROOF_TOKEN, [] {});
    hear_more();
    CHECK(net.point.live());
    CHECK(net.incidents(v1::INCIDENT_FORGOTTEN) == 2);
  }
  CHECK(net.same_state(net.point));
}

TEST_CASE(
    "a central whose disk was set back in its life refuses who heard more, whatever it writes since, until a "
    "person says otherwise",
    "[protocol][sync][N10]") {
  for (const bool says_hashes : {true, false}) {  // Older versions say numbers only.
    OnePoint net;
    net.lose = [says_hashes](v1::Frame& frame) {
      if (frame.has_hello() && !says_hashes)
        for (v1::JournalMark& heard : *frame.mutable_hello()->mutable_heard()) heard.clear_chain();
      return false;
    };
    const MemoryStore backup = net.store;
    for (const char* name : {"11", "12", "13"}) net.clinic->room(name);
    net.settle();
    REQUIRE(net.point.node->state().rooms.rows().size() == 3);
    net.cut(net.point);
    net.store = backup;
    net.restart_central();
    auto refused = [&] {
      net.reconnect(net.point);
      return !net.point.live() && net.incidents(v1::INCIDENT_FORGOTTEN) == 1;
    };
    for (int i = 0; i < 5; ++i) CHECK(refused());
    for (int i = 0; i < 5; ++i) net.clinic->room("2" + std::to_string(i));
    CHECK(refused());
    net.restart_central();
    net.reconnect(net.point);
    CHECK_FALSE(net.point.live());

    v1::Actor manager;
    manager.set_kind(v1::ACTOR_STAFF);
    net.central->accept_older_disk(net.point.identity.node, manager, v1::PROOF_TOKEN, [] {});
    net.restart_central();
    for (int i = 0; i < 2; ++i) {
      net.reconnect(net.point);
      CHECK(net.point.live());
      CHECK(net.same_state(net.point));
    }
    net.pass_seconds(until_marked_s);
    CHECK(net.point.node->state().rooms.rows().size() == 5);
  }
}

TEST_CASE("whom a person let in that heard more of central gets a feed that begins anew, and stays in",
          "[protocol][sync][N10]") {
  OnePoint net;
  const MemoryStore backup = net.store;
  net.clinic->room("11");
  net.clinic->room("12");
  net.settle();
  net.cut(net.point);
  net.store = backup;
  net.restart_central();
  net.reconnect(net.point);
  REQUIRE_FALSE(net.point.live());
  v1::Actor manager;
  manager.set_kind(v1::ACTOR_STAFF);
  net.central->accept_older_disk(net.point.identity.node, manager, v1::PROOF_TOKEN, [] {});
  const std::uint64_t old_feed = net.point.node->link().feed().epoch();
  net.lose_next(v1::Frame::kWelcome);
  net.reconnect(net.point);
  CHECK_FALSE(net.point.live());
  net.reconnect(net.point);  // It says once more what it heard.
  CHECK(net.point.live());
  CHECK(net.point.node->link().feed().epoch() != old_feed);
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.same_state(net.point));
}

TEST_CASE("a first hello that has heard more of central than is held here is taken, and told",
          "[protocol][sync][N10]") {
  OnePoint net;
  Box& second = net.add_point("Station");
  net.change_next(v1::Frame::kHello, [](v1::Frame& frame) {
    v1::JournalMark& heard = *frame.mutable_hello()->add_heard();
    heard.set_stream(v1::ACTS);
    heard.set_epoch(12345);
    heard.set_seq(7);
  });
  net.reconnect(second);
  CHECK(second.live());
  CHECK(net.incidents(v1::INCIDENT_FORGOTTEN) == 1);
}

TEST_CASE(
    "a central whose disk was set back, and that wrote on before anybody came, refuses who heard what it "
    "wrote before",
    "[protocol][sync][N10]") {
  OnePoint net;
  const MemoryStore backup = net.store;
  for (const char* name : {"11", "12"}) net.clinic->room(name);
  net.settle();
  net.cut(net.point);
  net.store = backup;
  net.restart_central();
  // As many acts as the point has heard, and more: by their numbers nothing is missing.
  for (const char* name : {"21", "22", "23", "24"}) net.clinic->room(name);
  for (int i = 0; i < 2; ++i) {
    net.reconnect(net.point);
    CHECK_FALSE(net.point.live());
    CHECK(net.incidents(v1::INCIDENT_FORGOTTEN) == 1);
  }
  net.restart_central();
  net.reconnect(net.point);
  CHECK_FALSE(net.point.live());
  v1::Actor manager;
  manager.set_kind(v1::ACTOR_STAFF);
  net.central->accept_older_disk(net.point.identity.node, manager, v1::PROOF_TOKEN, [] {});
  for (int i = 0; i < 2; ++i) {
    net.reconnect(net.point);
    CHECK(net.point.live());
    CHECK(net.same_state(net.point));
  }
  net.pass_seconds(until_marked_s);
  CHECK(net.point.node->state().rooms.rows().size() == 4);
}

TEST_CASE(
    "what a node heard of a life of central's that is the one held here is no fault, also after both began "
    "again",
    "[protocol][sync][N10]") {
  OnePoint net;
  net.clinic->room("11");
  net.settle();
  net.cut(net.point);
  for (const char* name : {"12", "13"}) net.clinic->room(name);
  net.restart_central();
  net.restart(net.point);
  net.sent.clear();
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.incidents(v1::INCIDENT_FORGOTTEN) == 0);
  const auto hello =
      std::find_if(net.sent.begin(), net.sent.end(), [](const auto& frame) { return frame.has_hello(); });
  REQUIRE(hello != net.sent.end());
  REQUIRE(hello->hello().heard_size() == 1);
  const v1::JournalMark& heard = hello->hello().heard(0);
  const auto there = net.store.read({central_of_tests, v1::ACTS, Epoch{heard.epoch()}}, heard.seq(), {});
  REQUIRE_FALSE(there.empty());
  CHECK(heard.chain() == view_of(there.front().stored.hash));
}

TEST_CASE("a hello that says only a number of what it heard, as older versions do, is judged by the number",
          "[protocol][sync][N10]") {
  OnePoint net;
  net.change_next(v1::Frame::kHello, [](v1::Frame& frame) {
    for (v1::JournalMark& heard : *frame.mutable_hello()->mutable_heard()) heard.clear_chain();
  });
  net.reconnect(net.point);
  CHECK(net.point.live());
  net.change_next(v1::Frame::kHello, [](v1::Frame& frame) {
    v1::JournalMark& heard = *frame.mutable_hello()->add_heard();  // Nothing of a life is nothing to compare.
    heard.set_epoch(77);
    heard.set_chain("none");
  });
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.incidents(v1::INCIDENT_FORGOTTEN) == 0);
}

}  // namespace feldsher::testing
