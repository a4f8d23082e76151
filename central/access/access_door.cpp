#include "central/access/access_door.hpp"

namespace feldsher::central {
namespace {

HttpResponse message(const google::protobuf::MessageLite& answer) {
  return {.status = 200, .content_type = "application/x-protobuf", .body = answer.SerializeAsString()};
}

}  // namespace

void AccessDoor::serve(const HttpRequest& request, Respond respond) const {
  if (!request.peer && request.method == "POST" && request.path == "/enrol")
    return enrol(request.body, std::move(respond));
  if (request.peer && request.method == "POST" && request.path == "/renew")
    return renew(*request.peer, request.body, std::move(respond));
  respond({.status = 404, .content_type = "", .body = ""});
}

void AccessDoor::enrol(const std::string& body, Respond respond) const {
  v1::SealedEnrolment sealed;
  const bool is_one = sealed.ParseFromString(body);
  const Access access(world_.state, world_.random);
  Access::Enrolled outcome = is_one ? access.enrol(sealed, world_.authority, world_.place, world_.now())
                                    : Access::Enrolled{.answer = {}, .drafts = {}, .node = {}};
  if (!is_one) outcome.answer.set_refusal(v1::ENROLMENT_MALFORMED);
  if (outcome.answer.refusal() != v1::ENROLMENT_GRANTED) world_.on_refused(outcome.answer.refusal());
  if (outcome.drafts.empty()) return respond(message(outcome.answer));
  const auto then = [respond = std::move(respond), answer = outcome.answer] { respond(message(answer)); };
  if (outcome.node)
    world_.let_in(*outcome.node, outcome.drafts, then);
  else
    world_.write(outcome.drafts, then);
}

void AccessDoor::renew(const PeerIdentity& guest, const std::string& body, Respond respond) const {
  v1::RenewalRequest request;
  Access::Renewed outcome{.answer = {}, .drafts = {}};
  if (request.ParseFromString(body))
    outcome = Access(world_.state, world_.random).renew(guest, request, world_.authority, world_.now());
  else
    outcome.answer.set_refusal(v1::ENROLMENT_MALFORMED);
  if (outcome.answer.refusal() != v1::ENROLMENT_GRANTED) world_.on_refused(outcome.answer.refusal());
  if (outcome.drafts.empty()) return respond(message(outcome.answer));
  world_.write(outcome.drafts, [respond = std::move(respond), answer = std::move(outcome.answer)] {
    respond(message(answer));
  });
}

}  // namespace feldsher::central
