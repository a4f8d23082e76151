#include "central/commands/config.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <fstream>
#include <map>
#include <sstream>
#include <variant>

#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

constexpr std::string_view commented_default =
    R"(# feldsher-central: the network's memory. Every key is shown with its default.

# Data folder, made by `feldsher-central init`. Relative to this file.
dir = "{dir}"

# The door for points: WebSockets over mutual TLS 1.3. 0.0.0.0: every address of this machine.
sync_host = "0.0.0.0"
sync_port = 8443

# The door for boxes that come in (`feldsher-central enrol`) or renew their certificate: HTTPS.
access_host = "0.0.0.0"
access_port = 8445

# The door for people and programs: HTTPS, bearer tokens (`feldsher-central token`). "/healthz" answers anybody.
api_host = "127.0.0.1"
api_port = 8444

# The name or address at which points find this machine; written into their enrolment codes.
# Must be in the server's certificate: `init --host NAME`.
public_host = "{host}"

# trace, debug, info, warn or error. Logs hold ids and counts, never a patient's data.
log_level = "info"
)";

using Place = std::variant<std::string*, std::uint16_t*>;

[[noreturn]] void fail(const std::string& name, const toml::source_region& where, const std::string& what) {
  throw Fault(fmt::format("{}:{}: {}", name, where.begin.line, what));
}

void take(const Place& place, const toml::node& value, const std::string& name, const std::string& key) {
  if (auto* const* text = std::get_if<std::string*>(&place)) {
    auto found = value.value_exact<std::string>();
    if (!found || found->empty()) fail(name, value.source(), fmt::format("'{}' has to be a text", key));
    **text = *found;
    return;
  }
  auto number = value.value_exact<std::int64_t>();
  if (!number || *number < 0 || *number > 65535)
    fail(name, value.source(), fmt::format("'{}' has to be a port: 0 to 65535", key));
  *std::get<std::uint16_t*>(place) = static_cast<std::uint16_t>(*number);
}

}  // namespace

std::string default_config(const std::string& dir, const std::string& public_host) {
  std::string text(commented_default);
  auto put = [&](std::string_view mark, const std::string& value) {
    text.replace(text.find(mark), mark.size(), value);
  };
  put("{dir}", dir);
  put("{host}", public_host);
  return text;
}

Config parse_config(std::string_view text, const std::string& name, const std::filesystem::path& base) {
  Config config{};
  std::string dir;
  const std::map<std::string, Place, std::less<>> keys{
      {"dir", &dir},
      {"sync_host", &config.sync_host},
      {"sync_port", &config.sync_port},
      {"access_host", &config.access_host},
      {"access_port", &config.access_port},
      {"api_host", &config.api_host},
      {"api_port", &config.api_port},
      {"public_host", &config.public_host},
      {"log_level", &config.log_level},
  };
  auto read = [&](std::string_view toml, const std::string& called) {
    try {
      const toml::table table = toml::parse(toml);
      for (const auto& [key, value] : table) {
        auto known = keys.find(key.str());
        if (known == keys.end()) fail(called, key.source(), fmt::format("unknown key '{}'", key.str()));
        take(known->second, value, called, known->first);
      }
    } catch (const toml::parse_error& error) {
      fail(called, error.source(), std::string(error.description()));
    }
  };
  read(default_config(), "the default");
  read(text, name);
  constexpr std::string_view levels[] = {"trace", "debug", "info", "warn", "error"};
  if (std::find(std::begin(levels), std::end(levels), config.log_level) == std::end(levels))
    throw Fault(fmt::format("{}: log_level has to be trace, debug, info, warn or error", name));
  config.dir = (base / dir).lexically_normal();
  return config;
}

Config read_config(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  if (!in) throw Fault("cannot read the configuration " + file.string());
  return parse_config(text.str(), file.string(), file.parent_path());
}

}  // namespace feldsher::central
