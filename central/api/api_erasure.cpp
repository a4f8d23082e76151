#include "central/api/api.hpp"
#include "central/api/json_views.hpp"

namespace feldsher::central {
namespace {

namespace json = boost::json;

Refused refused(ErasureRefusal why) {
  switch (why) {
    case ErasureRefusal::not_found:
      return {Refusal::not_found, to_text(why)};
    case ErasureRefusal::malformed:
      return {Refusal::malformed, to_text(why)};
    case ErasureRefusal::no_person:
    case ErasureRefusal::same_person:
      return {Refusal::no_person, to_text(why)};
    case ErasureRefusal::wrong_state:
    case ErasureRefusal::still_booked:
    case ErasureRefusal::wears_device:
      return {Refusal::wrong_state, to_text(why)};
  }
  return {Refusal::malformed, to_text(why)};
}

json::object erasure_json(const Uuid& id, const Row<v1::Erasure>& row) {
  const v1::Erasure& erasure = row.state;
  return {{"id", id.to_text()},
          {"at", utc_text(row.at_ms)},
          {"status", plain_word(v1::ErasureStatus_Name(erasure.status()), "ERASURE_")},
          {"patient", id_text(erasure.patient())},
          {"ground", erasure.ground()},
          {"proposed_by", id_text(erasure.proposed_by().id())},
          {"ordered_by", id_text(erasure.ordered_by().id())},
          {"subjects", erasure.subjects_size()}};
}

}  // namespace

Api::ErasureInput Api::read_erasure(RouteInput& in) {
  const json::value text = parse_json(in.body());
  JsonObject fields(text, "");
  ErasureInput input{.patient = fields.id("patient"), .ground = fields.text("ground", 200)};
  fields.done();
  return input;
}

void Api::erasures(Nothing, const Caller&, Reply reply) {
  json::array all;
  for (const auto& [id, row] : world_.node.state().erasures.rows()) all.push_back(erasure_json(id, row));
  reply(Answer{.status = 200, .body = std::move(all)});
}

void Api::propose_erasure(ErasureInput input, const Caller& caller, Reply reply) {
  const auto draft = world_.node.erasures().propose(input.patient, input.ground, caller.actor,
                                                    v1::PROOF_TOKEN, world_.node.now());
  if (!draft) return reply(refused(draft.error()));
  write_erasure(*draft, 201, caller, std::move(reply));
}

void Api::order_erasure(ById input, const Caller& caller, Reply reply) {
  const auto draft = world_.node.erasures().order(input.id, caller.actor, v1::PROOF_TOKEN, world_.node.now());
  if (!draft) return reply(refused(draft.error()));
  write_erasure(*draft, 200, caller, std::move(reply));
}

void Api::write_erasure(const Draft& draft, int status, const Caller& caller, Reply reply) {
  write({draft}, caller, std::move(reply), [this, id = draft.subject.id, status]() -> Answer {
    return {.status = status, .body = erasure_json(id, *world_.node.state().erasures.find(id))};
  });
}

}  // namespace feldsher::central
