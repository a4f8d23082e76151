// How fast the journal on disk takes, gives back and verifies. Real commits: SQLCipher, WAL,
// synchronous=FULL.
//   journal_bench [FOLDER]     the folder must lie on the disk that is to be measured (default: the temporary
//   one)
#include <fmt/format.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <sys/utsname.h>

#include <algorithm>
#include <chrono>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/sqlcipher_journal.hpp"
#include "protocol/journal/verify.hpp"
#include "protocol/journal/writer.hpp"

namespace {

using namespace feldsher;

constexpr int rounds = 5;
constexpr std::size_t group_size = 256;
constexpr std::size_t groups_a_round = 200;

double seconds_of(const std::function<void()>& work) {
  const auto start = std::chrono::steady_clock::now();
  work();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// `count` things a round: prints the median rate and the spread of the rounds.
void measure(const char* name, std::size_t count, const std::function<double(int round)>& round) {
  std::vector<double> rates;
  for (int i = 0; i < rounds; ++i) rates.push_back(static_cast<double>(count) / round(i));
  std::sort(rates.begin(), rates.end());
  fmt::print("{:<52} {:>12.0f} /s   ({:.0f} to {:.0f})\n", name, rates[rates.size() / 2], rates.front(),
             rates.back());
}

std::string processor() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);)
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  return "unknown processor";
}

Draft draft_of(Random& random, NodeId node) {
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_NODE);
  draft.actor.set_id(node.to_octets());
  draft.subject = {v1::TICKET, random.uuid_v7(1'700'000'000'000)};
  draft.verb = v1::QUEUED;
  draft.message = random.octets(96);
  return draft;
}

}  // namespace

int main(int argc, char** argv) {
  const std::filesystem::path parent =
      argc > 1 ? std::filesystem::path(argv[1]) : std::filesystem::temp_directory_path();
  std::string name = (parent / "feldsher-bench-XXXXXX").string();
  if (!mkdtemp(name.data())) {
    fmt::print(stderr, "cannot make a folder in {}\n", parent.string());
    return 2;
  }
  const std::filesystem::path folder = name;
  utsname machine{};
  uname(&machine);
  fmt::print("{}, {} cores, Linux {}\nSQLCipher with SQLite {}, {}\n", processor(),
             std::thread::hardware_concurrency(), machine.release, sqlite3_libversion(),
             OpenSSL_version(OPENSSL_VERSION));
  fmt::print("median of {} rounds (slowest to fastest); one commit a group of {}\n\n", rounds, group_size);

  SystemRandom random;
  const TenantId tenant{random.uuid_v7(1)};
  const NodeId node{random.uuid_v7(1)};
  JournalWriter writer(tenant, node, Epoch{random.u64() | 1}, random);
  auto data = DataFolder::open_or_create(folder / "node", random);
  auto store = data.open_store(tenant);
  const std::size_t count = group_size * groups_a_round;
  Instant now{.wall_ms = 1'700'000'000'000, .since_boot_ms = 1, .boot = 1, .trust = v1::SYNCHRONISED};

  std::vector<std::vector<Transaction>> groups;
  auto seal = [&] {
    groups.assign(groups_a_round, {});
    for (auto& group : groups)
      for (std::size_t i = 0; i < group_size; ++i) {
        ++now.wall_ms;
        const std::vector<Draft> one{draft_of(random, node)};
        group.emplace_back().records = writer.seal(v1::ACTS, one, now);
      }
  };
  measure("records made (stamped, salted, hashed)", count, [&](int) { return seconds_of(seal); });
  writer.begin(Epoch{random.u64() | 1});
  measure("records appended, a transaction each", count, [&](int) {
    seal();
    return seconds_of([&] {
      for (const auto& group : groups) store->commit(group);
    });
  });
  measure("commits of one record", 500, [&](int) {
    writer.begin(Epoch{random.u64() | 1});  // Most of what is sealed here is not committed.
    seal();
    return seconds_of([&] {
      for (std::size_t i = 0; i < 500; ++i)
        store->commit(std::span(groups[i / group_size]).subspan(i % group_size, 1));
    });
  });
  groups.clear();

  writer.begin(Epoch{random.u64() | 1});
  std::uint64_t chunk = 0;
  const Octets messages = random.octets(50'000);
  measure("messages into intake, 256 in 50 kB a commit", count, [&](int) {
    return seconds_of([&] {
      for (std::size_t i = 0; i < groups_a_round; ++i) {
        std::vector<Transaction> group(1);
        group[0].intake = {{++chunk, messages}};
        if (chunk > 40) group[0].emptied = {chunk - 40};
        store->commit(group);
      }
    });
  });

  std::size_t held = 0;
  for (const JournalTip& tip : store->tips()) held += tip.seq;
  measure("records replayed in intake order, hashes checked", held,
          [&](int) { return seconds_of([&] { store->replay(0, [](std::uint64_t, Record&&) {}); }); });
  store->checkpoint();
  store.reset();
  measure("records verified by the auditor's program", held, [&](int) {
    return seconds_of([&] {
      SqlcipherJournal journal(data.journal(), data.key());
      Verifier verifier(journal.tenant());
      journal.rows([&](StoredRow&& row) {
        Digest hash{};
        digest_from(row.hash, hash);
        verifier.record(row.journal, row.seq, std::move(row.core), std::move(row.body), std::nullopt, hash);
      });
      if (!verifier.findings().empty()) fmt::print("BAD: {}\n", verifier.findings().front().what);
    });
  });
  std::filesystem::remove_all(folder);
}
