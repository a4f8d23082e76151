#include "devices/virtual/config.hpp"

#include <fmt/format.h>

#include <toml++/toml.h>
#include <filesystem>
#include <functional>
#include <map>

#include "protocol/record/result.hpp"

namespace feldsher::virtual_world {
namespace {

/// One TOML file read against the keys that it may have.
class Reader {
 public:
  explicit Reader(const std::string& file) : file_(file) {
    try {
      table_ = toml::parse_file(file);
    } catch (const toml::parse_error& error) {
      const auto line = error.source().begin.line;
      throw Fault(line == 0 ? fmt::format("{}: {}", file, error.description())
                            : fmt::format("{}:{}: {}", file, line, error.description()));
    }
  }

  void text(std::string_view key, std::string& to) {
    take(key, [&](const toml::node& node) {
      const auto value = node.value_exact<std::string>();
      if (!value) wrong(node, key, "must be a text");
      to = *value;
    });
  }
  void path(std::string_view key, std::string& to) {
    text(key, to);
    if (!to.empty()) to = (std::filesystem::path(file_).parent_path() / to).string();
  }
  void number(std::string_view key, std::int64_t& to, std::int64_t least) {
    take(key, [&](const toml::node& node) {
      const auto value = node.value_exact<std::int64_t>();
      if (!value || *value < least) wrong(node, key, fmt::format("must be a whole number from {} on", least));
      to = *value;
    });
  }
  void seed(std::uint64_t& to) {
    auto number_read = static_cast<std::int64_t>(to);
    number("seed", number_read, 0);
    to = static_cast<std::uint64_t>(number_read);
  }
  void devices(std::string_view key, std::vector<DeviceId>& to) {
    take(key, [&](const toml::node& node) {
      if (!node.is_array()) wrong(node, key, "must be a list of UUIDs");
      for (const auto& one : *node.as_array()) {
        const auto word = one.value_exact<std::string>();
        const auto id = word ? Uuid::from_text(*word) : std::nullopt;
        if (!id) wrong(one, key, "must be a list of UUIDs");
        to.push_back(DeviceId{*id});
      }
    });
  }
  void need(std::initializer_list<std::pair<std::string_view, bool>> keys) const {
    for (const auto& [key, there] : keys) {
      if (!there) throw Fault(fmt::format("{}: \"{}\" is missing", file_, key));
    }
  }
  /// After all keys were asked for.
  void refuse_others() const {
    for (const auto& [key, node] : table_) {
      if (!known_.contains(std::string(key.str()))) {
        throw Fault(fmt::format("{}:{}: unknown key \"{}\"", file_, node.source().begin.line, key.str()));
      }
    }
  }

 private:
  void take(std::string_view key, const std::function<void(const toml::node&)>& use) {
    known_.emplace(key, true);
    if (const auto* node = table_.get(key)) use(*node);
  }
  [[noreturn]] void wrong(const toml::node& node, std::string_view key, const std::string& what) const {
    throw Fault(fmt::format("{}:{}: \"{}\" {}", file_, node.source().begin.line, key, what));
  }

  std::string file_;
  toml::table table_;
  std::map<std::string, bool> known_;
};

}  // namespace

std::string wearables_manual() {
  return R"(# feldsher-virtual wearables: devices that measure, and keep what is not receipted.
# Relative paths lie beside this file.

broker = "ssl://127.0.0.1:8883"
ca = "ca.pem"

# The gateway that speaks for all devices (the broker's ACL lets it) …
certificate = "gateway/certificate.pem"
key = "gateway/key.pem"
# … or a folder with DEVICE/certificate.pem and DEVICE/key.pem of each device:
# certificates = "devices"

# UUIDs; topics things/DEVICE/readings and things/DEVICE/receipt.
devices = []

# JSON lines: what was sent, what was receipted. Appended to.
ledger = "wearables.jsonl"

# The same seed, the same measurements.
seed = 1

# A message of each device every so many ms.
interval_ms = 1000

# Stop measuring after so long, and end when all is receipted; 0 = until told to stop.
seconds = 0
)";
}

std::string day_manual() {
  return R"(# feldsher-virtual day: the patients and the staff of one point, for a day in a hurry.
# Relative paths lie beside this file.

# The day's data ("feldsher-clinic/1") and the short name of the point.
clinic = "clinic.json"
point = "embankment"

broker = "ssl://127.0.0.1:8883"
ca = "ca.pem"

# A folder with NAME/certificate.pem and NAME/key.pem of each of the point's terminals.
terminals = "terminals"

# JSON {"appointment UUID": "pass"}; without it everybody checks in by phone and birth date.
passes = "passes.json"

# JSON lines: what people were told. Ids only. Appended to.
ledger = "people.jsonl"

# The same seed, the same people.
seed = 1

# People come for so long; what they began is ended.
seconds = 60

# After that somebody walks in about every so many seconds, until the program is told to stop; 0 = nobody does.
walk_in_seconds = 0

# A terminal has one session. Staff keep off a terminal at which somebody else signed in or did something, until so
# many seconds after the last of it; 0 = they sign in again at once. A window that is signed in asks once a minute.
yield_seconds = 0
)";
}

WearablesConfig read_wearables_config(const std::string& file) {
  Reader reader(file);
  WearablesConfig config;
  reader.text("broker", config.broker);
  reader.path("ca", config.ca);
  reader.path("certificate", config.certificate);
  reader.path("key", config.key);
  reader.path("certificates", config.certificates);
  reader.devices("devices", config.devices);
  reader.path("ledger", config.ledger);
  reader.seed(config.seed);
  reader.number("interval_ms", config.interval_ms, 1);
  reader.number("seconds", config.seconds, 0);
  reader.refuse_others();
  const bool tls = config.broker.starts_with("ssl://");
  const bool own = !config.certificates.empty();
  reader.need({{"broker", !config.broker.empty()},
               {"ledger", !config.ledger.empty()},
               {"ca", !tls || !config.ca.empty()},
               {"certificate", !tls || own || !config.certificate.empty()},
               {"key", !tls || own || !config.key.empty()}});
  return config;
}

DayConfig read_day_config(const std::string& file) {
  Reader reader(file);
  DayConfig config;
  reader.path("clinic", config.clinic);
  reader.text("point", config.point);
  reader.text("broker", config.broker);
  reader.path("ca", config.ca);
  reader.path("terminals", config.terminals);
  reader.path("passes", config.passes);
  reader.path("ledger", config.ledger);
  reader.seed(config.seed);
  reader.number("seconds", config.seconds, 1);
  reader.number("walk_in_seconds", config.walk_in_seconds, 0);
  reader.number("yield_seconds", config.yield_seconds, 0);
  reader.refuse_others();
  const bool tls = config.broker.starts_with("ssl://");
  reader.need({{"clinic", !config.clinic.empty()},
               {"point", !config.point.empty()},
               {"broker", !config.broker.empty()},
               {"ca", !tls || !config.ca.empty()},
               {"terminals", !tls || !config.terminals.empty()},
               {"ledger", !config.ledger.empty()}});
  return config;
}

}  // namespace feldsher::virtual_world
