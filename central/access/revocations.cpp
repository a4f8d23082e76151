#include "central/access/revocations.hpp"

#include "protocol/clinic/authority.hpp"
#include "protocol/contracts/enrolment.pb.h"

namespace feldsher::central {

void Revocations::apply(const Record& record) {
  if (record.subject.type != v1::CREDENTIAL || !may_write(record, central_)) return;
  const auto credential = record.body<v1::Credential>();
  if (credential && credential->revoked() && serials_.insert(credential->serial()).second)
    on_revoked(credential->serial());
}

}  // namespace feldsher::central
