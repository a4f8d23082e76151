#include "central/access/end_box.hpp"
#include "central/api/api.hpp"
#include "central/api/json_views.hpp"

namespace feldsher::central {
namespace {

namespace json = boost::json;

Refused refused(DecommissionRefusal why) {
  switch (why) {
    case DecommissionRefusal::not_found:
      return {Refusal::not_found, to_text(why)};
    case DecommissionRefusal::malformed:
      return {Refusal::malformed, to_text(why)};
    case DecommissionRefusal::no_person:
    case DecommissionRefusal::same_person:
      return {Refusal::no_person, to_text(why)};
    case DecommissionRefusal::wrong_state:
    case DecommissionRefusal::overtaken:
      return {Refusal::wrong_state, to_text(why)};
  }
  return {Refusal::malformed, to_text(why)};
}

json::object decommission_json(const NetworkState& state, const Uuid& id) {
  const auto& row = *state.decommissions.find(id);
  const v1::Decommission& decommission = row.state;
  const auto* point = state.points.find(decommission.point());
  const bool is_overtaken = decommission.status() == v1::DECOMMISSION_PROPOSED && state.is_overtaken(id);
  return {{"id", id.to_text()},
          {"at", utc_text(row.at_ms)},
          {"status", is_overtaken
                         ? std::string("overtaken")
                         : plain_word(v1::DecommissionStatus_Name(decommission.status()), "DECOMMISSION_")},
          {"point", point ? point->state.short_name() : id_text(decommission.point())},
          {"node", id_text(decommission.node())},
          {"reason", decommission.reason()},
          {"proposed_by", id_text(decommission.proposed_by().id())},
          {"ordered_by", id_text(decommission.ordered_by().id())}};
}

/// What ended, for who has just signed for it.
json::object count(const std::vector<Draft>& drafts) {
  std::size_t tickets = 0, visits = 0, leases = 0, tasks = 0, certificates = 0;
  for (const Draft& draft : drafts) {
    tickets += draft.subject.type == v1::TICKET;
    visits += draft.subject.type == v1::VISIT;
    leases += draft.subject.type == v1::LEASE;
    tasks += draft.subject.type == v1::TASK;
    certificates += draft.subject.type == v1::CREDENTIAL;
  }
  return {{"tickets", tickets},
          {"visits", visits},
          {"leases", leases},
          {"tasks", tasks},
          {"certificates", certificates}};
}

}  // namespace

Api::DecommissionInput Api::read_decommission(RouteInput& in) {
  const json::value text = parse_json(in.body());
  JsonObject fields(text, "");
  DecommissionInput input{.point = fields.text("point"), .reason = fields.text("reason", 200)};
  fields.done();
  return input;
}

void Api::decommissions(Nothing, const Caller&, Reply reply) {
  const NetworkState& state = world_.node.state();
  json::array all;
  for (const auto& [id, row] : state.decommissions.rows()) all.push_back(decommission_json(state, id));
  reply(Answer{.status = 200, .body = std::move(all)});
}

void Api::propose_decommission(DecommissionInput input, const Caller& caller, Reply reply) {
  const auto point = point_named(world_.node.state(), input.point);
  if (!point) return reply(refused(DecommissionRefusal::not_found));
  const auto draft = world_.node.decommissions().propose(*point, input.reason, caller.actor, v1::PROOF_TOKEN,
                                                         world_.node.now());
  if (!draft) return reply(refused(draft.error()));
  write({*draft}, caller, std::move(reply), [this, id = draft->subject.id]() -> Answer {
    return {.status = 201, .body = decommission_json(world_.node.state(), id)};
  });
}

void Api::order_decommission(ById input, const Caller& caller, Reply reply) {
  const AccessBy by{.actor = caller.actor, .proof = v1::PROOF_TOKEN, .now = world_.node.now()};
  const auto drafts =
      end_box(world_.node.state(), world_.node.decommissions(), world_.node.scheduling(), input.id, by);
  if (!drafts) return reply(refused(drafts.error()));
  write(*drafts, caller, std::move(reply), [this, id = input.id, ended = count(*drafts)]() -> Answer {
    json::object body = decommission_json(world_.node.state(), id);
    body["ended"] = ended;
    return {.status = 200, .body = std::move(body)};
  });
}

}  // namespace feldsher::central
