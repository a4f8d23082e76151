#include "protocol/journal/committer.hpp"

#include <pthread.h>

#include <boost/asio/post.hpp>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "protocol/record/result.hpp"

namespace feldsher {

/// One entry of the queue: a transaction, or a read when `read` is set.
struct Committer::Work {
  Transaction transaction;
  std::function<void()> on_durable;
  std::function<std::vector<Record>(JournalStore&)> read;
  std::function<void(std::vector<Record>)> on_read;
};

/// Lives as long as anything that was posted to the loop: a late continuation finds `closed` and does
/// nothing.
struct Committer::Shared {
  std::function<void(const std::string&)> on_fault;
  std::size_t backlog = 0;  // Loop thread only, as is `closed`.
  bool closed = false;
};

class Committer::Worker {
 public:
  Worker(std::unique_ptr<JournalStore> store, boost::asio::any_io_executor loop,
         std::shared_ptr<Shared> shared, Options options)
      : store_(std::move(store)),
        loop_(std::move(loop)),
        shared_(std::move(shared)),
        options_(std::move(options)) {
    ensure(options_.group > 0 && options_.queue > 0, "a committer takes something");
    thread_ = std::thread([this] { run(); });
    pthread_setname_np(thread_.native_handle(), "store");
  }

  ~Worker() {
    {
      std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void put(Work work) {
    {
      std::unique_lock lock(mutex_);
      taken_.wait(lock, [this] { return queue_.size() < options_.queue; });  // A fault empties it.
      if (failed_) return;  // The process is ending: nothing is promised any more.
      if (!std::exchange(given_, true)) store_->give_to(thread_.get_id());
      queue_.push_back(std::move(work));
    }
    changed_.notify_one();
  }

 private:
  void run() {
    bool dirty = false;
    try {
      for (;;) {
        std::vector<Work> group;
        {
          std::unique_lock lock(mutex_);
          auto something = [this] { return !queue_.empty() || ending_; };
          if (!dirty || !options_.when_idle) {
            changed_.wait(lock, something);
          } else if (!changed_.wait_for(lock, options_.idle, something)) {
            dirty = false;
            lock.unlock();
            options_.when_idle();
            continue;
          }
          if (queue_.empty()) return;
          const std::size_t count = std::min(queue_.size(), options_.group);
          group.assign(std::make_move_iterator(queue_.begin()),
                       std::make_move_iterator(queue_.begin() + static_cast<std::ptrdiff_t>(count)));
          queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(count));
        }
        taken_.notify_all();
        serve(std::move(group));
        dirty = true;
      }
    } catch (const std::exception& fault) {
      {
        std::lock_guard lock(mutex_);
        failed_ = true;
        queue_.clear();
      }
      taken_.notify_all();
      const std::string failed =
          reading_ ? "the journal could not be read: " : "the journal could not be written: ";
      boost::asio::post(loop_, [shared = shared_, what = failed + fault.what()] {
        if (std::exchange(shared->closed, true)) return;
        if (shared->on_fault) shared->on_fault(what);
      });
    }
  }

  /// Commits the group's transactions, then reads, then tells the loop, all in order.
  void serve(std::vector<Work> group) {
    std::vector<Transaction> transactions;
    for (Work& work : group)
      if (!work.read && !work.transaction.empty()) transactions.push_back(std::move(work.transaction));
    if (!transactions.empty()) store_->commit(transactions);
    std::vector<std::function<void()>> told;
    told.reserve(group.size());
    for (Work& work : group) {
      if (!work.read) {
        told.push_back(std::move(work.on_durable));
        continue;
      }
      reading_ = true;
      told.push_back([done = std::move(work.on_read), records = work.read(*store_)]() mutable {
        done(std::move(records));
      });
      reading_ = false;
    }
    boost::asio::post(loop_, [shared = shared_, told = std::move(told)] {
      for (const auto& tell : told) {
        if (shared->closed) return;
        --shared->backlog;
        if (tell) tell();
      }
    });
  }

  std::unique_ptr<JournalStore> store_;
  boost::asio::any_io_executor loop_;
  std::shared_ptr<Shared> shared_;
  Options options_;
  std::mutex mutex_;
  std::condition_variable changed_, taken_;
  std::deque<Work> queue_;
  bool ending_ = false, failed_ = false, given_ = false;
  bool reading_ = false;  // The thread's own: what it was at when a fault came.
  std::thread thread_;
};

Committer::Committer(std::unique_ptr<JournalStore> store, boost::asio::any_io_executor loop,
                     std::function<void(const std::string&)> on_fault, Options options)
    : shared_(std::make_shared<Shared>()) {
  shared_->on_fault = std::move(on_fault);
  worker_ = std::make_unique<Worker>(std::move(store), std::move(loop), shared_, std::move(options));
}

Committer::Committer(std::unique_ptr<JournalStore> store, boost::asio::any_io_executor loop,
                     std::function<void(const std::string&)> on_fault)
    : Committer(std::move(store), std::move(loop), std::move(on_fault), Options{}) {}

Committer::~Committer() { close(); }

void Committer::submit(Transaction transaction, std::function<void()> on_durable) {
  ensure(worker_ != nullptr, "a closed committer takes nothing");
  ++shared_->backlog;
  worker_->put({.transaction = std::move(transaction),
                .on_durable = std::move(on_durable),
                .read = {},
                .on_read = {}});
}

void Committer::read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits,
                     std::function<void(std::vector<Record>)> done) {
  ensure(worker_ != nullptr, "a closed committer reads nothing");
  ++shared_->backlog;
  worker_->put({.transaction = {},
                .on_durable = {},
                .read = [=](JournalStore& store) { return store.read(journal, from, limits); },
                .on_read = std::move(done)});
}

void Committer::read_intake(std::uint64_t after, const ReadLimits& limits,
                            std::function<void(std::vector<Record>)> done) {
  ensure(worker_ != nullptr, "a closed committer reads nothing");
  ++shared_->backlog;
  worker_->put({.transaction = {},
                .on_durable = {},
                .read = [=](JournalStore& store) { return store.read_intake(after, limits); },
                .on_read = std::move(done)});
}

std::size_t Committer::backlog() const { return shared_->backlog; }

void Committer::drain(std::function<void()> done) { submit({}, std::move(done)); }

void Committer::close() {
  worker_.reset();
  shared_->closed = true;
}

}  // namespace feldsher
