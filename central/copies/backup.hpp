#pragma once
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>

#include "central/commands/central_folder.hpp"
#include "central/copies/manifest.hpp"
#include "protocol/journal/audit.hpp"

namespace feldsher::central {

struct BackupWish {
  std::filesystem::path config;           ///< central.toml.
  std::filesystem::path to;               ///< Must not be there.
  std::filesystem::path passphrase_file;  ///< Empty: asked for at the terminal.
};

/// Copies central's journal, running or stopped, into a file under a key of its own, seals what else central
/// needs, verifies the copy with the head key of the folder, and signs what it is. Throws Fault; what was
/// begun then has no manifest.
void back_up(const BackupWish& wish, std::ostream& out);

/// What is wrong with a journal, for people; nothing when it is good.
std::optional<std::string> fault_in(const Audit& report);

/// Says how far a copy is, at most once a second and at the end.
std::function<void(std::uint64_t records, std::uint64_t of)> progress_on(std::ostream& out);

}  // namespace feldsher::central
