#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "central/commands/central_folder.hpp"

namespace feldsher::central {

struct RotateWish {
  std::string key = "box";  ///< "box", "head", "pass", "server", "standby", "operator" or "authority".
  std::vector<std::string>
      hosts;            ///< server: names of this machine besides localhost; empty = `public_host`.
  bool retire = false;  ///< pass: passes signed by former keys are worth nothing from here on.
};

/// Puts a new key in the place of one of central's. No database is rewritten. Throws Fault with what to do.
///
/// - box: what wraps the key of the databases (central stopped);
/// - head: what signs the heads of its journals and its feeds' marks; the former key hands over to it, and a
///   new life begins (central stopped). A standby has a copy of the key: make it anew;
/// - pass: the next pass key, which all points have heard of already, signs passes from here on, and another
///   next one is told to them. The first time there is no next one: it is made, and nothing else;
/// - server: key and certificate of central's doors (used from the next start on). Both are renewed by
///   themselves in time: this is for a key that others may have, and for other hosts;
/// - standby: in a standby's folder, its certificate, likewise. The former one is revoked when central sees
///   the new: restart the standby;
/// - authority: rotate_authority.hpp;
/// - operator: the token of central's own commands; the one before ends at once.
void rotate(const CentralFolder& folder, const RotateWish& wish, std::ostream& out);

}  // namespace feldsher::central
