#include "central/copies/restore.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <fstream>
#include <ostream>

#include "central/copies/backup.hpp"
#include "central/copies/journal_copy.hpp"
#include "central/copies/passphrase_seal.hpp"
#include "central/copies/secrets.hpp"
#include "central/copies/settle_keys.hpp"
#include "central/copies/standby_folder.hpp"
#include "central/node/central_node.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/folder_trust.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

std::string time_text(std::int64_t ms) {
  const std::time_t seconds = ms / 1000;
  std::tm utc{};
  gmtime_r(&seconds, &utc);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02} UTC", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min);
}

/// A backup that was opened and believed.
struct Opened {
  Manifest manifest;
  CentralSecrets secrets;
  TrustedKeys trusted;  // Who has signed the manifest, and whose word its journals have to be.
};

/// The keys of the central that was backed up, from its files among the secrets.
TrustedKeys trust_in(const CentralSecrets& secrets, const std::filesystem::path& scratch) {
  std::string name = (scratch / "feldsher-restore-XXXXXX").string();
  if (!mkdtemp(name.data())) throw Fault("cannot make a folder in " + scratch.string());
  struct Remove {
    std::filesystem::path folder;
    ~Remove() {
      std::error_code ignored;
      std::filesystem::remove_all(folder, ignored);
    }
  } const folder{name};
  for (const char* each : {"identity.json", "head.key", "head.handover"})
    if (const auto file = secrets.files.find(each); file != secrets.files.end())
      write_secret_file(folder.folder / each, file->second.content);
  FolderTrust trust = trust_beside(folder.folder);
  if (trust.keys.node.empty())
    throw Fault("the backup holds no head key of its central's: " + trust.unusable);
  return std::move(trust.keys);
}

Opened open(const RestoreWish& wish) {
  const BackupFolder backup{wish.from};
  if (!std::filesystem::is_directory(wish.from)) throw Fault(wish.from.string() + " is no folder");
  if (!std::filesystem::exists(backup.manifest()))
    throw Fault(wish.from.string() + " is no backup, or one that was not finished: it has no manifest.json");
  std::ifstream in(backup.secrets(), std::ios::binary);
  const std::string sealed((std::istreambuf_iterator<char>(in)), {});
  const auto content = open_with_passphrase(sealed, read_passphrase(wish.passphrase_file, false));
  if (!content) throw Fault("the passphrase is another, or " + backup.secrets().string() + " was changed");
  CentralSecrets secrets = CentralSecrets::from_json(*content);
  TrustedKeys trusted = trust_in(secrets, std::filesystem::temp_directory_path());
  Manifest manifest = backup.read(public_key_from(trusted.node.front()).value());
  if (manifest.secrets != sha256(sealed)) throw Fault(backup.secrets().string() + " is of another backup");
  return {std::move(manifest), std::move(secrets), std::move(trusted)};
}

/// The manifest's journals, no more and no less, each up to its end with its hash and its tree's root.
void compare(const Manifest& manifest, const std::map<JournalId, JournalTip>& tips) {
  if (tips.size() != manifest.ends.size())
    throw Fault("the backup holds other journals than its manifest names");
  for (const Manifest::End& end : manifest.ends) {
    const auto tip = tips.find(end.journal);
    if (tip == tips.end() || Manifest::end_of(tip->second) != end)
      throw Fault(fmt::format("the journal {}/{} ends elsewhere than the manifest says",
                              end.journal.origin.to_text(), v1::Stream_Name(end.journal.stream)));
  }
}

void check(const Opened& opened, const RestoreWish& wish, std::ostream& out) {
  const BackupFolder backup{wish.from};
  out << "Backup of " << opened.manifest.network << ", made " << time_text(opened.manifest.made_ms)
      << ", signed by its central.\n"
      << "Verifying " << opened.manifest.intake << " records …\n"
      << std::flush;
  SqlcipherJournal journal(backup.journal(), opened.secrets.journal_key);
  const Audit report = audit(journal, opened.trusted);
  if (const auto fault = fault_in(report)) throw Fault(*fault);
  compare(opened.manifest, work_out_tips(journal));
  out << "Good: " << report.records << " records of " << report.rows.size() << " journals, " << report.heads
      << " signed heads, " << opened.secrets.files.size() << " files of secrets.\n";
}

CentralAddress address_of(const std::string& text, const char* option) {
  const auto address = CentralAddress::from(text);
  if (!address) throw Fault(std::string(option) + ": HOST:PORT is expected");
  return *address;
}

/// Where a folder is made, out of sight until it is whole: in the empty one that is there, or beside.
std::filesystem::path part_of(const std::filesystem::path& into) {
  if (std::filesystem::is_directory(into)) return into / ".part";
  return into.string() + ".part";
}

/// Throws Fault with what is in the way of a new folder there, and what to do.
void expect_room(const std::filesystem::path& into) {
  const auto part = part_of(into);
  // With an identity the folder is a central's, and that is what has to be said of it.
  if (std::filesystem::exists(part) && !std::filesystem::exists(into / "identity.json"))
    throw Fault(part.string() +
                " was left by a restore that was cut off, unless one runs now: remove it first, by rm -r " +
                part.string());
  // An empty folder is there where a package was installed.
  if (std::filesystem::exists(into) &&
      !(std::filesystem::is_directory(into) && std::filesystem::is_empty(into)))
    throw Fault(into.string() +
                " is there already: name a folder that is not, or is empty. Nothing was changed");
}

/// Removes what was begun, unless it is kept.
class Begun {
 public:
  explicit Begun(std::filesystem::path path) : path_(std::move(path)) {
    std::filesystem::create_directories(path_);
    std::filesystem::permissions(path_, std::filesystem::perms::owner_all);
  }
  ~Begun() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  Begun(const Begun&) = delete;
  Begun& operator=(const Begun&) = delete;
  const std::filesystem::path& path() const { return path_; }
  void keep_as(const std::filesystem::path& name) {
    if (std::filesystem::exists(name))
      move_into(name);
    else
      std::filesystem::rename(path_, name);
    path_.clear();
  }

 private:
  void move_into(const std::filesystem::path& folder) {
    const std::string last = "identity.json";  // With it the folder is a central's.
    std::vector<std::filesystem::path> names;
    for (const auto& entry : std::filesystem::directory_iterator(path_))
      if (entry.path().filename() != last) names.push_back(entry.path().filename());
    names.emplace_back(last);
    for (const auto& each : names) std::filesystem::rename(path_ / each, folder / each);
    std::filesystem::remove(path_);
  }

  std::filesystem::path path_;
};

/// The journal of the central that is made.
void fill_journal(const Opened& opened, const RestoreWish& wish, const CentralFolder& folder,
                  std::ostream& out) {
  SystemRandom random;
  const DataFolder data = DataFolder::open_or_create(folder.path(), random);
  const auto store = data.open_store(opened.manifest.tenant);
  {
    SqlcipherJournal journal(BackupFolder{wish.from}.journal(), opened.secrets.journal_key);
    copy_journal(journal, *store, progress_on(out));
  }
  if (!wish.standby_of.empty()) return;
  std::uint64_t records = opened.manifest.intake;
  if (!wish.pull.empty()) {
    out << "Pulling what came later from " << wish.pull << " …\n" << std::flush;
    const PassingGuest guest(folder, address_of(wish.pull, "--pull"));
    fetch(*store, guest.line(), progress_on(out));
    records = 0;
    for (const JournalTip& tip : store->tips()) records += tip.seq;
    out << "Pulled " << records - opened.manifest.intake << " records.\n";
  }
  const Transaction taken_over = CentralNode::take_over(
      *store, fmt::format("central was restored from a backup of {}, up to record {} of its intake",
                          time_text(opened.manifest.made_ms), records));
  store->commit({&taken_over, 1});
  store->checkpoint();
}

void fill(const Opened& opened, const RestoreWish& wish, const std::filesystem::path& into,
          std::ostream& out) {
  opened.secrets.write(into);
  const CentralFolder folder = CentralFolder::open(into);
  fill_journal(opened, wish, folder, out);
  if (wish.standby_of.empty())
    settle_keys(folder, {.named = wish.into, .revoke_tokens = wish.revoke_tokens}, out);
  else
    make_standby(folder, address_of(wish.standby_of, "--standby-of"));
}

}  // namespace

void restore(const RestoreWish& wish, std::ostream& out) {
  if (!wish.standby_of.empty()) address_of(wish.standby_of, "--standby-of");
  if (!wish.pull.empty()) address_of(wish.pull, "--pull");
  if (!wish.into.empty()) expect_room(wish.into);
  const Opened opened = open(wish);
  check(opened, wish, out);
  if (wish.into.empty()) return;
  expect_room(wish.into);  // Checking took its time.
  Begun begun(part_of(wish.into));
  fill(opened, wish, begun.path(), out);
  begun.keep_as(wish.into);
  if (!wish.standby_of.empty()) {
    out << "A standby is in " << wish.into.string() << "\nNext: " << start_command(wish.into, true) << "\n";
    return;
  }
  out << "A central is in " << wish.into.string() << "\n";
  if (wish.pull.empty())
    out << "What central alone acknowledged after " << time_text(opened.manifest.made_ms)
        << " is not in it: bookings and cancellations by its API, its\nanswers to points, its leases. What "
           "points and "
           "devices were told comes back when the points connect. Then\n`feldsher-central incidents` says "
           "how many "
           "acts of central each point had heard that are missing here.\n"
        << "Who was erased after that moment is in it again: order it anew (propose-erasure, "
           "order-erasure).\n";
  out << "Next: " << start_command(wish.into) << "\n";
}

}  // namespace feldsher::central
