#include "edge-agent/agent/config.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <charconv>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "protocol/record/result.hpp"

namespace feldsher::edge {
namespace {

// "{folder}" and "{central}" are filled in.
constexpr std::string_view manual = R"(# feldsher-edge: the agent of one point.

# Where the point's journal, its keys and its certificate are ("feldsher-edge enrol" makes it). A relative
# path lies beside this file.
folder = "{folder}"

# Central's door for points. The point works while nobody is there.
central = "{central}"

# The point's broker. tcp:// is for tests: without certificates the broker refuses every real agent.
broker = "ssl://127.0.0.1:8883"

# A device's readings are sealed into a block after so many seconds, at 1,024 messages, or when it changes hands.
seal_seconds = 300

# A request to central that is not answered for so many hours lapses; when its slot begins it does so anyway.
request_patience_hours = 72

# So many days of acts, and of readings, are kept here whole. What is older, and on the disks of central and of its
# standby, goes once a day; of acts the last one about each subject stays. Central keeps everything.
acts_window_days = 90
readings_window_days = 14

# How much is written to the log: "error", "warning", "info" or "debug". It holds ids and counts, never names.
log = "info"
)";

constexpr std::string_view usual_folder = "/var/lib/feldsher-edge";
constexpr std::string_view usual_central = "wss://central.example:8443";

[[noreturn]] void wrong(const std::string& name, const toml::source_region& where, const std::string& what) {
  throw Fault(fmt::format("{}:{}: {}", name, where.begin.line, what));
}

std::string text_of(const std::string& name, const toml::node& node, std::string_view key) {
  const auto value = node.value_exact<std::string>();
  if (!value || value->empty()) wrong(name, node.source(), fmt::format("\"{}\" must be a text", key));
  return *value;
}

std::string filled(std::string_view folder, std::string_view central) {
  std::string text(manual);
  for (const auto& [mark, value] : {std::pair{std::string_view("{folder}"), folder}, {"{central}", central}})
    text.replace(text.find(mark), mark.size(), value);
  return text;
}

}  // namespace

std::optional<CentralAddress> CentralAddress::parse(std::string_view text) {
  constexpr std::string_view scheme = "wss://";
  if (!text.starts_with(scheme)) return std::nullopt;
  text.remove_prefix(scheme.size());
  CentralAddress address;
  if (const auto slash = text.find('/'); slash != std::string_view::npos)
    address.path = std::string(text.substr(slash));
  text = text.substr(0, text.find('/'));
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon), port = text.substr(colon + 1);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  address.host = std::string(host);
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size() || address.port == 0 || host.empty())
    return std::nullopt;
  return address;
}

std::string_view default_config() {
  static const std::string text = filled(usual_folder, usual_central);
  return text;
}

std::string config_for(const std::string& folder, const std::string& central) {
  return filled(folder, central);
}

Config parse_config(std::string_view toml_text, const std::string& name, const std::filesystem::path& base) {
  toml::table table;
  try {
    table = toml::parse(toml_text, name);
  } catch (const toml::parse_error& error) {
    wrong(name, error.source(), std::string(error.description()));
  }
  Config config;
  config.log = "info";
  const auto days = [&](std::string_view key, const toml::node& node, std::uint32_t& to) {
    const auto value = node.value_exact<std::int64_t>();
    if (!value || *value < 1 || *value > 36'500)
      wrong(name, node.source(), fmt::format("\"{}\" must be 1 to 36500 days", key));
    to = static_cast<std::uint32_t>(*value);
  };
  using Set = std::function<void(const toml::node&)>;
  const std::map<std::string_view, Set> keys{
      {"folder", [&](const toml::node& node) { config.folder = base / text_of(name, node, "folder"); }},
      {"central",
       [&](const toml::node& node) {
         const auto address = CentralAddress::parse(text_of(name, node, "central"));
         if (!address) wrong(name, node.source(), "\"central\" must be wss://HOST:PORT");
         config.central = *address;
       }},
      {"broker",
       [&](const toml::node& node) {
         config.broker = text_of(name, node, "broker");
         if (!config.broker.starts_with("ssl://") && !config.broker.starts_with("tcp://"))
           wrong(name, node.source(), "\"broker\" must be ssl://HOST:PORT");
       }},
      {"seal_seconds",
       [&](const toml::node& node) {
         const auto value = node.value_exact<std::int64_t>();
         if (!value || *value < 1 || *value > 3600)
           wrong(name, node.source(), "\"seal_seconds\" must be 1 to 3600 seconds");
         config.seal_seconds = static_cast<std::uint32_t>(*value);
       }},
      {"request_patience_hours",
       [&](const toml::node& node) {
         const auto value = node.value_exact<std::int64_t>();
         if (!value || *value < 1 || *value > 720)
           wrong(name, node.source(), "\"request_patience_hours\" must be 1 to 720 hours");
         config.request_patience_hours = static_cast<std::uint32_t>(*value);
       }},
      {"acts_window_days",
       [&](const toml::node& node) { days("acts_window_days", node, config.acts_window_days); }},
      {"readings_window_days",
       [&](const toml::node& node) { days("readings_window_days", node, config.readings_window_days); }},
      {"log",
       [&](const toml::node& node) {
         config.log = text_of(name, node, "log");
         if (config.log != "error" && config.log != "warning" && config.log != "info" &&
             config.log != "debug")
           wrong(name, node.source(), "\"log\" must be error, warning, info or debug");
       }},
  };
  for (const auto& [key, node] : table) {
    const auto known = keys.find(key.str());
    if (known == keys.end()) wrong(name, key.source(), fmt::format("unknown key \"{}\"", key.str()));
    known->second(node);
  }
  for (const char* needed : {"folder", "central", "broker"})
    if (!table.contains(needed)) throw Fault(fmt::format("{}: \"{}\" is missing", name, needed));
  return config;
}

Config read_config(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) {
    std::error_code hidden;
    const bool missing = !std::filesystem::exists(file, hidden) && !hidden;
    throw Fault("cannot read " + file.string() +
                (missing ? ": `feldsher-edge enrol CODE` makes it" : ": ask as root, or as its owner"));
  }
  std::ostringstream content;
  content << in.rdbuf();
  return parse_config(content.str(), file.string(), std::filesystem::absolute(file).parent_path());
}

}  // namespace feldsher::edge
