#pragma once
#include <functional>
#include <map>
#include <string>

#include "protocol/journal/sqlcipher.hpp"
#include "protocol/record/record.hpp"

namespace feldsher {

/// A record's row exactly as it lies in the file, before anything of it is believed.
struct StoredRow {
  JournalId journal;
  std::uint64_t seq = 0;
  Octets core;
  std::optional<Octets> body;
  std::optional<Octets> body_digest;  ///< Where the body is absent.
  Octets hash;
  std::optional<Octets> prev = {};  ///< Where the row before was dropped.
};

/// A journal file seen by somebody who believes nothing in it: for auditing and export. Changes nothing.
class SqlcipherJournal {
 public:
  SqlcipherJournal(const std::filesystem::path& path, const DatabaseKey& key);
  ~SqlcipherJournal();

  TenantId tenant() const { return tenant_; }
  /// Every row, journal after journal in the order of their first records, by seq.
  void rows(const std::function<void(StoredRow&&)>& visit);
  /// Every row in intake order.
  void rows_as_taken_in(const std::function<void(StoredRow&&)>& visit);
  /// Where the store says that each journal ends.
  struct End {
    JournalId journal;
    std::uint64_t seq = 0;
    Octets hash;
    std::uint64_t cut_seq = 0;            ///< Where it was cut; 0 = nowhere.
    Octets cut_hash = {};                 ///< Of the record there.
    std::optional<Octets> cut_edge = {};  ///< Of the tree up to there, where it is known.
  };
  std::vector<End> ends();
  /// Head octets (serialised v1::SignedHead) as stored; of one journal the countersigned one first.
  std::vector<Octets> heads();
  /// All values whose names begin with `prefix`.
  std::map<std::string, Octets> values(const std::string& prefix);

 private:
  void each_row(const std::string& order, const std::function<void(StoredRow&&)>& visit);

  sqlcipher::Database database_;
  TenantId tenant_;
};

}  // namespace feldsher
