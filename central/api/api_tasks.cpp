#include "central/api/api.hpp"
#include "central/api/json_views.hpp"

namespace feldsher::central {

namespace json = boost::json;

Api::TasksInput Api::read_tasks(RouteInput& in) {
  TasksInput input{.status = v1::TASK_REQUESTED, .point = in.optional_query_id("point").value_or(Uuid{})};
  const std::string status = in.query("status").value_or("requested");
  if (status == "completed")
    input.status = v1::TASK_COMPLETED;
  else if (status == "any")
    input.status = std::nullopt;
  else if (status != "requested")
    throw BadInput("status", "requested, completed or any is expected");
  return input;
}

void Api::tasks(TasksInput input, const Caller&, Reply reply) {
  json::array all;
  for (const auto& [id, row] : world_.node.state().tasks.rows()) {
    const bool wanted = (!input.status || row.state.status() == *input.status) &&
                        (input.point.is_nil() || row.state.point() == input.point.to_octets());
    if (wanted) all.push_back(to_json(id, row));
  }
  reply(Answer{.status = 200, .body = std::move(all)});
}

void Api::complete_task(ById input, const Caller& caller, Reply reply) {
  const auto done = world_.node.tasks().complete(input.id, caller.actor, v1::PROOF_TOKEN);
  if (!done) return reply(Refused{refusal_of(done.error())});
  write({*done}, caller, std::move(reply), [this, id = input.id]() -> Answer {
    return {.status = 200, .body = to_json(id, *world_.node.state().tasks.find(id))};
  });
}

}  // namespace feldsher::central
