#pragma once
#include <optional>

#include "protocol/record/record.hpp"

namespace feldsher {

/// Which nodes write subjects of one kind. Each fact has one writer (protocol/README.md, "Who writes what"):
/// a record of another is kept in the journal that holds it, and has no effect anywhere.
enum class Author {
  central,  ///< Central alone.
  points,   ///< Points alone.
  all,      ///< Points and central, each its own subjects.
};

/// Who writes subjects of that kind; nothing for one that this version does not know, which may be anybody's:
/// it is kept and passed on, and nothing is done by it.
std::optional<Author> author_of(v1::EntityType kind);

/// Whether a record's kind is one that its origin writes, and writes in that stream: blocks of readings, and
/// nothing else, are written among readings. `central`: the node that central is.
bool may_write(const Record& record, NodeId central);

/// What an incident says of a record whose origin may not write it there: its kind and its key.
std::string misplaced(const Record& record);

}  // namespace feldsher
