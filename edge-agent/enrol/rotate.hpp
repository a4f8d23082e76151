#pragma once
#include <filesystem>
#include <iosfwd>
#include <string>

namespace feldsher::edge {

struct RotateWish {
  std::filesystem::path folder;  ///< The point's.
  std::filesystem::path broker;  ///< The broker's; empty: see broker_folder.
  std::string key = "box";       ///< "box", "head", "line" or "bus".
};

/// Puts a new key in the place of one of a point's. No database is rewritten. Not while its agent runs.
/// Throws Fault with what to do; then what there was is still good.
///
/// - box: what wraps the key of the databases; the databases stay as they are;
/// - head: what signs the heads of the journals; the former key hands over to it, and a new life begins;
/// - line: the certificate for central, which is also renewed by itself each year;
/// - bus: the certificates of the point's own broker and of the agent at it. Cut off, the agent finishes its
///   own when it starts; the broker's, in a folder that the agent may not read, when this is run again.
void rotate(const RotateWish& wish, std::ostream& out);

}  // namespace feldsher::edge
