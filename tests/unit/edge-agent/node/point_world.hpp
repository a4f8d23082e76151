#pragma once
#include <catch2/catch_test_macros.hpp>

#include "tests/support/world/network.hpp"

namespace feldsher::testing {

/// A point that has got its clinic from central, with the line up; a doctor and a registrar are signed in.
struct PointWorld : Network {
  PointWorld() : point(add_point("Embankment")) {
    gp = clinic->service("General practitioner");
    ada = clinic->doctor("Ada");
    rita = clinic->registrar("Rita");
    room = clinic->room("12");
    shift = clinic->shift(ada, room);
    olena = clinic->patient("Олена");
    at_nine = clinic->appointment(olena, shift, gp, 60);
    clinic->lease(shift, 120, 180);
    clinic->survey();
    connect(point);
    settle();
    REQUIRE(point.live());
    sign_in_all();
  }
  void sign_in_all() {
    adas = sign_in(point, "room-1", ada);
    ritas = sign_in(point, "reception", rita);
    REQUIRE(adas.size() == 16);
    REQUIRE(ritas.size() == 16);
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
  v1::Ask call_next() const {
    v1::Ask ask;
    ask.set_session(adas);
    ask.mutable_call_next()->set_room(room.to_octets());
    return ask;
  }
  v1::Ask book(std::int64_t minute) const {
    v1::Ask ask;
    ask.set_session(ritas);
    ask.mutable_book()->set_patient(olena.to_octets());
    ask.mutable_book()->set_shift(shift.to_octets());
    ask.mutable_book()->set_service(gp.to_octets());
    ask.mutable_book()->set_minute(monday_8 + minute);
    return ask;
  }
  v1::Ask reception() const {
    v1::Ask ask;
    ask.set_session(ritas);
    ask.mutable_reception();
    return ask;
  }
  /// An ask with an id of its own, to be asked again.
  v1::Ask numbered(v1::Ask ask) {
    ask.set_id(point.random.octets(16));
    return ask;
  }
  v1::BoardSnapshot board() const {
    v1::BoardSnapshot board = point.node->board();
    board.clear_agent_boot();
    board.clear_version();
    return board;
  }

  Box& point;
  Uuid gp, ada, rita, room, shift, olena, at_nine;
  Octets adas, ritas;
};

}  // namespace feldsher::testing
