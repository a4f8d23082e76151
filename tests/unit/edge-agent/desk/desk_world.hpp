#pragma once
#include <catch2/catch_test_macros.hpp>

#include "edge-agent/agent/pass_reader.hpp"
#include "edge-agent/desk/desk.hpp"
#include "protocol/pass/pass.hpp"
#include "tests/support/world/clinic.hpp"

namespace feldsher::edge {

using testing::Clinic;
using testing::monday_8;

/// A desk on a Monday at 08:00, its clinic, and the pen that writes what the desk decides.
///
/// `clinic` publishes as central does: what it makes comes to the desk by feed.
class DeskWorld {
  bool opened_ = false;  // Looked at while the members below are made.
  void hear(const Draft& draft);

 public:
  DeskWorld();

  /// Asks, writes what came of it, and gives the answer. Each call is another act of somebody.
  v1::Answer ask(const v1::Ask& ask, const std::string& terminal);
  /// Signs the person in there; further asks at that terminal are theirs.
  v1::AskRefusal sign_in(const Uuid& person, const std::string& terminal, const std::string& pin = "1234");
  void sign_out(const std::string& terminal) { sessions.erase(terminal); }
  DeskTime now() const { return desk.time(clock.now(), 0); }
  /// Runs the rules that are due, and writes what they say: how many acts.
  std::size_t tick();
  void write(const std::vector<Draft>& drafts);

  std::string pass(const Uuid& appointment, const Uuid& patient, const std::string& day = "2026-11-23") const;
  v1::Answer check_in(const std::string& pass, const std::string& terminal = "checkin-1");
  v1::Answer by_phone(const std::string& phone, const std::string& birth_date,
                      const std::string& terminal = "checkin-1");
  v1::Answer walk_in(const Uuid& service, const std::string& terminal = "checkin-1");
  v1::Answer call_next(const Uuid& room, const std::string& terminal);
  /// An act on a ticket, by the name of its field in Ask: "skip", "serve", "finish", "call_again".
  v1::Answer on_ticket(const std::string& act, const std::string& ticket, const std::string& terminal);
  v1::Answer transfer(const std::string& ticket, const Uuid& service, const std::string& terminal);
  v1::Answer undo(const std::string& ask, const std::string& terminal);
  v1::Answer book(const Uuid& patient, const Uuid& shift, const Uuid& service, std::int64_t minute);
  v1::Answer cancel(const std::string& appointment);
  /// Serves a ticket from call to finish in the room.
  void see(const Uuid& room, const std::string& terminal);

  const v1::Ticket& ticket(const std::string& id) const { return state.tickets.find(id)->state; }
  const v1::Visit& visit(const std::string& id) const { return state.visits.find(id)->state; }

  testing::VirtualClock clock;
  testing::SeededRandom random{11};
  testing::FeedPen feed{testing::tenant_of_tests, testing::central_of_tests};
  Clinic clinic;
  SigningKey key = SigningKey::from_seed({1});
  Uuid key_id;
  PointState state;
  Desk desk;
  JournalWriter pen;
  std::map<std::string, Octets> sessions;
  Octets last_ask;                   ///< The id of the last ask.
  std::vector<Record> last_records;  ///< What it led to.
};

/// A day at that desk: one room, one doctor, one registrar at reception, a patient at 09:00.
struct ClinicDay : DeskWorld {
  ClinicDay();
  /// A patient with an appointment `minute` minutes after 08:00: her pass.
  std::string booked(const std::string& name, std::int64_t minute,
                     const std::string& phone = "+380440000001");

  Uuid gp, ada, rita, room, shift, olena, at_nine;
  std::string olenas_pass;
};

}  // namespace feldsher::edge
