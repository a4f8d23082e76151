#pragma once
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "central/commands/init.hpp"
#include "central/commands/rotate.hpp"
#include "central/commands/stopped_central.hpp"
#include "central/copies/backup.hpp"
#include "central/copies/restore.hpp"
#include "protocol/crypto/signing_key.hpp"
#include "tests/unit/protocol/journal/journals.hpp"

namespace feldsher::central {

namespace fs = std::filesystem;

/// A stopped central in `net`, and its backup in `night`.
struct BackedUp {
  BackedUp() {
    init({.folder = net, .name = "Test", .hosts = {}}, said);
    write("first");
    std::ofstream(passphrase) << "correct horse battery\n";
    back_up({.config = net / "central.toml", .to = night, .passphrase_file = passphrase}, said);
  }
  /// Central writes an act.
  void write(const std::string& detail, const fs::path& into = {}) {
    StoppedCentral central(CentralFolder::open(into.empty() ? net : into));
    v1::Incident incident;
    incident.set_detail(detail);
    Draft draft;
    draft.actor = central.node().self();
    draft.subject = {v1::INCIDENT, central.node().random().uuid_v7(central.node().now().wall_ms)};
    draft.verb = v1::RAISED;
    draft.message = incident.SerializeAsString();
    central.node().write({draft}, [] {});
    central.commit();
  }
  RestoreWish wish(const fs::path& into = {}) const {
    return {.from = night, .into = into, .passphrase_file = passphrase, .standby_of = {}, .pull = {}};
  }
  static std::vector<v1::NodeLife> lives(const fs::path& of) {
    const CentralFolder folder = CentralFolder::open(of);
    std::vector<v1::NodeLife> lives;
    const auto store = DataFolder::open(of).open_store(folder.identity().tenant);
    store->replay(0, [&](std::uint64_t, Record&& record) {
      if (record.header.verb() == v1::OPENED) lives.push_back(*record.body<v1::NodeLife>());
    });
    return lives;
  }

  void rotate_pass() {
    const CentralFolder folder = CentralFolder::open(net);
    rotate(folder, {.key = "pass", .hosts = {}, .retire = true}, said);
  }
  /// The points were told of central's pass key, and of the next.
  void know_a_pass_key() { rotate_pass(); }
  /// A standby is made in `day`, of a backup that is made now.
  void make_standby() {
    fs::remove_all(night);
    back_up({.config = net / "central.toml", .to = night, .passphrase_file = passphrase}, said);
    RestoreWish standby = wish(day);
    standby.standby_of = "central.example:8443";
    restore(standby, said);
  }
  /// The standby's journal is central's: its files are those of when it was made.
  void follow_until_now() {
    const fs::path later = place.path() / "later", files = place.path() / "files";
    back_up({.config = net / "central.toml", .to = later, .passphrase_file = passphrase}, said);
    fs::rename(day, files);
    RestoreWish standby = wish(day);
    standby.from = later;
    standby.standby_of = "central.example:8443";
    restore(standby, said);
    for (const char* file : {"pass.key", "pass-next.key", "tokens.json"})
      fs::copy_file(files / file, day / file, fs::copy_options::overwrite_existing);
  }
  /// Whether passes that the key in `file` signs are believed at points.
  static bool counts(const fs::path& file) {
    const PublicKey key = SigningKey::load(file).public_key();
    StoppedCentral central(CentralFolder::open(file.parent_path()));
    for (const auto& [id, row] : central.node().state().pass_keys.rows())
      if (public_key_from(row.state.public_key()) == key) return !row.state.retired();
    return false;
  }

  testing::TemporaryFolder place;
  const fs::path net = place.path() / "net", night = place.path() / "night", day = place.path() / "day",
                 passphrase = place.path() / "passphrase";
  std::ostringstream said;
};

}  // namespace feldsher::central
