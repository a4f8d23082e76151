#include "kiosk/shell/config.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <algorithm>
#include <charconv>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>

#include "kiosk/locale/words.hpp"
#include "protocol/bus/topics.hpp"
#include "protocol/record/ids.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::kiosk {
namespace {

constexpr std::string_view manual = R"(# feldsher-kiosk: one screen of a point.

# What this screen is: "check-in", "board", "survey", "room" or "reception".
role = "check-in"

# Its name at the point, which is also the name in its certificate: letters, digits and "-".
terminal = "checkin-1"

# Role "room" only: which room, as a UUID ("feldsher-central rooms --config FILE" shows them).
room = ""

# The point's broker. tcp:// is for tests: without certificates the broker refuses every real point's screens.
broker = "ssl://127.0.0.1:8883"

# PEM files of this terminal; all three, or none with tcp://.
ca = "/etc/feldsher/kiosk/ca.pem"
certificate = "/etc/feldsher/kiosk/terminal.pem"
key = "/etc/feldsher/kiosk/terminal.key"

# What the screen speaks when nobody has chosen, and what can be chosen, in this order. A board, which nobody
# touches, speaks each of them for 20 s in turn.
language = "en"
languages = ["uk", "ru", "en"]

# The whole screen. false: a window of "size" pixels, "" = what suits the role.
fullscreen = true
size = ""

# Pixels per inch of the glass, so that every button is at least 12 mm; 0 = as the monitor says.
dpi = 0

# A folder that gets a picture of each new screen state, or "". Only for demonstrations and tests: such
# pictures can show a patient's given name. File names never do.
pictures = ""

# A patient's screen that nobody touches for idle seconds counts down, then wipes itself.
idle = 45
countdown = 15
)";

[[noreturn]] void wrong(const std::string& name, const toml::source_region& where, const std::string& what) {
  throw Fault(fmt::format("{}:{}: {}", name, where.begin.line, what));
}

template <class T>
T value_of(const std::string& name, const toml::node& node, std::string_view key, const char* kind) {
  const auto value = node.value<T>();
  if (!value) wrong(name, node.source(), fmt::format("\"{}\" must be {}", key, kind));
  return *value;
}

}  // namespace

std::string_view default_config() { return manual; }

void parse_size(const std::string& text, int& width, int& height) {
  const auto cross = text.find('x');
  const auto number = [](std::string_view digits) {
    int value = 0;
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return end.ec == std::errc() && end.ptr == digits.data() + digits.size() ? value : 0;
  };
  if (cross != std::string::npos) {
    width = number(std::string_view(text).substr(0, cross));
    height = number(std::string_view(text).substr(cross + 1));
  }
  if (cross == std::string::npos || width < 320 || height < 320 || width > 16384 || height > 16384)
    throw Fault("\"" + text + "\" is not a size: write 1080x1920, each side at least 320");
}

Config parse_config(std::string_view toml_text, const std::string& name) {
  toml::table table;
  try {
    table = toml::parse(toml_text, name);
  } catch (const toml::parse_error& error) {
    wrong(name, error.source(), std::string(error.description()));
  }
  Config config;
  using Set = std::function<void(const toml::node&)>;
  const auto text = [&](std::string_view key, std::string& to) -> Set {
    return
        [&name, key, &to](const toml::node& node) { to = value_of<std::string>(name, node, key, "a text"); };
  };
  const auto seconds = [&](std::string_view key, int& to) -> Set {
    return [&name, key, &to](const toml::node& node) {
      const auto value = value_of<std::int64_t>(name, node, key, "a whole number of seconds");
      if (value < 5 || value > 3600)
        wrong(name, node.source(), fmt::format("\"{}\" must be 5 to 3600 seconds", key));
      to = static_cast<int>(value);
    };
  };
  const std::map<std::string_view, Set> keys{
      {"role",
       [&](const toml::node& node) {
         const auto role = role_of(value_of<std::string>(name, node, "role", "a text"));
         if (!role) wrong(name, node.source(), "\"role\" must be check-in, board, survey, room or reception");
         config.role = *role;
       }},
      {"terminal", text("terminal", config.terminal)},
      {"room", text("room", config.room)},
      {"broker", text("broker", config.broker)},
      {"ca", text("ca", config.ca_file)},
      {"certificate", text("certificate", config.certificate_file)},
      {"key", text("key", config.key_file)},
      {"language", text("language", config.language)},
      {"languages",
       [&](const toml::node& node) {
         const auto* array = node.as_array();
         if (!array || array->empty())
           wrong(name, node.source(), "\"languages\" must be a list of languages");
         config.languages.clear();
         for (const auto& one : *array)
           config.languages.push_back(value_of<std::string>(name, one, "languages", "a list of texts"));
       }},
      {"size",
       [&](const toml::node& node) {
         const auto size = value_of<std::string>(name, node, "size", "a text");
         try {
           if (!size.empty()) parse_size(size, config.width, config.height);
         } catch (const Fault& fault) {
           wrong(name, node.source(), fault.what());
         }
       }},
      {"fullscreen",
       [&](const toml::node& node) {
         config.fullscreen = value_of<bool>(name, node, "fullscreen", "true or false");
       }},
      {"dpi", [&](const toml::node& node) { config.dpi = value_of<double>(name, node, "dpi", "a number"); }},
      {"pictures", text("pictures", config.pictures)},
      {"idle", seconds("idle", config.idle_s)},
      {"countdown", seconds("countdown", config.countdown_s)},
  };
  for (const auto& [key, node] : table) {
    const auto known = keys.find(key.str());
    if (known == keys.end()) wrong(name, key.source(), fmt::format("unknown key \"{}\"", key.str()));
    known->second(node);
  }
  // Who names a window's size and nothing else means a window, as 0.1.0 had it.
  if (config.width > 0 && !table.contains("fullscreen")) config.fullscreen = false;
  return config;
}

void check(const Config& config) {
  if (!bus::is_topic_name(config.terminal))
    throw Fault("\"terminal\" must be 1 to 64 letters, digits and \"-\": it is \"" + config.terminal + "\"");
  if (config.role == Role::room && !Uuid::from_text(config.room))
    throw Fault("role \"room\" needs \"room\", the room's UUID");
  if (config.fullscreen && config.width > 0)
    throw Fault("\"size\" is a window's: leave it empty, or say fullscreen = false");
  const int files = !config.ca_file.empty() + !config.certificate_file.empty() + !config.key_file.empty();
  if (files != 0 && files != 3) throw Fault("\"ca\", \"certificate\" and \"key\": all three or none");
  const auto known = [](const std::string& one) { return std::ranges::count(known_languages(), one) > 0; };
  for (const auto& one : config.languages)
    if (!known(one)) throw Fault("language \"" + one + "\" has no catalogue: choose from uk, ru, en");
  if (std::ranges::count(config.languages, config.language) == 0)
    throw Fault("\"language\" must be one of \"languages\"");
}

Config read_config(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Fault("cannot read " + file);
  std::ostringstream content;
  content << in.rdbuf();
  return parse_config(content.str(), file);
}

}  // namespace feldsher::kiosk
