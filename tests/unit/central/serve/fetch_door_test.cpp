// The door of a standby that follows: it holds the whole network's journal, and gives it to nobody whose
// certificate was revoked.
#include "central/serve/fetch_door.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <sstream>

#include "protocol/contracts/enrolment.pb.h"
#include "protocol/crypto/own_certificate.hpp"
#include "tests/support/world/clinic.hpp"
#include "tests/support/world/ledger.hpp"
#include "tests/unit/protocol/transport/tls_world.hpp"

namespace feldsher::central {
namespace {

using test::run_until;
using test::TlsWorld;

const Uuid guest_id = *Uuid::from_text("0190c0de-0000-7000-8000-0000000000bb");

/// A standby that follows, its door, and whoever comes for what it holds.
struct Standby {
  Standby() {
    copied.resume(store);
    door.emplace(loop, WebSocketServer::Options{.path = "/standby", .tls = TlsWorld::get().server()},
                 FetchWorld{.tenant = testing::tenant_of_tests,
                            .ledger = copied,
                            .revocations = revocations,
                            .clock = clock});
  }
  static TlsFiles certificate(PeerKind kind = PeerKind::standby) {
    return TlsWorld::get().issue({.kind = kind,
                                  .name = guest_id.to_text(),
                                  .id = {},
                                  .hosts = {},
                                  .not_before_s = TlsWorld::get().now_s - 60,
                                  .not_after_s = TlsWorld::get().now_s + 3600});
  }
  /// What `writer` says of that certificate.
  void hears_revoked(const Octets& serial, NodeId writer = testing::central_of_tests) {
    v1::Credential credential;
    credential.set_serial(serial);
    credential.set_revoked(true);
    hears(credential, v1::REVOKED, writer);
  }
  /// Central has seen another certificate of that standby.
  void hears_of_another(std::int64_t not_after_s, const Uuid& holder = guest_id,
                        NodeId writer = testing::central_of_tests) {
    v1::Credential credential;
    credential.set_serial("\x02another");
    credential.set_holder(holder.to_octets());
    credential.set_not_after_s(not_after_s);
    hears(credential, v1::REGISTERED, writer);
  }
  void hears(v1::Credential credential, v1::Verb verb, NodeId writer) {
    credential.set_kind(v1::CREDENTIAL_STANDBY);
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_NODE);
    draft.actor.set_id(writer.to_octets());
    draft.subject = {v1::CREDENTIAL, guest_id};
    draft.verb = verb;
    draft.message = credential.SerializeAsString();
    revocations.apply(testing::FeedPen(testing::tenant_of_tests, writer).write(draft));
  }
  /// Comes, says hello and waits for an answer or the end. False when the door stays shut.
  bool come(const TlsFiles& tls) {
    bool opened = false;
    over = false;
    heard.clear();
    client = std::make_unique<WebSocketClient>(
        loop,
        WebSocketClient::Options{.host = "127.0.0.1", .port = door->port(), .path = "/standby", .tls = tls},
        WebSocketClient::Handlers{.on_open = [&](const PeerIdentity&) { opened = true; },
                                  .on_message = [this](Octets message) { heard.push_back(message); },
                                  .on_drained = {},
                                  .on_close = [this](const std::string&) { over = true; }});
    client->connect();
    REQUIRE(run_until(loop, [&] { return opened || over; }));
    if (!opened) return false;
    v1::StandbyFrame frame;
    frame.mutable_hello()->set_version(standby_version);
    frame.mutable_hello()->set_tenant(testing::tenant_of_tests.to_octets());
    frame.mutable_hello()->set_standby(guest_id.to_octets());
    client->send(frame.SerializeAsString());
    REQUIRE(run_until(loop, [&] { return over || !heard.empty(); }));
    return true;
  }

  boost::asio::io_context loop{1};
  testing::VirtualClock clock;
  MemoryStore store{testing::tenant_of_tests};
  testing::StepLedger ledger{store};
  CopiedLedger copied{ledger, {}};
  Revocations revocations{testing::central_of_tests};
  std::optional<FetchDoor> door;
  std::unique_ptr<WebSocketClient> client;
  bool over = false;
  std::vector<Octets> heard;
};

Octets serial_of(const TlsFiles& tls) {
  std::ostringstream pem;
  pem << std::ifstream(tls.certificate, std::ios::binary).rdbuf();
  return read_own_certificate(pem.str()).value().identity.serial;
}

}  // namespace

TEST_CASE("a standby gives what it holds to a standby's certificate, and to none that was revoked",
          "[central][serve][standby][X6]") {
  Standby world;
  const TlsFiles good = Standby::certificate(), revoked = Standby::certificate();
  world.hears_revoked(serial_of(revoked));
  CHECK_FALSE(world.come(Standby::certificate(PeerKind::node)));
  CHECK_FALSE(world.come(revoked));
  CHECK(world.come(good));
  CHECK_FALSE(world.heard.empty());
  // Only central says whose certificate is worth nothing.
  world.hears_revoked(serial_of(good), testing::point_node_of_tests);
  CHECK(world.come(good));
}

TEST_CASE("a standby lets nobody in with a certificate of a standby of which central has seen a younger one",
          "[central][serve][standby][renewal][X6]") {
  Standby world;
  const TlsFiles tls = Standby::certificate();
  const std::int64_t ends_s = TlsWorld::get().now_s + 3600;
  world.hears_of_another(ends_s);
  world.hears_of_another(ends_s + 60, *Uuid::from_text("0190c0de-0000-7000-8000-0000000000cc"));
  world.hears_of_another(ends_s + 60, guest_id, testing::point_node_of_tests);
  CHECK(world.come(tls));
  world.hears_of_another(ends_s + 60);
  CHECK_FALSE(world.come(tls));
}

TEST_CASE("whoever fetches from a standby is cut off as soon as it hears of the revocation",
          "[central][serve][standby][X6]") {
  Standby world;
  const TlsFiles tls = Standby::certificate();
  REQUIRE(world.come(tls));
  REQUIRE_FALSE(world.heard.empty());
  world.hears_revoked("\x01another");
  CHECK_FALSE(world.over);
  world.hears_revoked(serial_of(tls));
  CHECK(run_until(world.loop, [&] { return world.over; }));
  CHECK_FALSE(world.come(tls));
}

}  // namespace feldsher::central
