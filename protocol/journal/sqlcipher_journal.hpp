#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

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

/// A journal's file is so damaged that no record of it can be read.
class NothingToRead : public Fault {
 public:
  using Fault::Fault;
};

/// A journal file seen by somebody who believes nothing in it: for auditing and export. Changes nothing.
///
/// What cannot be read is a Fault; after it the rest may still be asked for.
class SqlcipherJournal {
 public:
  /// Throws Fault; NothingToRead when it is known to be a journal. Where the page that says whose journal it
  /// is cannot be read, a record does: see damage_beside().
  SqlcipherJournal(const std::filesystem::path& path, const DatabaseKey& key);
  ~SqlcipherJournal();

  TenantId tenant() const { return tenant_; }
  /// Every row, journal after journal in the order of their first records, by seq.
  void rows(const std::function<void(StoredRow&&)>& visit);
  /// What becomes known of rows that cannot be read.
  struct Past {
    /// Once, and before anything that is missing is passed over: why.
    std::function<void(const std::string& why)> damage;
    /// In its place among the rows. A row that neither table nor index can tell of is told by nobody.
    std::function<void(const JournalId&, std::uint64_t seq)> lost;
  };
  /// The same, past what cannot be read: rows are found by the table where the index is damaged, and by the
  /// index where the table is. `visit` throws no Fault. Needs memory for all rows once something is damaged.
  void rows(const std::function<void(StoredRow&&)>& visit, const Past& past);
  /// What of the file's content beside the records, or of whose it is, cannot be read; empty: nothing.
  std::string damage_beside();
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
  using Names = std::map<std::int64_t, JournalId>;
  /// Where a row is.
  struct Place {
    std::int64_t journal = 0, seq = 0, intake = 0;
    auto operator<=>(const Place&) const = default;
  };
  /// The journals' numbers in the file. `by` says by which tree they are found.
  Names names(const char* by);
  Names names_past_damage();
  /// "SELECT … FROM record" of what row_of reads.
  std::string select_rows();
  static StoredRow row_of(const sqlcipher::Statement::Rows& rows, const Names& names);
  void each_row(const std::string& order,
                const std::function<void(StoredRow&&, std::int64_t journal)>& visit);
  /// Each of a record that cannot be read, too, in the order of rows(); none up to `last`.
  std::vector<Place> places_past_damage(const Place& last);
  /// Of the first record that can be read: whose it is, as its header says; empty: none can.
  Octets tenant_of_a_record();

  sqlcipher::Database database_;
  std::string tenant_damage_;  // Why the page with the tenant cannot be read.
  TenantId tenant_;
};

}  // namespace feldsher
