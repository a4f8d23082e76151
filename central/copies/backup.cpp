#include "central/copies/backup.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>
#include <chrono>
#include <memory>
#include <ostream>

#include "central/commands/last_backup.hpp"
#include "central/copies/journal_copy.hpp"
#include "central/copies/passphrase_seal.hpp"
#include "central/copies/secrets.hpp"
#include "central/copies/standby_folder.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/folder_trust.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

bool runs_elsewhere(const Fault& fault) {
  return std::string_view(fault.what()).find("another feldsher process") != std::string_view::npos;
}

/// From the file when central is stopped, from central itself when it runs: one connection writes and
/// checkpoints its file, and there is no second one.
void copy(const CentralFolder& folder, const Config& config, JournalStore& store, std::ostream& out) {
  std::unique_ptr<SqlcipherJournal> stopped;
  try {
    const DataFolder data = DataFolder::open(folder.path());
    stopped = std::make_unique<SqlcipherJournal>(data.journal(), data.key());
  } catch (const Fault& fault) {
    if (!runs_elsewhere(fault)) throw;
  }
  if (stopped) return copy_journal(*stopped, store, progress_on(out));
  const std::string host =
      config.sync_host == "0.0.0.0" || config.sync_host == "::" || config.sync_host == "127.0.0.1"
          ? "localhost"
          : config.sync_host;
  const PassingGuest guest(folder, {.host = host, .port = config.sync_port});
  fetch(store, guest.line(), progress_on(out));
}

/// `folder`: of whose keys the copy has to be the word.
void check(const std::filesystem::path& file, const DatabaseKey& key, const CentralFolder& folder) {
  const FolderTrust trust = trust_beside(folder.path());
  if (!trust.unusable.empty()) throw Fault(trust.unusable);
  SqlcipherJournal journal(file, key);
  if (const auto fault = fault_in(audit(journal, trust.keys))) throw Fault("the copy is not good: " + *fault);
}

/// Where `status` finds it. A backup is good without.
void note(const CentralFolder& folder, const LastBackup& made, std::ostream& out) {
  try {
    made.write(folder.last_backup());
  } catch (const Fault& fault) {
    out << "WARNING: `feldsher-central status` will not know of this backup: " << fault.what() << "\n";
  }
}

}  // namespace

std::optional<std::string> fault_in(const Audit& report) {
  if (!report.damage.empty()) return report.damage;
  if (report.findings.empty()) return std::nullopt;
  const Verifier::Finding& first = report.findings.front();
  return fmt::format("{} findings; the first: record {} of {}: {}", report.findings.size(), first.seq,
                     first.journal.origin.to_text(), first.what);
}

std::function<void(std::uint64_t, std::uint64_t)> progress_on(std::ostream& out) {
  using Clock = std::chrono::steady_clock;
  return [&out, last = Clock::time_point(), done = false](std::uint64_t records, std::uint64_t of) mutable {
    const auto now = Clock::now();
    const bool ends = records >= of;
    if (done || (!ends && now - last < std::chrono::seconds(1))) return;
    last = now;
    done = ends;
    out << "  " << records << " of " << of << " records\n" << std::flush;
  };
}

void back_up(const BackupWish& wish, std::ostream& out) {
  const Config config = read_config(wish.config);
  const CentralFolder folder = CentralFolder::open(config.dir);
  if (std::filesystem::exists(wish.to))
    throw Fault(wish.to.string() + " is there already: name a folder that is not. Nothing was changed");
  const std::string passphrase = read_passphrase(wish.passphrase_file, true);
  SystemRandom random;
  const Instant now = SystemClock().now();
  if (mkdir(wish.to.c_str(), 0700) != 0)
    throw Fault(fmt::format("cannot make {}: {}", wish.to.string(), std::generic_category().message(errno)));

  const BackupFolder backup{wish.to};
  const DatabaseKey key = DatabaseKey::make(random);
  Manifest manifest{.tenant = folder.identity().tenant,
                    .node = folder.identity().node,
                    .network = folder.identity().name,
                    .software = "feldsher-central",
                    .made_ms = now.wall_ms,
                    .intake = 0,
                    .ends = {},
                    .secrets = {}};
  {
    SqlcipherStore store(backup.journal(), manifest.tenant, key);
    copy(folder, config, store, out);
    store.checkpoint();
    for (const JournalTip& tip : store.tips()) {
      manifest.ends.push_back(Manifest::end_of(tip));
      manifest.intake += tip.seq;
    }
  }
  check(backup.journal(), key, folder);
  const std::string sealed =
      seal_with_passphrase(CentralSecrets::collect(folder.path(), key).to_json(), passphrase, random);
  write_secret_file(backup.secrets(), sealed);
  manifest.secrets = sha256(sealed);
  backup.write(manifest, SigningKey::load(folder.head_key()));
  note(folder, {.made_ms = manifest.made_ms, .records = manifest.intake}, out);
  out << "Backed up " << manifest.intake << " records of " << manifest.ends.size() << " journals to "
      << wish.to.string() << ", every one verified.\n"
      << "Without the passphrase it is worth nothing: keep it elsewhere.\n"
      << "Check it: feldsher-central restore " << wish.to.string() << " --verify\n";
}

}  // namespace feldsher::central
