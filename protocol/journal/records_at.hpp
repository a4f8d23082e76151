#pragma once
#include <algorithm>
#include <vector>

#include "protocol/record/record.hpp"

namespace feldsher {

/// An ErasePick that names the records by their places. A store on disk goes straight to them and looks at no
/// others: whoever knows the places pays for what is dropped, and not for the length of the journal. Places
/// that hold nothing (any more) are no fault. Not for the scope's records.
class RecordsAt {
 public:
  explicit RecordsAt(std::vector<RecordKey> places) : places_(std::move(places)) {
    std::sort(places_.begin(), places_.end());
  }

  bool operator()(const Record& record) const {
    return std::binary_search(places_.begin(), places_.end(), record.key);
  }
  /// In the order of the journals.
  const std::vector<RecordKey>& places() const { return places_; }

 private:
  std::vector<RecordKey> places_;
};

}  // namespace feldsher
