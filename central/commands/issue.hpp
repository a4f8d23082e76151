#pragma once
#include <filesystem>
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "central/commands/central_folder.hpp"

namespace feldsher::central {

/// What a certificate is wanted for.
struct IssueWish {
  std::string kind;   ///< "terminal", "gateway" or "broker".
  std::string name;   ///< The certificate's common name: the user name at a broker.
  std::string point;  ///< Short name of a loaded point; empty = none.
  std::optional<Uuid> id;
  std::filesystem::path out;
  std::vector<std::string> broker_hosts = {};  ///< Kind broker: where it is reached besides localhost.
  bool json = false;                           ///< Say what was made as JSON.
};

/// Makes a key and its certificate in `out`: ca.pem, certificate.pem, key.pem (mode 600). Boxes of points
/// make their own: see enrol.hpp. Throws Fault.
void issue(const CentralFolder& folder, const IssueWish& wish, std::ostream& out);

/// The text of a pass for an appointment, which its patient shows as a QR code. Throws Fault.
std::string make_pass(const CentralFolder& folder, const Uuid& appointment);

}  // namespace feldsher::central
