#include "tests/crash/play.hpp"

#include <sqlite3.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <semaphore>

#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/committer.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/record/result.hpp"
#include "tests/crash/connections.hpp"
#include "tests/crash/planted.hpp"

namespace feldsher::crash {
namespace {

/// Long enough for any machine: only a committer that forgot somebody is waited for as long.
constexpr auto patience = std::chrono::seconds(60);

/// Makes the committer's thread wait inside a read of no journal, so that what is submitted meanwhile is one
/// group in every run.
class HeldStore final : public PassingStore {
 public:
  HeldStore(std::unique_ptr<JournalStore> inner, std::binary_semaphore& holds, std::binary_semaphore& go_on)
      : PassingStore(std::move(inner)), holds_(holds), go_on_(go_on) {}
  std::vector<Record> read(const JournalId&, std::uint64_t, const ReadLimits&) override {
    holds_.release();
    go_on_.acquire();
    return {};
  }

 private:
  std::binary_semaphore &holds_, &go_on_;
};

/// A program from its start to its end, in good order or by a fault.
class Process {
 public:
  Process(const Script& script, const Opening& opening, Played& played)
      : played_(played), mounted_(opening.folder.empty()) {
    OpenedStore opened = open_store(script, opening);
    disk_ = opened.disk;
    committer_.emplace(
        std::make_unique<HeldStore>(std::move(opened.journal), holds_, go_on_), loop_.get_executor(),
        [this](const std::string& what) { played_.fault = what; },
        Committer::Options{.idle = std::chrono::milliseconds(1), .when_idle = [this] { idle(); }});
  }

  bool commit(const std::vector<Transaction>& group) {
    std::size_t durable = 0;
    committer_->read({}, 1, {}, [](std::vector<Record>) {});
    if (!holds_.try_acquire_for(patience)) played_.broken = "a read never came to the store";
    for (const Transaction& transaction : group)
      committer_->submit(transaction, [this, &durable] {
        ++durable;
        if (!played_.fault.empty()) played_.broken = "something was acknowledged after the fault";
      });
    go_on_.release();
    run_until([&] { return durable == group.size(); });
    if (!good()) return false;
    ++played_.acknowledged;
    return true;
  }

  bool checkpoint() {
    wanted_ = true;
    committer_->drain([] {});
    if (!checkpointed_.try_acquire_for(patience)) played_.broken = "idle time never came";
    run_until([&] { return committer_->backlog() == 0 && !checkpoint_failed_; });
    return good();
  }

  void end() {
    const std::uint64_t calls = changes();
    committer_.reset();
    loop_.poll();
    if (!played_.fault.empty()) played_.calls_at_closing = changes() - calls;
  }

 private:
  // A process on a real disk does not touch the other: SQLite would draw its random numbers there.
  std::uint64_t changes() const { return mounted_ ? DiskVfs::get().calls() : 0; }
  bool good() const { return played_.fault.empty() && played_.broken.empty(); }

  template <class Enough>
  void run_until(Enough enough) {
    while (good() && !enough())
      if (loop_.run_one_for(patience) == 0)
        played_.broken = "neither an acknowledgement nor a fault was told";
  }

  void idle() {
    if (!wanted_.exchange(false)) return;
    try {
      disk_->checkpoint();
    } catch (...) {
      checkpoint_failed_ = true;
      checkpointed_.release();
      throw;
    }
    checkpointed_.release();
  }

  Played& played_;
  const bool mounted_;
  boost::asio::io_context loop_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stays_{loop_.get_executor()};
  std::binary_semaphore holds_{0}, go_on_{0}, checkpointed_{0};
  std::atomic<bool> wanted_ = false, checkpoint_failed_ = false;
  SqlcipherStore* disk_ = nullptr;
  std::optional<Committer> committer_;
};

std::unique_ptr<SqlcipherStore> open_disk(TenantId tenant, const Opening& opening) {
  if (!opening.folder.empty()) {
    SystemRandom random;
    return DataFolder::open_or_create(opening.folder, random).open_store(tenant);
  }
  static const DatabaseKey key{{1, 2, 3, 4, 5, 6, 7, 8}};
  return std::make_unique<SqlcipherStore>(
      opening.path, tenant, key,
      sqlcipher::Disk{.vfs = DiskVfs::name, .encrypted = opening.encrypted, .replace = DiskVfs::replace});
}

}  // namespace

OpenedStore open_store(const Script& script, const Opening& opening) {
  note_connections();
  auto store = open_disk(script.tenant, opening);
  sqlite3* connection = newest_connection();
  for (const std::string& pragma : script.pragmas)
    ensure(sqlite3_exec(connection, pragma.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK,
           "a script's pragma runs");
  if (const std::string pragma = planted_pragma(opening.bug); !pragma.empty())
    ensure(sqlite3_exec(connection, pragma.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK,
           "a planted pragma runs");
  SqlcipherStore* disk = store.get();
  return {plant(opening.bug, std::move(store)), disk};
}

Played play(const Script& script, const Opening& opening,
            const std::function<void(const Played&)>& progress) {
  Played played;
  std::optional<Process> process;
  try {
    process.emplace(script, opening, played);
    for (const Step& step : script.steps) {
      bool goes_on = true;
      switch (step.kind) {
        case Step::Kind::commit:
          ++played.submitted;
          progress(played);
          goes_on = process->commit(step.group);
          progress(played);
          break;
        case Step::Kind::checkpoint:
          goes_on = process->checkpoint();
          break;
        case Step::Kind::reopen:
          process->end();
          process.emplace(script, opening, played);
          break;
      }
      if (!goes_on) break;
    }
  } catch (const Fault& fault) {
    played.fault = fault.what();
  }
  if (process) process->end();
  return played;
}

}  // namespace feldsher::crash
