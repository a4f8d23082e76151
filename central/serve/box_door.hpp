#pragma once
#include "central/access/access_door.hpp"
#include "central/access/revocations.hpp"
#include "central/commands/central_folder.hpp"
#include "central/commands/config.hpp"
#include "central/node/central_node.hpp"
#include "protocol/transport/https_server.hpp"

namespace feldsher::central {

/// The running door where boxes enrol and renew: AccessDoor behind HTTPS that takes certificates, even ended
/// ones. Loop thread.
class BoxDoor {
 public:
  /// Binds and listens. Throws Fault.
  BoxDoor(boost::asio::io_context& loop, const Config& config, const CentralFolder& folder, CentralNode& node,
          const Octets& head_key);

  std::uint16_t port() const { return server_.port(); }
  /// Reads its certificate again, for connections to come. Throws Fault, and keeps the old one.
  void reload() { server_.reload(); }
  void stop() { server_.stop(); }

 private:
  AccessWorld world(const Config& config, CentralNode& node, const Octets& head_key) const;

  CertificateAuthority authority_;
  AccessDoor door_;
  HttpsServer server_;
};

}  // namespace feldsher::central
