#pragma once
#include <map>

#include "central/copies/fetch.hpp"
#include "protocol/journal/sqlcipher_journal.hpp"

namespace feldsher::central {

/// Copies a journal file that nobody has open into `store`, which is empty: every record under the same
/// intake number, heads, and the values that a copy must have. Every chain is worked out anew. Throws Fault
/// at the first record that is not what its file says.
void copy_journal(SqlcipherJournal& from, JournalStore& store, const CopyProgress& progress);

/// Works out the end of each journal of a file from its records alone. Throws Fault as copy_journal does.
std::map<JournalId, JournalTip> work_out_tips(SqlcipherJournal& journal);

/// Values whose names begin so belong in every copy.
inline constexpr const char* copied_values = "once/";

}  // namespace feldsher::central
