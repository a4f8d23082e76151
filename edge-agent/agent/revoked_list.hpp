#pragma once
#include <filesystem>
#include <set>
#include <string>

#include "protocol/clinic/tables.hpp"

namespace feldsher::edge {

/// The list of revoked certificates that the point's broker reads (edge-agent/broker): serial numbers in
/// lower-case hexadecimal, one a line. Loop thread only.
///
/// It has those of the whole network: its brokers believe one authority. It only grows, and an earlier run's
/// is kept: a record that left the feed's scope, because the certificate is over, lets nobody in again when
/// this machine's clock goes back. (33 octets each.) The agent's own is never in it: whether a box that was
/// revoked serves people is not decided by which arrives first, that news or the end of its line.
class RevokedList {
 public:
  /// Reads what is there. `own`: the certificate that the agent shows at its broker.
  RevokedList(std::filesystem::path file, const std::filesystem::path& own);

  /// Puts the file in place anew when `tables` know of more than it holds, and once when an earlier run left
  /// one. How many are new.
  std::size_t look(const Tables& tables);

  std::size_t size() const { return serials_.size(); }
  /// Why the file is not what it should be; empty when it is. It is tried again at each look.
  const std::string& fault() const { return fault_; }

 private:
  std::filesystem::path file_;
  std::string own_;
  std::set<std::string> serials_;
  std::string fault_;
  bool written_ = true;
};

}  // namespace feldsher::edge
