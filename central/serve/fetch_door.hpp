#pragma once
#include <boost/asio/steady_timer.hpp>

#include "central/access/revocations.hpp"
#include "central/serve/standby_door.hpp"

namespace feldsher::central {

/// What the door needs of a standby; all of it outlives the door.
struct FetchWorld {
  TenantId tenant;
  CopiedLedger& ledger;
  Revocations& revocations;  ///< The door is who is told of the next ones.
  const Clock& clock;
};

/// The door at which somebody may fetch what this standby holds, the whole network's journal: a restored
/// central, or another standby. Only certificates of standbys come in, of which this standby has not heard
/// that they were revoked, or that central has seen a younger one of the same standby; whoever is in goes as
/// soon as it hears of a revocation. Loop thread.
class FetchDoor {
 public:
  /// Binds and listens. Throws Fault.
  FetchDoor(boost::asio::io_context& loop, WebSocketServer::Options options, const FetchWorld& world);
  ~FetchDoor();

  std::uint16_t port() const { return server_.port(); }
  /// Reads its certificate again, for connections to come. Throws Fault, and keeps the old one.
  void reload() { server_.reload(); }
  void stop();

 private:
  WebSocketServer::Handlers handlers();
  void open(const std::shared_ptr<Connection>& connection, const PeerIdentity& peer);
  void tick();

  Revocations& revocations_;
  const Clock& clock_;
  Safekeeping safekeeping_;
  StandbyDoor door_;
  WebSocketServer server_;
  boost::asio::steady_timer timer_;
};

}  // namespace feldsher::central
