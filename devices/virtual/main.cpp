#include <fmt/format.h>

#include <charconv>
#include <exception>
#include <optional>
#include <string_view>
#include <vector>

#include "devices/virtual/shells.hpp"
#include "protocol/log/log.hpp"

namespace {

constexpr std::string_view help =
    R"(feldsher-virtual: wearables and people who are not there.

  feldsher-virtual wearables --config FILE [--drain SECONDS]   devices that measure, and keep what is not receipted
  feldsher-virtual day --config FILE [--drain SECONDS]         the patients and the staff of one point
  feldsher-virtual wearables|day --print-default-config        a configuration, with all keys explained
  feldsher-virtual --version

Each keeps a ledger of what it was told (JSON lines; ids and numbers only). When its time is over it makes
nothing new, and waits at most so many seconds (60) until all is receipted and answered: exit 0, or 1.
SIGTERM ends it at once, with exit 0 and a whole ledger.
Exit: 0 done, 1 it could not be done, 2 the command line is wrong.
)";

struct Words {
  std::string_view command, config;
  std::int64_t drain_seconds = 60;
  bool print = false;
};

std::optional<Words> parse(const std::vector<std::string_view>& given) {
  Words words;
  if (given.empty() || (given[0] != "wearables" && given[0] != "day")) return std::nullopt;
  words.command = given[0];
  for (std::size_t i = 1; i < given.size(); ++i) {
    if (given[i] == "--print-default-config") {
      words.print = true;
    } else if (given[i] == "--config" && i + 1 < given.size()) {
      words.config = given[++i];
    } else if (given[i] == "--drain" && i + 1 < given.size()) {
      const auto text = given[++i];
      const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), words.drain_seconds);
      if (error != std::errc() || end != text.data() + text.size() || words.drain_seconds < 0)
        return std::nullopt;
    } else {
      return std::nullopt;
    }
  }
  if (words.config.empty() && !words.print) return std::nullopt;
  return words;
}

}  // namespace

int main(int count, char** arguments) {
  using namespace feldsher::virtual_world;
  const std::vector<std::string_view> given(arguments + 1, arguments + count);
  if (!given.empty() && (given[0] == "--help" || given[0] == "-h")) {
    fmt::print("{}", help);
    return 0;
  }
  if (given.size() == 1 && given[0] == "--version") {
    fmt::print("feldsher-virtual {}\n", FELDSHER_VERSION);
    return 0;
  }
  const auto words = parse(given);
  if (!words) {
    fmt::print(stderr, "{}", help);
    return 2;
  }
  try {
    const bool wearables = words->command == "wearables";
    const std::string file(words->config);
    if (words->print) {
      fmt::print("{}", wearables ? wearables_manual() : day_manual());
      return 0;
    }
    feldsher::Log::begin("info");
    return wearables ? run_wearables(read_wearables_config(file), words->drain_seconds)
                     : run_day(read_day_config(file), words->drain_seconds);
  } catch (const std::exception& fault) {
    fmt::print(stderr, "feldsher-virtual: {}\n", fault.what());
    return 1;
  }
}
