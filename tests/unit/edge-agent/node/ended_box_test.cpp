// What two people ended with a box that is out: how the box in its place shows it, for how long, and what it
// holds of it.
#include <catch2/catch_test_macros.hpp>

#include "tests/support/world/box_change.hpp"
#include "tests/support/world/thief.hpp"
#include "tests/unit/central/standby/copied_network.hpp"

namespace feldsher::testing {
namespace {

constexpr std::int64_t a_day = 24 * 60;

struct Before {
  /// Without one nothing is safe, and nothing is dropped for its age.
  bool standby = false;
  /// Who has the box writes into its journal what only central may write.
  bool stolen = false;
  /// Who was called and served came first, and was so when the one who waits had come.
  bool served_last = false;
};

/// A point whose box was put out while a patient waited, and the box in its place.
struct EndedBox : CopiedNetwork {
  explicit EndedBox(Before before = {}) {
    if (before.standby) follow();
    ada = clinic->doctor("Ada");
    room = clinic->room("12");
    clinic->appointment(olena, clinic->shift(ada, room), gp, 10);
    settle_all();
    served = ticket_of(*ask(*point, "checkin-1", walk_in()));
    if (!before.served_last) serve(*point);
    waits = ticket_of(*ask(*point, "checkin-1", before.served_last ? walk_in() : by_phone()));
    if (before.served_last) serve(*point);
    pass(12);
    if (before.stolen) usurp();
    cut(*point);
    put_out(*point);
    box = boxes.emplace_back(std::make_unique<Box>(777)).get();
    box->identity = point->identity;
    box->clock = point->clock;
    box->signer = std::make_unique<CheapSigner>("new box");
    restart(*box);
    let_in(*this, *box);
    settle_all();
    meet();
    REQUIRE(box->live());
  }
  void usurp() {
    taken = clinic->shift(ada, room);
    v1::Practitioner person;
    person.add_points(point->identity.point.to_octets());
    thief = append_act(*this, *point, v1::PRACTITIONER, v1::REGISTERED, person);
    append_act(*this, *point, v1::LEASE, v1::LEASED, lease_of_all(taken, point->identity.point));
    connect(*point);
    settle_all();
    pass(12);
    REQUIRE(point->live());
  }
  v1::Ask by_phone() const {
    v1::Ask ask;
    ask.mutable_check_in_by_phone()->set_phone("0441234567");
    ask.mutable_check_in_by_phone()->set_birth_date("1956-03-09");
    return ask;
  }
  v1::Ask walk_in() const {
    v1::Ask ask;
    ask.mutable_walk_in()->set_service(gp.to_octets());
    return ask;
  }
  static Uuid ticket_of(const v1::Answer& answer) {
    REQUIRE(answer.has_checked_in());
    return *Uuid::from_octets(answer.checked_in().ticket());
  }
  /// Who waits first is called, served and done.
  void serve(Box& at) {
    const Octets session = sign_in(at, "room-1", ada);
    v1::Ask call, serve, finish;
    for (v1::Ask* each : {&call, &serve, &finish}) each->set_session(session);
    call.mutable_call_next()->set_room(room.to_octets());
    serve.mutable_serve()->set_ticket(served.to_octets());
    finish.mutable_finish()->set_ticket(served.to_octets());
    for (const v1::Ask& each : {call, serve, finish})
      REQUIRE(ask(at, "room-1", each)->refusal() == v1::ASK_GRANTED);
  }
  void put_out(const Box& dead) {
    const auto proposed = propose_end(*this, dead, staff_member(ada, 1));
    REQUIRE(proposed.has_value());
    REQUIRE(order_end(*this, proposed->subject.id, staff_member(ada, 2)).has_value());
    settle_all();
  }
  void meet() {
    connect(*box);
    settle_all();
    pass(12);
  }
  void pass_days(int days) {
    cut(*box);
    if (copy) cut_copy();
    for (VirtualClock* each : {&clock, &box->clock}) each->pass_minutes(days * a_day);
    if (copy) {
      copy->clock.pass_minutes(days * a_day);
      follow();
    }
    meet();
    REQUIRE(box->live());
  }
  /// The box dies and starts, without a line.
  void die() {
    cut(*box);
    restart(*box);
  }
  v1::TicketStatus status(const Uuid& ticket) const {
    const auto* row = box->node->state().tickets.find(ticket);
    return row ? row->state.status() : v1::TICKET_UNSPECIFIED;
  }
  std::size_t in_scope(v1::EntityType type) const {
    std::size_t found = 0;
    for (const auto& [subject, record] : box->node->link().feed().scope().all())
      found += subject.type == type;
    return found;
  }
  /// Bodies on the box's disk that name the patient.
  std::size_t bodies_of_olena() {
    std::size_t found = 0;
    box->store.replay(0, [&](std::uint64_t, Record&& record) {
      found += record.stored.body && record.stored.body->find(olena.to_octets()) != Octets::npos;
    });
    return found;
  }

  Uuid ada, room, served, waits, thief, taken;
  Box* box = nullptr;
};

}  // namespace

TEST_CASE("what was ended with a box stays ended, also after a restart when the feed says it no more",
          "[edge][node][N10]") {
  EndedBox net;
  REQUIRE(net.status(net.waits) == v1::TICKET_ENDED);
  REQUIRE(net.in_scope(v1::TICKET) == 1);
  net.pass_days(31);
  REQUIRE(net.in_scope(v1::TICKET) == 0);
  CHECK(net.status(net.waits) == v1::TICKET_ENDED);
  for (int i = 0; i < 2; ++i) {
    net.die();
    CHECK(net.status(net.waits) == v1::TICKET_ENDED);
    CHECK(net.status(net.served) == v1::TICKET_FINISHED);
    for (const auto& [id, row] : net.box->node->state().visits.rows())
      CHECK(row.state.status() != v1::VISIT_ARRIVED);
  }
  net.meet();
  CHECK(net.same_state(*net.box));
  CHECK(net.incidents(v1::INCIDENT_HASH) == 0);
}

TEST_CASE("who was served after the one who waits had come has been served, also after a restart",
          "[edge][node][N10]") {
  EndedBox net({.served_last = true});
  for (int i = 0; i < 3; ++i) {
    CHECK(net.status(net.waits) == v1::TICKET_ENDED);
    CHECK(net.status(net.served) == v1::TICKET_FINISHED);
    CHECK(net.box->node->board().ended_size() == 1);
    int ended = 0;
    for (const auto& [id, row] : net.box->node->state().visits.rows())
      ended += row.state.status() == v1::VISIT_ENDED;
    CHECK(ended == 1);
    net.die();
  }
}

TEST_CASE("nobody outside the scope is left of what was ended with a box", "[edge][node][X5]") {
  EndedBox net({.standby = true});
  REQUIRE(net.bodies_of_olena() > 0);
  net.pass_days(31);
  net.pass_days(1);
  CHECK(net.bodies_of_olena() == 0);
  CHECK(net.status(net.waits) == v1::TICKET_UNSPECIFIED);
  net.die();
  CHECK(net.status(net.waits) == v1::TICKET_UNSPECIFIED);
  net.meet();
  CHECK(net.same_state(*net.box));
}

TEST_CASE("what the box in its place writes is not ended, before and after a restart", "[edge][node][N10]") {
  EndedBox net;
  const Uuid again = EndedBox::ticket_of(*net.ask(*net.box, "checkin-1", net.by_phone()));
  for (int i = 0; i < 2; ++i) {
    CHECK(net.status(again) == v1::TICKET_WAITING);
    CHECK(net.box->node->board().waiting_size() == 1);
    net.die();
  }
}

TEST_CASE("what a thief wrote into the journal of the box before is handed back, and nothing is done by it",
          "[edge][node][X5]") {
  EndedBox net({.stolen = true});
  auto obeys_nothing = [&net] {
    const edge::PointState& state = net.box->node->state();
    CHECK_FALSE(state.practitioners.find(net.thief));
    CHECK(state.leases.rows().empty());
    CHECK(state.book(net.taken).held().empty());
  };
  bool handed_back = false;
  net.box->store.replay(0, [&](std::uint64_t, Record&& record) {
    handed_back = handed_back || record.subject.id == net.thief;
  });
  REQUIRE(handed_back);
  obeys_nothing();
  CHECK(net.same_state(*net.box));
  net.die();
  obeys_nothing();
  net.meet();
  obeys_nothing();
  CHECK(net.same_state(*net.box));
  CHECK(net.incidents(v1::INCIDENT_HASH) == 0);
}

TEST_CASE("a disk from before this was remembered learns it from what is still in scope",
          "[edge][node][N10]") {
  EndedBox net;
  Transaction forgets;
  for (const auto& [name, value] : net.box->store.values("lives/ended")) forgets.values[name] = "";
  REQUIRE_FALSE(forgets.empty());
  net.cut(*net.box);
  net.box->store.commit(std::span(&forgets, 1));
  net.die();
  net.meet();
  net.pass_days(31);
  net.die();
  CHECK(net.status(net.waits) == v1::TICKET_ENDED);
}

}  // namespace feldsher::testing
