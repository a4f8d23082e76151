#pragma once
#include <functional>
#include <map>

#include "protocol/civil/civil.hpp"
#include "protocol/contracts/clinic.pb.h"
#include "protocol/journal/writer.hpp"
#include "protocol/minutes/minute_set.hpp"
#include "tests/support/world/world.hpp"

namespace feldsher::testing {

/// A clinic as central records it: `Clinic clinic(publish); auto ada = clinic.doctor("Ada");`
///
/// Everything is at one point in Kyiv unless said otherwise; each call publishes one draft of central's.
class Clinic {
 public:
  using Publish = std::function<void(const Draft&)>;
  explicit Clinic(Publish publish, std::uint64_t seed = 7);

  /// The first one is `point`; its shifts, rooms and people are made there.
  PointId found_point(const std::string& name, NodeId node);
  Uuid service(const std::string& name, const std::string& letter = "A", bool walk_in = true);
  Uuid room(const std::string& label);
  /// Gives all services that exist when she is made. Her PIN verifier is her PIN: "1234".
  Uuid doctor(const std::string& name);
  Uuid registrar(const std::string& name);
  Uuid person(const std::string& name, v1::Role role, std::vector<Uuid> services);
  Uuid patient(const std::string& name, const std::string& phone = "+380441234567",
               const std::string& birth_date = "1956-03-09");
  /// From `first` to `end`, in minutes after Monday 08:00, for all services that exist.
  Uuid shift(const Uuid& doctor, const Uuid& room, std::int64_t first = 0, std::int64_t end = 480);
  Uuid lease(const Uuid& shift, std::int64_t first, std::int64_t end);
  Uuid appointment(const Uuid& patient, const Uuid& shift, const Uuid& service, std::int64_t minute);
  Uuid survey();
  /// A screen of `at`; its role is what its name begins with ("room-1" is a room's).
  Uuid terminal(const std::string& name, const PointId& at, const Uuid& room = {});
  /// Two of each screen, so that tests may name them: "checkin-1", "room-2", "reception", "reception-2" …
  void terminals(const PointId& at);
  Uuid request(v1::RequestKind kind, const Uuid& appointment, const v1::Appointment& wanted, NodeId owner);
  Uuid answer(const Uuid& request, v1::RequestOutcome outcome, NodeId asker);
  Uuid pass_key(const Octets& public_key, bool retired = false);

  /// Publishes the state of any subject, new or again.
  void publish(v1::EntityType type, const Uuid& id, v1::Verb verb,
               const google::protobuf::MessageLite& state);

  v1::Appointment wanted(const Uuid& patient, const Uuid& shift, const Uuid& service,
                         std::int64_t minute) const;
  /// The absent rule of the point.
  void absent_rule(std::uint32_t calls, std::uint32_t minutes_between, std::uint32_t grace_minutes);
  Uuid id() { return random_.uuid_v7(monday_8_ms); }

  PointId point;
  v1::Point point_state;
  const Zone zone = *Zone::named("Europe/Kyiv");
  std::map<Uuid, v1::Shift> shifts;
  std::vector<Uuid> services;

 private:
  Publish publish_;
  SeededRandom random_;
};

v1::LocalText text(const std::string& words);

/// Central as a desk sees it: a writer of records that arrive by feed.
class FeedPen {
 public:
  explicit FeedPen(TenantId tenant, NodeId central) : writer_(tenant, central, Epoch{1}, random_) {}
  Record write(const Draft& draft);

 private:
  SeededRandom random_{99};
  JournalWriter writer_;
};

inline const TenantId tenant_of_tests{*Uuid::from_text("0190c0de-0000-7000-8000-000000000001")};
inline const NodeId central_of_tests{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000cc")};
inline const NodeId point_node_of_tests{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000aa")};

}  // namespace feldsher::testing
