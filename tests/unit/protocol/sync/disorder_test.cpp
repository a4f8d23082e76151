// Frames that come twice, late, before their time, or from a disk that is slower than the line.
#include <optional>

#include "one_point.hpp"

namespace feldsher::testing {
namespace {

/// A point whose disk was put back to how it was before its last three tickets and two blocks of readings.
struct Behind : OnePoint {
  Behind() {
    ticket();
    const MemoryStore backup = point.store;
    for (int i = 0; i < 3; ++i) ticket();
    for (int i = 0; i < 2; ++i) reading(point);
    settle();
    all_acts = acts();
    cut(point);
    point.node.reset();
    point.store = backup;
    restart(point);
  }
  std::uint64_t all_acts = 0;
};

void nothing_was_said(OnePoint& net) {
  for (auto kind : {v1::INCIDENT_BRANCH, v1::INCIDENT_FORK, v1::INCIDENT_CLONE, v1::INCIDENT_QUARANTINE,
                    v1::INCIDENT_FORGOTTEN, v1::INCIDENT_HASH, v1::INCIDENT_CLOCK}) {
    CAPTURE(kind);
    CHECK(net.incidents(kind) == 0);
  }
}

/// A question whether the other side is there.
v1::Frame question() {
  v1::Frame frame;
  frame.mutable_heartbeat()->set_n(5);
  return frame;
}

}  // namespace

TEST_CASE(
    "a line that breaks while either disk is at work leaves nothing behind that the next one trips over",
    "[protocol][sync][N10]") {
  for (const bool at_central : {true, false})
    for (const bool behind : {true, false})
      for (int steps = 0; steps < 14; ++steps) {
        CAPTURE(at_central, behind, steps);
        std::optional<Behind> held;
        std::optional<OnePoint> level;
        OnePoint& net = behind ? held.emplace() : level.emplace();
        net.cut(net.point);
        if (!behind) {
          net.restart_central();  // It has nothing in memory: what a hello says is compared with the disk.
          net.ticket();
          net.reading(net.point);
        }
        StepLedger& ledger = at_central ? *net.ledger : *net.point.ledger;
        ledger.hold();
        net.connect(net.point);
        for (int i = 0; i < steps; ++i) {
          net.settle();
          ledger.step();
        }
        net.point.node->link().tick(net.point.node->now());
        net.reconnect(net.point);
        ledger.run();
        net.settle();
        if (!net.point.live()) net.pass_seconds(until_resent_s);
        if (!net.point.live()) net.reconnect(net.point);
        CHECK(net.point.live());
        net.pass_seconds(until_resent_s);
        CHECK(net.held(net.point) == net.acts());
        CHECK(net.same_state(net.point));
        nothing_was_said(net);
      }
}

TEST_CASE("a hello that comes twice is answered once", "[protocol][sync]") {
  OnePoint net;
  net.cut(net.point);
  net.ledger->hold();
  net.sent.clear();
  net.connect(net.point);
  net.settle();
  REQUIRE(net.sent_of(v1::Frame::kHello) == 1);
  net.central->receive(net.point.identity.node, net.sent.front());
  net.ledger->run();
  net.settle();
  CHECK(net.sent_of(v1::Frame::kWelcome) == 1);
  CHECK(net.point.live());
}

TEST_CASE("a hello that comes again after the node has gone on is let fall", "[protocol][sync][N10]") {
  OnePoint net;
  v1::Frame hello;
  net.change_next(v1::Frame::kHello, [&](v1::Frame& frame) { hello = frame; });
  net.reconnect(net.point);
  net.ticket();
  net.settle();
  REQUIRE(net.stored() == net.acts());
  // By what it says the node would have lost the ticket, and central would hand it back and listen to nothing
  // else.
  net.central->receive(net.point.identity.node, hello);
  net.settle();
  net.ticket();
  net.pass_seconds(until_resent_s);
  CHECK(net.stored() == net.acts());
  nothing_was_said(net);
}

TEST_CASE("a welcome that comes twice, or to another hello, moves no ticket", "[protocol][sync]") {
  OnePoint net;
  v1::Frame welcome;
  net.change_next(v1::Frame::kWelcome, [&](v1::Frame& frame) { welcome = frame; });
  net.reconnect(net.point);
  REQUIRE(net.point.live());
  net.point.node->link().receive(welcome, net.point.node->now());
  CHECK(net.point.live());
  net.lose = [](v1::Frame& frame) { return frame.has_welcome(); };
  net.reconnect(net.point);
  net.point.node->link().receive(welcome, net.point.node->now());
  CHECK_FALSE(net.point.live());
  welcome.mutable_welcome()->clear_next_ticket();
  net.point.node->link().receive(welcome, net.point.node->now());
  CHECK_FALSE(net.point.live());
  net.lose = [](v1::Frame&) { return false; };
  net.pass_seconds(until_resent_s);
  CHECK(net.point.live());
  nothing_was_said(net);
}

TEST_CASE("who is asked whether he is there says so, and who has no line says nothing", "[protocol][sync]") {
  OnePoint net;
  net.sent.clear();
  net.point.node->link().receive(question(), net.point.node->now());
  REQUIRE(net.sent.size() == 1);
  CHECK(net.sent.front().heartbeat().answer());
  CHECK(net.sent.front().heartbeat().n() == 5);
  net.cut(net.point);
  net.sent.clear();
  net.point.node->link().receive(question(), net.point.node->now());
  net.central->receive(net.point.identity.node, question());
  CHECK(net.sent.empty());
}

TEST_CASE("who was refused is not listened to, and is put off the line", "[protocol][sync][X6]") {
  OnePoint net;
  // The refusal does not arrive: the box stays on the line.
  net.lose = [first = true](v1::Frame& frame) mutable {
    if (frame.has_hello() && first) {
      first = false;
      frame.mutable_hello()->set_version(99);
    }
    return frame.has_welcome();
  };
  net.reconnect(net.point);
  REQUIRE(net.point.up);
  net.sent.clear();
  net.central->receive(net.point.identity.node, question());
  CHECK(net.sent.empty());
  net.central->tick();
  net.settle();
  CHECK_FALSE(net.point.up);
}

TEST_CASE("a batch of nothing is let fall", "[protocol][sync]") {
  OnePoint net;
  net.sent.clear();
  v1::Frame empty;
  empty.mutable_batch()->set_stream(v1::ACTS);
  empty.mutable_batch()->set_epoch(net.point.node->writer().epoch().value);
  empty.mutable_batch()->set_first_seq(net.acts() + 1);
  net.central->receive(net.point.identity.node, empty);
  CHECK(net.sent.empty());
  CHECK(net.point.live());
  nothing_was_said(net);
}

TEST_CASE("a repeat of what is on its way to central's disk is acknowledged when it is there, and not before",
          "[protocol][sync]") {
  OnePoint net;
  v1::Frame batch;
  net.change_next(v1::Frame::kBatch, [&](v1::Frame& frame) { batch = frame; });
  net.ledger->hold();
  net.sent.clear();
  net.ticket();
  REQUIRE(batch.has_batch());
  net.central->receive(net.point.identity.node, batch);
  net.settle();
  CHECK(net.sent_of(v1::Frame::kAcknowledgement) == 0);
  CHECK(net.stored() < net.acts());
  net.pass_seconds(until_marked_s);
  std::size_t marks = 0;
  for (const v1::Frame& frame : net.sent)
    for (const v1::FeedItem& item : frame.feed().items())
      marks += item.kind() == v1::FEED_MARK && item.up().seq() == net.acts();
  CHECK(marks == 0);  // States are compared only where all of it is durable.
  net.ledger->run();
  net.settle();
  CHECK(net.stored() == net.acts());
}

TEST_CASE("acts of a younger life that overtake those of the older wait for them", "[protocol][sync][N10]") {
  OnePoint net;
  net.cut(net.point);
  net.ticket();
  net.restart(net.point);
  net.ticket();
  net.lose_next(v1::Frame::kBatch);
  net.reconnect(net.point);
  CHECK(net.held(net.point) == 0);
  net.pass_seconds(2 * until_resent_s);
  CHECK(net.held(net.point) == net.acts());
  CHECK(net.central->state().tickets.rows().size() == 2);
  CHECK(net.same_state(net.point));
  nothing_was_said(net);
}

TEST_CASE("readings that come before the acts that open their life are let fall, and come again",
          "[protocol][sync]") {
  OnePoint net;
  net.cut(net.point);
  net.restart(net.point);
  net.ticket();  // In a life that central has not heard of.
  net.reading(net.point);
  bool lost = false;
  net.lose = [&](v1::Frame& frame) {
    return frame.has_batch() && frame.batch().stream() == v1::ACTS && !std::exchange(lost, true);
  };
  net.reconnect(net.point);
  CHECK(net.held(net.point, v1::READINGS) == 0);
  net.pass_seconds(2 * until_resent_s);
  CHECK(net.held(net.point) == net.acts());
  CHECK(net.held(net.point, v1::READINGS) == 1);
  nothing_was_said(net);
}

TEST_CASE("two records with one key are a fork, told once, and the first stays", "[protocol][sync][X7]") {
  OnePoint net;
  net.ticket();
  const JournalTip before = net.point.node->writer().tip(v1::ACTS);
  net.ticket();
  // Somebody with the node's certificate writes another record into a place that is taken.
  JournalWriter liar(tenant_of_tests, net.point.identity.node, before.journal.epoch, net.point.random);
  liar.resume(before);
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_NODE);
  draft.subject = {v1::TICKET, net.clinic->id()};
  draft.verb = v1::QUEUED;
  const Record lie = liar.seal(v1::ACTS, {&draft, 1}, net.point.node->now()).front();
  v1::Frame frame;
  frame.mutable_batch()->set_stream(v1::ACTS);
  frame.mutable_batch()->set_epoch(before.journal.epoch.value);
  frame.mutable_batch()->set_first_seq(lie.key.seq);
  frame.mutable_batch()->set_prev(to_octets(before.hash));
  *frame.mutable_batch()->add_records() = sync::to_wire(lie.stored, true);
  const std::uint64_t held = net.held(net.point);
  for (int i = 0; i < 2; ++i) {
    net.central->receive(net.point.identity.node, frame);
    net.settle();
    CHECK_FALSE(net.point.live());
    CHECK(net.held(net.point) == held);
    CHECK(net.incidents(v1::INCIDENT_FORK) == 1);
    net.reconnect(net.point);
    REQUIRE(net.point.live());
  }
  CHECK(net.same_state(net.point));
}

TEST_CASE("an acknowledgement of another feed, or before the welcome, moves nothing", "[protocol][sync]") {
  OnePoint net;
  const std::uint64_t acknowledged = net.central->points().front().feed_acknowledged;
  net.lose = [](v1::Frame& frame) { return frame.has_feed_acknowledgement(); };
  net.clinic->room("12");
  net.settle();
  v1::Frame frame;
  frame.mutable_feed_acknowledgement()->set_feed_epoch(net.point.node->link().feed().epoch() + 1);
  frame.mutable_feed_acknowledgement()->set_n(net.point.node->link().feed().position());
  net.central->receive(net.point.identity.node, frame);
  CHECK(net.central->points().front().feed_acknowledged == acknowledged);
  frame.mutable_feed_acknowledgement()->set_feed_epoch(net.point.node->link().feed().epoch());
  net.cut(net.point);
  net.ledger->hold();
  net.connect(net.point);
  net.settle();
  net.central->receive(net.point.identity.node, frame);
  CHECK(net.central->points().front().feed_acknowledged == acknowledged);
  net.ledger->run();
  net.lose = [](v1::Frame&) { return false; };
  net.settle();
  CHECK(net.point.live());
  net.pass_seconds(until_resent_s);
  CHECK(net.central->points().front().feed_acknowledged == net.point.node->link().feed().position());
}

TEST_CASE("a node that names a feed which it cannot have is given ours from its beginning",
          "[protocol][sync]") {
  OnePoint net;
  const std::uint64_t epoch = net.point.node->link().feed().epoch();
  net.change_next(v1::Frame::kHello,
                  [&](v1::Frame& frame) { frame.mutable_hello()->set_feed_epoch(epoch + 1); });
  net.sent.clear();
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.point.node->link().feed().epoch() == epoch);
  bool from_the_first = false;
  for (const v1::Frame& frame : net.sent)
    from_the_first = from_the_first || (frame.has_feed() && frame.feed().items(0).n() == 1);
  CHECK(from_the_first);
  CHECK(net.same_state(net.point));
}

TEST_CASE("a line whose old end nobody has noticed to be dead is taken over also before the welcome",
          "[protocol][sync]") {
  OnePoint net;
  net.lose = [](v1::Frame& frame) { return frame.has_hello(); };
  net.reconnect(net.point);
  ++net.point.line;
  net.point.node->link().disconnected();
  net.point.up.reset();
  auto old_end = std::move(net.point.down);
  net.lose = [](v1::Frame&) { return false; };
  net.reconnect(net.point);
  CHECK(net.point.live());
  nothing_was_said(net);
}

TEST_CASE(
    "a restore that comes before its welcome, twice, empty, or to a point that lacks nothing changes nothing",
    "[protocol][sync][N10]") {
  Behind net;
  std::vector<v1::Frame> restores;
  v1::Frame welcome;
  net.lose = [&](v1::Frame& frame) {
    if (frame.has_restore()) restores.push_back(frame);
    if (frame.has_welcome()) welcome = frame;
    return frame.has_restore() || frame.has_welcome();
  };
  net.reconnect(net.point);
  net.lose = [](v1::Frame&) { return false; };
  REQUIRE(restores.size() >= 2);
  REQUIRE(welcome.welcome().behind());
  auto& link = net.point.node->link();
  v1::Frame empty = restores.front();
  empty.mutable_restore()->clear_records();
  v1::Frame much = empty;
  link.receive(restores.back(), net.point.node->now());
  link.receive(empty, net.point.node->now());
  link.receive(restores.front(), net.point.node->now());
  for (std::uint64_t n = 0; n < 100; ++n) {  // More than is kept, of what can never follow.
    much.mutable_restore()->set_first_seq(1000 + n);
    link.receive(much, net.point.node->now());
  }
  CHECK(net.acts() < net.all_acts);
  link.receive(welcome, net.point.node->now());
  for (const v1::Frame& frame : restores) link.receive(frame, net.point.node->now());
  net.settle();
  if (!net.point.live()) {  // What could never follow is forgotten with its line.
    net.pass_seconds(until_resent_s);
    net.reconnect(net.point);
  }
  REQUIRE(net.point.live());
  const std::uint64_t acts = net.acts();
  for (const v1::Frame& frame : restores) link.receive(frame, net.point.node->now());
  net.settle();
  CHECK(net.acts() == acts);
  CHECK(net.point.live());
  CHECK(net.point.node->state().tickets.rows().size() == 4);
  CHECK(net.same_state(net.point));
  nothing_was_said(net);
}

TEST_CASE("central cannot hand back what is not the node's own, or leaves one out", "[protocol][sync][X7]") {
  const std::vector<std::function<void(v1::Restore&)>> lies = {
      [](v1::Restore& restore) { restore.mutable_records(0)->set_core("no header"); },
      [](v1::Restore& restore) { restore.mutable_records()->DeleteSubrange(0, 1); },
      [](v1::Restore& restore) {
        v1::HeaderCore header;
        header.ParseFromString(restore.records(0).core());
        header.set_origin(Uuid{}.to_octets());
        restore.mutable_records(0)->set_core(header.SerializeAsString());
      },
  };
  for (const auto& lie : lies) {
    Behind net;
    net.lose = [&, told = false](v1::Frame& frame) mutable {
      if (frame.has_restore() && frame.restore().records_size() > 1 && !std::exchange(told, true))
        lie(*frame.mutable_restore());
      return false;
    };
    net.reconnect(net.point);
    CHECK_FALSE(net.point.live());
    net.reconnect(net.point);
    CHECK(net.point.live());
    CHECK(net.point.node->state().tickets.rows().size() == 4);
    CHECK(net.same_state(net.point));
    nothing_was_said(net);
  }
}

TEST_CASE("what became durable twice, or in a life that nobody knows, is not sent for that",
          "[protocol][sync]") {
  OnePoint net;
  net.ticket();
  net.sent.clear();
  auto& link = net.point.node->link();
  link.durable(net.point.node->writer().tip(v1::ACTS), net.point.node->now());
  JournalTip unknown = net.point.node->writer().tip(v1::ACTS);
  ++unknown.journal.epoch.value;
  unknown.seq += 5;
  link.durable(unknown, net.point.node->now());
  net.settle();
  CHECK(net.sent.empty());
  CHECK(net.point.live());
}

}  // namespace feldsher::testing
