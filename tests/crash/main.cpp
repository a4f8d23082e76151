#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "tests/crash/hunt.hpp"
#include "tests/crash/kills.hpp"
#include "tests/crash/planted.hpp"
#include "tests/crash/script.hpp"

namespace {

void show_found(const std::vector<feldsher::crash::Found>& all) {
  for (const auto& found : all) fmt::print("WRONG: {}\n  again: {}\n", found.what, found.command);
}

void show(const feldsher::crash::HuntResult& result, double seconds) {
  fmt::print("{:18} {:>8} {:>7} {:>7} {:>9} {:>9} {:>9} {:>10}\n", "script", "writes", "syncs", "reads",
             "crashes", "failing", "told", "encrypted");
  for (const auto& count : result.counts)
    fmt::print("{:18} {:>8} {:>7} {:>7} {:>9} {:>9} {:>9} {:>10}\n", count.script, count.writes, count.syncs,
               count.reads, count.crashes, count.failing, count.told, count.encrypted);
  show_found(result.found);
  fmt::print("{} crash points in {} rounds, {:.1f} s: {}\n", result.points(), result.rounds, seconds,
             result.found.empty()
                 ? "0 acknowledged lost, 0 databases that do not open, 0 false acknowledgements"
                 : fmt::format("{} WRONG", result.found.size()));
}

/// Exit: 0 nothing wrong, 1 something is.
int kills(const feldsher::crash::KillOptions& options) {
  const auto began = std::chrono::steady_clock::now();
  const auto result = feldsher::crash::kill_for_real(options);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  fmt::print("{:18} {:>7} {:>9} {:>7} {:>7} {:>13}\n", "script", "kills", "starting", "ahead", "ends",
             "acknowledged");
  for (const auto& each : result.scripts)
    fmt::print("{:18} {:>7} {:>9} {:>7} {:>7} {:>13}\n", each.script, each.kills, each.starting, each.ahead,
               each.ends, each.acknowledged);
  show_found(result.found);
  fmt::print("{} processes killed with -9, {:.1f} s: {}\n", result.kills(), took.count(),
             result.found.empty() ? "0 acknowledged groups lost, 0 journals that do not open"
                                  : fmt::format("{} WRONG", result.found.size()));
  return result.found.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Plays scripts of a journal's life on a disk in memory, and at each of their writes and syncs "
      "takes the\n"
      "power away, kills the process, or lets the call fail, as each read; then starts again and looks. With "
      "--kills\n"
      "processes play them on the disk of this machine, and are killed with -9.\n"
      "Exit: 0 nothing wrong, 1 something is, 2 bad arguments."};
  feldsher::crash::HuntOptions options;
  app.add_option("--points", options.points, "At least so many crash points")->capture_default_str();
  app.add_option("--seed", options.seed, "Seed of the first round; each round has the next")
      ->capture_default_str();
  app.add_option("--script", options.script, "Only this script")
      ->check(CLI::IsMember(feldsher::crash::script_names()));
  app.add_option("--point", options.point, "Only this point of one round: a failure again");
  app.add_flag("--encrypted", options.encrypted, "Encrypted pages in every run");
  app.add_option("--break", options.bug, "Plant a bug: it must be found")
      ->check(CLI::IsMember(feldsher::crash::planted_bugs()));
  std::uint64_t killed = 0;
  app.add_option("--kills", killed,
                 "Instead: so many processes of each script, on this machine's disk, killed at any moment");
  feldsher::crash::LiveOptions life;
  auto* folder =
      app.add_option("--live", life.folder, "What --kills runs: play --script in this data folder");
  app.add_option("--held", life.held, "With --live: after so many of its groups");
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 2;
  }
  if (folder->count() > 0) {
    life.script = options.script;
    life.seed = options.seed;
    life.bug = options.bug;
    return feldsher::crash::live(life);
  }
  if (killed > 0)
    return kills({.program = std::filesystem::read_symlink("/proc/self/exe"),
                  .kills = killed,
                  .seed = options.seed,
                  .script = options.script,
                  .bug = options.bug});
  const auto began = std::chrono::steady_clock::now();
  const auto result = feldsher::crash::hunt(options);
  show(result, std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
  return result.found.empty() ? 0 : 1;
}
