#include "central/serve/sync_door.hpp"

#include "protocol/log/log.hpp"

namespace feldsher::central {

class SyncDoor::ConnectionWire final : public sync::Wire {
 public:
  ConnectionWire(NodeId node, std::shared_ptr<Connection> connection)
      : node_(node), connection_(std::move(connection)) {}

  void send(const v1::Frame& frame) override {
    // A refused message is one the machine believes to be under way: the node must begin from what it has.
    if (!connection_->send(frame.SerializeAsString())) connection_->close("too slow");
  }
  void close(const std::string& why) override {
    Log::warn("node-dropped", {{"node", node_}, {"reason", Reason::of_connection(why)}});
    connection_->close(why);
  }
  NodeId node() const { return node_; }

 private:
  NodeId node_;
  std::shared_ptr<Connection> connection_;
};

SyncDoor::SyncDoor(boost::asio::io_context& loop, WebSocketServer::Options options, CentralNode& node,
                   Metrics& metrics)
    : node_(node), metrics_(metrics), server_(loop, std::move(options), handlers()) {}

SyncDoor::~SyncDoor() { stop(); }

WebSocketServer::Handlers SyncDoor::handlers() {
  return {
      .admit =
          [this](const PeerIdentity& peer) {
            const bool is_copy = copies && peer.kind == PeerKind::standby;
            return (peer.kind == PeerKind::node || is_copy) && peer.uuid().has_value() && is_good(peer);
          },
      .on_open = [this](const std::shared_ptr<Connection>& connection,
                        const PeerIdentity& peer) { open(connection, peer); },
      .on_message = [this](Connection& connection, Octets message) { take(connection, message); },
      .on_drained = {},
      .on_close = [this](Connection& connection, const std::string& reason) { closed(connection, reason); },
      .on_refused = [this](const std::string& reason) { refused(reason); },
  };
}

void SyncDoor::refused(const std::string& reason) {
  metrics_.refused_connection();
  Log::warn("connection-refused", {{"reason", Reason::of_connection(reason)}});
}

void SyncDoor::open(const std::shared_ptr<Connection>& connection, const PeerIdentity& peer) {
  // `cut` does not see one that was let in and is not open yet.
  if (!is_good(peer)) {
    refused("its certificate was revoked");
    return connection->close("its certificate was revoked");
  }
  if (peer.kind == PeerKind::standby) {
    on_copy(peer);
    return copies->open(connection, peer);
  }
  const NodeId node{*peer.uuid()};
  Log::info("node-connected", {{"node", node}});
  auto& wire = wires_[connection.get()];
  wire = std::make_unique<ConnectionWire>(node, connection);
  node_.connected(node, *wire, peer.serial);
  on_node(peer);
}

void SyncDoor::take(Connection& connection, const Octets& message) {
  if (copies && copies->take(connection, message)) return;
  auto at = wires_.find(&connection);
  if (at == wires_.end()) return;
  v1::Frame frame;
  if (!frame.ParseFromString(message)) {
    metrics_.malformed_frame();
    Log::warn("malformed-frame", {{"node", at->second->node()}, {"octets", message.size()}});
    connection.close("a message that is no frame");
    return;
  }
  node_.receive(at->second->node(), frame);
}

void SyncDoor::closed(Connection& connection, const std::string& reason) {
  if (copies && copies->closed(connection, reason)) return;
  auto at = wires_.find(&connection);
  if (at == wires_.end()) return;
  const NodeId node = at->second->node();
  Log::info("node-left", {{"node", node}, {"reason", Reason::of_connection(reason)}});
  node_.disconnected(node, *at->second);
  wires_.erase(at);
}

void SyncDoor::cut(const Octets& serial) {
  if (copies) copies->cut(serial);
  for (auto& [connection, wire] : wires_)
    if (connection->peer().serial == serial) wire->close("its certificate was revoked");
}

void SyncDoor::stop() {
  if (copies) copies->stop();
  for (auto& [connection, wire] : wires_) node_.disconnected(wire->node(), *wire);
  server_.stop();
  wires_.clear();
}

}  // namespace feldsher::central
