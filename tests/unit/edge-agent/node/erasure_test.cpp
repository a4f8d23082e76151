#include "point_world.hpp"

namespace feldsher::testing {
namespace {

/// Olena was here, and two people have ordered that what is known of her be dropped.
struct Erased : PointWorld {
  Erased() {
    const v1::Ask ask = numbered(by_phone());
    asked = *AskId::from_octets(ask.id());
    const auto answer = this->ask(point, "checkin-1", ask);
    REQUIRE(answer->has_checked_in());
    visit = *Uuid::from_octets(answer->checked_in().visit());
    ticket = *Uuid::from_octets(answer->checked_in().ticket());
    REQUIRE(this->ask(point, "checkin-1", walk_in())->has_checked_in());
    REQUIRE(bodies_of(visit) == 1);
    erasure.set_patient(olena.to_octets());
    erasure.set_status(v1::ERASURE_PROPOSED);
    publish(v1::CHANGED);
  }
  void order() {
    for (const auto& [type, named] : {std::pair(v1::PATIENT, olena),
                                      {v1::APPOINTMENT, at_nine},
                                      {v1::VISIT, visit},
                                      {v1::TICKET, ticket}}) {
      v1::ErasedSubject& subject = *erasure.add_subjects();
      subject.set_type(type);
      subject.set_id(named.to_octets());
    }
    erasure.set_status(v1::ERASURE_ORDERED);
    publish(v1::ERASED);
  }
  void publish(v1::Verb verb) {
    clinic->publish(v1::ERASURE, id, verb, erasure);
    settle();
    pass_seconds(10);
  }
  /// Central ends the line when it begins a feed anew; the agent comes back by itself.
  void come_back() {
    connect(point);
    settle();
    pass_seconds(10);
    REQUIRE(point.live());
  }
  int bodies_of(const Uuid& subject) {
    int bodies = 0;
    point.store.replay(0, [&](std::uint64_t, Record&& record) {
      bodies += record.subject.id == subject && record.stored.body;
    });
    point.store.scope([&](Record&& record) { bodies += record.subject.id == subject && record.stored.body; });
    return bodies;
  }
  void check_gone() {
    const auto& state = point.node->state();
    CHECK_FALSE(state.patients.find(olena));
    CHECK_FALSE(state.visits.find(visit));
    CHECK(state.tickets.rows().size() == 1);
    for (const Uuid& each : {olena, at_nine, visit, ticket}) CHECK(bodies_of(each) == 0);
    CHECK_FALSE(point.store.answered(asked));  // It greeted her by name.
    CHECK(same_state(point));
    CHECK(incidents(v1::INCIDENT_QUARANTINE) == 0);
    CHECK(incidents(v1::INCIDENT_HASH) == 0);
    CHECK(board().waiting_size() == 1);
  }

  AskId asked;
  Uuid visit, ticket, id = clinic->id();
  v1::Erasure erasure;
};

}  // namespace

TEST_CASE("what one person has proposed to erase stays", "[edge][node][H11]") {
  Erased net;
  CHECK(net.bodies_of(net.visit) == 1);
  CHECK(net.point.node->state().patients.find(net.olena));
}

TEST_CASE("what two people ordered to be erased is gone from the point, and its journal holds",
          "[edge][node][H11]") {
  Erased net;
  net.order();
  net.come_back();
  net.check_gone();
  net.restart(net.point);
  net.come_back();
  net.check_gone();
  CHECK(net.ask(net.point, "checkin-1", net.walk_in())->has_checked_in());
  CHECK(net.ask(net.point, "checkin-1", net.by_phone())->refusal() == v1::ASK_NOT_FOUND);
  net.sign_in_all();
  CHECK(net.ask(net.point, "room-1", net.call_next())->has_done());
}

TEST_CASE("an order to erase reaches a point that was away when it was given", "[edge][node][H11]") {
  Erased net;
  net.cut(net.point);
  net.order();
  CHECK(net.bodies_of(net.visit) == 1);
  net.come_back();
  net.check_gone();
}

TEST_CASE("the erased are gone with the order, before the new feed is whole", "[edge][node][H11]") {
  Erased net;
  net.cut(net.point);
  net.order();
  net.lose = [](v1::Frame& frame) {
    return frame.has_feed() && frame.feed().items().rbegin()->kind() == v1::FEED_MARK;
  };
  net.come_back();
  CHECK_FALSE(net.point.node->link().feed().stale().empty());
  net.check_gone();
}

TEST_CASE("answers are kept for a repeat, and gone from the disk on the day after the next",
          "[edge][node][X10]") {
  PointWorld net;
  const v1::Ask ask = net.numbered(net.walk_in());
  const AskId id = *AskId::from_octets(ask.id());
  REQUIRE(net.ask(net.point, "checkin-1", ask)->has_checked_in());
  auto next_day = [&] {
    net.point.clock.pass_minutes(24 * 60);
    net.point.node->tick();
  };
  next_day();
  CHECK(net.point.store.answered(id));
  next_day();
  CHECK_FALSE(net.point.store.answered(id));
}

}  // namespace feldsher::testing
