#include "kiosk/gallery/pretend_desk.hpp"

#include <array>

namespace feldsher::kiosk {
namespace {

constexpr std::int64_t morning_ms = 1'795'333'380'000;  // 2026-11-22T09:43 in Kyiv

struct ServiceWords {
  const char *letter, *icon, *uk, *ru, *en;
};
constexpr std::array services{
    ServiceWords{"A", "stethoscope", "Сімейний лікар", "Терапевт", "General practitioner"},
    ServiceWords{"B", "drop", "Аналізи крові", "Анализы крови", "Blood tests"},
    ServiceWords{"E", "heart", "Кардіолог і ЕКГ", "Кардиолог и ЭКГ", "Cardiologist and ECG"},
    ServiceWords{"K", "child", "Педіатр", "Педиатр", "Children's doctor"},
    ServiceWords{"M", "bandage", "Перевʼязка", "Перевязка", "Wound dressing"},
    ServiceWords{"H", "syringe", "Щеплення", "Прививка", "Vaccination"},
    ServiceWords{"O", "eye", "Офтальмолог", "Офтальмолог", "Eye doctor"},
    ServiceWords{"T", "tooth", "Стоматолог", "Стоматолог", "Dentist"},
};

v1::LocalText service_name(std::size_t i) { return text_of(services[i].uk, services[i].ru, services[i].en); }

struct PersonWords {
  const char *uk, *ru, *en;
  v1::Role role;
};
constexpr std::array people{
    PersonWords{"Ганна Мельник", "Анна Мельник", "Hanna Melnyk", v1::DOCTOR},
    PersonWords{"Тарас Шульга", "Тарас Шульга", "Taras Shulha", v1::DOCTOR},
    PersonWords{"Ірина Олександрівна Бондаренко", "Ирина Александровна Бондаренко", "Iryna Bondarenko",
                v1::DOCTOR},
    PersonWords{"Оксана Ткач", "Оксана Ткач", "Oksana Tkach", v1::REGISTRAR},
    PersonWords{"Лідія Приходько", "Лидия Приходько", "Lidiia Prykhodko", v1::REGISTRAR},
};

std::string id_of(std::size_t kind, std::size_t i) {
  std::string id(16, '\x01');
  id[14] = static_cast<char>(kind);
  id[15] = static_cast<char>(i + 1);
  return id;
}

v1::CheckedIn checked_in(const PretendDesk& desk, bool walk_in) {
  v1::CheckedIn out;
  out.set_ticket_label(walk_in ? "B027" : "A014");
  out.set_survey_code("482913");
  *out.mutable_service() = service_name(walk_in ? 1 : 0);
  out.set_waiting_before(walk_in ? 5 : 2);
  out.set_instead_of(desk.instead_of);
  if (!walk_in) {
    out.set_room_label("12");
    out.set_civil("09:50");
    *out.mutable_practitioner() = text_of(people[0].uk, people[0].ru, people[0].en);
    out.set_given_name(desk.language == "en" ? "Olena" : desk.language == "ru" ? "Елена" : "Олена");
    out.set_family_initial(desk.language == "en" ? "K." : "К.");
  } else {
    out.add_preparation("fasting");
    out.add_preparation("documents");
  }
  return out;
}

v1::ReceptionLine line(std::size_t i, const std::string& civil, const std::string& name, std::size_t service,
                       v1::VisitStatus visit) {
  v1::ReceptionLine out;
  if (!civil.empty()) out.set_appointment(id_of(5, i));
  out.set_civil(civil);
  out.set_patient_name(name);
  *out.mutable_service() = service_name(service);
  out.set_room_label(service % 2 ? "3" : "12");
  *out.mutable_practitioner() =
      text_of(people[service % 3].uk, people[service % 3].ru, people[service % 3].en);
  out.set_visit(visit);
  out.set_status(v1::APPOINTMENT_BOOKED);
  return out;
}

}  // namespace

v1::LocalText text_of(const std::string& uk, const std::string& ru, const std::string& en) {
  v1::LocalText text;
  const std::array pairs{std::pair{"uk", uk}, std::pair{"ru", ru}, std::pair{"en", en}};
  for (const auto& [language, words] : pairs) {
    auto* one = text.add_translations();
    one->set_language(language);
    one->set_text(words);
  }
  return text;
}

v1::StaffTicket staff_ticket(const std::string& label, v1::TicketStatus status, v1::Priority priority,
                             const std::string& patient) {
  v1::StaffTicket ticket;
  ticket.set_id(id_of(4, static_cast<std::size_t>(label.back())));
  ticket.set_label(label);
  *ticket.mutable_service() = service_name(label.front() == 'B' ? 1 : 0);
  ticket.set_priority(priority);
  ticket.set_status(status);
  ticket.set_patient_name(patient);
  ticket.set_waited_minutes(12);
  return ticket;
}

PretendDesk::PretendDesk(std::string of_language) : language(std::move(of_language)) {
  room.set_room_label("12");
  room.set_ready(true);
  room.set_served_today(7);
  *room.add_waiting() = staff_ticket("A015", v1::TICKET_WAITING, v1::PRIORITY_APPOINTMENT, "Петро Г.");
  room.mutable_waiting(0)->set_civil("10:00");
  *room.add_waiting() = staff_ticket("A018", v1::TICKET_WAITING, v1::PRIORITY_INFANT, "Марія Л.");
  *room.add_waiting() = staff_ticket("A016", v1::TICKET_WAITING, v1::PRIORITY_ORDINARY, "");
  reception.set_day("2026-11-22");
  reception.set_open_requests(1);
  const std::array names{"Коваль Олена Андріївна", "Гончар Петро",    "Лисенко Марія", "Бойко Степан",
                         "Кравченко Надія",        "Ткаченко Віктор", "Поліщук Ірина", "Савченко Лев",
                         "Мороз Дарина",           "Руденко Іван"};
  const std::array times{"09:10", "09:20", "09:30", "09:40", "09:50",
                         "10:00", "10:10", "10:20", "10:30", "10:40"};
  for (std::size_t i = 0; i < names.size(); ++i) {
    const auto visit = i == 0   ? v1::VISIT_FINISHED
                       : i == 1 ? v1::VISIT_IN_PROGRESS
                       : i == 2 ? v1::VISIT_ARRIVED
                       : i == 3 ? v1::VISIT_ABSENT
                                : v1::VISIT_UNSPECIFIED;
    auto one = line(i, times[i], names[i], i % services.size(), visit);
    if (i == 1)
      *one.mutable_ticket() = staff_ticket("A011", v1::TICKET_SERVING, v1::PRIORITY_APPOINTMENT, names[i]);
    if (i == 2)
      *one.mutable_ticket() = staff_ticket("A012", v1::TICKET_WAITING, v1::PRIORITY_INFANT, names[i]);
    if (i == 5) one.set_requested(true);
    *reception.add_lines() = one;
  }
  auto walk_in = line(20, "", "", 1, v1::VISIT_ARRIVED);
  *walk_in.mutable_ticket() = staff_ticket("B027", v1::TICKET_WAITING, v1::PRIORITY_FRAIL, "");
  *reception.add_lines() = walk_in;
  point.set_connected(false);
  point.set_acts_unsynced(14);
  point.set_wall_ms(morning_ms);
  point.set_oldest_unsynced_ms(morning_ms - 22 * 60'000);
  point.set_schedule_as_of_ms(morning_ms - 25 * 60'000);
  point.set_zone("Europe/Kyiv");
}

v1::Catalogue PretendDesk::catalogue() const {
  v1::Catalogue out;
  *out.mutable_point_name() =
      text_of("Клініка на Набережній", "Клиника на Набережной", "Clinic on the Embankment");
  out.set_zone("Europe/Kyiv");
  for (std::size_t i = 0; i < services.size() && i < static_cast<std::size_t>(services_offered); ++i) {
    auto* one = out.add_services();
    one->set_id(id_of(1, i));
    *one->mutable_service()->mutable_name() = service_name(i);
    one->mutable_service()->set_letter(services[i].letter);
    one->mutable_service()->set_icon(services[i].icon);
    one->mutable_service()->set_walk_in(true);
  }
  for (std::size_t i = 0; i < people.size(); ++i) {
    auto* one = out.add_people();
    one->set_id(id_of(2, i));
    *one->mutable_name() = text_of(people[i].uk, people[i].ru, people[i].en);
    one->add_roles(people[i].role);
  }
  auto* one = out.add_rooms();
  one->set_id(id_of(3, 0));
  one->mutable_room()->set_label("12");
  return out;
}

v1::BoardSnapshot PretendDesk::board() const {
  v1::BoardSnapshot out;
  out.set_agent_boot(1);
  out.set_version(1);
  *out.mutable_point_name() = catalogue().point_name();
  out.set_zone("Europe/Kyiv");
  const auto add = [](auto* list, const char* label, const char* room_label, v1::TicketStatus status) {
    auto* ticket = list->Add();
    ticket->set_label(label);
    ticket->set_room_label(room_label);
    ticket->set_status(status);
    ticket->set_call(1);
  };
  add(out.mutable_called(), "A014", "12", v1::TICKET_CALLED);
  add(out.mutable_called(), "E003", "4A", v1::TICKET_CALLED);
  add(out.mutable_serving(), "B021", "3", v1::TICKET_SERVING);
  add(out.mutable_serving(), "K008", "7", v1::TICKET_SERVING);
  for (const char* label :
       {"A015", "A018", "B027", "A016", "E004", "B028", "K009", "M002", "B029", "A019", "H001"})
    add(out.mutable_waiting(), label, "", v1::TICKET_WAITING);
  return out;
}

v1::Pulse PretendDesk::pulse() const {
  v1::Pulse out;
  out.set_agent_boot(1);
  out.set_version(1);
  out.set_connected(connected);
  out.set_wall_ms(morning_ms);
  out.set_clock_unset(clock_unset);
  return out;
}

v1::Answer PretendDesk::answer(const v1::Ask& ask) const {
  v1::Answer out;
  out.set_ask(ask.id());
  if (ask.has_catalogue()) {
    *out.mutable_catalogue() = catalogue();
    return out;
  }
  const bool for_a_view = ask.has_room() || ask.has_reception() || ask.has_point();
  if (refuse != v1::ASK_GRANTED && !for_a_view) {
    out.set_refusal(refuse);
    out.set_retry_after_s(retry_after_s);
    return out;
  }
  switch (ask.act_case()) {
    case v1::Ask::kCheckInByPass:
    case v1::Ask::kCheckInByPhone:
    case v1::Ask::kMarkPresent:
      *out.mutable_checked_in() = checked_in(*this, walk_in_ticket);
      break;
    case v1::Ask::kWalkIn:
      *out.mutable_checked_in() = checked_in(*this, true);
      break;
    case v1::Ask::kOpenSurvey: {
      auto* survey = out.mutable_survey();
      *survey->mutable_service() = service_name(0);
      const std::array questions{
          text_of("Чи все було зрозуміло?", "Всё ли было понятно?", "Was everything clear?"),
          text_of("Чи була розмова з лікарем корисною?", "Был ли разговор с врачом полезен?",
                  "Was the talk with the doctor useful?"),
          text_of("Чи порадите ви нас близьким?", "Посоветуете ли вы нас близким?",
                  "Would you recommend us to your family?")};
      for (std::size_t i = 0; i < questions.size(); ++i) {
        auto* question = survey->mutable_survey()->add_questions();
        question->set_link_id("q" + std::to_string(i));
        *question->mutable_text() = questions[i];
        question->set_scale(i == 0 ? survey_scale : i == 1 ? 5 : 11);
      }
      break;
    }
    case v1::Ask::kSignIn: {
      auto* who = out.mutable_signed_in();
      who->set_session(std::string(16, 's'));
      who->set_lock_after_s(900);
      const auto known = catalogue();
      for (const auto& one : known.people())
        if (one.id() == ask.sign_in().practitioner()) *who->mutable_name() = one.name();
      break;
    }
    case v1::Ask::kRoom:
      *out.mutable_room() = room;
      break;
    case v1::Ask::kReception:
      *out.mutable_reception() = reception;
      break;
    case v1::Ask::kPoint:
      *out.mutable_point() = point;
      break;
    default:
      out.mutable_done();
      break;
  }
  return out;
}

}  // namespace feldsher::kiosk
