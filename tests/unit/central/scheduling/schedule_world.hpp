#pragma once
#include <catch2/catch_test_macros.hpp>
#include <catch2/catch_tostring.hpp>

#include "central/scheduling/scheduling.hpp"
#include "tests/support/world/clinic.hpp"

template <class T>
struct Catch::StringMaker<feldsher::central::Scheduled<T>> {
  static std::string convert(const feldsher::central::Scheduled<T>& result) {
    return result ? "done" : to_text(result.error());
  }
};

namespace feldsher::central {

using testing::Clinic;
using testing::monday_8;

/// Central's schedule on a Monday at 08:00, with one point, one room, one doctor and a patient.
struct ScheduleWorld {
  ScheduleWorld() {
    point = clinic.found_point("Embankment", testing::point_node_of_tests);
    gp = clinic.service("General practitioner");
    ada = clinic.doctor("Ada");
    room = clinic.room("12");
    olena = clinic.patient("Олена");
    caller.set_kind(v1::ACTOR_STAFF);
    caller.set_id(clinic.id().to_octets());
  }

  void write(const std::vector<Draft>& drafts) {
    last_records = pen.seal(v1::ACTS, drafts, clock.now());
    for (const Record& record : last_records) REQUIRE(state.apply(record));
  }
  /// What the point wrote and central has received.
  void hear(v1::EntityType type, const Uuid& id, v1::Verb verb,
            const google::protobuf::MessageLite& message) {
    Draft draft;
    draft.actor = caller;
    draft.subject = {type, id};
    draft.verb = verb;
    draft.message = message.SerializeAsString();
    for (const Record& record : points_pen.seal(v1::ACTS, std::span(&draft, 1), clock.now()))
      REQUIRE(state.apply(record));
  }
  Scheduled<Booking> book(std::int64_t minute, std::uint32_t minutes = 0) {
    auto booking = scheduling.book(
        {.patient = olena, .shift = shift, .service = gp, .minute = monday_8 + minute, .minutes = minutes},
        caller, v1::PROOF_TOKEN, clock.now());
    if (booking) write(booking->drafts);
    return booking;
  }
  /// Whether a shift can be made, in minutes after 08:00; it is made when it can.
  std::optional<ScheduleRefusal> plan(const Uuid& doctor, const Uuid& where, std::int64_t first,
                                      std::int64_t end, std::optional<Uuid> id = {}) {
    v1::Shift wanted;
    wanted.set_point(state.rooms.find(where) ? state.rooms.find(where)->state.point() : point.to_octets());
    wanted.set_room(where.to_octets());
    wanted.set_practitioner(doctor.to_octets());
    wanted.add_services(gp.to_octets());
    *wanted.mutable_from() = clinic.zone.planned(monday_8 + first);
    *wanted.mutable_until() = clinic.zone.planned(monday_8 + end);
    auto draft = scheduling.shift(id.value_or(clinic.id()), wanted, caller, v1::PROOF_TOKEN);
    if (!draft) return draft.error();
    write({*draft});
    return std::nullopt;
  }

  testing::VirtualClock clock;
  testing::SeededRandom random{3};
  NetworkState state{testing::central_of_tests};
  JournalWriter pen{testing::tenant_of_tests, testing::central_of_tests, Epoch{5}, random};
  JournalWriter points_pen{testing::tenant_of_tests, testing::point_node_of_tests, Epoch{6}, random};
  Clinic clinic{[this](const Draft& draft) { write({draft}); }};
  Scheduling scheduling{state, random};
  std::vector<Record> last_records;
  v1::Actor caller;
  PointId point;
  Uuid gp, ada, room, olena, shift;
};

/// The same with Ada's shift from 08:00 to 16:00.
struct OneShift : ScheduleWorld {
  OneShift() { shift = clinic.shift(ada, room); }
  std::optional<ScheduleRefusal> lease(std::int64_t first, std::int64_t end) {
    auto draft = scheduling.lease(shift, MinuteSet({monday_8 + first, monday_8 + end}), caller,
                                  v1::PROOF_TOKEN, clock.now());
    if (!draft) return draft.error();
    write({*draft});
    return std::nullopt;
  }
  void give_back(std::int64_t first, std::int64_t end) {
    hear(v1::GIVE_BACK, clinic.id(), v1::RETURNED,
         give_back_of(shift, point.uuid, MinuteSet({monday_8 + first, monday_8 + end}),
                      state.leases_of(shift)));
  }
};

}  // namespace feldsher::central
