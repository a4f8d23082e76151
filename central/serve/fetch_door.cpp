#include "central/serve/fetch_door.hpp"

#include <boost/asio/io_context.hpp>

#include "protocol/log/log.hpp"

namespace feldsher::central {
namespace {

constexpr std::chrono::milliseconds between_ticks{250};

}  // namespace

FetchDoor::FetchDoor(boost::asio::io_context& loop, WebSocketServer::Options options, const FetchWorld& world)
    : revocations_(world.revocations),
      clock_(world.clock),
      safekeeping_(world.tenant, world.ledger),
      door_(safekeeping_, [this] { return clock_.now(); }),
      server_(loop, std::move(options), handlers()),
      timer_(loop) {
  revocations_.on_revoked = [this](const Octets& serial) { door_.cut(serial); };
  tick();
}

FetchDoor::~FetchDoor() { stop(); }

WebSocketServer::Handlers FetchDoor::handlers() {
  return {
      .admit =
          [this](const PeerIdentity& peer) {
            return peer.kind == PeerKind::standby && peer.uuid().has_value() &&
                   !revocations_.holds(peer.serial) && !revocations_.is_outlived(peer);
          },
      .on_open = [this](const std::shared_ptr<Connection>& connection,
                        const PeerIdentity& peer) { open(connection, peer); },
      .on_message = [this](Connection& connection,
                           const Octets& message) { door_.take(connection, message); },
      .on_drained = {},
      .on_close = [this](Connection& connection, const std::string& why) { door_.closed(connection, why); },
      .on_refused =
          [](const std::string& why) {
            Log::warn("connection-refused", {{"reason", Reason::of_connection(why)}});
          },
  };
}

void FetchDoor::open(const std::shared_ptr<Connection>& connection, const PeerIdentity& peer) {
  // A cut does not see one that was let in and is not open yet.
  if (!revocations_.holds(peer.serial)) return door_.open(connection, peer);
  Log::warn("connection-refused", {{"reason", "its certificate was revoked"}});
  connection->close("its certificate was revoked");
}

void FetchDoor::stop() {
  revocations_.on_revoked = [](const Octets&) {};
  timer_.cancel();
  door_.stop();
  server_.stop();
}

void FetchDoor::tick() {
  safekeeping_.tick(clock_.now());
  timer_.expires_after(between_ticks);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) tick();
  });
}

}  // namespace feldsher::central
