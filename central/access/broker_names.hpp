#pragma once
#include <optional>
#include <string>
#include <vector>

#include "central/access/credentials.hpp"

namespace feldsher::central {

/// A certificate names no more hosts than this.
inline constexpr std::size_t most_broker_hosts = 16;

/// What is wrong with these hosts, in words that name the one; nothing when a broker's certificate may name
/// them: DNS names, IPv4 and IPv6 addresses, without scheme, port, brackets or wildcard, and not the address
/// that means all of a machine's.
std::optional<std::string> fault_of_hosts(const std::vector<std::string>& hosts);

/// Under which names and addresses a point's broker is reached besides localhost, as a person at central last
/// said it: no box asks for names.
std::vector<std::string> broker_hosts(const NetworkState& state, PointId point);

/// Where a point's broker is reached from now on. Its next certificate says so.
struct NameBroker {
  std::string point;               ///< Short name.
  std::vector<std::string> hosts;  ///< Besides localhost; empty: no other.
};
Allowed<Draft> name_broker(const NameBroker& wish, const NetworkState& state, const AccessBy& by);

}  // namespace feldsher::central
