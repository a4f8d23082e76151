#include "central/access/credentials.hpp"

#include <algorithm>

#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

/// As Revocations::is_outlived, by the state.
bool is_former_standby(const NetworkState& state, const PeerIdentity& peer) {
  const auto id = peer.uuid();
  if (peer.kind != PeerKind::standby || !id) return false;
  // One authority gives them all the same time to live.
  const auto is_younger = [&](const auto& entry) {
    const v1::Credential& credential = entry.second.state;
    return credential.kind() == v1::CREDENTIAL_STANDBY && credential.holder() == id->to_octets() &&
           credential.not_after_s() > peer.not_after_s;
  };
  const auto& rows = state.credentials.rows();
  return std::any_of(rows.begin(), rows.end(), is_younger);
}

}  // namespace

Draft change(const NetworkState& state, const SubjectKey& subject, v1::Verb verb, Octets message,
             const AccessBy& by) {
  Draft draft;
  draft.actor = by.actor;
  draft.proof = by.proof;
  draft.subject = subject;
  if (auto current = state.current(subject)) draft.bases.push_back(*current);
  draft.verb = verb;
  draft.message = std::move(message);
  return draft;
}

std::string_view to_text(AccessRefusal refusal) {
  switch (refusal) {
    case AccessRefusal::no_point:
      return "no point of this name was loaded";
    case AccessRefusal::no_node:
      return "the point was loaded without a node";
    case AccessRefusal::malformed:
      return "a number, a digest or a name is malformed";
    case AccessRefusal::bad_host:
      return "a host is neither a DNS name nor an address, or there are too many";
    case AccessRefusal::no_code:
      return "the point never had a code: say where its broker is reached when you make one";
    case AccessRefusal::no_such_holder:
      return "nobody of this kind and name has a certificate that is still good";
  }
  return "unknown";
}

void throw_exception_from_error(AccessRefusal refusal, const boost::source_location&) {
  throw Fault(std::string(to_text(refusal)));
}

std::optional<PointId> point_named(const NetworkState& state, std::string_view short_name) {
  for (const auto& [id, row] : state.points.rows())
    if (row.state.short_name() == short_name) return PointId{id};
  return std::nullopt;
}

Draft issued(const CertificateBundle& bundle, v1::Credential about, const AccessBy& by, Random& random) {
  about.set_serial(bundle.serial);
  about.set_issued_s(by.now.wall_ms / 1000);
  about.set_not_after_s(bundle.not_after_s);
  Draft draft;
  draft.actor = by.actor;
  draft.proof = by.proof;
  draft.subject = {v1::CREDENTIAL, random.uuid_v7(by.now.wall_ms)};
  draft.verb = v1::REGISTERED;
  draft.message = about.SerializeAsString();
  return draft;
}

std::vector<Draft> note_standby(const NetworkState& state, const PeerIdentity& peer, const AccessBy& by,
                                Random& random) {
  constexpr std::int64_t guest_s = 2 * 86'400;
  const auto id = peer.uuid();
  if (peer.kind != PeerKind::standby || !id || peer.not_after_s < by.now.wall_ms / 1000 + guest_s ||
      is_former_standby(state, peer))
    return {};
  std::vector<Draft> drafts = revoke(
      state, {.kinds = {v1::CREDENTIAL_STANDBY}, .name = id->to_text(), .point = {}, .except = peer.serial},
      by);
  for (const auto& [credential, row] : state.credentials.rows())
    if (row.state.serial() == peer.serial) return drafts;
  v1::Credential about;
  about.set_kind(v1::CREDENTIAL_STANDBY);
  about.set_name(id->to_text());
  about.set_holder(id->to_octets());
  CertificateBundle shown;
  shown.serial = peer.serial;
  shown.not_after_s = peer.not_after_s;
  drafts.push_back(issued(shown, about, by, random));
  return drafts;
}

std::optional<std::int64_t> standby_certificate_ends_s(const NetworkState& state) {
  std::map<std::string, std::int64_t> ends;  // By standby.
  for (const auto& [id, row] : state.credentials.rows()) {
    if (row.state.kind() != v1::CREDENTIAL_STANDBY || row.state.revoked()) continue;
    std::int64_t& end = ends[row.state.holder()];
    end = std::max(end, row.state.not_after_s());
  }
  std::optional<std::int64_t> first;
  for (const auto& [standby, end] : ends) first = std::min(first.value_or(end), end);
  return first;
}

std::map<PointId, std::int64_t> line_certificates_end_s(const NetworkState& state) {
  std::map<PointId, std::int64_t> ends;
  for (const auto& [id, row] : state.credentials.rows()) {
    const auto point = Uuid::from_octets(row.state.point());
    if (row.state.kind() != v1::CREDENTIAL_NODE || row.state.revoked() || !point) continue;
    std::int64_t& end = ends[PointId{*point}];
    end = std::max(end, row.state.not_after_s());
  }
  return ends;
}

std::vector<Draft> end_former_lines(const NetworkState& state, const PeerIdentity& peer, const AccessBy& by) {
  const auto id = peer.uuid();
  if (peer.kind != PeerKind::node || !id || peer.serial.empty()) return {};
  const NodeId node{*id};
  const auto point = state.point_of(node);
  if (!point || state.newest_line(node) != peer.serial) return {};
  return revoke(state, {.kinds = {v1::CREDENTIAL_NODE}, .name = {}, .point = point, .except = peer.serial},
                by);
}

std::vector<Draft> revoke(const NetworkState& state, const Holder& holder, const AccessBy& by) {
  std::vector<Draft> drafts;
  for (const auto& [id, row] : state.credentials.rows()) {
    const v1::Credential& credential = row.state;
    const bool is_of_kind =
        std::find(holder.kinds.begin(), holder.kinds.end(), credential.kind()) != holder.kinds.end();
    if (credential.revoked() || !is_of_kind) continue;
    if (!holder.name.empty() && credential.name() != holder.name) continue;
    if (holder.point && credential.point() != holder.point->to_octets()) continue;
    if (!holder.except.empty() && credential.serial() == holder.except) continue;
    v1::Credential revoked = credential;
    revoked.set_revoked(true);
    Draft& draft = drafts.emplace_back();
    draft.actor = by.actor;
    draft.proof = by.proof;
    draft.subject = {v1::CREDENTIAL, id};
    draft.bases = {row.record};
    draft.verb = v1::REVOKED;
    draft.message = revoked.SerializeAsString();
  }
  return drafts;
}

}  // namespace feldsher::central
