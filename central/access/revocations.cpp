#include "central/access/revocations.hpp"

#include <algorithm>

#include "protocol/clinic/authority.hpp"
#include "protocol/contracts/enrolment.pb.h"

namespace feldsher::central {

void Revocations::apply(const Record& record) {
  if (record.subject.type != v1::CREDENTIAL || !may_write(record, central_)) return;
  const auto credential = record.body<v1::Credential>();
  if (!credential) return;
  if (credential->kind() == v1::CREDENTIAL_STANDBY) {
    std::int64_t& youngest_s = youngest_s_[credential->holder()];
    youngest_s = std::max(youngest_s, credential->not_after_s());
  }
  if (credential->revoked() && serials_.insert(credential->serial()).second) on_revoked(credential->serial());
}

bool Revocations::is_outlived(const PeerIdentity& standby) const {
  const auto id = standby.uuid();
  if (standby.kind != PeerKind::standby || !id) return false;
  const auto youngest = youngest_s_.find(id->to_octets());
  return youngest != youngest_s_.end() && youngest->second > standby.not_after_s;
}

}  // namespace feldsher::central
