#include "one_point.hpp"

namespace feldsher::testing {

TEST_CASE("what was written while the line was down is at central when it is back, in order and once",
          "[protocol][sync][N10]") {
  OnePoint net;
  net.cut(net.point);
  for (int i = 0; i < 20; ++i) net.ticket();
  CHECK(net.point.view().acts_unsynced() > 0);
  CHECK(net.central->state().tickets.rows().empty());
  net.reconnect(net.point);
  CHECK(net.central->state().tickets.rows().size() == 20);
  CHECK(net.held(net.point) == net.acts());
  CHECK(net.point.view().acts_unsynced() == 0);
  CHECK(net.point.view().oldest_unsynced_ms() == 0);
  CHECK(net.same_state(net.point));
}

TEST_CASE("an acknowledgement leaves only when what it stands for is on central's disk", "[protocol][sync]") {
  OnePoint net;
  net.ledger->hold();
  net.ticket();
  CHECK(net.stored() < net.acts());
  CHECK(net.central->state().tickets.rows().empty());
  net.ledger->run();
  net.settle();
  CHECK(net.stored() == net.acts());
}

TEST_CASE("nothing is sent that is not on the point's own disk", "[protocol][sync]") {
  OnePoint net;
  net.point.ledger->hold();
  net.sent.clear();
  net.ticket();
  net.pass_seconds(until_resent_s);
  CHECK(net.sent_of(v1::Frame::kBatch) == 0);
  net.point.ledger->run();
  net.settle();
  CHECK(net.held(net.point) == net.acts());
}

TEST_CASE("a lost batch or acknowledgement is made good, and nothing is there twice", "[protocol][sync]") {
  for (const auto lost : {v1::Frame::kBatch, v1::Frame::kAcknowledgement}) {
    OnePoint net;
    net.lose_next(lost);
    net.ticket();
    net.pass_seconds(until_resent_s);
    CHECK(net.held(net.point) == net.acts());
    CHECK(net.stored() == net.acts());
    CHECK(net.central->state().tickets.rows().size() == 1);
    CHECK(net.central->state().acts_of(net.point.identity.node) == net.acts());
  }
}

TEST_CASE("a batch after a gap is let fall without an incident", "[protocol][sync]") {
  OnePoint net;
  net.lose_next(v1::Frame::kBatch);
  net.ticket();
  const std::uint64_t before = net.held(net.point);
  net.ticket();  // This one arrives, and what lies before it does not.
  CHECK(net.held(net.point) == before);
  net.pass_seconds(until_resent_s);
  CHECK(net.held(net.point) == net.acts());
  CHECK(net.central->state().incidents.rows().empty());
}

TEST_CASE("a repeated batch is acknowledged again", "[protocol][sync]") {
  OnePoint net;
  v1::Frame batch;
  net.lose = [&](v1::Frame& frame) {
    if (frame.has_batch()) batch = frame;
    return false;
  };
  net.ticket();
  net.sent.clear();
  const std::uint64_t acts = net.central->state().acts_of(net.point.identity.node);
  for (int i = 0; i < 3; ++i) net.central->receive(net.point.identity.node, batch);
  CHECK(net.sent_of(v1::Frame::kAcknowledgement) == 3);
  CHECK(net.central->state().acts_of(net.point.identity.node) == acts);
  CHECK(net.central->state().incidents.rows().empty());
}

TEST_CASE("a transaction is never cut: a visit comes with its ticket", "[protocol][sync]") {
  OnePoint net;
  net.cut(net.point);
  for (int i = 0; i < 600; ++i) net.ticket();  // More than one batch.
  net.lose = [&](v1::Frame& frame) {
    if (frame.has_batch()) {
      v1::HeaderCore last;
      last.ParseFromString(frame.batch().records().rbegin()->core());
      CHECK(last.more() == 0);
    }
    return false;
  };
  net.sent.clear();
  net.reconnect(net.point);
  CHECK(net.sent_of(v1::Frame::kBatch) > 1);
  CHECK(net.central->state().tickets.rows().size() == 600);
  CHECK(net.central->state().visits.rows().size() == 600);
}

TEST_CASE("acts go before readings, also before a backlog of them", "[protocol][sync][N10]") {
  OnePoint net;
  net.cut(net.point);
  for (int i = 0; i < 3'000; ++i) net.reading(net.point);
  net.ticket();
  net.sent.clear();
  net.reconnect(net.point);
  std::vector<v1::Stream> order;
  for (const v1::Frame& frame : net.sent)
    if (frame.has_batch()) order.push_back(frame.batch().stream());
  REQUIRE(order.size() > 3);
  CHECK(order.front() == v1::ACTS);

  // And an act that is raised in the middle of the backlog does not wait for its end.
  net.cut(net.point);
  for (int i = 0; i < 3'000; ++i) net.reading(net.point);
  int readings_after = -1;
  net.lose = [&](v1::Frame& frame) {
    if (frame.has_batch() && frame.batch().stream() == v1::READINGS && readings_after < 0) {
      readings_after = 0;
      v1::Ask ask;
      ask.set_id(net.point.random.octets(16));
      ask.mutable_walk_in()->set_service(net.gp.to_octets());
      net.point.node->ask("checkin-1", ask.SerializeAsString(), [](const Octets&) {});
    } else if (frame.has_batch() && frame.batch().stream() == v1::READINGS &&
               net.central->state().tickets.rows().size() < 2) {
      ++readings_after;
    }
    return false;
  };
  net.reconnect(net.point);
  CHECK(net.central->state().tickets.rows().size() == 2);
  CHECK(readings_after <= 1);
  CHECK(net.held(net.point, v1::READINGS) == 6'000);
}

TEST_CASE("central countersigns the head that it has checked, and the point keeps it",
          "[protocol][sync][X7]") {
  OnePoint net;
  net.ticket();
  const CheapCheck check;
  bool found = false;
  for (const v1::SignedHead& head : net.point.store.heads()) {
    v1::Head said;
    REQUIRE(said.ParseFromString(head.head()));
    if (said.stream() != v1::ACTS) continue;
    found = true;
    CHECK(said.seq() == net.acts());
    CHECK(check.verify(net.central_signer.public_key(), head.head(), head.countersignature()));
    CHECK(check.verify(net.point.signer->public_key(), head.head(), head.signature()));
  }
  CHECK(found);
}

TEST_CASE("a countersignature that is none is not kept, and what is stored is stored all the same",
          "[protocol][sync][X7]") {
  const std::vector<std::function<void(v1::SignedHead&)>> lies = {
      [](v1::SignedHead& head) { head.mutable_countersignature()->back() ^= 1; },
      [](v1::SignedHead& head) { head.set_head("\xff\xff"); },
  };
  for (const auto& lie : lies) {
    OnePoint net;
    net.ticket();
    const auto signed_up_to = [&] {
      std::uint64_t seq = 0;
      for (const v1::SignedHead& signed_head : net.point.store.heads()) {
        v1::Head head;
        head.ParseFromString(signed_head.head());
        if (head.stream() == v1::ACTS) seq = head.seq();
      }
      return seq;
    };
    const std::uint64_t before = signed_up_to();
    net.change_next(v1::Frame::kAcknowledgement, [&](v1::Frame& frame) {
      lie(*frame.mutable_acknowledgement()->mutable_countersigned());
    });
    net.ticket();
    CHECK(signed_up_to() == before);
    CHECK(net.stored() == net.acts());
    net.ticket();
    CHECK(signed_up_to() == net.acts());
  }
}

TEST_CASE("a central that names no key has countersigned nothing", "[protocol][sync][X7]") {
  OnePoint net;
  net.change_next(v1::Frame::kWelcome,
                  [](v1::Frame& frame) { frame.mutable_welcome()->clear_central_head_key(); });
  net.reconnect(net.point);
  const auto heads = net.point.store.heads();
  net.ticket();
  CHECK(net.stored() == net.acts());
  REQUIRE(net.point.store.heads().size() == heads.size());
  for (std::size_t i = 0; i < heads.size(); ++i) CHECK(net.point.store.heads()[i].head() == heads[i].head());
}

TEST_CASE("an acknowledgement of a life that nobody knows, or before the welcome, moves nothing",
          "[protocol][sync]") {
  OnePoint net;
  net.lose = [](v1::Frame& frame) { return frame.has_batch(); };
  net.ticket();
  const std::uint64_t stored = net.stored();
  REQUIRE(stored < net.acts());
  v1::Frame early;
  v1::JournalMark& mark = *early.mutable_acknowledgement()->mutable_stored();
  mark.set_stream(v1::ACTS);
  mark.set_seq(net.acts());
  mark.set_epoch(net.point.node->writer().epoch().value + 1);
  net.point.node->link().receive(early, net.point.node->now());
  CHECK(net.stored() == stored);
  mark.set_epoch(net.point.node->writer().epoch().value);
  net.lose = [](v1::Frame& frame) { return frame.has_batch() || frame.has_welcome(); };
  net.reconnect(net.point);
  net.point.node->link().receive(early, net.point.node->now());
  CHECK(net.stored() == stored);
}

TEST_CASE("what central's standby has is remembered, and a mark of nothing is none",
          "[protocol][sync][X11]") {
  OnePoint net;
  auto safe = [&](std::uint64_t seq) {
    net.change_next(v1::Frame::kAcknowledgement, [&](v1::Frame& frame) {
      v1::JournalMark& mark = *frame.mutable_acknowledgement()->mutable_safe();
      mark = frame.acknowledgement().stored();
      mark.set_seq(seq);
    });
    net.ticket();
    return net.point.node->link().lives().safe(v1::ACTS);
  };
  CHECK(safe(0) == 0);
  CHECK(safe(1) == 1);
  CHECK(safe(net.acts()) > 1);
  const std::uint64_t known = net.point.node->link().lives().safe(v1::ACTS);
  net.restart(net.point);
  CHECK(net.point.node->link().lives().safe(v1::ACTS) == known);
}

TEST_CASE("what was written under an older head key goes up without a head, and the rest with the new one's",
          "[protocol][sync][X7]") {
  OnePoint net;
  net.cut(net.point);
  net.restart(net.point);
  net.ticket();  // In a life whose heads the old key signs.
  net.point.node.reset();
  net.point.signer = std::make_unique<CheapSigner>("after the rotation");
  net.restart(net.point);
  net.ticket();
  net.sent.clear();
  net.reconnect(net.point);
  CHECK(net.point.live());
  std::map<std::uint64_t, bool> with_head;
  for (const v1::Frame& frame : net.sent)
    if (frame.has_batch() && frame.batch().stream() == v1::ACTS)
      with_head[frame.batch().epoch()] = with_head[frame.batch().epoch()] || frame.batch().has_head();
  REQUIRE(with_head.size() == 2);
  for (const auto& [epoch, has_head] : with_head)
    CHECK(has_head == (epoch == net.point.node->writer().epoch().value));
  CHECK(net.central->state().tickets.rows().size() == 2);
  CHECK(net.incidents(v1::INCIDENT_FORK) == 0);
}

TEST_CASE("a central that has started again goes on where it was", "[protocol][sync][N10]") {
  OnePoint net;
  net.ticket();
  net.restart_central();
  net.ticket();
  net.reconnect(net.point);
  CHECK(net.point.live());
  CHECK(net.central->state().tickets.rows().size() == 2);
  CHECK(net.held(net.point) == net.acts());
  CHECK(net.same_state(net.point));
  CHECK(net.central->state().incidents.rows().empty());
}

TEST_CASE("a central that died before its disk had them gets the acts again", "[protocol][sync][N10]") {
  OnePoint net;
  net.ledger->hold();
  net.ticket();
  net.ledger->lose();
  net.restart_central();
  CHECK(net.central->state().tickets.rows().empty());
  net.reconnect(net.point);
  CHECK(net.central->state().tickets.rows().size() == 1);
  CHECK(net.held(net.point) == net.acts());
}

}  // namespace feldsher::testing
