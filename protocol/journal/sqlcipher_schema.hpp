#pragma once
#include "protocol/journal/sqlcipher.hpp"
#include "protocol/record/ids.hpp"

namespace feldsher::sqlcipher {

/// Makes the journal's tables in an empty file, or checks that the file is a journal of `tenant` that this
/// version can use. Throws Fault.
void make_or_check_journal(Database& database, TenantId tenant);

/// Whether the file's tables can say where its journals were cut: those of the first version cannot.
bool has_cuts(Database& database);

/// Whether they can keep two heads of a journal: those of the first two versions cannot.
bool has_own_heads(Database& database);

/// Throws Fault when the file is no journal or a newer version's. Reads nothing but its first page.
void expect_journal(Database& database);

/// Whose journal it is. Throws Fault, also where that is not said.
TenantId journal_tenant(Database& database);

}  // namespace feldsher::sqlcipher
