#pragma once
#include <string>

#include "protocol/contracts/sync.pb.h"

namespace feldsher::sync {

/// Why central refused a box at its hello, and what mends it: for the box's log and its `status`, where
/// whoever stands before it looks. One sentence for each refusal, in ASCII: it travels as a close reason too.
std::string sentence_of(v1::Refusal refusal);

/// What a person at central does about a box that came as a copy. They end an incident's detail.
inline constexpr const char* older_disk_remedy =
    ". If that box is the right one, a person lets it in: feldsher-central accept-older-disk POINT --config "
    "FILE "
    "--token-file FILE (feldsher-central points shows the ids); if it is not, switch it off";
/// Where no pardon helps: what that disk holds contradicts what is held here.
inline constexpr const char* anew_remedy =
    ". If that box is the right one, it needs an empty data folder and a new code: feldsher-central enrol "
    "--point NAME --dir DIR; if it is not, switch it off";
/// A point has heard a younger central than this one.
inline constexpr const char* younger_central_remedy =
    ". If this central is to go on, a person lets the point in: feldsher-central accept-older-disk POINT "
    "--config FILE --token-file FILE; if another has taken its place, switch this one off";

}  // namespace feldsher::sync
