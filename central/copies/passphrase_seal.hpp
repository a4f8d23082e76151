#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "protocol/record/world.hpp"

namespace feldsher::central {

/// Seals `content` with a passphrase: Argon2id (RFC 9106; 64 MiB, three passes) makes the key of AES-256-GCM.
/// What it takes to open it is written before it, and is sealed too.
std::string seal_with_passphrase(OctetsView content, OctetsView passphrase, Random& random);

/// Nothing when the passphrase is another, or anything was changed.
std::optional<Octets> open_with_passphrase(std::string_view sealed, OctetsView passphrase);

/// The first line of `file`; without a file it is asked for at the terminal, unseen, twice when it is `made`
/// now. Throws Fault: shorter than 12 characters, no terminal.
std::string read_passphrase(const std::filesystem::path& file, bool made);

}  // namespace feldsher::central
