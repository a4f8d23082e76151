#include <algorithm>

#include "central/access/credentials.hpp"
#include "central/access/own_renewal.hpp"
#include "central/api/api.hpp"
#include "central/api/json_views.hpp"
#include "central/commands/clinic_load.hpp"
#include "protocol/clinic/recent_incidents.hpp"

namespace feldsher::central {

namespace json = boost::json;

namespace {

/// When it ends, and in how many whole days; null for none.
json::value certificate(std::optional<std::int64_t> ends_s, std::int64_t now_s) {
  constexpr std::int64_t day_s = 86'400;
  if (!ends_s) return nullptr;
  return json::object{{"ends", utc_text(*ends_s * 1000)}, {"days_left", (*ends_s - now_s) / day_s}};
}

std::optional<std::int64_t> found(const std::map<PointId, std::int64_t>& all, PointId point) {
  const auto at = all.find(point);
  return at == all.end() ? std::nullopt : std::optional(at->second);
}

/// Lines that were not renewed by themselves: each point's name with its certificate.
json::array lines_near_their_end(const NetworkState& state, const Metrics::Now& now, std::int64_t now_s) {
  json::array all;
  for (const auto& [point, ends_s] : now.line_certificates_end_s) {
    const auto* row = state.points.find(point.uuid);
    if (!row || ends_s - now_s >= worth_a_warning_s) continue;
    json::object line = certificate(ends_s, now_s).as_object();
    line["short_name"] = row->state.short_name();
    all.push_back(std::move(line));
  }
  return all;
}

json::value backup(const std::optional<LastBackup>& last, std::int64_t now_ms) {
  constexpr std::int64_t hour_ms = 3'600'000;
  if (!last) return nullptr;
  return json::object{{"made", utc_text(last->made_ms)},
                      {"age_hours", (now_ms - last->made_ms) / hour_ms},
                      {"records", last->records}};
}

/// How many of the last days, of so many as were asked for, and the newest of them.
json::object recent(const std::vector<IncidentView>& newest_first, std::int64_t now_ms) {
  const auto older = std::find_if(newest_first.begin(), newest_first.end(), [&](const IncidentView& each) {
    return !is_recent_incident(each.at_ms, now_ms);
  });
  json::object about{
      {"days", recent_incident_days}, {"count", older - newest_first.begin()}, {"newest", nullptr}};
  if (older != newest_first.begin()) about["newest"] = to_json(newest_first.front());
  return about;
}

}  // namespace

Metrics::Now Api::now() const {
  const NetworkState& state = world_.node.state();
  Metrics::Now now = world_.now();
  now.standby_certificate_ends_s = standby_certificate_ends_s(state);
  now.line_certificates_end_s = line_certificates_end_s(state);
  const auto& tasks = state.tasks.rows();
  now.open_tasks = static_cast<std::size_t>(std::count_if(tasks.begin(), tasks.end(), [](const auto& task) {
    return task.second.state.status() == v1::TASK_REQUESTED;
  }));
  return now;
}

Api::Limit Api::read_limit(RouteInput& in) { return {in.query_count("limit", 100, 1000)}; }

Api::ClinicInput Api::read_clinic_text(RouteInput& in) { return {in.body()}; }

void Api::points(Nothing, const Caller&, Reply reply) {
  json::array all;
  const std::int64_t now_s = world_.node.now().wall_ms / 1000;
  const auto ends_s = line_certificates_end_s(world_.node.state());
  for (const PointStatus& status : world_.node.points())
    if (const auto* row = world_.node.state().points.find(status.point.uuid)) {
      json::object point = to_json(status, row->state);
      point["certificate"] = certificate(found(ends_s, status.point), now_s);
      all.push_back(std::move(point));
    }
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
  const Metrics::Now now = this->now();
  const std::int64_t now_s = world_.node.now().wall_ms / 1000;
  json::object about{{"intake", now.intake},
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
                       {"standby", certificate(now.standby_certificate_ends_s, now_s)},
                       {"lines", lines_near_their_end(world_.node.state(), now, now_s)}}},
                     {"standby", to_json(now.standby)},
                     {"backup", backup(now.backup, now_s * 1000)},
                     {"open_tasks", now.open_tasks}};
  world_.history.incidents(1000, [about = std::move(about), now_ms = now_s * 1000,
                                  reply](const std::vector<IncidentView>& newest_first) mutable {
    about["incidents"] = recent(newest_first, now_ms);
    reply(Answer{.status = 200, .body = std::move(about)});
  });
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
