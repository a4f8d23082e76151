#include "tests/crash/trial.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "protocol/record/result.hpp"
#include "tests/crash/connections.hpp"
#include "tests/unit/protocol/journal/journals.hpp"

namespace feldsher::crash {
namespace {

/// Keeps the disk as it was before the n-th change.
class Photograph {
 public:
  Photograph(const SectorDisk& disk, std::uint64_t before) {
    DiskVfs::get().before_call = [this, &disk, before](const DiskCall&) {
      if (++calls_ == before) taken_ = disk;
    };
  }
  ~Photograph() { DiskVfs::get().before_call = nullptr; }
  Photograph(const Photograph&) = delete;
  Photograph& operator=(const Photograph&) = delete;
  std::optional<SectorDisk>& taken() { return taken_; }

 private:
  std::uint64_t calls_ = 0;
  std::optional<SectorDisk> taken_;
};

}  // namespace

Failure any_failure(bool reads, bool encrypted, Random& random) {
  static constexpr Failure changing[]{Failure::eio, Failure::enospc, Failure::lost_pages};
  if (!reads) return changing[random.below(3)];
  return encrypted && random.below(2) == 0 ? Failure::short_read : Failure::eio;
}

Trial::Trial(Script script, const Opening& opening, std::uint64_t seed)
    : script_(std::move(script)), opening_(opening), groups_(script_.groups()) {
  states_ = states_after(script_.tenant, groups_);
  SectorDisk disk;
  DiskVfs& vfs = DiskVfs::get();
  vfs.plan({});
  const Mount mount(disk, seed);
  opening_.path = mount.journal();
  std::size_t submitted = 0, acknowledged = 0;
  vfs.before_call = [&](const DiskCall& call) { calls_.push_back({call, submitted, acknowledged}); };
  const Played played = play(script_, opening_, [&](const Played& at) {
    submitted = at.submitted;
    acknowledged = at.acknowledged;
  });
  vfs.before_call = nullptr;
  reads_ = vfs.reads();
  if (!played.fault.empty() || !played.broken.empty())
    throw std::runtime_error(
        fmt::format("{} does not run on a good disk: {}{}", script_.name, played.fault, played.broken));
  played_submitted_ = played.submitted;
  played_acknowledged_ = played.acknowledged;
}

std::string Trial::describe_call(std::size_t at) const {
  if (at >= calls_.size()) return "the end";
  static constexpr const char* kinds[]{"make", "remove",          "write", "truncate",
                                       "sync", "sync the folder", "rename"};
  const DiskCall& call = calls_[at].call;
  const bool named = call.kind == DiskCall::Kind::make || call.kind == DiskCall::Kind::remove ||
                     call.kind == DiskCall::Kind::rename;
  return fmt::format("call {}, {} {} at {}+{}", at + 1, kinds[static_cast<int>(call.kind)],
                     named ? call.name : fmt::format("file {}", call.file), call.offset, call.octets.size());
}

std::size_t Trial::writes() const {
  return static_cast<std::size_t>(std::count_if(calls_.begin(), calls_.end(), [](const Call& each) {
    return each.call.kind == DiskCall::Kind::write || each.call.kind == DiskCall::Kind::truncate;
  }));
}

std::size_t Trial::syncs() const {
  return static_cast<std::size_t>(std::count_if(calls_.begin(), calls_.end(), [](const Call& each) {
    return each.call.kind == DiskCall::Kind::sync || each.call.kind == DiskCall::Kind::sync_folder;
  }));
}

std::optional<std::string> Trial::crash_at(std::size_t at, std::uint64_t seed) const {
  testing::SplitMix random(seed);
  SectorDisk disk;
  for (std::size_t i = 0; i < at; ++i) disk.apply(calls_[i].call);
  const Range range = at < calls_.size() ? Range{calls_[at].acknowledged, calls_[at].submitted}
                                         : Range{played_acknowledged_, played_submitted_};
  // One time in four it is only the process that dies: the kernel still has all that it was given.
  if (random.below(4) != 0) disk.cut_power(random);
  return recover(std::move(disk), range, random, 2);
}

Trial::FailingRun Trial::fail_at(const FailurePlan& plan, std::uint64_t seed) const {
  testing::SplitMix random(seed);
  SectorDisk disk;
  DiskVfs& vfs = DiskVfs::get();
  const Mount mount(disk, random.u64());
  Opening opening = opening_;
  opening.path = mount.journal();
  vfs.plan(plan);
  const Played played = play(script_, opening, [](const Played&) {});
  const bool failed = vfs.failed() > 0;
  vfs.plan({});
  FailingRun run{.wrong = {}, .told = !played.fault.empty()};
  if (!played.broken.empty()) {
    run.wrong = played.broken;
  } else if (run.told && !failed) {
    run.wrong = "a fault was told though no call failed: " + played.fault;
  } else if (run.told && played.calls_at_closing > 0) {
    run.wrong = fmt::format("after the fault, closing changed the disk {} times: {}", played.calls_at_closing,
                            played.fault);
  } else {
    if (random.below(2) == 0)
      disk.evict(random);
    else
      disk.cut_power(random);
    run.wrong = recover(std::move(disk), {played.acknowledged, played.submitted}, random, 2);
  }
  return run;
}

std::optional<std::size_t> Trial::place_of(const State& state, Range range) const {
  // From the end: what was written does not always change what is held.
  for (std::size_t i = range.most + 1; i-- > range.least;)
    if (states_[i] == state) return i;
  return std::nullopt;
}

std::size_t Trial::found_in(SectorDisk& disk, Range range, Random& random) const {
  const Mount mount(disk, random.u64());
  const OpenedStore store =
      open_store(script_, {.path = mount.journal(), .encrypted = opening_.encrypted, .bug = opening_.bug});
  const State state = state_of(*store.journal);
  const auto place = place_of(state, range);
  if (!place)
    throw std::logic_error(fmt::format("amid a failing disk a start found {}", describe(state, states_)));
  return *place;
}

std::optional<std::size_t> Trial::fail_to_start(SectorDisk& disk, Range range, Random& random) const {
  FailurePlan plan{.reads = random.below(2) == 0, .for_good = random.below(2) == 0};
  plan.first = 1 + random.below(plan.reads ? 48 : 24);
  plan.failure = any_failure(plan.reads, opening_.encrypted, random);
  // What one finds that can read is there when another could not: it has taken nothing away.
  std::optional<std::size_t> found, readable;
  if (plan.reads && random.below(4) == 0) {
    SectorDisk copy = disk;
    readable = found_in(copy, range, random);
  }
  DiskVfs::get().plan(plan);
  try {
    // What was told the world may have heard of.
    found = found_in(disk, range, random);
  } catch (const Fault&) {
    // Told, and nothing was used.
  }
  DiskVfs::get().plan({});
  if (readable) {
    SectorDisk copy = disk;
    found_in(copy, {*readable, *readable}, random);
  }
  switch (random.below(3)) {
    case 0:
      disk.evict(random);
      break;
    case 1:
      disk.cut_power(random);
      break;
    default:
      break;  // It is tried again at once.
  }
  return found;
}

std::optional<std::string> Trial::recover(SectorDisk disk, Range range, Random& random, int deaths) const {
  try {
    if (deaths > 0 && random.below(4) == 0)
      if (const auto found = fail_to_start(disk, range, random)) range = {*found, *found};
    return start(disk, range, random, deaths);
  } catch (const Fault& fault) {
    return fmt::format("it cannot be opened or used: {}", fault.what());
  } catch (const std::logic_error& bug) {
    return bug.what();
  }
}

std::optional<std::string> Trial::start(SectorDisk& disk, Range range, Random& random, int deaths) const {
  const Mount mount(disk, random.u64());
  std::optional<SectorDisk> died_within;
  OpenedStore store;
  {
    Photograph photograph(disk, deaths > 0 ? 1 + random.below(24) : 0);
    store = open_store(script_, {.path = mount.journal(), .encrypted = opening_.encrypted});
    died_within = std::move(photograph.taken());
  }
  if (const std::string said = integrity(); !said.empty()) return "the database is damaged: " + said;
  const State state = state_of(*store.journal);
  const auto place = place_of(state, range);
  if (!place)
    return fmt::format("between {} and {} commits must be held; found {}", range.least, range.most,
                       describe(state, states_));
  const std::size_t at = *place;
  // What a start has seen, the world may have heard of: it must outlive the next death too.
  if (deaths > 0) {
    SectorDisk later = disk;
    later.cut_power(random);
    if (random.below(4) == 0) return recover(std::move(later), {at, at}, random, deaths - 1);
  }
  if (auto wrong = go_on(disk, std::move(store), at, random)) return "going on: " + *wrong;
  if (!died_within) return std::nullopt;
  died_within->cut_power(random);
  auto wrong = recover(std::move(*died_within), range, random, deaths - 1);
  if (wrong) return "after dying while it started: " + *wrong;
  return std::nullopt;
}

std::optional<std::string> Trial::go_on(SectorDisk& disk, OpenedStore store, std::size_t at,
                                        Random& random) const {
  const std::size_t to = std::min(groups_.size(), at + 1 + random.below(2));
  for (std::size_t i = at; i < to; ++i) store.journal->commit(*groups_[i]);
  if (state_of(*store.journal) != states_[to]) return "what is committed is not what is held";
  // The process ends in good order, or is killed, or the machine loses its power.
  const std::uint64_t end = random.below(3);
  if (end == 0) store = {};
  SectorDisk next = disk;
  if (end == 1) next.cut_power(random);
  store = {};
  const Mount mount(next, random.u64());
  const OpenedStore again = open_store(script_, {.path = mount.journal(), .encrypted = opening_.encrypted});
  const State state = state_of(*again.journal);
  if (state != states_[to])
    return fmt::format("{} commits must be held after the next start; found {}", to,
                       describe(state, states_));
  return std::nullopt;
}

}  // namespace feldsher::crash
