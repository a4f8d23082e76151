#include "protocol/clinic/credentials.hpp"

namespace feldsher {

bool is_shut_out(const Tables& tables, v1::CredentialKind kind, std::string_view name) {
  bool revoked = false;
  for (const auto& [id, row] : tables.credentials.rows()) {
    if (row.state.kind() != kind || row.state.name() != name) continue;
    if (tables.points.find(row.state.point()) == nullptr) continue;
    if (!row.state.revoked()) return false;
    revoked = true;
  }
  return revoked;
}

}  // namespace feldsher
