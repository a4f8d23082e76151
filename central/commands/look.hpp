#pragma once
#include <filesystem>
#include <iosfwd>
#include <string>

namespace feldsher::central {

/// What is asked of a running central, and how to show it.
struct LookWish {
  std::filesystem::path config;
  bool json = false;            ///< The API's JSON as it came, instead of a table.
  std::filesystem::path token;  ///< File with the token of who asks; empty = the operator's.
};

// Each asks the API over this machine's own network with the operator's token. Throws Fault.
void look_at_points(const LookWish& wish, std::ostream& out);
void look_at_status(const LookWish& wish, std::ostream& out);
/// Those who are not archived, or those who are.
void look_at_patients(const LookWish& wish, const std::string& query, bool archived, std::ostream& out);
void look_at_history(const LookWish& wish, const std::string& patient, std::ostream& out);
void look_at_appointments(const LookWish& wish, const std::string& day, std::ostream& out);
/// What a person must look at: what waits, or with `all` also what was seen to.
void look_at_tasks(const LookWish& wish, bool all, std::ostream& out);
void complete_task(const LookWish& wish, const std::string& task, std::ostream& out);
void look_at_erasures(const LookWish& wish, std::ostream& out);
/// One person proposes, another orders: each with a token of their own.
void propose_erasure(const LookWish& wish, const std::string& patient, const std::string& ground,
                     std::ostream& out);
void order_erasure(const LookWish& wish, const std::string& erasure, std::ostream& out);
void look_at_decommissions(const LookWish& wish, std::ostream& out);
/// Likewise: what one person proposes of the box of a point (short name), another orders.
void propose_decommission(const LookWish& wish, const std::string& point, const std::string& reason,
                          std::ostream& out);
void order_decommission(const LookWish& wish, const std::string& decommission, std::ostream& out);
/// Shows the bookings that were found there.
void break_lease(const LookWish& wish, const std::string& shift, std::ostream& out);
void accept_older_disk(const LookWish& wish, const std::string& point, std::ostream& out);
void look_at_incidents(const LookWish& wish, std::ostream& out);

struct ReadingsWish {
  std::string device, from, to;
  bool hours = false;  ///< Hourly roll-ups.
};
void look_at_readings(const LookWish& wish, const ReadingsWish& readings, std::ostream& out);

}  // namespace feldsher::central
