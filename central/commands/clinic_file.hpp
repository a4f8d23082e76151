#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "central/commands/json_input.hpp"
#include "central/scheduling/scheduling.hpp"

namespace feldsher::central {

/// An entry of a clinic file: its id, its state, and where it stood, for errors.
template <class State>
struct Entry {
  Uuid id;
  State state;
  std::string place;  ///< "rooms[2]"
};

struct PractitionerEntry : Entry<v1::Practitioner> {
  std::string pin;
};

/// Civil times, on the wall of the shift's point.
struct CivilRange {
  std::string from, until, place;
};
struct ShiftEntry : Entry<v1::Shift> {
  CivilRange times;
  std::vector<CivilRange> leased;
};
struct AppointmentEntry {
  WantedBooking wanted;
  std::string from, place;
};

/// A clinic file, `feldsher-clinic/1`: every value valid by itself; what it refers to is not looked up yet. A
/// list that is missing is empty, so that a file may hold one entry alone.
struct ClinicFile {
  std::vector<Entry<v1::Point>> points;
  std::vector<Entry<v1::Department>> departments;
  std::vector<Entry<v1::Room>> rooms;
  std::vector<Entry<v1::Service>> services;
  std::vector<PractitionerEntry> practitioners;
  std::vector<Entry<v1::Survey>> surveys;
  std::vector<Entry<v1::Terminal>> terminals;
  std::vector<ShiftEntry> shifts;
  std::vector<Entry<v1::Patient>> patients;
  std::vector<AppointmentEntry> appointments;
  std::vector<Entry<v1::Device>> devices;
  std::vector<Entry<v1::Custody>> custody;
};

/// Throws BadInput, which names the place.
ClinicFile read_clinic(std::string_view json);

}  // namespace feldsher::central
