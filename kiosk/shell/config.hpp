#pragma once
#include <string>
#include <vector>

#include "kiosk/screens/station.hpp"

namespace feldsher::kiosk {

/// What `kiosk.toml` says. Its printed default is its manual.
struct Config {
  Role role = Role::check_in;
  std::string terminal = "checkin-1";
  std::string room;  ///< UUID; role `room` only.
  std::string broker = "ssl://127.0.0.1:8883";
  std::string ca_file, certificate_file, key_file;
  std::string language = "en";
  std::vector<std::string> languages{"uk", "ru", "en"};
  bool fullscreen = true;
  int width = 0, height = 0;  ///< Of a window that is not; 0 = the role's own.
  double dpi = 0;             ///< Of the glass; 0 = ask the monitor.
  std::string pictures;
  int idle_s = 45, countdown_s = 15;
};

/// The commented default.
std::string_view default_config();
/// Reads and checks `file`. Throws `Fault` with "file:line: what is wrong", also for an unknown key.
Config read_config(const std::string& file);
Config parse_config(std::string_view toml, const std::string& name);
/// "1080x1920" → width and height; throws `Fault` for anything else.
void parse_size(const std::string& text, int& width, int& height);
/// Checks what no single key can: throws `Fault`.
void check(const Config& config);

}  // namespace feldsher::kiosk
