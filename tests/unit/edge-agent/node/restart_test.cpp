#include "point_world.hpp"

namespace feldsher::testing {
namespace {

/// A day has begun: an appointment is here, a walk-in is called, a booking and a request are made.
struct BusyPoint : PointWorld {
  BusyPoint() {
    REQUIRE(ask(point, "checkin-1", walk_in())->refusal() == v1::ASK_GRANTED);
    REQUIRE(ask(point, "checkin-1", by_phone())->refusal() == v1::ASK_GRANTED);
    REQUIRE(ask(point, "room-1", call_next())->refusal() == v1::ASK_GRANTED);
    REQUIRE(ask(point, "reception", book(130))->refusal() == v1::ASK_GRANTED);
    cut(point);
    REQUIRE(ask(point, "reception", book(300))->booked().requested());
  }
  std::string reception_list() {
    return ask(point, "reception", numbered(reception()))->reception().SerializeAsString();
  }
};

}  // namespace

TEST_CASE("an agent that was killed starts with the same board, lists, books and hashes",
          "[edge][node][N10]") {
  BusyPoint net;
  const std::string board = net.board().SerializeAsString(), list = net.reception_list();
  const Digest own = net.point.node->link().own_subjects().hash(),
               scope = net.point.node->link().feed().scope().hash();
  const MinuteSet free = net.point.node->state().book(net.shift).free();
  const std::uint64_t acts = net.point.node->writer().tip(v1::ACTS).seq;
  const Epoch life = net.point.node->writer().epoch();

  net.restart(net.point);
  CHECK(net.board().SerializeAsString() == board);
  CHECK(net.point.node->link().own_subjects().hash() == own);
  CHECK(net.point.node->link().feed().scope().hash() == scope);
  CHECK(net.point.node->state().book(net.shift).free() == free);
  CHECK(net.point.node->writer().epoch() == life);
  CHECK(net.point.node->writer().tip(v1::ACTS).seq == acts);  // To start writes nothing.
  net.sign_in_all();
  CHECK(net.reception_list() == list);
}

TEST_CASE("an ask gets the same answer after the agent was killed, and happens once", "[edge][node][K5]") {
  PointWorld net;
  const v1::Ask ask = net.numbered(net.walk_in());
  const std::string first = net.ask(net.point, "checkin-1", ask)->SerializeAsString();
  net.restart(net.point);
  CHECK(net.ask(net.point, "checkin-1", ask)->SerializeAsString() == first);
  CHECK(net.point.node->state().tickets.rows().size() == 1);
}

TEST_CASE("an ask whose answer was lost with the disk's last moments happens anew, once",
          "[edge][node][K5]") {
  PointWorld net;
  net.point.ledger->hold();
  const v1::Ask ask = net.numbered(net.walk_in());
  CHECK_FALSE(net.ask(net.point, "checkin-1", ask));
  net.point.ledger->lose();
  net.restart(net.point);
  CHECK(net.point.node->state().tickets.rows().empty());
  CHECK(net.ask(net.point, "checkin-1", ask)->checked_in().ticket_label() == "A001");
  CHECK(net.point.node->state().tickets.rows().size() == 1);
}

TEST_CASE("a restart signs everybody out", "[edge][node][X3]") {
  PointWorld net;
  net.restart(net.point);
  CHECK(net.ask(net.point, "reception", net.reception())->refusal() == v1::ASK_NOT_SIGNED_IN);
}

TEST_CASE("a request of central that was heard but not answered when the agent died is answered after",
          "[edge][node][S1]") {
  PointWorld net;
  net.central->book(
      {.patient = net.olena, .shift = net.shift, .service = net.gp, .minute = monday_8 + 130, .minutes = 10},
      net.central->self(), v1::PROOF_TOKEN, [](auto) {});
  net.settle();
  CHECK(net.point.node->state().requests.rows().size() == 1);
  CHECK(net.point.node->state().request_answers.rows().empty());
  net.restart(net.point);
  net.connect(net.point);
  net.settle();
  net.pass_seconds(2);
  CHECK(net.central->state().request_answers.rows().size() == 1);
}

TEST_CASE("a new feed that the line cuts off leaves the point its day, also after a restart",
          "[edge][node][N8][N10]") {
  for (const bool restarts : {false, true}) {
    CAPTURE(restarts);
    PointWorld net;
    for (const auto& [id, row] : net.point.node->state().terminals.rows())
      if (row.state.name() == "checkin-2") {
        const v1::Terminal away = row.state;
        net.clinic->publish(v1::TERMINAL, Uuid(id), v1::ARCHIVED, away);
        break;
      }
    net.settle();
    const v1::AskRefusal refusal = net.ask(net.point, "checkin-2", net.walk_in())->refusal();
    REQUIRE(refusal != v1::ASK_GRANTED);
    v1::Erasure order;
    order.set_status(v1::ERASURE_ORDERED);
    net.clinic->publish(v1::ERASURE, net.clinic->id(), v1::ERASED, order);
    net.settle();
    net.lose = [first = true](v1::Frame& frame) mutable {
      if (!frame.has_feed()) return false;
      auto& items = *frame.mutable_feed()->mutable_items();
      if (items.size() > 1) items.DeleteSubrange(1, items.size() - 1);
      return !std::exchange(first, false);
    };
    net.connect(net.point);
    net.settle();
    REQUIRE(net.point.live());
    REQUIRE(net.point.node->link().feed().position() == 1);
    net.cut(net.point);
    if (restarts) net.restart(net.point);

    CHECK(net.ask(net.point, "checkin-2", net.walk_in())->refusal() == refusal);
    CHECK(net.ask(net.point, "checkin-1", net.by_phone())->has_checked_in());
    net.sign_in_all();
    const auto booked = net.ask(net.point, "reception", net.book(130));
    CHECK(booked->refusal() == v1::ASK_GRANTED);
    CHECK_FALSE(booked->booked().requested());

    net.lose = [](v1::Frame&) { return false; };
    net.connect(net.point);
    net.settle();
    net.pass_seconds(10);
    CHECK(net.same_state(net.point));
    CHECK(net.point.node->link().feed().stale().empty());
    CHECK(net.ask(net.point, "checkin-2", net.walk_in())->refusal() == refusal);
    CHECK(net.incidents(v1::INCIDENT_HASH) == 0);
  }
}

TEST_CASE("a point works for days without central, through restarts, and brings everything when it is back",
          "[edge][node][N8][N10]") {
  PointWorld net;
  net.cut(net.point);
  for (int day = 0; day < 3; ++day) {
    for (int i = 0; i < 5; ++i)
      REQUIRE(net.ask(net.point, "checkin-1", net.walk_in())->refusal() == v1::ASK_GRANTED);
    net.sign_in_all();
    REQUIRE(net.ask(net.point, "room-1", net.call_next())->refusal() == v1::ASK_GRANTED);
    net.point.clock.pass_minutes(24 * 60);
    net.clock.pass_minutes(24 * 60);
    net.restart(net.point);
  }
  net.connect(net.point);
  net.settle();
  CHECK(net.central->state().tickets.rows().size() == 15);
  CHECK(net.same_state(net.point));
}

}  // namespace feldsher::testing
