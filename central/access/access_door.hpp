#pragma once
#include <functional>
#include <vector>

#include "central/access/access.hpp"
#include "protocol/transport/http_message.hpp"

namespace feldsher::central {

/// What the door needs of the world.
struct AccessWorld {
  const NetworkState& state;
  Random& random;
  const CertificateAuthority& authority;
  AccessPlace place;
  std::function<Instant()> now;
  /// Writes one transaction; `then` runs when it is durable.
  std::function<void(const std::vector<Draft>&, std::function<void()> then)> write;
  /// Writes the one by which a box becomes this node, and in it that what was known of the box before is no
  /// measure for this one.
  std::function<void(NodeId, const std::vector<Draft>&, std::function<void()> then)> let_in;
  /// For counters and logs.
  std::function<void(v1::EnrolmentRefusal)> on_refused = [](v1::EnrolmentRefusal) {};
};

/// The door where boxes ask to come in. Without a certificate: POST /enrol and nothing else; with one of a
/// node: POST /renew and nothing else. Every other request gets the same empty 404. Loop thread.
class AccessDoor {
 public:
  using Respond = std::function<void(HttpResponse)>;

  explicit AccessDoor(AccessWorld world) : world_(std::move(world)) {}
  void serve(const HttpRequest& request, Respond respond) const;

 private:
  void enrol(const std::string& body, Respond respond) const;
  void renew(const PeerIdentity& guest, const std::string& body, Respond respond) const;

  AccessWorld world_;
};

}  // namespace feldsher::central
