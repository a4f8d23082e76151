#include "central/api/api.hpp"

namespace feldsher::central {

template <class Input>
void Api::route(const char* method, const char* pattern, Input (*read)(RouteInput&),
                void (Api::*act)(Input, const Caller&, Reply), Scope scope) {
  routes_.add<Input>({.method = method, .pattern = pattern, .scope = scope}, read,
                     [this, act](Input input, const Caller& caller, Reply reply) {
                       if (caller.once)
                         if (auto before = once_.before(*caller.once, world_.node.now().wall_ms))
                           return reply(*before);
                       (this->*act)(std::move(input), caller, std::move(reply));
                     });
}

Api::Api(ApiWorld world)
    : world_(std::move(world)),
      once_(world_.once),
      routes_(
          [this](std::string_view text) -> std::optional<Caller> {
            const auto token = world_.tokens.find(text);
            if (!token) return std::nullopt;
            return Caller{.actor = token->actor(), .kind = token->kind};
          },
          [this](const std::string& route, int status) { world_.metrics.request(route, status); }) {
  constexpr auto nothing = +[](RouteInput&) { return Nothing{}; };
  constexpr auto id = +[](RouteInput& in) { return ById{in.path_id("id")}; };

  routes_.add_page({.method = "GET", .pattern = "/healthz", .scope = Scope::anybody},
                   [this] { return health(); });
  routes_.add_page({.method = "GET", .pattern = "/metrics", .scope = Scope::system},
                   [this] { return metrics_page(); });

  route("GET", "/api/v1/points", nothing, &Api::points);
  route("GET", "/api/v1/status", nothing, &Api::status);
  route("POST", "/api/v1/views/rebuild", nothing, &Api::rebuild_views, Scope::system);
  route("GET", "/api/v1/incidents", read_limit, &Api::incidents);
  route("POST", "/api/v1/clinic", read_clinic_text, &Api::clinic, Scope::system);
  route("POST", "/api/v1/access", read_access, &Api::access, Scope::system);

  route("GET", "/api/v1/patients", read_patient_search, &Api::patients);
  route("GET", "/api/v1/patients/{id}", id, &Api::patient);
  route("GET", "/api/v1/patients/{id}/history", id, &Api::patient_history);
  route("POST", "/api/v1/patients/{id}/archive", id, &Api::archive_patient);
  route("POST", "/api/v1/patients/{id}/restore", id, &Api::restore_patient);

  route("GET", "/api/v1/departments", read_point, &Api::departments);
  route("GET", "/api/v1/rooms", read_point, &Api::rooms);
  route("GET", "/api/v1/services", read_point, &Api::services);
  route("GET", "/api/v1/practitioners", read_point, &Api::practitioners);
  route("GET", "/api/v1/shifts", read_day, &Api::shifts);
  route("POST", "/api/v1/shifts/{id}/lease", read_minutes, &Api::lease);
  route("POST", "/api/v1/shifts/{id}/recall", read_minutes, &Api::recall);
  route("POST", "/api/v1/shifts/{id}/break-lease", id, &Api::break_lease);
  route("POST", "/api/v1/points/{id}/accept-older-disk", id, &Api::accept_older_disk);
  route("GET", "/api/v1/appointments", read_day, &Api::appointments);
  route("POST", "/api/v1/appointments", read_booking, &Api::book);
  route("GET", "/api/v1/appointments/{id}", id, &Api::appointment);
  route("POST", "/api/v1/appointments/{id}/cancel", id, &Api::cancel);
  route("GET", "/api/v1/requests/{id}", id, &Api::request);
  route("GET", "/api/v1/tasks", read_tasks, &Api::tasks);
  route("POST", "/api/v1/tasks/{id}/complete", id, &Api::complete_task);

  route("GET", "/api/v1/erasures", nothing, &Api::erasures);
  route("POST", "/api/v1/erasures", read_erasure, &Api::propose_erasure);
  route("POST", "/api/v1/erasures/{id}/order", id, &Api::order_erasure);

  route("GET", "/api/v1/decommissions", nothing, &Api::decommissions);
  route("POST", "/api/v1/decommissions", read_decommission, &Api::propose_decommission);
  route("POST", "/api/v1/decommissions/{id}/order", id, &Api::order_decommission);

  route("GET", "/api/v1/readings", read_readings, &Api::readings);
  route("GET", "/api/v1/readings/blocks", read_readings, &Api::reading_blocks);
  route("GET", "/api/v1/readings/hours", read_readings, &Api::reading_hours);
}

HttpResponse Api::health() const {
  return {.status = 200, .content_type = "application/json", .body = R"({"status":"ok"})"};
}

HttpResponse Api::metrics_page() const {
  return {.status = 200,
          .content_type = "text/plain; version=0.0.4; charset=utf-8",
          .body = world_.metrics.text(now())};
}

void Api::write(const std::vector<Draft>& drafts, const Caller& caller, Reply reply,
                std::function<Answer()> render) {
  auto answer = std::make_shared<Answer>();
  world_.node.write(
      drafts,
      [this, answer, once = caller.once, reply = std::move(reply)] {
        if (once) once_.durable(*once);
        reply(*answer);
      },
      [this, answer, once = caller.once, render = std::move(render)] {
        *answer = render();
        std::map<std::string, Octets> values;
        if (once) values.insert(once_.keep(*once, *answer, world_.node.now().wall_ms));
        return values;
      });
}

void Api::disclose(const std::vector<Uuid>& patients, const char* where, const Caller& caller,
                   std::function<void()> then) {
  std::vector<Draft> drafts;
  for (const Uuid& patient : std::set<Uuid>(patients.begin(), patients.end())) {
    if (patient.is_nil()) continue;
    v1::Disclosure disclosure;
    disclosure.set_patient(patient.to_octets());
    disclosure.set_where(where);
    Draft& draft = drafts.emplace_back();
    draft.actor = caller.actor;
    draft.proof = v1::PROOF_TOKEN;
    draft.subject = {v1::DISCLOSURE, world_.node.random().uuid_v7(world_.node.now().wall_ms)};
    draft.verb = v1::READ;
    draft.message = disclosure.SerializeAsString();
  }
  if (drafts.empty()) return then();
  world_.node.write(drafts, std::move(then));
}

}  // namespace feldsher::central
