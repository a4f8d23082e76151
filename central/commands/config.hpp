#pragma once
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

namespace feldsher::central {

/// What `central.toml` says. Its printed default is its manual.
struct Config {
  std::filesystem::path dir;
  std::string sync_host, access_host, api_host, public_host, log_level;
  std::uint16_t sync_port = 0, access_port = 0, api_port = 0;
};

/// The commented default, for `dir` and `public_host`.
std::string default_config(const std::string& dir = "/var/lib/feldsher-central",
                           const std::string& public_host = "localhost");
/// Throws Fault with "file:line: what is wrong", also for an unknown key.
Config read_config(const std::filesystem::path& file);
/// `name` stands for the file in faults; `dir` is relative to `base`.
Config parse_config(std::string_view toml, const std::string& name, const std::filesystem::path& base);

}  // namespace feldsher::central
