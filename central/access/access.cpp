#include "central/access/access.hpp"

#include "central/access/broker_names.hpp"
#include "protocol/crypto/signing_key.hpp"

namespace feldsher::central {
namespace {

using enrolment::Judgement;

// Central alone verifies a line's certificate; its standby's clock may be a little behind.
constexpr std::int64_t line_margin_s = 3600;

std::int64_t seconds(const Instant& now) { return now.wall_ms / 1000; }

v1::Actor node_actor(const NodeId& node) {
  v1::Actor actor;
  actor.set_kind(v1::ACTOR_NODE);
  actor.set_id(node.to_octets());
  return actor;
}

CertificateSubject line_subject(const std::string& point, NodeId node, std::int64_t now_s) {
  return {.kind = PeerKind::node,
          .name = point,
          .id = node.uuid,
          .hosts = {},
          .not_before_s = now_s - line_margin_s,
          .not_after_s = now_s + line_life_s};
}
CertificateSubject agent_subject() {
  return {.kind = PeerKind::terminal, .name = std::string(agent_name), .id = {}, .hosts = {}};
}
CertificateSubject broker_subject(const std::string& point, std::vector<std::string> hosts) {
  return {.kind = PeerKind::broker, .name = "broker-" + point, .id = {}, .hosts = std::move(hosts)};
}

}  // namespace

/// The three certificates of a box.
struct Access::Keys {
  CertificateBundle line, bus, broker;

  static std::optional<Keys> certify(const v1::EnrolmentRequest& request, const std::string& name,
                                     NodeId node, std::vector<std::string> broker_hosts,
                                     const CertificateAuthority& authority, std::int64_t now_s) {
    const auto sign = [&](const std::string& csr, const CertificateSubject& subject) {
      return authority.sign_request(csr, subject, now_s);
    };
    auto line = sign(request.line_request(), line_subject(name, node, now_s));
    auto bus = sign(request.bus_request(), agent_subject());
    auto broker = sign(request.broker_request(), broker_subject(name, std::move(broker_hosts)));
    if (!line || !bus || !broker) return std::nullopt;
    return Keys{std::move(*line), std::move(*bus), std::move(*broker)};
  }
};

Draft Access::code_draft(const Uuid& id, const v1::Enrolment& code, v1::Verb verb, const AccessBy& by) const {
  return change(state_, {v1::ENROLMENT, id}, verb, code.SerializeAsString(), by);
}

Allowed<std::vector<Draft>> Access::open_code(const WantedCode& wanted, const AccessBy& by) const {
  const auto point = point_named(state_, wanted.point);
  if (!point) return AccessRefusal::no_point;
  const auto node = state_.node_of(*point);
  if (!node || node->is_nil()) return AccessRefusal::no_node;
  if (wanted.number.size() != enrolment::number_octets) return AccessRefusal::malformed;
  const auto hosts = wanted.broker_hosts ? *wanted.broker_hosts : broker_hosts(state_, *point);
  if (wanted.broker_hosts && fault_of_hosts(hosts)) return AccessRefusal::bad_host;
  std::vector<Draft> drafts;
  for (const auto& [id, row] : state_.enrolments.rows()) {
    if (row.state.status() != v1::CODE_OPEN || row.state.point() != point->to_octets()) continue;
    v1::Enrolment dead = row.state;
    dead.set_status(v1::CODE_DEAD);
    drafts.push_back(code_draft(id, dead, v1::CHANGED, by));
  }
  v1::Enrolment code;
  code.set_number(wanted.number);
  code.set_verifier(to_octets(wanted.verifier));
  code.set_point(point->to_octets());
  code.set_node(node->to_octets());
  code.set_made_ms(by.now.wall_ms);
  code.set_expires_ms(by.now.wall_ms + enrolment::code_life_ms);
  code.mutable_broker_hosts()->Assign(hosts.begin(), hosts.end());
  drafts.push_back(code_draft(random_.uuid_v7(by.now.wall_ms), code, v1::REGISTERED, by));
  return drafts;
}

Access::Enrolled Access::enrol(const v1::SealedEnrolment& sealed, const CertificateAuthority& authority,
                               const AccessPlace& place, const Instant& now) const {
  const auto refused = [](v1::EnrolmentRefusal why) {
    Enrolled out{.answer = {}, .drafts = {}, .node = {}};
    out.answer.set_refusal(why);
    return out;
  };
  const auto request = enrolment::look_inside(sealed);
  if (!request) return refused(v1::ENROLMENT_MALFORMED);
  const Row<v1::Enrolment>* row = nullptr;
  Uuid id;
  for (const auto& [each, candidate] : state_.enrolments.rows())
    if (candidate.state.number() == request->code()) row = &candidate, id = each;
  if (row == nullptr) return refused(v1::ENROLMENT_UNKNOWN_CODE);

  const auto node = NodeId::from_octets(row->state.node());
  const auto* point = state_.points.find(row->state.point());
  if (!node || point == nullptr) return refused(v1::ENROLMENT_UNKNOWN_CODE);
  const AccessBy by{.actor = node_actor(*node), .proof = v1::PROOF_TOKEN, .now = now};
  const Judgement judgement = enrolment::judge(row->state, sealed, now.wall_ms);
  if (judgement.verdict != v1::ENROLMENT_GRANTED) {
    Enrolled out = refused(judgement.verdict);
    out.answer.set_tries_left(judgement.tries_left);
    if (judgement.code) out.drafts.push_back(code_draft(id, *judgement.code, v1::REFUSED, by));
    return out;
  }

  const auto keys = Keys::certify(*request, point->state.short_name(), *node,
                                  broker_hosts(state_, PointId::from_octets(row->state.point()).value()),
                                  authority, seconds(now));
  if (!keys || !public_key_from(request->head_key())) return refused(v1::ENROLMENT_BAD_KEY);
  Enrolled out{.answer = {}, .drafts = {}, .node = node};
  out.drafts = revoke(state_,
                      {.kinds = {v1::CREDENTIAL_NODE, v1::CREDENTIAL_AGENT, v1::CREDENTIAL_BROKER},
                       .name = {},
                       .point = PointId::from_octets(row->state.point())},
                      by);
  out.drafts.push_back(code_draft(id, *judgement.code, v1::GRANTED, by));
  v1::Credential about;
  about.set_point(row->state.point());
  const auto record = [&](v1::CredentialKind kind, std::string name, const CertificateBundle& bundle) {
    about.set_kind(kind);
    about.set_name(std::move(name));
    out.drafts.push_back(issued(bundle, about, by, random_));
  };
  record(v1::CREDENTIAL_AGENT, std::string(agent_name), keys->bus);
  record(v1::CREDENTIAL_BROKER, "broker-" + point->state.short_name(), keys->broker);
  about.set_holder(node->to_octets());
  about.set_head_key(request->head_key());
  record(v1::CREDENTIAL_NODE, point->state.short_name(), keys->line);

  v1::EnrolmentAnswer& answer = out.answer;
  answer.set_ca(authority.ca_pem());
  answer.set_line_certificate(keys->line.certificate);
  answer.set_bus_certificate(keys->bus.certificate);
  answer.set_broker_certificate(keys->broker.certificate);
  answer.set_tenant(authority.tenant()->to_octets());
  answer.set_node(node->to_octets());
  answer.set_point(row->state.point());
  answer.set_short_name(point->state.short_name());
  answer.set_zone(point->state.zone());
  answer.set_home(point->state.home());
  answer.set_sync(place.sync);
  answer.set_access(place.access);
  answer.set_central_node(place.central.to_octets());
  answer.set_central_head_key(place.head_key);
  answer.set_issued_s(seconds(now));
  return out;
}

const v1::Credential* Access::credential_of(const Octets& serial) const {
  for (const auto& [id, row] : state_.credentials.rows())
    if (row.state.serial() == serial) return &row.state;
  return nullptr;
}

Access::Renewed Access::renew(const PeerIdentity& guest, const v1::RenewalRequest& request,
                              const CertificateAuthority& authority, const Instant& now) const {
  const auto refused = [](v1::EnrolmentRefusal why) {
    Renewed out{.answer = {}, .drafts = {}};
    out.answer.set_refusal(why);
    return out;
  };
  const auto uuid = guest.uuid();
  if (guest.kind != PeerKind::node || !uuid || guest.tenant != authority.tenant())
    return refused(v1::ENROLMENT_NO_NODE);
  const NodeId node{*uuid};
  const auto point = state_.point_of(node);
  const auto* place = point ? state_.points.find(point->uuid) : nullptr;
  if (place == nullptr) return refused(v1::ENROLMENT_NO_NODE);
  // Also one of whose certificate nothing is known here, because this central was restored.
  if (state_.waits_for_box(node)) return refused(v1::ENROLMENT_REVOKED);
  const v1::Credential* present = credential_of(guest.serial);
  if (present != nullptr && present->revoked()) return refused(v1::ENROLMENT_REVOKED);

  if (request.line_request().empty() && request.bus_request().empty() && request.broker_request().empty())
    return refused(v1::ENROLMENT_MALFORMED);
  const AccessBy by{.actor = node_actor(node), .proof = v1::PROOF_CERTIFICATE, .now = now};
  Renewed out{.answer = {}, .drafts = {}};
  v1::Credential about;
  about.set_point(point->to_octets());
  // Certifies the key of a request, when there is one. The present one of a line stays: the answer may be
  // lost on its way.
  const auto next = [&](v1::CredentialKind kind, const std::string& csr, const CertificateSubject& subject,
                        const Octets& except) -> std::optional<std::string> {
    if (csr.empty()) return std::string();
    const auto bundle = authority.sign_request(csr, subject, seconds(now));
    if (!bundle) return std::nullopt;
    for (Draft& end : revoke(state_, {.kinds = {kind}, .name = {}, .point = point, .except = except}, by))
      out.drafts.push_back(std::move(end));
    about.set_kind(kind);
    about.set_name(subject.name);
    out.drafts.push_back(issued(*bundle, about, by, random_));
    return bundle->certificate;
  };
  const std::string& name = place->state.short_name();
  const auto bus = next(v1::CREDENTIAL_AGENT, request.bus_request(), agent_subject(), {});
  const auto broker = next(v1::CREDENTIAL_BROKER, request.broker_request(),
                           broker_subject(name, broker_hosts(state_, *point)), {});
  about.set_holder(node.to_octets());
  if (present != nullptr) about.set_head_key(present->head_key());
  const auto line =
      next(v1::CREDENTIAL_NODE, request.line_request(), line_subject(name, node, seconds(now)), guest.serial);
  if (!bus || !broker || !line) return refused(v1::ENROLMENT_BAD_KEY);
  out.answer.set_bus_certificate(*bus);
  out.answer.set_broker_certificate(*broker);
  out.answer.set_line_certificate(*line);
  out.answer.set_ca(authority.ca_pem());
  out.answer.set_issued_s(seconds(now));
  return out;
}

}  // namespace feldsher::central
