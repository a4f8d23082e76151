#pragma once
#include <map>

#include "protocol/record/record.hpp"

namespace feldsher {

/// One subject: its state, and the record that made it.
template <class Message>
struct Row {
  Message state;
  RecordKey record;
  v1::Verb verb = v1::VERB_UNSPECIFIED;
  std::int64_t at_ms = 0;  ///< Stamp of that record, Unix ms.
};

/// All subjects of one type, by id.
template <class Message>
class Table {
 public:
  /// Takes the record's state. False when the body is not a Message: the row stays as it was.
  bool apply(const Record& record) {
    auto state = record.body<Message>();
    if (!state) return false;
    rows_[record.subject.id] = {std::move(*state), record.key, record.header.verb(),
                                record.header.at().wall_ms()};
    return true;
  }
  void drop(const Uuid& id) { rows_.erase(id); }

  const Row<Message>* find(const Uuid& id) const {
    auto at = rows_.find(id);
    return at == rows_.end() ? nullptr : &at->second;
  }
  const Row<Message>* find(OctetsView id) const {
    auto uuid = Uuid::from_octets(id);
    return uuid ? find(*uuid) : nullptr;
  }
  const std::map<Uuid, Row<Message>>& rows() const { return rows_; }

 private:
  std::map<Uuid, Row<Message>> rows_;
};

}  // namespace feldsher
