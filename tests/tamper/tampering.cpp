#include "tests/tamper/tampering.hpp"

#include "protocol/contracts/record.pb.h"
#include "protocol/record/record.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::tamper {
namespace {

void flip_bit(Octets& octets, Random& random) {
  octets[random.below(octets.size())] ^= static_cast<char>(1U << random.below(8));
}

/// Another time of day: the least that somebody may want to change.
Octets with_another_time(const Octets& core) {
  v1::HeaderCore header;
  ensure(header.ParseFromString(core), "a stored core can be read");
  header.mutable_at()->set_wall_ms(header.at().wall_ms() + 3'600'000);
  return header.SerializeAsString();
}

struct Named {
  Kind kind;
  const char* name;
};
constexpr Named names[]{{Kind::flip_core, "flip a header bit"},
                        {Kind::flip_body, "flip a body bit"},
                        {Kind::flip_hash, "flip a bit of prev"},
                        {Kind::drop, "drop"},
                        {Kind::insert, "insert"},
                        {Kind::swap, "swap"},
                        {Kind::replace, "replace a body"},
                        {Kind::forge, "forge a record"},
                        {Kind::cut, "cut the tail"},
                        {Kind::cut_and_close, "cut, end moved"},
                        {Kind::rewrite, "rewrite all after"},
                        {Kind::flip_head, "flip a head bit"},
                        {Kind::anew, "written anew"},
                        {Kind::old_copy, "an old copy"}};

}  // namespace

Octets hash_in(const StoredRow& row, const Octets& prev) {
  Digest before{}, digest{};
  digest_from(prev, before);
  Record record;
  if (row.body_digest) digest_from(*row.body_digest, digest);
  const RecordFault fault =
      read_record(row.core, row.body, row.body ? std::nullopt : std::optional(digest), before, record);
  ensure(fault == RecordFault::none, "a forger writes readable records");
  return to_octets(record.stored.hash);
}

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = [] {
    std::vector<Kind> made;
    for (const Named& each : names) made.push_back(each.kind);
    return made;
  }();
  return all;
}

const char* to_text(Kind kind) {
  for (const Named& each : names)
    if (each.kind == kind) return each.name;
  return "unknown";
}

std::optional<Mutation> mutate(Kind kind, const StoredRow& before, const std::vector<StoredRow>& rows,
                               Random& random) {
  const StoredRow& row = rows.front();
  const bool has_next = rows.size() > 1;
  Mutation made{.kind = kind, .seq = row.seq, .rows = {row}, .consumed = 1, .expected = row.seq};
  StoredRow& changed = made.rows.front();
  switch (kind) {
    case Kind::flip_core:
      flip_bit(changed.core, random);
      return made;
    case Kind::flip_body:
      if (!changed.body) return std::nullopt;
      flip_bit(*changed.body, random);
      return made;
    case Kind::flip_hash:
      flip_bit(changed.hash, random);
      return made;
    case Kind::drop:
      if (!has_next) return std::nullopt;
      made.rows.clear();
      return made;
    case Kind::insert: {
      if (before.core.empty()) return std::nullopt;
      StoredRow more = before;
      more.seq = row.seq;
      more.hash = hash_in(more, before.hash);
      ++changed.seq;
      made.rows.insert(made.rows.begin(), std::move(more));
      return made;
    }
    case Kind::swap:
      if (!has_next) return std::nullopt;
      made.rows = {rows[1], rows[0]};
      std::swap(made.rows[0].seq, made.rows[1].seq);
      made.consumed = 2;
      return made;
    case Kind::replace:
      if (!row.body || !before.body || *row.body == *before.body) return std::nullopt;
      changed.body = before.body;
      return made;
    case Kind::forge:
    case Kind::rewrite:
      changed.core = with_another_time(changed.core);
      changed.hash = hash_in(changed, before.hash.empty() ? to_octets(zero_digest) : before.hash);
      // It is whole in itself; the record after it is the first that does not fit.
      made.expected = row.seq + 1;
      if (kind == Kind::forge && !has_next) return std::nullopt;
      return made;
    case Kind::cut:
    case Kind::cut_and_close:
    case Kind::old_copy:
      made.rows.clear();
      return made;
    case Kind::flip_head:
      made.expected = 0;
      return made;
    case Kind::anew:
      made.expected = 1;
      return made;
  }
  return std::nullopt;
}

std::uint64_t Result::made() const {
  std::uint64_t all = 0;
  for (const auto& [kind, tally] : kinds) all += tally.made;
  return all;
}

}  // namespace feldsher::tamper
