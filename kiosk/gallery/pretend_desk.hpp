#pragma once
#include <string>

#include "protocol/contracts/bus.pb.h"

namespace feldsher::kiosk {

/// A desk that answers as the agent would, about a clinic that does not exist. For the gallery and the
/// headless tests; it keeps no state but what is set here.
struct PretendDesk {
  std::string language = "en";
  v1::AskRefusal refuse = v1::ASK_GRANTED;  ///< Refuses everything but the catalogue with this.
  std::uint32_t retry_after_s = 0;
  int services_offered = 8;     ///< How many of its services.
  bool connected = true;        ///< The line to the centre.
  bool clock_unset = false;     ///< Nobody knows the date.
  bool walk_in_ticket = false;  ///< Check-ins give a ticket without room and time.
  std::string instead_of;       ///< The ticket that a check-in's takes the place of.
  v1::RoomView room;
  v1::ReceptionView reception;
  v1::PointView point;
  std::uint32_t survey_scale = 5;

  PretendDesk() : PretendDesk("en") {}
  explicit PretendDesk(std::string of_language);

  v1::Answer answer(const v1::Ask& ask) const;
  v1::Catalogue catalogue() const;
  v1::BoardSnapshot board() const;
  v1::Pulse pulse() const;
};

/// A text in our three languages.
v1::LocalText text_of(const std::string& uk, const std::string& ru, const std::string& en);
v1::StaffTicket staff_ticket(const std::string& label, v1::TicketStatus status, v1::Priority priority,
                             const std::string& patient);

}  // namespace feldsher::kiosk
