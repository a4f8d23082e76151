#include "protocol/clinic/authority.hpp"

#include <algorithm>

namespace feldsher {
namespace {

struct KindAuthor {
  v1::EntityType kind;
  Author author;
};

constexpr KindAuthor authors[] = {
    {v1::NODE, Author::all},
    {v1::POINT, Author::central},
    {v1::DEPARTMENT, Author::central},
    {v1::ROOM, Author::central},
    {v1::PRACTITIONER, Author::central},
    {v1::SERVICE, Author::central},
    {v1::SHIFT, Author::central},
    {v1::APPOINTMENT, Author::all},  // Of the holder of its minutes.
    {v1::PATIENT, Author::all},      // Reception registers, central too.
    {v1::VISIT, Author::all},        // Central only ends what died with its box.
    {v1::TICKET, Author::all},       // Likewise.
    {v1::SURVEY_ANSWER, Author::points},
    {v1::LEASE, Author::central},
    {v1::GIVE_BACK, Author::points},
    {v1::REQUEST, Author::all},         // Of who asks.
    {v1::REQUEST_ANSWER, Author::all},  // Of the owner.
    {v1::DEVICE, Author::central},
    {v1::CUSTODY, Author::central},
    {v1::READING_BLOCK, Author::points},
    {v1::PASS_KEY, Author::central},
    {v1::INCIDENT, Author::all},
    {v1::DISCLOSURE, Author::all},
    {v1::CLOCK, Author::all},
    {v1::SURVEY, Author::central},
    {v1::TERMINAL, Author::central},
    {v1::ROOM_STATE, Author::points},
    {v1::SHIFT_STATE, Author::points},
    {v1::TASK, Author::central},
    {v1::ERASURE, Author::central},
    {v1::ENROLMENT, Author::central},
    {v1::CREDENTIAL, Author::central},
    {v1::DECOMMISSION, Author::central},
    {v1::DAY, Author::central},
};

bool is_in_its_stream(const Record& record) {
  return (record.key.stream == v1::READINGS) == (record.subject.type == v1::READING_BLOCK);
}

}  // namespace

std::optional<Author> author_of(v1::EntityType kind) {
  const auto at =
      std::find_if(std::begin(authors), std::end(authors), [&](const auto& row) { return row.kind == kind; });
  return at == std::end(authors) ? std::nullopt : std::optional(at->author);
}

bool may_write(const Record& record, NodeId central) {
  const auto author = author_of(record.subject.type);
  if (!author) return true;
  if (!is_in_its_stream(record)) return false;
  switch (*author) {
    case Author::central:
      return record.key.origin == central;
    case Author::points:
      return record.key.origin != central;
    case Author::all:
      break;
  }
  return true;
}

std::string misplaced(const Record& record) {
  const char* among = record.key.stream == v1::READINGS ? " among its readings" : " among its acts";
  return v1::EntityType_Name(record.subject.type) + " is not its to write" +
         (is_in_its_stream(record) ? "" : among) + ": " + to_hex(record.key.to_octets());
}

}  // namespace feldsher
