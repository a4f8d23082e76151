#pragma once
#include <functional>
#include <map>
#include <set>

#include "protocol/crypto/peer_identity.hpp"
#include "protocol/record/record.hpp"

namespace feldsher::central {

/// The serial numbers of all certificates that are worth nothing, as records tell it.
class Revocations {
 public:
  /// Only what `central` says of certificates counts.
  explicit Revocations(NodeId central) : central_(central) {}

  /// The next durable record. A revocation that is new is told to `on_revoked`.
  void apply(const Record& record);
  bool holds(const Octets& serial) const { return serials_.contains(serial); }
  std::size_t size() const { return serials_.size(); }
  /// Of a standby's certificate: central has seen a younger one of the same standby. Then this one is worth
  /// nothing, also where it was never noted.
  bool is_outlived(const PeerIdentity& standby) const;

  /// A certificate has just been revoked: whoever has come in with it goes.
  std::function<void(const Octets& serial)> on_revoked = [](const Octets&) {};

 private:
  NodeId central_;
  std::set<Octets> serials_;
  std::map<Octets, std::int64_t> youngest_s_;  // By standby: when its youngest certificate ends.
};

}  // namespace feldsher::central
