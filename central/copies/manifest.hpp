#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "protocol/crypto/signing_key.hpp"
#include "protocol/journal/tip.hpp"

namespace feldsher::central {

/// What a backup says of itself, signed by central's head key: which journals it holds, up to where.
struct Manifest {
  struct End {
    JournalId journal;
    std::uint64_t seq = 0;
    Digest hash{}, root{};
    bool operator==(const End&) const = default;
  };
  TenantId tenant;
  NodeId node;
  std::string network;  ///< Its name, for people.
  std::string software;
  std::int64_t made_ms = 0;
  std::uint64_t intake = 0;
  std::vector<End> ends;
  Digest secrets{};  ///< SHA-256 of the sealed secrets.

  static End end_of(const JournalTip& tip) {
    return {.journal = tip.journal, .seq = tip.seq, .hash = tip.hash, .root = tip.edge.root()};
  }
  std::string to_json() const;
  /// Throws Fault.
  static Manifest from_json(std::string_view text);
};

/// The files of a backup's folder. The manifest is written last: a folder without one is a backup that was
/// not finished.
struct BackupFolder {
  std::filesystem::path path;
  std::filesystem::path journal() const { return path / "journal.db"; }
  std::filesystem::path secrets() const { return path / "secrets.sealed"; }
  std::filesystem::path manifest() const { return path / "manifest.json"; }
  std::filesystem::path signature() const { return path / "manifest.sig"; }

  void write(const Manifest& manifest, const SigningKey& key) const;
  /// Throws Fault: not finished, or not signed by `key`.
  Manifest read(const PublicKey& key) const;
};

}  // namespace feldsher::central
