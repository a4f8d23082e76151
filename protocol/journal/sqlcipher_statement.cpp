#include <sqlite3.h>

#include "protocol/journal/sqlcipher.hpp"

namespace feldsher::sqlcipher {

Statement::Statement(Database& database, const char* sql) : database_(database) {
  int code = sqlite3_prepare_v3(database.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT, &handle_, nullptr);
  if (code != SQLITE_OK) database.fail("use", code);
}

Statement::~Statement() { sqlite3_finalize(handle_); }

void Statement::bind(int place, std::int64_t value) {
  if (int code = sqlite3_bind_int64(handle_, place, value); code != SQLITE_OK) database_.fail("use", code);
}

void Statement::bind(int place, OctetsView octets) {
  // A null pointer would be NULL, and an empty value is not "none".
  const char* data = octets.data() ? octets.data() : "";
  int code = sqlite3_bind_blob64(handle_, place, data, octets.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) database_.fail("use", code);
}

void Statement::bind(int place, std::nullopt_t) {
  if (int code = sqlite3_bind_null(handle_, place); code != SQLITE_OK) database_.fail("use", code);
}

bool Statement::step() {
  int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code != SQLITE_DONE) database_.fail("use", code);
  return false;
}

void Statement::reset() { sqlite3_reset(handle_); }

std::int64_t Statement::integer(int column) const { return sqlite3_column_int64(handle_, column); }

OctetsView Statement::octets(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  return {data ? data : "", static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

bool Statement::is_null(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }

}  // namespace feldsher::sqlcipher
