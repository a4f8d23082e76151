#pragma once
#include <filesystem>

#include "protocol/record/octets.hpp"

namespace feldsher {

// What root writes here belongs to the owner of the file that it replaces; when there is none, to that of the
// folder: whoever reads it is not root.

/// Writes a new file of mode 600, whole or not at all whatever the process is killed in, and syncs it and its
/// folder. Throws Fault when `path` exists already (a key is never written over) or cannot be written.
void write_secret_file(const std::filesystem::path& path, OctetsView content);

/// Puts a file of mode 600 in the place of the one that is there, if one is: whole, through a temporary one
/// and a rename; both are synced. For what is meant to change: a renewed key, the wrapping of another.
void replace_secret_file(const std::filesystem::path& path, OctetsView content);

/// Writes a file that anybody may read (mode 644 whatever the umask), through a temporary one and a rename:
/// what is in its place can be read at every moment.
void write_public_file(const std::filesystem::path& path, OctetsView content);

/// More than any key.
inline constexpr std::size_t largest_secret = 64U << 10;

/// The content of a secret file. Throws Fault when it is missing, larger than `most` octets, or readable or
/// writable by anybody but its owner (a key that others could read is not a key).
Octets read_secret_file(const std::filesystem::path& path, std::size_t most = largest_secret);

}  // namespace feldsher
