#pragma once
#include <catch2/catch_test_macros.hpp>
#include <map>
#include <string>

#include "protocol/contracts/bus.pb.h"
#include "protocol/record/octets.hpp"

namespace feldsher::test {

/// An agent of few words: enough of the bus contract to play a day against. Answers an ask once, and repeats
/// that answer; has one session a terminal, and loses all when it dies.
class SmallAgent {
 public:
  v1::Answer answer(const std::string& terminal, const v1::Ask& ask) {
    if (const auto known = answers_.find(ask.id()); known != answers_.end()) return known->second;
    v1::Answer made;
    made.set_ask(ask.id());
    decide(terminal, ask, made);
    // A refusal for want of a session is an act of this boot only.
    if (made.refusal() != v1::ASK_NOT_SIGNED_IN) answers_[ask.id()] = made;
    return made;
  }
  void die() { sessions_.clear(); }
  Octets session_at(const std::string& terminal) const {
    const auto found = sessions_.find(terminal);
    return found == sessions_.end() ? Octets() : found->second;
  }
  v1::BoardSnapshot board() const {
    v1::BoardSnapshot snapshot;
    for (const auto& [ticket, status] : tickets_) {
      auto* line = status == v1::TICKET_WAITING   ? snapshot.add_waiting()
                   : status == v1::TICKET_CALLED  ? snapshot.add_called()
                   : status == v1::TICKET_SERVING ? snapshot.add_serving()
                                                  : nullptr;
      if (line) line->set_label(ticket);
    }
    return snapshot;
  }
  std::map<std::string, v1::TicketStatus> tickets_;  // By label, which is the ticket's id, too.
  std::size_t surveys_ = 0, bookings_ = 0;

 private:
  static Octets id_of(const std::string& label) { return label + std::string(16 - label.size(), '0'); }
  static std::string label_of(const Octets& id) { return id.substr(0, 4); }

  void decide(const std::string& terminal, const v1::Ask& ask, v1::Answer& made) {
    const bool staff = ask.act_case() != v1::Ask::kCheckInByPass &&
                       ask.act_case() != v1::Ask::kCheckInByPhone && ask.act_case() != v1::Ask::kWalkIn &&
                       ask.act_case() != v1::Ask::kOpenSurvey && ask.act_case() != v1::Ask::kAnswerSurvey &&
                       ask.act_case() != v1::Ask::kSignIn;
    if (staff && (ask.session().empty() || session_at(terminal) != ask.session()))
      return made.set_refusal(v1::ASK_NOT_SIGNED_IN);
    switch (ask.act_case()) {
      case v1::Ask::kSignIn:
        made.mutable_signed_in()->set_session("session" + ask.id().substr(7));
        sessions_[terminal] = made.signed_in().session();
        break;
      case v1::Ask::kCheckInByPass:
      case v1::Ask::kCheckInByPhone:
      case v1::Ask::kWalkIn: {
        const auto label = "A" + std::to_string(101 + tickets_.size());
        tickets_[label] = v1::TICKET_WAITING;
        auto& slip = *made.mutable_checked_in();
        slip.set_ticket_label(label);
        slip.set_ticket(id_of(label));
        slip.set_visit(id_of(label));
        slip.set_survey_code(label);
        break;
      }
      case v1::Ask::kRoom:
        for (const auto& [label, status] : tickets_) {
          if (status != v1::TICKET_CALLED && status != v1::TICKET_SERVING) continue;
          made.mutable_room()->mutable_current()->set_id(id_of(label));
          made.mutable_room()->mutable_current()->set_status(status);
        }
        made.mutable_room();
        break;
      case v1::Ask::kCallNext:
        for (auto& [label, status] : tickets_) {
          if (status == v1::TICKET_CALLED || status == v1::TICKET_SERVING)
            return made.set_refusal(v1::ASK_WRONG_STATE);
        }
        for (auto& [label, status] : tickets_) {
          if (status != v1::TICKET_WAITING) continue;
          status = v1::TICKET_CALLED;
          return made.mutable_done()->set_ticket(id_of(label));
        }
        return made.set_refusal(v1::ASK_QUEUE_EMPTY);
      case v1::Ask::kServe:
        return move(ask.serve().ticket(), v1::TICKET_CALLED, v1::TICKET_SERVING, made);
      case v1::Ask::kFinish:
        return move(ask.finish().ticket(), v1::TICKET_SERVING, v1::TICKET_FINISHED, made);
      case v1::Ask::kOpenSurvey: {
        if (tickets_.at(ask.open_survey().code()) != v1::TICKET_FINISHED)
          return made.set_refusal(v1::ASK_WRONG_STATE);
        auto& question = *made.mutable_survey()->mutable_survey()->add_questions();
        question.set_link_id("clear");
        question.set_scale(5);
        break;
      }
      case v1::Ask::kAnswerSurvey:
        REQUIRE(ask.answer_survey().items_size() == 1);
        CHECK((ask.answer_survey().items(0).value() >= 1 && ask.answer_survey().items(0).value() <= 5));
        ++surveys_;
        made.mutable_done();
        break;
      case v1::Ask::kFreeMinutes: {
        for (const bool held : {false, true}) {
          auto& stretch = *made.mutable_free_minutes()->add_stretches();
          stretch.set_shift(id_of("SH00"));
          stretch.set_held_here(held);
          stretch.mutable_minutes()->set_first(1000);
          stretch.mutable_minutes()->set_end(1060);
        }
        break;
      }
      case v1::Ask::kBook:
        CHECK((ask.book().minute() >= 1000 && ask.book().minute() + ask.book().minutes() <= 1060));
        made.mutable_booked()->set_appointment(ask.id());
        if (++bookings_ % 3 == 0) {
          made.mutable_booked()->set_requested(true);
          made.mutable_booked()->set_request(ask.id());
        }
        break;
      default:
        made.set_refusal(v1::ASK_MALFORMED);
    }
  }
  void move(const Octets& ticket, v1::TicketStatus from, v1::TicketStatus to, v1::Answer& made) {
    auto& status = tickets_.at(label_of(ticket));
    if (status != from) return made.set_refusal(v1::ASK_WRONG_STATE);
    status = to;
    made.mutable_done()->set_ticket(ticket);
  }
  std::map<Octets, v1::Answer> answers_;
  std::map<std::string, Octets> sessions_;
};

}  // namespace feldsher::test
