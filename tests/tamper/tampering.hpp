#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/journal/sqlcipher_journal.hpp"
#include "protocol/journal/verify.hpp"

namespace feldsher::tamper {

/// What somebody with the database's key does to a journal.
enum class Kind {
  flip_core,  ///< One bit of a header.
  flip_body,  ///< One bit of a body.
  flip_hash,  ///< One bit of a stored hash, which is the next record's `prev`.
  drop,       ///< A record is gone.
  insert,     ///< A record more, copied from the one before, all later ones moved by one place.
  swap,       ///< Two neighbours in each other's places.
  replace,    ///< A record's body in another's place.
  forge,      ///< A record rewritten with everything that can be worked out from it: digest and stored hash.
  cut,        ///< All from a record on is gone.
  cut_and_close,  ///< The same, and the journal says that it always ended there.
  rewrite,        ///< A record rewritten, and every hash from there to the journal's end.
  flip_head,      ///< One bit of a signed head.
  anew,           ///< The whole file written anew, in the node's name, with a key of the forger's own.
  old_copy,       ///< The whole file as it was before a record came, with what it held then; who verifies it
                  ///< has a later head from elsewhere, countersigned.
};
const std::vector<Kind>& kinds();
const char* to_text(Kind kind);

/// A mutation of one journal: the rows from `seq` on that are to be read instead of `consumed` original ones,
/// and the record that a verifier has to name.
struct Mutation {
  Kind kind = Kind::flip_core;
  std::uint64_t seq = 0;
  std::vector<StoredRow> rows;
  std::size_t consumed = 0;
  std::uint64_t expected = 0;
};

/// The header hash that `row` has after `prev`: what somebody who rewrites a journal can work out as well.
Octets hash_in(const StoredRow& row, const Octets& prev);

/// Makes the mutation of `rows[0]`, which follows `before` and is followed by rows[1]. Nothing where the kind
/// needs what is not there: a body, or a next record.
std::optional<Mutation> mutate(Kind kind, const StoredRow& before, const std::vector<StoredRow>& rows,
                               Random& random);

struct Tally {
  std::uint64_t made = 0, found = 0;
};
struct Result {
  std::map<Kind, Tally> kinds;
  std::vector<std::string> missed;
  double verifying_s = 0;  ///< One whole verification of the file, from opening it to the last head.
  std::uint64_t records = 0;
  std::uint64_t made() const;
};

/// A journal of `records` records in `folder`: acts and readings, a signed head at the end of each.
void make_journal(const std::filesystem::path& folder, std::uint64_t records, std::uint64_t seed);

/// `count` mutations by SQL on copies of the file, each copy verified as a whole.
Result tamper_files(const std::filesystem::path& folder, std::uint64_t count, std::uint64_t seed);

/// `count` mutations of what is read from the file, in one pass: up to each place the verifier has seen the
/// true records, from there on a copy of it sees the mutated ones.
Result tamper_reading(const std::filesystem::path& folder, std::uint64_t count, std::uint64_t seed);

}  // namespace feldsher::tamper
