#include "central/serve/standby_door.hpp"

#include "protocol/log/log.hpp"

namespace feldsher::central {

class StandbyDoor::ConnectionWire final : public StandbyWire {
 public:
  ConnectionWire(NodeId id, std::shared_ptr<Connection> connection)
      : id_(id), connection_(std::move(connection)) {}

  void send(const v1::StandbyFrame& frame) override {
    if (!connection_->send(frame.SerializeAsString())) connection_->close("too slow");
  }
  void close(const std::string& why) override {
    if (std::exchange(closing_, true)) return;
    Log::warn("copy-dropped", {{"standby", id_}, {"reason", Reason::of_connection(why)}});
    connection_->close(why);
  }
  NodeId id() const { return id_; }

 private:
  NodeId id_;
  std::shared_ptr<Connection> connection_;
  bool closing_ = false;
};

StandbyDoor::StandbyDoor(Safekeeping& safekeeping, std::function<Instant()> now)
    : safekeeping_(safekeeping), now_(std::move(now)) {}

StandbyDoor::~StandbyDoor() { stop(); }

void StandbyDoor::open(const std::shared_ptr<Connection>& connection, const PeerIdentity& peer) {
  const NodeId id{*peer.uuid()};
  Log::info("copy-connected", {{"standby", id}});
  auto& wire = wires_[connection.get()];
  wire = std::make_unique<ConnectionWire>(id, connection);
  safekeeping_.connected({peer.tenant, id.uuid}, *wire, now_());
}

bool StandbyDoor::take(Connection& connection, const Octets& message) {
  auto at = wires_.find(&connection);
  if (at == wires_.end()) return false;
  v1::StandbyFrame frame;
  if (frame.ParseFromString(message))
    safekeeping_.receive(*at->second, frame, now_());
  else
    at->second->close("a message that is no frame");
  return true;
}

bool StandbyDoor::closed(Connection& connection, const std::string& reason) {
  auto at = wires_.find(&connection);
  if (at == wires_.end()) return false;
  Log::info("copy-left", {{"standby", at->second->id()}, {"reason", Reason::of_connection(reason)}});
  safekeeping_.disconnected(*at->second);
  wires_.erase(at);
  return true;
}

void StandbyDoor::cut(const Octets& serial) {
  for (auto& [connection, wire] : wires_)
    if (connection->peer().serial == serial) wire->close("its certificate was revoked");
}

void StandbyDoor::stop() {
  for (auto& [connection, wire] : wires_) safekeeping_.disconnected(*wire);
  wires_.clear();
}

}  // namespace feldsher::central
