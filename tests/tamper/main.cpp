#include <fmt/core.h>
#include <google/protobuf/stubs/logging.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "tests/tamper/tampering.hpp"

namespace {

using namespace feldsher::tamper;

bool show(const char* how, const Result& result) {
  fmt::print("{}\n{:22} {:>9} {:>9}\n", how, "kind", "made", "found");
  for (const auto& [kind, tally] : result.kinds)
    fmt::print("{:22} {:>9} {:>9}\n", to_text(kind), tally.made, tally.found);
  for (std::size_t i = 0; i < result.missed.size() && i < 20; ++i)
    fmt::print("MISSED: {}\n", result.missed[i]);
  fmt::print("{} mutations, {} missed\n", result.made(), result.missed.size());
  return result.missed.empty();
}

/// What takes minutes says so when it is done.
template <class Work>
void timed(const std::string& what, Work work) {
  const auto began = std::chrono::steady_clock::now();
  work();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  fmt::print("{} in {:.0f} s\n", what, took.count());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Makes a journal, changes it in every way that somebody with its database's key can, and verifies it.\n"
      "Exit: 0 each change was found, and at the right record; 1 one was not."};
  std::uint64_t records = 1'000'000, mutations = 100'000, files = 28, seed = 1;
  std::string folder;
  app.add_option("folder", folder, "Where the journal is made, or is from the last time")->required();
  app.add_option("--records", records, "Of the journal")->capture_default_str();
  app.add_option("--mutations", mutations, "Of what is read, in one pass")->capture_default_str();
  app.add_option("--files", files, "Mutations by SQL on a copy, verified as a whole")->capture_default_str();
  app.add_option("--seed", seed)->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  google::protobuf::SetLogHandler(nullptr);  // It would tell of each flipped bit that made a text unreadable.
  try {
    if (!std::filesystem::exists(std::filesystem::path(folder) / "journal.db"))
      timed(fmt::format("{} records made", records), [&] { make_journal(folder, records, seed); });
    const Result reading = tamper_reading(folder, mutations, seed);
    bool good = show("What is read is changed", reading);
    if (files > 0) good = show("The file is changed by SQL", tamper_files(folder, files, seed)) && good;
    const double speed = static_cast<double>(reading.records) / reading.verifying_s;
    fmt::print("{} records verified in {:.1f} s: {:.0f} a second\n", reading.records, reading.verifying_s,
               speed);
    return good ? 0 : 1;
  } catch (const std::exception& error) {
    fmt::print(stderr, "feldsher-tamper: {}\n", error.what());
    return 2;
  }
}
