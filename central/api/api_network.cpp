#include "central/api/api.hpp"
#include "central/api/json_views.hpp"
#include "central/commands/clinic_load.hpp"

namespace feldsher::central {

namespace json = boost::json;

namespace {

/// When it ends, and in how many whole days; null for none.
json::value certificate(std::optional<std::int64_t> ends_s, std::int64_t now_s) {
  constexpr std::int64_t day_s = 86'400;
  if (!ends_s) return nullptr;
  return json::object{{"ends", utc_text(*ends_s * 1000)}, {"days_left", (*ends_s - now_s) / day_s}};
}

}  // namespace

Api::Limit Api::read_limit(RouteInput& in) { return {in.query_count("limit", 100, 1000)}; }

Api::ClinicInput Api::read_clinic_text(RouteInput& in) { return {in.body()}; }

void Api::points(Nothing, const Caller&, Reply reply) {
  json::array all;
  for (const PointStatus& status : world_.node.points())
    if (const auto* row = world_.node.state().points.find(status.point.uuid))
      all.push_back(to_json(status, row->state));
  reply(Answer{.status = 200, .body = std::move(all)});
}

void Api::accept_older_disk(ById input, const Caller& caller, Reply reply) {
  const auto* row = world_.node.state().points.find(input.id);
  const auto node = row ? NodeId::from_octets(row->state.node()) : std::nullopt;
  if (!node) return reply(Refused{Refusal::not_found});
  if (caller.actor.kind() != v1::ACTOR_STAFF) return reply(Refused{Refusal::no_person});
  world_.node.accept_older_disk(*node, caller.actor, v1::PROOF_TOKEN, [reply, id = input.id] {
    reply(Answer{.status = 200, .body = json::object{{"point", id.to_text()}, {"accepted", true}}});
  });
}

void Api::status(Nothing, const Caller&, Reply reply) {
  const Metrics::Now now = world_.now();
  const std::int64_t now_s = world_.node.now().wall_ms / 1000;
  reply(Answer{.status = 200,
               .body = json::object{{"intake", now.intake},
                                    {"backlog", now.backlog},
                                    {"connections", now.connections},
                                    {"keys", now.unsealed ? "unsealed" : "sealed"},
                                    {"disk",
                                     {{"class", words_of(now.disk)},
                                      {"free_octets", now.disk_space.free},
                                      {"total_octets", now.disk_space.total},
                                      {"reserve", now.disk_reserve},
                                      {"takes_readings", takes_readings(now.disk)}}},
                                    {"disk_fault_before", now.disk_fault_before},
                                    {"certificates",
                                     {{"doors", certificate(now.certificate_ends_s, now_s)},
                                      {"standby", certificate(now.standby_certificate_ends_s, now_s)}}},
                                    {"standby", to_json(now.standby)}}});
}

void Api::rebuild_views(Nothing, const Caller&, Reply reply) {
  // Central answers at once: a journal of years takes longer than anybody waits for an answer.
  reply(Answer{.status = 202, .body = json::object{{"begun", world_.rebuild()}}});
}

void Api::incidents(Limit input, const Caller&, Reply reply) {
  world_.history.incidents(input.limit, [reply](std::vector<IncidentView> found) {
    json::array all;
    for (const auto& incident : found) all.push_back(to_json(incident));
    reply(Answer{.status = 200, .body = std::move(all)});
  });
}

void Api::clinic(ClinicInput input, const Caller& caller, Reply reply) {
  struct Work {
    ClinicFile file;
    PinVerifiers present, verifiers;
  };
  auto work = std::make_shared<Work>();
  work->present = present_verifiers(world_.node.state());
  world_.crypto(
      [work, text = std::move(input.text), random = &world_.node.random()] {
        work->file = read_clinic(text);
        work->verifiers = make_verifiers(work->file, work->present, *random);
      },
      [this, work, actor = caller.actor, reply](std::exception_ptr thrown) {
        try {
          if (thrown) std::rethrow_exception(thrown);
          const LoadBy by{.actor = actor, .proof = v1::PROOF_TOKEN, .now = world_.node.now()};
          const LoadMaterial material{
              .file = work->file, .verifiers = work->verifiers, .pass_key = world_.pass_key};
          const LoadPlan plan = plan_load(world_.node, material, by);
          json::object written;
          for (const auto& [what, count] : plan.written) written[what] = count;
          write_load(world_.node, plan, [reply, written = std::move(written)] {
            reply(Answer{.status = 200, .body = json::object{{"written", written}}});
          });
        } catch (const BadInput& bad) {
          reply(Refused{Refusal::malformed, bad.what()});
        }
      });
}

}  // namespace feldsher::central
