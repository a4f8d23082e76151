#pragma once
#include <functional>
#include <map>
#include <memory>

#include "central/standby/safekeeping.hpp"
#include "protocol/transport/web_socket.hpp"

namespace feldsher::central {

/// The door for copies of the journal: WebSockets of verified standbys to and from Safekeeping. Listens to
/// nothing itself: whoever listens hands connections over. Loop thread.
class StandbyDoor {
 public:
  StandbyDoor(Safekeeping& safekeeping, std::function<Instant()> now);
  ~StandbyDoor();

  void open(const std::shared_ptr<Connection>& connection, const PeerIdentity& peer);
  /// False when the connection did not come in here.
  bool take(Connection& connection, const Octets& message);
  bool closed(Connection& connection, const std::string& reason);
  /// Drops whoever has come in with this certificate.
  void cut(const Octets& serial);
  void stop();

 private:
  class ConnectionWire;
  Safekeeping& safekeeping_;
  std::function<Instant()> now_;
  std::map<Connection*, std::unique_ptr<ConnectionWire>> wires_;
};

}  // namespace feldsher::central
