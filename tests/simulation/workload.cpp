#include "tests/simulation/workload.hpp"

#include "protocol/civil/civil.hpp"

namespace feldsher::simulation {

Counts& Counts::operator+=(const Counts& other) {
  static constexpr std::uint64_t Counts::*all[] = {
      &Counts::asks,
      &Counts::answers,
      &Counts::repeats,
      &Counts::check_ins,
      &Counts::calls,
      &Counts::finished,
      &Counts::surveys,
      &Counts::booked_at_points,
      &Counts::booked_at_central,
      &Counts::requests,
      &Counts::returned,
      &Counts::recalled,
      &Counts::cancelled,
      &Counts::booking_attempts,
      &Counts::bookings_granted,
      &Counts::bookings_asked,
      &Counts::bookings_refused,
      &Counts::doubled,
      &Counts::leases_broken,
      &Counts::tasks,
      &Counts::overlaps_in_broken,
      &Counts::promotions,
      &Counts::safe_at_promotion,
      &Counts::readings_taken,
      &Counts::readings_heard,
      &Counts::readings_receipted,
      &Counts::readings_lost_with_disks,
      &Counts::readings_at_central,
      &Counts::point_kills,
      &Counts::central_kills,
      &Counts::cuts,
      &Counts::clock_jumps,
      &Counts::central_clock_jumps,
      &Counts::boots_in_1970,
  };
  static_assert(sizeof(Counts) == std::size(all) * sizeof(std::uint64_t));
  for (const auto each : all) this->*each += other.*each;
  return *this;
}

Person::Person(Network& network, SimulatedPoint& point, std::string terminal, Counts& counts)
    : network_(network), point_(point), terminal_(std::move(terminal)), counts_(counts) {}

void Person::ask(v1::Ask ask, std::function<void(const v1::Answer&)> then) {
  ask.set_id(network_.random.octets(16));
  ask.set_session(session);
  ask_ = std::move(ask);
  then_ = std::move(then);
  waiting_ = true;
  ++errand_;
  ++counts_.asks;
  send();
}

void Person::send() {
  const std::uint64_t errand = errand_;
  if (point_.node)
    point_.node->ask(terminal_, ask_.SerializeAsString(), [this, errand](Octets octets) {
      if (errand != errand_ || !waiting_) return;
      // The answer crosses the bus after the agent's call has ended.
      network_.scheduler.in(1, [this, errand, octets = std::move(octets)] {
        v1::Answer answer;
        if (errand != errand_ || !waiting_ || !answer.ParseFromString(octets)) return;
        waiting_ = false;
        ++counts_.answers;
        network_.scheduler.witness(octets.size());
        if (answer.refusal() == v1::ASK_NOT_SIGNED_IN) session.clear();
        std::exchange(then_, nullptr)(answer);
      });
    });
  network_.scheduler.in(5'000, [this, errand] {
    if (errand != errand_ || !waiting_) return;
    ++counts_.repeats;
    send();
  });
}

Workload::Workload(Network& network, std::vector<SimulatedClinic>& clinics)
    : network_(network), clinics_(clinics), random_(network.random.u64()) {
  for (std::size_t i = 0; i < clinics.size(); ++i) {
    auto at = std::make_unique<Staffed>();
    at->clinic = &clinics[i];
    at->point = network.points[i].get();
    at->check_in = std::make_unique<Person>(network, *at->point, "checkin-1", counts);
    at->survey = std::make_unique<Person>(network, *at->point, "survey-1", counts);
    at->reception = std::make_unique<Person>(network, *at->point, "reception-1", counts);
    for (std::size_t room = 0; room < clinics[i].rooms.size(); ++room)
      at->rooms.push_back(
          std::make_unique<Person>(network, *at->point, "room-" + std::to_string(room + 1), counts));
    staffed_.push_back(std::move(at));
  }
}

void Workload::begin(std::uint64_t until_ms) {
  until_ms_ = until_ms;
  for (auto& at : staffed_) {
    patients(*at);
    registrar(*at);
    for (std::size_t room = 0; room < at->rooms.size(); ++room) doctor(*at, room);
  }
  caller();
}

void Workload::later(std::uint64_t ms, std::function<void()> work) {
  network_.scheduler.in(ms, [this, work = std::move(work)] {
    if (network_.scheduler.now_ms() < until_ms_) work();
  });
}

bool Workload::working_hours() const {
  const std::uint64_t hour = network_.scheduler.now_ms() / 3'600'000 % 24;
  return hour >= 6 && hour < 15;
}

void Workload::tell(v1::EntityType type, const std::string& id, const char* by, bool safe) {
  if (auto uuid = Uuid::from_octets(id)) told_.push_back({{type, *uuid}, by, safe});
}

void Workload::tell_at_central(v1::EntityType type, const std::string& id, const char* by) {
  tell(type, id, by, !network_.standby || network_.keeping->status().in_step);
}

void Workload::sign_in(Person& person, const Uuid& practitioner) {
  v1::Ask ask;
  ask.mutable_sign_in()->set_practitioner(practitioner.to_octets());
  ask.mutable_sign_in()->set_pin("1234");
  person.ask(std::move(ask),
             [&person](const v1::Answer& answer) { person.session = answer.signed_in().session(); });
}

void Workload::patients(Staffed& at) {
  later(60'000 + random_.below(600'000), [this, &at] { patients(at); });
  if (!working_hours()) return;
  if (!at.survey->busy() && !at.codes.empty()) {
    v1::Ask ask;
    ask.mutable_answer_survey()->set_code(at.codes[random_.below(at.codes.size())]);
    v1::SurveyItem& item = *ask.mutable_answer_survey()->add_items();
    item.set_link_id("clear");
    item.set_value(1 + static_cast<std::uint32_t>(random_.below(5)));
    item.set_scale(5);
    at.survey->ask(std::move(ask), [this](const v1::Answer& answer) { counts.surveys += answer.has_done(); });
  }
  if (at.check_in->busy() || !at.point->node) return;
  const auto& state = at.point->node->state();
  // Somebody who has an appointment today, as central sees it; by pass or by phone. Or a walk-in.
  static const Zone zone = *Zone::named("Europe/Kyiv");
  const std::string day = zone.day(MachineClock::epoch_ms / 60'000 +
                                   static_cast<std::int64_t>(network_.scheduler.now_ms() / 60'000));
  const Octets here = at.clinic->point.to_octets();
  std::vector<std::pair<Uuid, const v1::Appointment*>> todays;
  if (network_.central)
    for (const Uuid& id : network_.central->state().appointments_of_day(day)) {
      const v1::Appointment& appointment = network_.central->state().appointments.find(id)->state;
      if (appointment.point() == here && !state.visit_of(id)) todays.emplace_back(id, &appointment);
    }
  v1::Ask ask;
  if (todays.empty() || random_.one_in(4)) {
    ask.mutable_walk_in()->set_service(at.clinic->services[random_.below(2)].to_octets());
  } else {
    const auto& [id, appointment] = todays[random_.below(todays.size())];
    const Uuid patient = *Uuid::from_octets(appointment->patient());
    const auto* known = state.patients.find(patient);
    if (known && random_.one_in(2)) {
      ask.mutable_check_in_by_phone()->set_phone(known->state.phone());
      ask.mutable_check_in_by_phone()->set_birth_date(known->state.birth_date());
    } else {
      ask.mutable_check_in_by_pass()->set_pass(id.to_text() + "/" + patient.to_text() + "/" +
                                               at.clinic->point.to_text() + "/" + day);
    }
  }
  at.check_in->ask(std::move(ask), [this, &at](const v1::Answer& answer) {
    if (!answer.has_checked_in()) return;
    ++counts.check_ins;
    tell(v1::VISIT, answer.checked_in().visit(), "check-in");
    tell(v1::TICKET, answer.checked_in().ticket(), "check-in");
    if (!answer.checked_in().survey_code().empty()) at.codes.push_back(answer.checked_in().survey_code());
    if (at.codes.size() > 20) at.codes.erase(at.codes.begin());
  });
}

void Workload::doctor(Staffed& at, std::size_t room) {
  later(30'000 + random_.below(240'000), [this, &at, room] { doctor(at, room); });
  Person& person = *at.rooms[room];
  if (!working_hours() || person.busy() || !at.point->node) return;
  if (person.session.empty()) return sign_in(person, at.clinic->doctors[room]);
  v1::Ask look;
  look.mutable_room()->set_room(at.clinic->rooms[room].to_octets());
  person.ask(std::move(look), [this, &at, &person, room](const v1::Answer& answer) {
    if (!answer.has_room()) return;
    v1::Ask act;
    const v1::StaffTicket& current = answer.room().current();
    if (!answer.room().has_current()) {
      act.mutable_call_next()->set_room(at.clinic->rooms[room].to_octets());
    } else if (current.status() == v1::TICKET_SERVING) {
      if (random_.one_in(8)) {
        act.mutable_transfer()->set_ticket(current.id());
        act.mutable_transfer()->set_service(at.clinic->services[random_.below(2)].to_octets());
      } else {
        act.mutable_finish()->set_ticket(current.id());
      }
    } else if (random_.one_in(4)) {
      if (random_.one_in(2))
        act.mutable_call_again()->set_ticket(current.id());
      else
        act.mutable_skip()->set_ticket(current.id());
    } else {
      act.mutable_serve()->set_ticket(current.id());
    }
    person.ask(act, [this, act](const v1::Answer& done) {
      if (!done.has_done()) return;
      counts.calls += act.has_call_next();
      counts.finished += act.has_finish();
    });
  });
}

void Workload::registrar(Staffed& at) {
  later((120'000 + random_.below(900'000)) / hurry_, [this, &at] { registrar(at); });
  Person& person = *at.reception;
  if (!working_hours() || person.busy() || !at.point->node || at.clinic->shifts_today.empty()) return;
  if (person.session.empty()) return sign_in(person, at.clinic->registrar);
  const auto& state = at.point->node->state();
  const Uuid shift = at.clinic->shifts_today[random_.below(at.clinic->shifts_today.size())];
  v1::Ask ask;
  switch (random_.below(8)) {
    case 0:
      ask.mutable_return_minutes()->set_shift(shift.to_octets());
      break;
    case 1: {
      std::vector<Uuid> mine;
      for (const auto& [id, row] : state.appointments.rows())
        if (row.state.status() == v1::APPOINTMENT_BOOKED && !state.visit_of(id)) mine.push_back(id);
      if (mine.empty()) return;
      ask.mutable_cancel()->set_appointment(mine[random_.below(mine.size())].to_octets());
      break;
    }
    default: {
      if (state.patients.rows().empty()) return;
      auto patient = state.patients.rows().begin();
      std::advance(patient, static_cast<long>(random_.below(state.patients.rows().size())));
      const auto* row = state.shifts.find(shift);
      if (!row) return;
      v1::Book& book = *ask.mutable_book();
      book.set_patient(patient->first.to_octets());
      book.set_shift(shift.to_octets());
      book.set_service(at.clinic->services[0].to_octets());
      book.set_minute(row->state.from().minute() + static_cast<std::int64_t>(random_.below(470)));
      book.set_minutes(1 + static_cast<std::uint32_t>(random_.below(20)));
    }
  }
  counts.booking_attempts += ask.has_book();
  person.ask(ask, [this, ask](const v1::Answer& answer) {
    counts.returned += ask.has_return_minutes() && answer.has_done();
    counts.bookings_granted += ask.has_book() && answer.has_booked() && !answer.booked().requested();
    counts.bookings_asked += ask.has_book() && answer.has_booked() && answer.booked().requested();
    counts.bookings_refused += ask.has_book() && !answer.has_booked();
    if (!answer.has_booked()) return;
    counts.cancelled += ask.has_cancel();
    if (answer.booked().requested()) {
      ++counts.requests;
      tell(v1::REQUEST, answer.booked().request(), "request at a point");
    } else {
      counts.booked_at_points += ask.has_book();
      tell(v1::APPOINTMENT, answer.booked().appointment(), "booking at a point");
    }
  });
}

void Workload::caller() {
  later((60'000 + random_.below(400'000)) / hurry_, [this] { caller(); });
  if (!working_hours() || !network_.central) return;
  SimulatedClinic& clinic = clinics_[random_.below(clinics_.size())];
  if (clinic.shifts_today.empty()) return;
  central::CentralNode& central = *network_.central;
  const Uuid shift = clinic.shifts_today[random_.below(clinic.shifts_today.size())];
  const auto* row = central.state().shifts.find(shift);
  if (!row) return;
  if (random_.one_in(8)) {
    // Ask the point for some of its minutes.
    const std::int64_t first = row->state.from().minute() + static_cast<std::int64_t>(random_.below(400));
    if (auto asked = central.scheduling().recall(shift, MinuteSet(Minutes{first, first + 60}), central.self(),
                                                 v1::PROOF_NONE, central.now())) {
      ++counts.recalled;
      central.write(asked->drafts, [this, request = asked->request] {
        tell_at_central(v1::REQUEST, request.to_octets(), "recall at central");
      });
    }
    return;
  }
  if (random_.one_in(6)) {
    // Give the point more of what central still holds.
    MinuteSet free = central.state().book(shift).free();
    if (free.empty()) return;
    const Minutes stretch = free.stretches()[random_.below(free.stretches().size())];
    return lease(network_, shift, {stretch.first, stretch.first + (stretch.count() + 1) / 2});
  }
  const std::int64_t minute = row->state.from().minute() + static_cast<std::int64_t>(random_.below(470));
  ++counts.booking_attempts;
  central.book({.patient = clinic.patients[random_.below(clinic.patients.size())],
                .shift = shift,
                .service = clinic.services[random_.below(2)],
                .minute = minute,
                .minutes = 1 + static_cast<std::uint32_t>(random_.below(20))},
               central.self(), v1::PROOF_NONE, [this](central::Scheduled<central::Booking> booking) {
                 if (!booking) {
                   ++counts.bookings_refused;
                 } else if (booking->requested) {
                   ++counts.requests;
                   ++counts.bookings_asked;
                   tell_at_central(v1::REQUEST, booking->request.to_octets(), "request at central");
                 } else {
                   ++counts.booked_at_central;
                   ++counts.bookings_granted;
                   tell_at_central(v1::APPOINTMENT, booking->appointment.to_octets(), "booking at central");
                 }
               });
}

}  // namespace feldsher::simulation
