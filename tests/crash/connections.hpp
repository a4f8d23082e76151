#pragma once
#include <string>

struct sqlite3;

namespace feldsher::crash {

/// SQLite tells of each connection that is opened from now on.
void note_connections();
/// The one that was opened last.
sqlite3* newest_connection();
/// SQLite's own look at every page and index of it; empty: all is well.
std::string integrity();

}  // namespace feldsher::crash
