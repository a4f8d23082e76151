#pragma once
#include <string_view>

#include "protocol/clinic/tables.hpp"

namespace feldsher {

/// Whether all certificates of that kind and common name that these tables know of were revoked. A name that
/// they know nothing of is not shut out.
bool is_shut_out(const Tables& tables, v1::CredentialKind kind, std::string_view name);

}  // namespace feldsher
