#pragma once
#include <string>
#include <variant>

#include "protocol/contracts/bus.pb.h"
#include "protocol/record/octets.hpp"

namespace feldsher::kiosk {

/// What a person means by a tap. A screen returns these; a model that does not know one ignores it.
namespace intent {

struct ChooseLanguage {
  std::string language;
};
struct Digit {
  char character = '0';  ///< '0' … '9', or '+' in a telephone number.
};
struct Erase {};
struct Forward {};
struct Back {};
struct Home {};  ///< The person is done: wipe.
struct Stay {};  ///< Still here: stop the countdown.

// check-in
struct HaveAppointment {};
struct NoAppointment {};
struct ChooseService {
  Octets service;
};

// survey
struct Rate {
  std::uint32_t value = 0;
};

// room and reception
struct ChoosePerson {
  Octets practitioner;
};
struct OtherPerson {};
struct Lock {};
struct UndoLast {};
struct CloseDialog {};
struct CallNextTicket {};
struct CallTicketAgain {};
struct SkipTicket {};
struct StartTicket {};
struct FinishTicket {};
struct OpenTransfer {};
struct ToggleReady {};
struct OpenLine {
  std::size_t index = 0;  ///< In the view's lines.
};
struct TurnPage {
  int by = 0;
};
struct MarkHere {};
struct OpenPriorities {};
struct ChoosePriority {
  v1::Priority priority = v1::PRIORITY_ORDINARY;
};
struct OpenWalkIn {};
struct OpenClock {};

}  // namespace intent

using Intent =
    std::variant<intent::ChooseLanguage, intent::Digit, intent::Erase, intent::Forward, intent::Back,
                 intent::Home, intent::Stay, intent::HaveAppointment, intent::NoAppointment,
                 intent::ChooseService, intent::Rate, intent::ChoosePerson, intent::OtherPerson, intent::Lock,
                 intent::UndoLast, intent::CloseDialog, intent::CallNextTicket, intent::CallTicketAgain,
                 intent::SkipTicket, intent::StartTicket, intent::FinishTicket, intent::OpenTransfer,
                 intent::ToggleReady, intent::OpenLine, intent::TurnPage, intent::MarkHere,
                 intent::OpenPriorities, intent::ChoosePriority, intent::OpenWalkIn, intent::OpenClock>;

/// `std::visit` over lambdas.
template <class... Cases>
struct Match : Cases... {
  using Cases::operator()...;
};
template <class... Cases>
Match(Cases...) -> Match<Cases...>;

}  // namespace feldsher::kiosk
