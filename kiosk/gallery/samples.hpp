#pragma once
#include <functional>
#include <string>
#include <vector>

#include "kiosk/screens/station.hpp"

namespace feldsher::kiosk {

/// One state of one role, reached through the model's own events: what the gallery draws and what the
/// headless tests check in each language.
struct Sample {
  std::string role;   ///< "check-in"
  std::string state;  ///< "welcome", "ticket-prepared", …
  bool portrait;      ///< How such a screen usually hangs.
  Moment now;
  std::unique_ptr<Station> station;
};

/// All states in one language. `agent` answers are invented: no person in them exists.
std::vector<Sample> samples(const std::string& language);

}  // namespace feldsher::kiosk
