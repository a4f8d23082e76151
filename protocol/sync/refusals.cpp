#include "protocol/sync/refusals.hpp"

namespace feldsher::sync {

std::string sentence_of(v1::Refusal refusal) {
  switch (refusal) {
    case v1::REFUSAL_NONE:
      return "central refused nothing";
    case v1::REFUSAL_CLONE:
      return "central refused this box as a copy: another disk of this point was there since. Which one is "
             "right a person says: `feldsher-central incidents` names what lets this one in "
             "(`accept-older-disk`, or a new enrolment); if it is the wrong one, switch it off";
    case v1::REFUSAL_FOREIGN:
      return "central refused this box: its certificate names another network or point than its data folder. "
             "Give it back the folder that belongs to its certificate, or enrol it anew "
             "(`feldsher-central enrol` prints the code)";
    case v1::REFUSAL_VERSION:
      return "central refused this box: the two do not speak the same version. Install the same release of "
             "Feldsher on both";
    case v1::REFUSAL_UNKNOWN_NODE:
      return "central refused this box: it is not enrolled there, or two people have ended it "
             "(`feldsher-central decommissions` says so). If it shall serve, `feldsher-central enrol` prints "
             "a "
             "code for `feldsher-edge enrol` with an empty data folder";
    case v1::REFUSAL_MALFORMED:
      return "central refused this box: it could not read its hello. Install the same release of Feldsher on "
             "both; if that does not help, report it";
    default:
      break;
  }
  return "central refused this box for a reason that this version does not know (number " +
         std::to_string(static_cast<int>(refusal)) + "): install central's release here";
}

}  // namespace feldsher::sync
