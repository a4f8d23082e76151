#pragma once
#include <filesystem>
#include <iosfwd>

#include "central/commands/central_folder.hpp"

namespace feldsher::central {

struct SettleWish {
  std::filesystem::path named;  ///< The folder as people will call it.
  bool revoke_tokens = false;   ///< All tokens end; the commands of this machine get a new one.
};

/// A copy became central: its keys and tokens are those of the time when the copy was made, its journal may
/// know more.
///
/// When its pass key was retired since, or no record knows it, the next one signs if the points know that
/// one, else a new one; what the points were not told yet is told by the first act of the new life. Of tokens
/// no record says anything: prints which stand and what to do. A run that was cut off is run again. The
/// journal must not be open. Throws Fault.
void settle_keys(const CentralFolder& folder, const SettleWish& wish, std::ostream& out);

}  // namespace feldsher::central
