#pragma once
#include <filesystem>
#include <iosfwd>
#include <string>

namespace feldsher::central {

/// What is asked of a running central, and how to show it.
struct LookWish {
  std::filesystem::path config;
  bool json = false;  ///< The API's JSON as it came, instead of a table.
};

// Each asks the API over this machine's own network with the operator's token. Throws Fault.
void look_at_points(const LookWish& wish, std::ostream& out);
void look_at_patients(const LookWish& wish, const std::string& query, std::ostream& out);
void look_at_history(const LookWish& wish, const std::string& patient, std::ostream& out);
void look_at_appointments(const LookWish& wish, const std::string& day, std::ostream& out);
void look_at_incidents(const LookWish& wish, std::ostream& out);

struct ReadingsWish {
  std::string device, from, to;
  bool hours = false;  ///< Hourly roll-ups.
};
void look_at_readings(const LookWish& wish, const ReadingsWish& readings, std::ostream& out);

}  // namespace feldsher::central
