#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace feldsher::edge {

/// Central's door for points: "wss://host:port", the host a name or an address ("[::1]"), with or without a
/// path.
struct CentralAddress {
  std::string host;
  std::uint16_t port = 0;
  std::string path = "/sync";

  static std::optional<CentralAddress> parse(std::string_view text);
};

/// What `edge.toml` says. Its printed default is its manual.
struct Config {
  std::filesystem::path folder;  ///< Data folder, absolute.
  CentralAddress central;
  std::string broker;
  std::uint32_t seal_seconds = 300;
  std::uint32_t request_patience_hours = 72;
  std::uint32_t acts_window_days = 90;      ///< How long the point keeps its acts whole …
  std::uint32_t readings_window_days = 14;  ///< … and its blocks of readings.
  std::string log;
};

/// The commented default.
std::string_view default_config();
/// The same for a folder that was just initialised.
std::string config_for(const std::string& folder, const std::string& central);

/// Reads and checks `file`. Throws Fault with "file:line: what is wrong", also for an unknown key.
Config read_config(const std::filesystem::path& file);
/// A relative `folder` lies beside the file that names it: `base`.
Config parse_config(std::string_view toml, const std::string& name, const std::filesystem::path& base);

}  // namespace feldsher::edge
