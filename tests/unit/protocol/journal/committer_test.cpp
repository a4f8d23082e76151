#include "protocol/journal/committer.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "journals.hpp"
#include "protocol/journal/memory_store.hpp"
#include "protocol/journal/sqlcipher_store.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::testing {
namespace {

/// A store whose commits wait until they are let through, and that tells how large each was.
class GatedStore final : public JournalStore {
 public:
  struct Gate {
    void open(int commits) {
      std::lock_guard lock(mutex);
      allowed += commits;
      changed.notify_all();
    }
    void wait_for_commits_begun(std::size_t count) {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return groups.size() >= count; });
    }
    std::mutex mutex;
    std::condition_variable changed;
    int allowed = 0;
    bool broken = false;
    std::vector<std::size_t> groups;
  };
  GatedStore(TenantId tenant, Gate& gate) : inner_(tenant), gate_(gate) {}

  void commit(std::span<const Transaction> group) override {
    std::unique_lock lock(gate_.mutex);
    gate_.groups.push_back(group.size());
    gate_.changed.notify_all();
    gate_.changed.wait(lock, [&] { return gate_.allowed > 0; });
    --gate_.allowed;
    if (gate_.broken) inner_.fail_next_commit();
    inner_.commit(group);
  }
  std::vector<JournalTip> tips() override { return inner_.tips(); }
  std::vector<JournalTip> cuts() override { return inner_.cuts(); }
  void kept(const std::function<void(Record&&)>& visit) override { inner_.kept(visit); }
  std::vector<Record> read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits) override {
    return inner_.read(journal, from, limits);
  }
  void replay(std::uint64_t after, const std::function<void(std::uint64_t, Record&&)>& visit) override {
    inner_.replay(after, visit);
  }
  std::vector<Record> read_intake(std::uint64_t after, const ReadLimits& limits) override {
    return inner_.read_intake(after, limits);
  }
  void scope(const std::function<void(Record&&)>& visit) override { inner_.scope(visit); }
  std::vector<IntakeChunk> intake() override { return inner_.intake(); }
  std::optional<Octets> answered(AskId ask) override { return inner_.answered(ask); }
  void each_answered(const std::function<void(AskId, Octets)>& visit) override {
    inner_.each_answered(visit);
  }
  std::optional<Octets> value(const std::string& name) override { return inner_.value(name); }
  std::map<std::string, Octets> values(const std::string& prefix) override { return inner_.values(prefix); }
  std::vector<v1::SignedHead> heads() override { return inner_.heads(); }
  void give_to(std::thread::id owner) override { inner_.give_to(owner); }

 private:
  MemoryStore inner_;
  Gate& gate_;
};

struct Bench {
  explicit Bench(Committer::Options options = {}) {
    committer = std::make_unique<Committer>(
        std::make_unique<GatedStore>(node.tenant, gate), loop.get_executor(),
        [this](const std::string& what) { faults.push_back(what); }, options);
  }
  ~Bench() { gate.open(1'000'000); }
  void submit(int name) {
    committer->submit(node.write({std::to_string(name)}), [this, name] { told.push_back(name); });
  }
  /// Runs the loop until `enough` says so.
  template <class Enough>
  void run_until(Enough enough) {
    while (!enough()) loop.run_one();
  }
  WritingNode node;
  GatedStore::Gate gate;
  boost::asio::io_context loop{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stays{loop.get_executor()};
  std::vector<int> told;
  std::vector<std::string> faults;
  std::unique_ptr<Committer> committer;
};

std::vector<int> count_to(int last) {
  std::vector<int> numbers;
  for (int i = 1; i <= last; ++i) numbers.push_back(i);
  return numbers;
}

}  // namespace

TEST_CASE("nothing is told before its commit is done", "[protocol][journal][X11]") {
  Bench bench;
  bench.submit(1);
  bench.gate.wait_for_commits_begun(1);
  bench.loop.poll();
  CHECK(bench.told.empty());
  CHECK(bench.committer->backlog() == 1);
  bench.gate.open(1);
  bench.run_until([&] { return !bench.told.empty(); });
  CHECK(bench.told == count_to(1));
  CHECK(bench.committer->backlog() == 0);
}

TEST_CASE("what comes while one commit runs goes into the next together", "[protocol][journal]") {
  Bench bench;
  bench.submit(1);
  bench.gate.wait_for_commits_begun(1);
  for (int i = 2; i <= 100; ++i) bench.submit(i);
  bench.gate.open(2);
  bench.run_until([&] { return bench.told.size() == 100; });
  CHECK(bench.told == count_to(100));
  CHECK(bench.gate.groups == std::vector<std::size_t>{1, 99});
}

TEST_CASE("a group holds 256 transactions at the most", "[protocol][journal]") {
  Bench bench;
  bench.submit(1);
  bench.gate.wait_for_commits_begun(1);
  for (int i = 2; i <= 600; ++i) bench.submit(i);
  bench.gate.open(4);
  bench.run_until([&] { return bench.told.size() == 600; });
  CHECK(bench.told == count_to(600));
  CHECK(bench.gate.groups == std::vector<std::size_t>{1, 256, 256, 87});
}

TEST_CASE("a read sees what was submitted before it, and answers in turn", "[protocol][journal]") {
  Bench bench;
  bench.gate.open(100);
  std::size_t found = 0;
  bench.submit(1);
  bench.submit(2);
  bench.committer->read(bench.node.journal(), 1, {}, [&](std::vector<Record> records) {
    found = records.size();
    bench.told.push_back(3);
  });
  bench.submit(4);
  bench.run_until([&] { return bench.told.size() == 4; });
  CHECK(bench.told == count_to(4));
  CHECK(found >= 2);
}

TEST_CASE("draining ends after all that was submitted before", "[protocol][journal]") {
  Bench bench;
  bench.gate.open(100);
  for (int i = 1; i <= 50; ++i) bench.submit(i);
  bool drained = false;
  bench.committer->drain([&] {
    drained = true;
    CHECK(bench.told == count_to(50));
  });
  bench.run_until([&] { return drained; });
  CHECK(bench.committer->backlog() == 0);
}

TEST_CASE("after a fault of the disk nothing is told again, and the fault once", "[protocol][journal][X11]") {
  Bench bench;
  bench.submit(1);
  bench.gate.wait_for_commits_begun(1);
  for (int i = 2; i <= 10; ++i) bench.submit(i);
  bench.gate.open(1);
  bench.run_until([&] { return bench.told.size() == 1; });
  bench.gate.wait_for_commits_begun(2);
  {
    std::lock_guard lock(bench.gate.mutex);
    bench.gate.broken = true;
  }
  bench.gate.open(10);
  bench.run_until([&] { return !bench.faults.empty(); });
  bench.submit(11);
  bench.committer->read(bench.node.journal(), 1, {}, [&](std::vector<Record>) { bench.told.push_back(12); });
  bench.committer->close();
  bench.loop.poll();
  CHECK(bench.told == count_to(1));
  CHECK(bench.faults == std::vector<std::string>{"the journal could not be written: the disk failed"});
}

TEST_CASE("a full queue makes submit wait for the disk, and loses nothing", "[protocol][journal]") {
  Bench bench({.group = 4, .queue = 8});
  // The gate is opened by another thread only once the queue must be full: 4 taken, 8 waiting, one at the
  // door.
  std::atomic<int> submitted = 0;
  std::thread opener([&] {
    bench.gate.wait_for_commits_begun(1);
    while (submitted.load() < 9) std::this_thread::yield();
    bench.gate.open(1'000);
  });
  for (int i = 1; i <= 200; ++i) {
    bench.submit(i);
    ++submitted;
  }
  opener.join();
  bench.run_until([&] { return bench.told.size() == 200; });
  CHECK(bench.told == count_to(200));
}

TEST_CASE("closing commits what waits", "[protocol][journal][X11]") {
  Bench bench;
  for (int i = 1; i <= 20; ++i) bench.submit(i);
  bench.gate.open(100);
  bench.committer->close();
  std::size_t committed = 0;
  for (std::size_t group : bench.gate.groups) committed += group;
  CHECK(committed == 20);
  bench.loop.poll();
  CHECK(bench.told.empty());  // The process is going: nobody is left to be told.
}

TEST_CASE("an idle store is looked after once", "[protocol][journal]") {
  std::atomic<int> looked = 0;
  Bench bench({.idle = std::chrono::milliseconds(1), .when_idle = [&] { ++looked; }});
  bench.gate.open(10);
  bench.submit(1);
  bench.run_until([&] { return bench.told.size() == 1; });
  while (looked.load() == 0) std::this_thread::yield();
  bench.committer->close();
  CHECK(looked.load() == 1);
}

TEST_CASE("a committer that would take nothing is a bug, and so is what a closed one is given",
          "[protocol][journal][X11]") {
  CHECK_THROWS_AS(Bench({.group = 0}), std::logic_error);
  CHECK_THROWS_AS(Bench({.queue = 0}), std::logic_error);
  Bench bench;
  bench.committer->close();
  CHECK_THROWS_AS(bench.submit(1), std::logic_error);
  CHECK_THROWS_AS(bench.committer->read(bench.node.journal(), 1, {}, [](std::vector<Record>) {}),
                  std::logic_error);
  CHECK_THROWS_AS(bench.committer->read_intake(0, {}, [](std::vector<Record>) {}), std::logic_error);
  bench.committer->close();  // Again is harmless.
}

TEST_CASE("what arrived is read in its order, and counts as waiting until it is told",
          "[protocol][journal]") {
  Bench bench;
  bench.gate.open(100);
  bench.submit(1);
  bench.submit(2);
  std::vector<std::string> seen;
  bool read = false;
  bench.committer->read_intake(1, {}, [&](const std::vector<Record>& records) {
    for (const Record& record : records) seen.emplace_back(record.stored.message());
    read = true;
  });
  CHECK(bench.committer->backlog() == 3);
  bench.run_until([&] { return read; });
  CHECK(seen == std::vector<std::string>{"2"});
  CHECK(bench.committer->backlog() == 0);
}

TEST_CASE("a submission that nobody waits for is committed like any other", "[protocol][journal]") {
  Bench bench;
  bench.gate.open(100);
  bench.committer->submit(bench.node.write({"1"}), {});
  bench.committer->submit({}, {});  // Nothing to commit either.
  bench.submit(2);
  bench.run_until([&] { return bench.told.size() == 1; });
  CHECK(bench.committer->backlog() == 0);
  bench.committer->close();
  std::size_t committed = 0;
  for (const std::size_t group : bench.gate.groups) committed += group;
  CHECK(committed == 2);  // The empty one never reached the disk.
}

TEST_CASE("a submission that waits at a full queue is let go when the disk fails",
          "[protocol][journal][X11]") {
  Bench bench({.group = 1, .queue = 1});
  bench.submit(1);
  bench.gate.wait_for_commits_begun(1);
  bench.submit(2);
  {
    std::lock_guard lock(bench.gate.mutex);
    bench.gate.broken = true;
  }
  std::thread opener([&] { bench.gate.open(1); });
  bench.submit(
      3);  // The queue was full, or the disk has failed by now: in neither case does this wait for good.
  bench.submit(4);
  opener.join();
  bench.run_until([&] { return !bench.faults.empty(); });
  CHECK(bench.told.empty());
}

TEST_CASE("a fault that comes when the process is closing is told to nobody", "[protocol][journal][X11]") {
  Bench bench;
  bench.submit(1);
  bench.gate.wait_for_commits_begun(1);
  {
    std::lock_guard lock(bench.gate.mutex);
    bench.gate.broken = true;
  }
  bench.gate.open(1);
  bench.committer->close();
  bench.loop.poll();
  CHECK(bench.faults.empty());
  CHECK(bench.told.empty());
}

TEST_CASE("a fault that nobody asked to hear of stops the committer all the same",
          "[protocol][journal][X11]") {
  WritingNode node;
  auto owned = std::make_unique<MemoryStore>(node.tenant);
  owned->fail_next_commit();
  boost::asio::io_context loop{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stays{loop.get_executor()};
  Committer committer(std::move(owned), loop.get_executor(), {});
  bool told = false;
  committer.submit(node.write({"first"}), [&] { told = true; });
  loop.run_one();
  CHECK_FALSE(told);
}

TEST_CASE("a store belongs to the committer's thread from the first submission on",
          "[protocol][journal][X11]") {
  WritingNode node;
  auto owned = std::make_unique<MemoryStore>(node.tenant);
  MemoryStore& store = *owned;
  boost::asio::io_context loop{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> stays{loop.get_executor()};
  Committer committer(std::move(owned), loop.get_executor(), [](const std::string&) {});
  CHECK(store.tips().empty());  // A program reads its journal before it writes.
  bool durable = false;
  committer.submit(node.write({"first"}), [&] { durable = true; });
  CHECK_THROWS_AS(store.tips(), std::logic_error);
  while (!durable) loop.run_one();
  CHECK_THROWS_AS(store.value("ticket"), std::logic_error);
}

TEST_CASE("a store that another thread uses is a bug that the process hears of", "[protocol][journal][X11]") {
  WritingNode node;
  TemporaryFolder folder;
  SqlcipherStore store(folder.path() / "journal.db", node.tenant, DatabaseKey{{1, 2, 3}});
  CHECK(store.tips().empty());
  bool refused = false;
  std::thread([&] {
    try {
      commit(store, node.write({"from elsewhere"}));
    } catch (const std::logic_error&) {
      refused = true;
    }
  }).join();
  CHECK(refused);
  CHECK(store.tips().empty());
}

}  // namespace feldsher::testing
