#pragma once
#include <optional>

#include "central/commands/central_folder.hpp"
#include "central/commands/config.hpp"

namespace feldsher::central {

/// Runs central until SIGINT or SIGTERM, or until its disk fails. Throws Fault when it cannot begin.
/// 0: stopped when asked; 3: the disk failed or the views were damaged, and it has to be started again.
int serve(const Config& config);

/// Follows the central that the folder's standby.json names, until SIGINT or SIGTERM, or until its disk
/// fails. Throws Fault when it cannot begin. 0: stopped when asked; 1: central refuses it for now; 3: the
/// disk failed, and it has to be started again; 4: this copy and central hold different records, which
/// another start does not change.
int follow(const Config& config);

/// Makes views.db anew from the journal of a stopped central, and returns how many records it shows. A
/// running one is asked to do it while it answers: nothing, and its log says when. Throws Fault.
std::optional<std::uint64_t> rebuild(const CentralFolder& folder);

}  // namespace feldsher::central
