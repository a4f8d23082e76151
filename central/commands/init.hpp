#pragma once
#include <filesystem>
#include <iosfwd>
#include <string>
#include <vector>

#include "central/commands/central_folder.hpp"

namespace feldsher::central {

struct InitWish {
  std::filesystem::path folder;
  std::string name;  ///< Of the network, for people.
  std::vector<std::string>
      hosts;  ///< Names and addresses of this machine besides localhost; the first is what points use.
};

/// Makes a central's folder: authorities, ids, keys, certificate, configuration, the operator's token. Throws
/// Fault, and touches nothing, where there is one already.
CentralFolder init(const InitWish& wish, std::ostream& out);

}  // namespace feldsher::central
