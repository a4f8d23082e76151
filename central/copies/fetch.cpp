#include "central/copies/fetch.hpp"

#include "protocol/crypto/system_world.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 30s;

/// Commits at once, and tells so at once: nothing else waits for this process.
class StoreLedger final : public Ledger {
 public:
  explicit StoreLedger(JournalStore& store) : store_(store) {}
  void submit(Transaction transaction, std::function<void()> on_durable) override {
    if (!transaction.empty()) store_.commit({&transaction, 1});
    on_durable();
  }
  void read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits,
            std::function<void(std::vector<Record>)> done) override {
    done(store_.read(journal, from, limits));
  }
  void read_intake(std::uint64_t after, const ReadLimits& limits,
                   std::function<void(std::vector<Record>)> done) override {
    done(store_.read_intake(after, limits));
  }

 private:
  JournalStore& store_;
};

}  // namespace

void fetch(JournalStore& store, const CopyLine::Options& line, const CopyProgress& progress) {
  boost::asio::io_context loop{1};
  SystemClock clock;
  StoreLedger ledger(store);
  Follower follower({.tenant = line.tenant,
                     .central = line.central,
                     .id = line.id,
                     .software = "feldsher-central",
                     .follows = false},
                    ledger);
  follower.resume(store);
  std::string why;
  boost::asio::steady_timer deadline(loop);
  auto wait = [&] {
    deadline.expires_after(patience);
    deadline.async_wait([&](const boost::system::error_code& error) {
      if (!error) loop.stop();
    });
  };
  CopyLine copy(
      loop, line, follower, [&] { return clock.now(); },
      [&](bool up, const std::string& reason) {
        why = reason;
        if (!follower.stopped().empty() || (up && follower.complete())) loop.stop();
      });
  // How much there is is known from the welcome on: what comes after it is for the next copy.
  std::uint64_t target = 0;
  follower.on_durable = [&] {
    if (target == 0) target = follower.central_intake();
    progress(std::min(follower.intake(), target), target);
    if (follower.intake() >= target) loop.stop();
    wait();
  };
  wait();
  copy.start();
  loop.run();
  copy.stop();
  if (!follower.stopped().empty()) throw Fault(line.address.to_text() + ": " + follower.stopped());
  if (follower.central_intake() == 0 || follower.intake() < target)
    throw Fault("nothing comes from " + line.address.to_text() + ": " + why);
}

}  // namespace feldsher::central
