#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "protocol/journal/store.hpp"

namespace feldsher {

/// Makes transactions durable on a thread of its own, `store`, many in one commit.
///
/// What was submitted while one commit ran goes into the next, 256 at the most; an idle disk is used at once,
/// so nothing ever waits for company. Continuations run on the loop, in the order of submission; a read sees
/// everything that was submitted before it.
///
/// Whoever made the store may read it until the first submission; from then on it is the thread's alone.
///
/// When the disk fails, `on_fault` runs once on the loop, with a sentence that says whether the journal could
/// not be written or not be read, and nothing runs after it: the process must end and recover. Callers keep
/// the queue short by looking at backlog(); when it is full all the same (`queue` entries), submit waits for
/// the disk, and the loop with it.
class Committer final : public Ledger {
 public:
  struct Options {
    std::size_t group = 256;        ///< Transactions and reads taken at a time.
    std::size_t queue = 16 * 1024;  ///< Entries that may wait before submit waits itself.
    std::chrono::milliseconds idle{2000};
    std::function<void()> when_idle =
        {};  ///< Runs on the store's thread after `idle` without work: a checkpoint.
  };

  Committer(std::unique_ptr<JournalStore> store, boost::asio::any_io_executor loop,
            std::function<void(const std::string&)> on_fault, Options options);
  Committer(std::unique_ptr<JournalStore> store, boost::asio::any_io_executor loop,
            std::function<void(const std::string&)> on_fault);
  /// close().
  ~Committer() override;

  void submit(Transaction transaction, std::function<void()> on_durable) override;
  void read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits,
            std::function<void(std::vector<Record>)> done) override;
  void read_intake(std::uint64_t after, const ReadLimits& limits,
                   std::function<void(std::vector<Record>)> done) override;

  /// How many submissions have not come back to the loop yet. Loop thread.
  std::size_t backlog() const;
  /// `done` runs on the loop when all that was submitted before is durable and has been told.
  void drain(std::function<void()> done);
  /// Commits what waits, ends the thread and closes the store. Continuations not run by now never run.
  /// Blocks.
  void close();

 private:
  struct Work;
  struct Shared;
  class Worker;
  std::shared_ptr<Shared> shared_;
  std::unique_ptr<Worker> worker_;
};

}  // namespace feldsher
