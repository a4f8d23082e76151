#pragma once
#include <memory>
#include <set>
#include <vector>

#include "tests/simulation/clinic_data.hpp"

namespace feldsher::simulation {

/// Something that somebody was told, and that must be true for ever.
struct Told {
  SubjectKey subject;
  std::string by;
  /// It is on a disk that this run does not destroy: a point's own, or the standby's as well as central's.
  bool safe = true;
};

/// Counters, so that a run shows that its zeros had chances.
struct Counts {
  std::uint64_t asks = 0, answers = 0, repeats = 0, check_ins = 0, calls = 0, finished = 0, surveys = 0;
  std::uint64_t booked_at_points = 0, booked_at_central = 0, requests = 0, returned = 0, recalled = 0,
                cancelled = 0;
  std::uint64_t booking_attempts = 0, bookings_granted = 0, bookings_asked = 0, bookings_refused = 0;
  std::uint64_t doubled = 0;  ///< Bookings found over a minute that had one, where no lease was broken.
  std::uint64_t leases_broken = 0, tasks = 0, overlaps_in_broken = 0, promotions = 0, safe_at_promotion = 0;
  std::uint64_t readings_taken = 0, readings_heard = 0, readings_receipted = 0, readings_lost_with_disks = 0,
                readings_at_central = 0;
  std::uint64_t point_kills = 0, central_kills = 0, cuts = 0, clock_jumps = 0, central_clock_jumps = 0,
                boots_in_1970 = 0;

  Counts& operator+=(const Counts& other);
};

/// One terminal with somebody at it: asks, and asks again with the same id until it is answered.
class Person {
 public:
  Person(Network& network, SimulatedPoint& point, std::string terminal, Counts& counts);
  bool busy() const { return waiting_; }
  void ask(v1::Ask ask, std::function<void(const v1::Answer&)> then);
  Network& network() { return network_; }
  SimulatedPoint& point() { return point_; }
  Octets session;

 private:
  void send();
  Network& network_;
  SimulatedPoint& point_;
  std::string terminal_;
  Counts& counts_;
  bool waiting_ = false;
  std::uint64_t errand_ = 0;
  v1::Ask ask_;
  std::function<void(const v1::Answer&)> then_;
};

/// People at every point, and callers at central, who make a day.
class Workload {
 public:
  Workload(Network& network, std::vector<SimulatedClinic>& clinics);

  /// People act until `until_ms` of virtual time.
  void begin(std::uint64_t until_ms);
  const std::vector<Told>& told() const { return told_; }
  /// What can no longer be true: the only disk that had it is gone.
  void forget(const std::function<bool(const Told&)>& gone) { std::erase_if(told_, gone); }
  const std::vector<SimulatedClinic>& clinics() const { return clinics_; }
  /// People at reception and on the telephone act so many times as often.
  void hurry(std::uint64_t times) { hurry_ = times; }
  Counts counts;

 private:
  struct Staffed {
    SimulatedClinic* clinic;
    SimulatedPoint* point;
    std::unique_ptr<Person> check_in, survey, reception;
    std::vector<std::unique_ptr<Person>> rooms;
    std::vector<std::string> codes;
  };
  void patients(Staffed& at);
  void doctor(Staffed& at, std::size_t room);
  void registrar(Staffed& at);
  void caller();
  void tell(v1::EntityType type, const std::string& id, const char* by, bool safe = true);
  void tell_at_central(v1::EntityType type, const std::string& id, const char* by);
  bool working_hours() const;
  void sign_in(Person& person, const Uuid& practitioner);
  void later(std::uint64_t ms, std::function<void()> work);

  Network& network_;
  std::vector<SimulatedClinic>& clinics_;
  SeededRandom random_;
  std::vector<std::unique_ptr<Staffed>> staffed_;
  std::vector<Told> told_;
  std::uint64_t until_ms_ = 0, hurry_ = 1;
};

}  // namespace feldsher::simulation
