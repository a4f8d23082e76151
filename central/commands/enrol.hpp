#pragma once
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "central/access/broker_names.hpp"
#include "central/commands/central_folder.hpp"

namespace feldsher::central {

/// What a point's code is wanted with.
struct CodeWish {
  std::string point;                                          ///< Short name.
  std::optional<std::vector<std::string>> broker_hosts = {};  ///< As Access::WantedCode.
  bool json = false;                                          ///< Say it as JSON.
};

/// Makes a one-time code for the box of a point, good for 24 hours, and prints it for a person: as text and
/// as a QR code; with `json`, for a program. Only its hash is kept. Throws Fault.
void open_code(const CentralFolder& folder, const CodeWish& wish, std::ostream& out);

/// Says where a point's broker is reached from now on, and what to type there. Throws Fault.
void say_broker_hosts(const CentralFolder& folder, const NameBroker& wish, bool json, std::ostream& out);

/// A QR code of `text` (ISO/IEC 18004) in half blocks, for a terminal with dark background. Throws Fault.
std::string qr_picture(const std::string& text);

}  // namespace feldsher::central
