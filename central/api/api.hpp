#pragma once
#include "central/api/metrics.hpp"
#include "central/api/route_table.hpp"
#include "central/commands/access_act.hpp"
#include "central/commands/clinic_loader.hpp"
#include "central/history/history.hpp"
#include "central/node/central_node.hpp"
#include "central/registry/archive.hpp"

namespace feldsher::central {

/// What the API needs of the world.
struct ApiWorld {
  CentralNode& node;
  History& history;
  Ledger& ledger;
  Tokens& tokens;
  Metrics& metrics;
  PublicKey pass_key;
  /// What the store keeps under OnceAnswers::value_prefix.
  std::map<std::string, Octets> once = {};
  /// What `/metrics` shows besides what was counted.
  std::function<Metrics::Now()> now = {};
  /// Begins to make the views anew while they answer; false while that is under way.
  std::function<bool()> rebuild = {};
  /// Runs slow work elsewhere, then `then` on the loop; an exception of `work` comes as its argument.
  std::function<void(std::function<void()> work, std::function<void(std::exception_ptr)> then)> crypto = {};
};

/// `/api/v1`: each route is a reader of input and an act; see api.cpp for the list. Loop thread.
///
/// Patient data are answered only after a `read` record that says who got them is durable.
class Api {
 public:
  explicit Api(ApiWorld world);
  Api(const Api&) = delete;
  Api& operator=(const Api&) = delete;

  void serve(const HttpRequest& request, RouteTable::Respond respond) const {
    routes_.serve(request, std::move(respond));
  }

 private:
  struct Nothing {};
  struct ById {
    Uuid id;
  };
  struct PatientSearch {
    std::string typed;
    bool archived = false;  ///< Those who are, or those who are not.
    std::size_t limit = 0;
  };
  struct AtPoint {
    Uuid point;  ///< Nil = everywhere.
  };
  struct DayAtPoint {
    std::string day;
    Uuid point;
  };
  struct BookingInput {
    WantedBooking wanted;
    std::string civil;  ///< Instead of `wanted.minute`.
  };
  struct MinutesInput {
    Uuid shift;
    std::string from, until;  ///< On the wall of the shift's point.
  };
  struct ReadingsInput {
    DeviceId device;
    History::Span span;
    std::size_t limit = 0;
  };
  struct ClinicInput {
    std::string text;
  };
  struct AccessInput {
    AccessAct act;
  };
  struct Limit {
    std::size_t limit = 0;
  };
  struct ErasureInput {
    Uuid patient;
    std::string ground;
  };
  struct DecommissionInput {
    std::string point;  ///< Short name.
    std::string reason;
  };
  struct TasksInput {
    std::optional<v1::TaskStatus> status;  ///< Nothing = any.
    Uuid point;                            ///< Nil = everywhere.
  };

  template <class Input>
  void route(const char* method, const char* pattern, Input (*read)(RouteInput&),
             void (Api::*act)(Input, const Caller&, Reply), Scope scope = Scope::reader);

  static PatientSearch read_patient_search(RouteInput& in);
  static AtPoint read_point(RouteInput& in);
  static DayAtPoint read_day(RouteInput& in);
  static BookingInput read_booking(RouteInput& in);
  static MinutesInput read_minutes(RouteInput& in);
  static ReadingsInput read_readings(RouteInput& in);
  static ClinicInput read_clinic_text(RouteInput& in);
  static AccessInput read_access(RouteInput& in);
  static Limit read_limit(RouteInput& in);
  static TasksInput read_tasks(RouteInput& in);
  static ErasureInput read_erasure(RouteInput& in);
  static DecommissionInput read_decommission(RouteInput& in);

  void points(Nothing, const Caller& caller, Reply reply);
  void status(Nothing, const Caller& caller, Reply reply);
  void rebuild_views(Nothing, const Caller& caller, Reply reply);
  void incidents(Limit, const Caller& caller, Reply reply);
  void clinic(ClinicInput, const Caller& caller, Reply reply);
  void access(AccessInput, const Caller& caller, Reply reply);

  void patients(PatientSearch, const Caller& caller, Reply reply);
  void patient(ById, const Caller& caller, Reply reply);
  void patient_history(ById, const Caller& caller, Reply reply);

  void archive_patient(ById, const Caller& caller, Reply reply);
  void restore_patient(ById, const Caller& caller, Reply reply);

  void departments(AtPoint, const Caller& caller, Reply reply);
  void rooms(AtPoint, const Caller& caller, Reply reply);
  void services(AtPoint, const Caller& caller, Reply reply);
  void practitioners(AtPoint, const Caller& caller, Reply reply);
  void shifts(DayAtPoint, const Caller& caller, Reply reply);
  void appointments(DayAtPoint, const Caller& caller, Reply reply);
  void appointment(ById, const Caller& caller, Reply reply);
  void book(BookingInput, const Caller& caller, Reply reply);
  void cancel(ById, const Caller& caller, Reply reply);
  void lease(MinutesInput, const Caller& caller, Reply reply);
  void recall(MinutesInput, const Caller& caller, Reply reply);
  void break_lease(ById, const Caller& caller, Reply reply);
  void accept_older_disk(ById, const Caller& caller, Reply reply);
  void request(ById, const Caller& caller, Reply reply);
  void tasks(TasksInput, const Caller& caller, Reply reply);
  void complete_task(ById, const Caller& caller, Reply reply);
  void erasures(Nothing, const Caller& caller, Reply reply);
  void propose_erasure(ErasureInput, const Caller& caller, Reply reply);
  void order_erasure(ById, const Caller& caller, Reply reply);
  void decommissions(Nothing, const Caller& caller, Reply reply);
  void propose_decommission(DecommissionInput, const Caller& caller, Reply reply);
  void order_decommission(ById, const Caller& caller, Reply reply);

  void readings(ReadingsInput, const Caller& caller, Reply reply);
  void reading_blocks(ReadingsInput, const Caller& caller, Reply reply);
  void reading_hours(ReadingsInput, const Caller& caller, Reply reply);

  /// Why there is nothing to show of a patient: unknown, or erased by which order.
  Refused absent(const Uuid& patient) const;
  void write_archive(const Uuid& patient, const Archived<Draft>& draft, const Caller& caller, Reply reply);
  void write_erasure(const Draft& draft, int status, const Caller& caller, Reply reply);

  HttpResponse health() const;
  HttpResponse metrics_page() const;
  /// What the process says of itself, and what central's state does.
  Metrics::Now now() const;

  /// Writes that `patients` were shown to the caller; then goes on.
  void disclose(const std::vector<Uuid>& patients, const char* where, const Caller& caller,
                std::function<void()> then);
  /// The same of whoever wore the device in one of these spans.
  void disclose_wearers(DeviceId device, std::vector<History::Span> shown, const char* where,
                        const Caller& caller, std::function<void()> then);
  /// The minutes that an input means; nothing when its times are none of the shift's wall.
  std::optional<MinuteSet> minutes_of(const MinutesInput& input) const;
  /// The state of an appointment as it is now, in memory.
  std::optional<AppointmentView> present(const Uuid& appointment) const;

  void write_booking(const Booking& booking, int status, const Caller& caller, Reply reply);
  /// Writes one transaction, and with it the answer that `render` makes of the state after it; the answer
  /// leaves when both are durable.
  void write(const std::vector<Draft>& drafts, const Caller& caller, Reply reply,
             std::function<Answer()> render);

  ApiWorld world_;
  OnceAnswers once_;
  RouteTable routes_;
};

}  // namespace feldsher::central
