#include "central/api/api.hpp"
#include "central/api/json_views.hpp"

namespace feldsher::central {

namespace json = boost::json;

Api::PatientSearch Api::read_patient_search(RouteInput& in) {
  PatientSearch search{
      .typed = in.query("query").value_or(""), .archived = false, .limit = in.query_count("limit", 50, 200)};
  if (search.typed.size() > 200) throw BadInput("query", "longer than 200 octets");
  const std::string archived = in.query("archived").value_or("false");
  if (archived != "true" && archived != "false") throw BadInput("archived", "true or false is expected");
  search.archived = archived == "true";
  return search;
}

void Api::patients(PatientSearch input, const Caller& caller, Reply reply) {
  auto tell = [this, caller, reply](std::vector<PatientView> found) {
    std::vector<Uuid> shown;
    json::array all;
    for (const auto& patient : found) {
      shown.push_back(patient.id);
      all.push_back(to_json(patient));
    }
    disclose(shown, "api/patients", caller,
             [reply, all = std::move(all)] { reply(Answer{.status = 200, .body = all}); });
  };
  world_.history.patients(input.typed, input.archived, input.limit, std::move(tell));
}

Refused Api::absent(const Uuid& patient) const {
  const Uuid* erasure = world_.node.state().erasure_of(patient);
  return erasure ? Refused{Refusal::erased, "order " + erasure->to_text()} : Refused{Refusal::not_found};
}

void Api::patient(ById input, const Caller& caller, Reply reply) {
  world_.history.patient(input.id, [this, caller, reply, id = input.id](std::optional<PatientView> found) {
    if (!found) return reply(absent(id));
    disclose({found->id}, "api/patient", caller,
             [reply, patient = to_json(*found)] { reply(Answer{.status = 200, .body = patient}); });
  });
}

void Api::patient_history(ById input, const Caller& caller, Reply reply) {
  const NetworkState& state = world_.node.state();
  if (!state.patients.find(input.id) && !state.erasure_of(input.id)) return reply(absent(input.id));
  // The reading is in the history that it shows.
  disclose({input.id}, "api/history", caller, [this, id = input.id, reply] {
    world_.history.history(id, [this, reply](std::vector<HistoryEntry> entries) {
      json::array all;
      for (const auto& entry : entries) {
        json::object shown = to_json(entry);
        if (const Uuid* erasure =
                entry.message ? nullptr : world_.node.state().erasure_that_names(entry.subject))
          shown["erased_by"] = erasure->to_text();
        all.push_back(std::move(shown));
      }
      reply(Answer{.status = 200, .body = std::move(all)});
    });
  });
}

}  // namespace feldsher::central
