#include "tests/crash/hunt.hpp"

#include <fmt/format.h>

#include "tests/crash/trial.hpp"
#include "tests/unit/protocol/journal/journals.hpp"

namespace feldsher::crash {
namespace {

constexpr std::uint64_t encrypted_every = 16;

class Hunt {
 public:
  Hunt(const HuntOptions& options, HuntResult& result) : options_(options), result_(result) {}

  void round(std::uint64_t seed) {
    for (ScriptCount& count : result_.counts) {
      for (const bool encrypted : {false, true}) {
        if (done()) return;
        if (!encrypted && options_.encrypted) continue;
        if (encrypted && !options_.encrypted && options_.point) continue;
        script(count, seed, encrypted);
      }
    }
    ++result_.rounds;
  }

  bool done() const { return result_.found.size() >= options_.failures; }

 private:
  void script(ScriptCount& count, std::uint64_t seed, bool encrypted) {
    std::optional<Trial> trial;
    try {
      trial.emplace(make_script(count.script, seed), Opening{.encrypted = encrypted, .bug = options_.bug},
                    seed);
    } catch (const std::exception& error) {
      result_.found.push_back({error.what(), command(count, seed, encrypted, 0)});
      return;
    }
    const std::uint64_t crashes = trial->calls().size() + 1, changes = crashes + trial->calls().size(),
                        all = changes + trial->reads();
    if (!encrypted) {
      count.writes += trial->writes();
      count.syncs += trial->syncs();
      count.reads += trial->reads();
    }
    const bool sampled = encrypted && !options_.encrypted;
    for (std::uint64_t i = 0; i < all && !done(); ++i) {
      if (options_.point ? i != *options_.point : sampled && i % encrypted_every != seed % encrypted_every)
        continue;
      testing::SplitMix random(seed * 0x9e3779b97f4a7c15 + i);
      const std::uint64_t point_seed = random.u64();
      std::optional<std::string> wrong;
      if (i < crashes) {
        ++count.crashes;
        wrong = trial->crash_at(i, point_seed);
        if (wrong) *wrong = "death before " + trial->describe_call(i) + ": " + *wrong;
      } else {
        ++count.failing;
        const bool reads = i >= changes;
        const FailurePlan plan{.first = i - (reads ? changes : crashes) + 1,
                               .reads = reads,
                               .for_good = random.below(2) == 0,
                               .failure = any_failure(reads, encrypted, random)};
        const Trial::FailingRun run = trial->fail_at(plan, point_seed);
        count.told += run.told;
        wrong = run.wrong;
        if (wrong)
          *wrong = fmt::format("{} fails {} ({}), {}: {}",
                               reads ? fmt::format("read {}", plan.first) : trial->describe_call(i - crashes),
                               plan.for_good ? "for good" : "once", to_text(plan.failure),
                               run.told ? "which was told" : "which was not told", *wrong);
      }
      count.encrypted += encrypted;
      if (wrong) result_.found.push_back({*wrong, command(count, seed, encrypted, i)});
    }
  }

  std::string command(const ScriptCount& count, std::uint64_t seed, bool encrypted,
                      std::uint64_t point) const {
    return fmt::format("feldsher-crash --seed {} --script {} --point {}{}{}", seed, count.script, point,
                       encrypted ? " --encrypted" : "",
                       options_.bug.empty() ? "" : " --break " + options_.bug);
  }

  const HuntOptions& options_;
  HuntResult& result_;
};

}  // namespace

std::uint64_t HuntResult::points() const {
  std::uint64_t points = 0;
  for (const ScriptCount& count : counts) points += count.crashes + count.failing;
  return points;
}

HuntResult hunt(const HuntOptions& options) {
  HuntResult result;
  for (const std::string& name : script_names()) {
    if (!options.script.empty() && options.script != name) continue;
    ScriptCount count;
    count.script = name;
    result.counts.push_back(count);
  }
  Hunt one(options, result);
  do one.round(options.seed + result.rounds);
  while (!one.done() && !options.point && result.points() < options.points);
  return result;
}

}  // namespace feldsher::crash
