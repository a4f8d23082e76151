#pragma once
#include <string>
#include <vector>

#include "protocol/record/ids.hpp"

namespace feldsher::virtual_world {

/// Who comes to one point on one day, and who works there.
struct DayPlan {
  struct Patient {
    PatientId id;               ///< Nil for somebody who walks in unknown.
    AppointmentId appointment;  ///< Nil for a walk-in.
    std::string phone, birth_date,
        pass;           ///< With a pass that is shown; without, phone and birth date are typed.
    ServiceId service;  ///< What a walk-in comes for.
    bool walk_in() const { return appointment.is_nil(); }
  };
  struct Doctor {
    PractitionerId id;
    std::string pin;
    RoomId room;
    std::string terminal;  ///< Of that room.
  };
  struct Registrar {
    PractitionerId id;
    std::string pin;
    std::string terminal;
  };
  struct Bookable {
    ServiceId service;
    std::uint32_t minutes = 0;
  };
  std::vector<Patient> patients;
  std::vector<Patient> walk_ins;  ///< One for each service that people walk in for.
  std::vector<Doctor> doctors;
  std::vector<Registrar> registrars;                 ///< At most one works: the first.
  std::vector<std::string> check_in, survey, board;  ///< Terminals.
  std::vector<Bookable> bookable;
  std::vector<PatientId> to_book;  ///< People whom the point knows.

  /// Every terminal that somebody uses, each once.
  std::vector<std::string> terminals() const;
};

/// From a clinic file and the passes (JSON; empty = none). Every third patient leaves the pass at home; to
/// each five with an appointment comes one without. Throws Fault when the texts are not what they should be.
DayPlan read_day_plan(const std::string& clinic_json, const std::string& point,
                      const std::string& passes_json);

}  // namespace feldsher::virtual_world
