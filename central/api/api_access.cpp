#include "central/api/api.hpp"

namespace feldsher::central {

Api::AccessInput Api::read_access(RouteInput& in) {
  const boost::json::value body = parse_json(in.body());
  JsonObject fields(body, "");
  AccessInput input{read_access_act(fields)};
  fields.done();
  return input;
}

void Api::access(AccessInput input, const Caller& caller, Reply reply) {
  const AccessBy by{.actor = caller.actor, .proof = v1::PROOF_TOKEN, .now = world_.node.now()};
  auto planned = plan(input.act, world_.node.state(), world_.node.random(), by);
  if (!planned) return reply(Refused{Refusal::not_found, std::string(to_text(planned.error()))});
  world_.node.write(planned->drafts,
                    [reply, said = std::move(planned->said)] { reply(Answer{.status = 200, .body = said}); });
}

}  // namespace feldsher::central
