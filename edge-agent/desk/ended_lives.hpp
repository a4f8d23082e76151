#pragma once
#include <map>

#include "protocol/record/record.hpp"

namespace feldsher::edge {

/// The lives of this point's node that two people ended with a box, as far as central's word has reached it:
/// of each the last act about something that was open and ended with it. No ids of people or visits.
///
/// Central says of each open ticket and visit that it is ended, but only for as long as they are in the
/// point's scope. What of these acts still leaves something open is ended, also when nobody says so any more.
class EndedLives {
 public:
  /// Central ended what this act, of an ended life, left open.
  void note(const RecordKey& act);
  /// Whether what `act` left open has ended.
  bool cover(const RecordKey& act) const;

  /// As a value of the store: a row of 16 octets for each life.
  Octets to_octets() const;
  static EndedLives from_octets(OctetsView octets);
  bool operator==(const EndedLives&) const = default;

 private:
  std::map<Epoch, std::uint64_t> last_;
};

}  // namespace feldsher::edge
