#pragma once
#include <map>
#include <memory>

#include "central/api/metrics.hpp"
#include "central/node/central_node.hpp"
#include "central/serve/standby_door.hpp"
#include "protocol/transport/web_socket.hpp"

namespace feldsher::central {

/// The door for nodes: WebSockets of verified peers to and from the core. Loop thread.
///
/// Only certificates of kind `node` come in, and those of standbys, for the door behind this one; a node
/// speaks for the id in its certificate alone. What is no frame closes its connection and is counted. A peer
/// too slow to take what it is sent is let go: it resumes from its last acknowledgement when it connects
/// again.
class SyncDoor {
 public:
  SyncDoor(boost::asio::io_context& loop, WebSocketServer::Options options, CentralNode& node,
           Metrics& metrics);
  ~SyncDoor();

  /// Whether a certificate is still good: asked at each connection when it comes in, and when it is open: it
  /// may have been revoked in between.
  std::function<bool(const PeerIdentity&)> is_good = [](const PeerIdentity&) { return true; };
  /// A node has come in with this certificate.
  std::function<void(const PeerIdentity&)> on_node = [](const PeerIdentity&) {};
  /// A copy has come in with this certificate.
  std::function<void(const PeerIdentity&)> on_copy = [](const PeerIdentity&) {};
  /// Where copies of the journal are taken; null: nowhere.
  StandbyDoor* copies = nullptr;

  std::uint16_t port() const { return server_.port(); }
  std::size_t connections() const { return wires_.size(); }
  /// Drops whoever has come in with this certificate.
  void cut(const Octets& serial);
  /// Reads its certificate again, for connections to come. Throws Fault, and keeps the old one.
  void reload() { server_.reload(); }
  /// Lets every node go and listens no more.
  void stop();

 private:
  class ConnectionWire;
  WebSocketServer::Handlers handlers();
  void open(const std::shared_ptr<Connection>& connection, const PeerIdentity& peer);
  void refused(const std::string& reason);
  void take(Connection& connection, const Octets& message);
  void closed(Connection& connection, const std::string& reason);

  CentralNode& node_;
  Metrics& metrics_;
  std::map<Connection*, std::unique_ptr<ConnectionWire>> wires_;
  WebSocketServer server_;
};

}  // namespace feldsher::central
