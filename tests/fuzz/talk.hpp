#pragma once
#include <memory>

#include "tests/support/world/network.hpp"

namespace feldsher::fuzz {

// An input of `sync_frame`: an octet of choices, then messages, each after two octets: bit 15 says to whom,
// the others how long it is.
inline constexpr std::uint8_t greets = 1;  ///< Both have said hello before.
inline constexpr std::uint8_t lost_disk =
    2;  ///< The point has an empty disk, and what it gets back is lost on the way.
inline constexpr std::uint8_t time_passes = 4;  ///< Ten seconds, at the end.
inline constexpr std::uint8_t new_world = 8;    ///< Nothing was said before: what was recorded fits.
inline constexpr std::uint16_t downwards = 0x8000;

/// Central and a point with a day's work behind it.
struct Day : testing::Network {
  Day() {
    point = &add_point("fuzzed");
    service = clinic->service("General practitioner");
    doctor = clinic->doctor("Ada");
    patient = clinic->patient("Olena");
    room = clinic->room("12");
    clinic->shift(doctor, room);
    connect(*point);
    settle();
    const Octets session = sign_in(*point, "room-1", doctor);
    for (int i = 0; i < 3; ++i) {
      v1::Ask ask;
      ask.mutable_walk_in()->set_service(service.to_octets());
      this->ask(*point, "checkin-1", ask);
    }
    v1::Ask next;
    next.set_session(session);
    next.mutable_call_next();
    this->ask(*point, "room-1", next);
    pass_seconds(2);
    cut(*point);
  }
  testing::Box* point = nullptr;
  Uuid service, doctor, patient, room;
};

/// Both started anew the evening of such a day, which is lived once: the same ones each time, so that what
/// was recorded in one fits another.
struct Talk : testing::Network {
  Talk() : Talk(lived()) {}

  /// Another box takes the point's place, with an empty disk.
  void lose_disk() {
    cut(*point);
    point->node.reset();
    point->store = MemoryStore(testing::tenant_of_tests);
    v1::Actor manager;
    manager.set_kind(v1::ACTOR_STAFF);
    central->accept_older_disk(point->identity.node, manager, v1::PROOF_TOKEN, [] {});
    settle();
    restart(*point);
  }

  testing::Box* point;
  Uuid service, doctor, patient, room;
  Octets session;  ///< Of the doctor, at "room-1".

 private:
  explicit Talk(const Day& day)
      : Network(day),
        point(boxes.front().get()),
        service(day.service),
        doctor(day.doctor),
        patient(day.patient),
        room(day.room) {
    session = sign_in(*point, "room-1", doctor);
    sent.clear();
  }
  static const Day& lived() {
    static const Day day;
    return day;
  }
};

}  // namespace feldsher::fuzz
