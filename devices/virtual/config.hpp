#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "protocol/record/ids.hpp"

namespace feldsher::virtual_world {

/// `feldsher-virtual wearables`.
struct WearablesConfig {
  std::string broker, ca;
  std::string certificate, key;  ///< Of the gateway that speaks for all devices; or …
  std::string certificates;      ///< … a folder with DEVICE/certificate.pem and DEVICE/key.pem of each.
  std::vector<DeviceId> devices;
  std::string ledger;
  std::uint64_t seed = 1;
  std::int64_t interval_ms = 1000;
  std::int64_t seconds = 0;  ///< How long they measure; 0 = until the program is told to stop.
};

/// `feldsher-virtual day`.
struct DayConfig {
  std::string clinic;  ///< The day's data, "feldsher-clinic/1".
  std::string point;   ///< Its short name.
  std::string broker, ca;
  std::string terminals;  ///< A folder with NAME/certificate.pem and NAME/key.pem.
  std::string passes;     ///< JSON {appointment: pass}; empty = nobody has a pass.
  std::string ledger;
  std::uint64_t seed = 1;
  std::int64_t seconds = 60;         ///< People come for so long.
  std::int64_t walk_in_seconds = 0;  ///< After that somebody walks in about so often; 0 = nobody.
  std::int64_t yield_seconds = 0;    ///< Staff keep off a terminal so long after somebody else was there.
};

/// The default of each configuration is its manual.
std::string wearables_manual();
std::string day_manual();

/// Reads a TOML file; relative paths lie beside it. Throws Fault that names the line of an unknown key, of
/// a value of the wrong type, or the key that is missing.
WearablesConfig read_wearables_config(const std::string& file);
DayConfig read_day_config(const std::string& file);

}  // namespace feldsher::virtual_world
