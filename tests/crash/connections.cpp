#include "tests/crash/connections.hpp"

#include <sqlite3.h>

#include <string_view>

#include "protocol/record/result.hpp"

namespace feldsher::crash {
namespace {

sqlite3* newest = nullptr;

int note_connection(sqlite3* connection, const char**, const sqlite3_api_routines*) {
  newest = connection;
  return SQLITE_OK;
}

}  // namespace

void note_connections() {
  // What is registered already is not registered again.
  ensure(sqlite3_auto_extension(reinterpret_cast<void (*)()>(note_connection)) == SQLITE_OK,
         "SQLite tells of connections");
}

sqlite3* newest_connection() { return newest; }

std::string integrity() {
  std::string said;
  auto collect = [](void* to, int count, char** values, char**) {
    if (count > 0 && values[0] && std::string_view(values[0]) != "ok")
      *static_cast<std::string*>(to) += std::string(values[0]) + "; ";
    return 0;
  };
  char* error = nullptr;
  if (sqlite3_exec(newest, "PRAGMA integrity_check", collect, &said, &error) != SQLITE_OK)
    said += error ? error : "integrity_check failed";
  sqlite3_free(error);
  return said;
}

}  // namespace feldsher::crash
