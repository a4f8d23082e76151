#include "central/commands/act.hpp"

#include <boost/json/serialize.hpp>

#include "central/commands/show.hpp"

namespace feldsher::central {
namespace {

namespace json = boost::json;

std::string address(const char* of, const std::string& id, const char* act) {
  return std::string("/api/v1/") + of + "/" + escape_query(id) + "/" + act;
}

/// What became of an appointment, or that its point was asked.
void show_booking(const LookWish& wish, const json::value& answer, std::ostream& out) {
  if (answer.as_object().contains("requested"))
    return say(wish, answer,
               "Its point holds the minutes and was asked. Its answer: feldsher-central request " +
                   cell(answer.at("request")),
               out);
  show(wish, wish.json ? answer : json::array{answer},
       {{"FROM", "from"}, {"MINUTES", "minutes"}, {"STATUS", "status"}, {"PATIENT", "patient"}, {"ID", "id"}},
       out);
}

std::string json_of(const MinutesWish& minutes) {
  return json::serialize(json::object{{"from", minutes.from}, {"until", minutes.until}});
}

}  // namespace

void archive_patient(const LookWish& wish, const std::string& patient, std::ostream& out) {
  say(wish, client(wish).post(address("patients", patient, "archive"), ""),
      "Archived: in no list and at no point. All that was written stays; back with: feldsher-central "
      "unarchive " +
          patient,
      out);
}

void unarchive_patient(const LookWish& wish, const std::string& patient, std::ostream& out) {
  say(wish, client(wish).post(address("patients", patient, "restore"), ""),
      "Restored: in lists, and at the points that care for them.", out);
}

void book(const LookWish& wish, const BookWish& booking, std::ostream& out) {
  json::object body{{"patient", booking.patient},
                    {"shift", booking.shift},
                    {"service", booking.service},
                    {"from", booking.from}};
  if (booking.minutes != 0) body["minutes"] = booking.minutes;
  show_booking(wish, client(wish).post("/api/v1/appointments", json::serialize(body)), out);
}

void cancel(const LookWish& wish, const std::string& appointment, std::ostream& out) {
  show_booking(wish, client(wish).post(address("appointments", appointment, "cancel"), ""), out);
}

void lease(const LookWish& wish, const MinutesWish& minutes, std::ostream& out) {
  say(wish, client(wish).post(address("shifts", minutes.shift, "lease"), json_of(minutes)),
      "Leased: the point books there by itself.", out);
}

void recall(const LookWish& wish, const MinutesWish& minutes, std::ostream& out) {
  const json::value asked = client(wish).post(address("shifts", minutes.shift, "recall"), json_of(minutes));
  say(wish, asked,
      "The point was asked to give back what is free of them. Its answer: feldsher-central request " +
          cell(asked.at("request")),
      out);
}

void look_at_request(const LookWish& wish, const std::string& request, std::ostream& out) {
  json::value found = ask(wish, "/api/v1/requests/" + escape_query(request));
  if (!wish.json) found.as_object().emplace("outcome", nullptr);
  show(wish, wish.json ? found : json::array{found},
       {{"KIND", "kind"},
        {"STATUS", "status"},
        {"OUTCOME", "outcome"},
        {"APPOINTMENT", "appointment"},
        {"ID", "id"}},
       out);
}

}  // namespace feldsher::central
