#include "protocol/journal/sqlcipher_schema.hpp"

#include <fmt/format.h>

#include "protocol/record/result.hpp"

namespace feldsher::sqlcipher {
namespace {

constexpr std::int64_t application = 0x46654A31;  // "FeJ1"
constexpr std::int64_t version = 3;

// A record's `prev` is the `hash` of the row before; its digest is that of its body. Neither is stored twice:
// `prev` is there only where the row before is not held.
constexpr const char* schema = R"(
CREATE TABLE tenant(id BLOB NOT NULL) STRICT;
CREATE TABLE journal(
  id INTEGER PRIMARY KEY, origin BLOB NOT NULL, stream INTEGER NOT NULL, epoch INTEGER NOT NULL,
  seq INTEGER NOT NULL, hash BLOB NOT NULL, edge BLOB NOT NULL,
  cut_seq INTEGER NOT NULL DEFAULT 0, cut_hash BLOB, cut_edge BLOB, UNIQUE(origin, stream, epoch)) STRICT;
CREATE TABLE record(
  intake INTEGER PRIMARY KEY, journal INTEGER NOT NULL, seq INTEGER NOT NULL, core BLOB NOT NULL, body BLOB,
  body_digest BLOB, hash BLOB NOT NULL, prev BLOB,
  UNIQUE(journal, seq), CHECK((body IS NULL) <> (body_digest IS NULL))) STRICT;
CREATE TABLE answered(ask BLOB PRIMARY KEY, answer BLOB NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE scope(
  type INTEGER NOT NULL, id BLOB NOT NULL, core BLOB NOT NULL, body BLOB, body_digest BLOB NOT NULL,
  prev BLOB NOT NULL, PRIMARY KEY(type, id)) STRICT, WITHOUT ROWID;
CREATE TABLE intake(id INTEGER PRIMARY KEY, octets BLOB NOT NULL) STRICT;
CREATE TABLE head(
  origin BLOB NOT NULL, stream INTEGER NOT NULL, epoch INTEGER NOT NULL, octets BLOB NOT NULL,
  own BLOB, PRIMARY KEY(origin, stream, epoch)) STRICT, WITHOUT ROWID;
CREATE TABLE value(name BLOB PRIMARY KEY, octets BLOB NOT NULL) STRICT, WITHOUT ROWID;
)";

// Version 2 can be cut.
constexpr const char* from_version_1 = R"(
ALTER TABLE journal ADD COLUMN cut_seq INTEGER NOT NULL DEFAULT 0;
ALTER TABLE journal ADD COLUMN cut_hash BLOB;
ALTER TABLE journal ADD COLUMN cut_edge BLOB;
ALTER TABLE record ADD COLUMN prev BLOB;
)";

// Version 3 keeps what central has countersigned beside what the node has signed since.
constexpr const char* from_version_2 = "ALTER TABLE head ADD COLUMN own BLOB;";

}  // namespace

bool has_cuts(Database& database) { return database.number("PRAGMA user_version") >= 2; }
bool has_own_heads(Database& database) { return database.number("PRAGMA user_version") >= 3; }

void expect_journal(Database& database) {
  const std::string path = database.path().string();
  if (database.number("PRAGMA application_id") != application)
    throw Fault(fmt::format("{} is a database, but not a journal", path));
  if (std::int64_t found = database.number("PRAGMA user_version"); found > version)
    throw Fault(
        fmt::format("{} was written by a newer feldsher (its tables are version {}, this program knows {}): "
                    "update this program",
                    path, found, version));
}

TenantId journal_tenant(Database& database) {
  const auto tenant = TenantId::from_octets(database.text("SELECT id FROM tenant"));
  if (!tenant) throw Fault(fmt::format("{} does not say whose journal it is", database.path().string()));
  return *tenant;
}

void make_or_check_journal(Database& database, TenantId tenant) {
  if (database.number("SELECT count(*) FROM sqlite_master") == 0) {
    // All of it or nothing: a process killed here leaves an empty file, and the next start goes on.
    database.execute(
        fmt::format("BEGIN IMMEDIATE; {} INSERT INTO tenant VALUES(x'{}'); PRAGMA application_id={};"
                    "PRAGMA user_version={}; COMMIT",
                    schema, to_hex(tenant.to_octets()), application, version)
            .c_str());
    return;
  }
  expect_journal(database);
  if (TenantId found = journal_tenant(database); found != tenant)
    throw Fault(fmt::format("{} is the journal of tenant {}, not of {}", database.path().string(),
                            found.to_text(), tenant.to_text()));
  if (!has_own_heads(database))
    database.execute(fmt::format("BEGIN IMMEDIATE; {} {} PRAGMA user_version={}; COMMIT",
                                 has_cuts(database) ? "" : from_version_1, from_version_2, version)
                         .c_str());
}

}  // namespace feldsher::sqlcipher
