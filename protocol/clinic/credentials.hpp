#pragma once
#include <string_view>

#include "protocol/clinic/tables.hpp"

namespace feldsher {

/// Whether all certificates of that kind and common name that are used at the point of these tables were
/// revoked. A name that they know nothing of is not shut out. What is revoked elsewhere says nothing of a
/// name here: those of other points that are good are not known here, nor those that are of no point.
bool is_shut_out(const Tables& tables, v1::CredentialKind kind, std::string_view name);

}  // namespace feldsher
