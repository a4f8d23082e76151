#include "protocol/journal/journal_commands.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <cerrno>
#include <functional>
#include <optional>
#include <ostream>
#include <system_error>

#include "protocol/journal/audit.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/folder_trust.hpp"
#include "protocol/journal/journal_snapshot.hpp"
#include "protocol/journal/sqlcipher_journal.hpp"
#include "protocol/journal/sqlcipher_pages.hpp"
#include "protocol/record/result.hpp"

namespace feldsher {
namespace {

/// The journal of a folder, or of a copy of it, opened.
struct OpenedJournal {
  explicit OpenedJournal(const JournalPlace& place) {
    const DataFolder folder = DataFolder::open(place.folder);
    std::filesystem::path path = folder.journal();
    if (!std::filesystem::exists(path))
      throw Fault(fmt::format("there is no journal in {}", place.folder.string()));
    if (place.live) path = snapshot.emplace(path).journal();
    try {
      journal.emplace(path, folder.key());
    } catch (const sqlcipher::NoAccess& fault) {
      const std::string what = fault.what();
      if (what.find("another feldsher process") == std::string::npos) throw;
      throw Fault(what + "\nStop the program first, or use --live to look at a private copy.");
    } catch (const NothingToRead& fault) {
      damage = fault.what();
    } catch (const Fault& fault) {
      // Whether the key is another or the file is damaged, its other pages say.
      const auto pages = sqlcipher::pages_of_key(path, folder.key());
      if (pages.fitting == pages.all) throw;
      if (pages.fitting == 0) throw Fault(fmt::format("{}\nNo page of it fits the key.", fault.what()));
      damage = pages.first ? std::string(fault.what())
                           : fmt::format(
                                 "cannot use {}: its first page is damaged, or was changed by somebody "
                                 "without the key, and no record is found without it. The key is the "
                                 "file's: it made {} of its {} pages",
                                 folder.journal().string(), pages.fitting, pages.all);
    }
  }
  std::optional<JournalSnapshot> snapshot;
  std::optional<SqlcipherJournal> journal;  ///< None: for `damage` nothing of it can be read.
  std::string damage;
};

std::string stream_name(v1::Stream stream) {
  return stream == v1::ACTS       ? "acts"
         : stream == v1::READINGS ? "readings"
                                  : fmt::format("stream {}", int{stream});
}

std::string epoch_name(Epoch epoch) { return fmt::format("{:016x}", epoch.value); }

/// What the verdict rests on.
void tell_trust(const Audit& report, const FolderTrust& trust, std::ostream& out) {
  const bool central_known = !trust.keys.central.empty();
  const bool countersigned = std::any_of(report.countersigned.begin(), report.countersigned.end(),
                                         [](const auto& each) { return each.second != 0; });
  if (!trust.unusable.empty()) out << fmt::format("not trusted: {}\n", trust.unusable);
  for (const FolderTrust::Key& key : trust.told)
    out << fmt::format("trusted: {}'s key {} ({})\n", key.whose, to_hex(key.key), key.from);
  if (!central_known)
    out << "Without central's key a journal that was replaced as a whole cannot be told from a true one: "
           "give "
           "--central-key.\n";
  else if (!report.good())
    return;
  else if (!countersigned && report.heads == 0 && !report.rows.empty())
    out << "Nothing of it is signed: so is what a node wrote in its first minute, and what anybody wrote in "
           "its place.\n";
  else if (!countersigned && !report.rows.empty())
    out << "Central has countersigned nothing of it: it is the word of whoever has the node's key alone.\n";
  else if (!trust.keys.countersignatures_demanded)
    out << "Whoever replaced the journal and those files too cannot be told: --central-key with a key that "
           "was "
           "kept elsewhere proves more.\n";
}

void tell(const Audit& report, const JournalPlace& place, const FolderTrust& trust, std::ostream& out) {
  out << fmt::format("{}, tenant {}\n", place.folder.string(), report.tenant);
  if (!report.rows.empty())
    out << fmt::format("{:36}  {:8}  {:16}  {:>9}\n", "node", "journal", "epoch", "records");
  for (const auto& [journal, count] : report.rows) {
    const auto cut = report.cuts.find(journal), countersigned = report.countersigned.find(journal);
    std::string notes = cut == report.cuts.end() ? "" : fmt::format("  from checkpoint at {}", cut->second);
    if (countersigned != report.countersigned.end())
      notes += countersigned->second == 0 ? "  not countersigned"
                                          : fmt::format("  countersigned up to {}", countersigned->second);
    out << fmt::format("{:36}  {:8}  {:16}  {:>9}{}\n", journal.origin.to_text(), stream_name(journal.stream),
                       epoch_name(journal.epoch), count, notes);
  }
  for (const auto& finding : report.findings)
    out << fmt::format("BAD: node {}, {}, epoch {}, {}: {}\n", finding.journal.origin.to_text(),
                       stream_name(finding.journal.stream), epoch_name(finding.journal.epoch),
                       finding.seq == 0 ? "head" : fmt::format("record {}", finding.seq), finding.what);
  if (!report.damage.empty()) out << fmt::format("BAD: {}\n", report.damage);
  out << fmt::format("{}: {} records in {} journals and {} signed heads checked\n",
                     report.good() ? "good" : "NOT GOOD", report.records, report.rows.size(), report.heads);
  tell_trust(report, trust, out);
}

boost::json::object to_json(const JournalId& journal) {
  return {{"node", journal.origin.to_text()},
          {"stream", stream_name(journal.stream)},
          {"epoch", epoch_name(journal.epoch)}};
}

void tell_json(const Audit& report, const JournalPlace& place, const FolderTrust& trust, std::ostream& out) {
  boost::json::array journals, findings, trusted;
  for (const auto& [journal, count] : report.rows) {
    boost::json::object one = to_json(journal);
    one["records"] = count;
    if (auto cut = report.cuts.find(journal); cut != report.cuts.end()) one["checkpoint_at"] = cut->second;
    if (auto central = report.countersigned.find(journal); central != report.countersigned.end())
      one["countersigned_up_to"] = central->second;
    journals.push_back(std::move(one));
  }
  for (const auto& finding : report.findings) {
    boost::json::object one = to_json(finding.journal);
    one["seq"] = finding.seq;
    one["what"] = finding.what;
    findings.push_back(std::move(one));
  }
  for (const FolderTrust::Key& key : trust.told)
    trusted.push_back({{"whose", key.whose}, {"key", to_hex(key.key)}, {"from", key.from}});
  boost::json::object all{{"good", report.good()},           {"folder", place.folder.string()},
                          {"tenant", report.tenant},         {"records_checked", report.records},
                          {"heads_checked", report.heads},   {"journals", std::move(journals)},
                          {"findings", std::move(findings)}, {"trusted", std::move(trusted)}};
  if (!trust.unusable.empty()) all["not_trusted"] = trust.unusable;
  if (!report.damage.empty()) all["damage"] = report.damage;
  out << boost::json::serialize(all) << '\n';
}

std::string to_base64(OctetsView octets) {
  std::string text((octets.size() + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()),
                      reinterpret_cast<const unsigned char*>(octets.data()), static_cast<int>(octets.size()));
  text.resize(static_cast<std::size_t>(length));
  return text;
}

/// A file of mode 600 that takes its name only when it is whole.
class PrivateFile {
 public:
  explicit PrivateFile(std::filesystem::path path)
      : path_(std::move(path)), temporary_(path_.string() + ".new") {
    unlink(temporary_.c_str());
    file_ = open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file_ < 0) fail("make", temporary_);
  }
  ~PrivateFile() {
    close(file_);
    unlink(temporary_.c_str());
  }
  PrivateFile(const PrivateFile&) = delete;
  PrivateFile& operator=(const PrivateFile&) = delete;

  void write(OctetsView octets) {
    while (!octets.empty()) {
      const ssize_t count = ::write(file_, octets.data(), octets.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) fail("write", temporary_);
      octets.remove_prefix(static_cast<std::size_t>(count));
    }
  }
  void finish() {
    if (fsync(file_) != 0 || rename(temporary_.c_str(), path_.c_str()) != 0) fail("write", path_);
  }

 private:
  [[noreturn]] static void fail(const char* doing, const std::filesystem::path& path) {
    throw Fault(
        fmt::format("cannot {} {}: {}", doing, path.string(), std::generic_category().message(errno)));
  }

  std::filesystem::path path_, temporary_;
  int file_ = -1;
};

std::string line_of(const StoredRow& row) {
  return fmt::format(
      R"({{"record":{{"origin":"{}","stream":{},"epoch":"{}","seq":{},"core":"{}","body":{},"body_digest":"{}"{}}}}})"
      "\n",
      to_hex(row.journal.origin.to_octets()), int{row.journal.stream}, epoch_name(row.journal.epoch), row.seq,
      to_base64(row.core), row.body ? '"' + to_base64(*row.body) + '"' : "null",
      to_hex(row.body ? to_octets(sha256(*row.body)) : row.body_digest.value_or(Octets())),
      row.prev ? fmt::format(R"(,"prev":"{}")", to_hex(*row.prev)) : "");
}

/// A head's or a checkpoint's: what was signed, and by whom.
template <class Signed>
std::string line_of(const char* kind, const Octets& content, const Signed& by) {
  return fmt::format(
      R"({{"{0}":{{"{0}":"{1}","key_id":"{2}","signature":"{3}","counter_key_id":"{4}","countersignature":"{5}"}}}})"
      "\n",
      kind, to_base64(content), to_base64(by.key_id()), to_base64(by.signature()),
      to_base64(by.counter_key_id()), to_base64(by.countersignature()));
}

void write_lines(SqlcipherJournal& journal, const std::function<void(OctetsView)>& write) {
  journal.rows([&](StoredRow&& row) { write(line_of(row)); });
  for (const Octets& octets : journal.heads()) {
    v1::SignedHead head;
    if (!head.ParseFromString(octets)) throw Fault("a signed head in the journal cannot be read");
    write(line_of("head", head.head(), head));
  }
  for (const auto& [name, octets] : journal.values(checkpoint_value)) {
    v1::SignedCheckpoint checkpoint;
    if (!checkpoint.ParseFromString(octets)) throw Fault("the checkpoint in the journal cannot be read");
    write(line_of("checkpoint", checkpoint.checkpoint(), checkpoint));
  }
}

}  // namespace

Verdict verify_journals(const JournalPlace& place, bool json, std::ostream& out) {
  OpenedJournal opened(place);
  const FolderTrust trust =
      place.central_keys.empty() ? trust_beside(place.folder) : trust_given(place.central_keys);
  Audit report{.tenant = "unknown",
               .rows = {},
               .cuts = {},
               .countersigned = {},
               .findings = {},
               .damage = opened.damage};
  if (opened.journal) report = audit(*opened.journal, trust.keys);
  json ? tell_json(report, place, trust, out) : tell(report, place, trust, out);
  return report.good() ? Verdict::good : Verdict::bad;
}

Verdict export_journals(const JournalPlace& place, const std::filesystem::path& path, std::ostream& out) {
  OpenedJournal opened(place);
  if (!opened.journal) throw Fault(opened.damage);
  if (path == "-") {
    write_lines(*opened.journal, [&](OctetsView line) { out << line; });
    return Verdict::good;
  }
  PrivateFile file(path);
  Octets buffer;
  write_lines(*opened.journal, [&](OctetsView line) {
    buffer += line;
    if (buffer.size() < 1 << 20) return;
    file.write(buffer);
    buffer.clear();
  });
  file.write(buffer);
  file.finish();
  return Verdict::good;
}

}  // namespace feldsher
