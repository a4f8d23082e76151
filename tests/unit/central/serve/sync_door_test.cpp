// The door for nodes with a real line: who comes in, as whom, and what the core is told of it.
#include "central/serve/sync_door.hpp"

#include <catch2/catch_test_macros.hpp>

#include "protocol/transport/web_socket.hpp"
#include "tests/support/world/clinic.hpp"
#include "tests/support/world/ledger.hpp"
#include "tests/unit/protocol/transport/tls_world.hpp"

namespace feldsher::central {
namespace {

using test::run_until;
using test::TlsWorld;

/// A central with one point, its door, and a caller with a certificate.
struct Door {
  Door() {
    central.start(store);
    testing::Clinic clinic([this](const Draft& draft) { central.write({draft}, [] {}); });
    clinic.found_point("Embankment", testing::point_node_of_tests);
    door.on_node = [this](const PeerIdentity& peer) { nodes.push_back(peer); };
    door.on_copy = [this](const PeerIdentity& peer) { copies.push_back(peer); };
  }
  static TlsFiles certificate(PeerKind kind, const std::string& id) {
    return TlsWorld::get().issue({.kind = kind,
                                  .name = id,
                                  .id = {},
                                  .hosts = {},
                                  .not_before_s = TlsWorld::get().now_s - 60,
                                  .not_after_s = TlsWorld::get().now_s + 3600});
  }
  /// Comes with that certificate; false when the door stays shut.
  bool come(const TlsFiles& tls) {
    opened = false;
    closed.clear();
    heard.clear();
    client = std::make_unique<WebSocketClient>(
        loop, WebSocketClient::Options{.host = "127.0.0.1", .port = door.port(), .tls = tls},
        WebSocketClient::Handlers{.on_open = [this](const PeerIdentity&) { opened = true; },
                                  .on_message = [this](Octets message) { heard.push_back(message); },
                                  .on_drained = {},
                                  .on_close = [this](const std::string& why) { closed.push_back(why); }});
    client->connect();
    REQUIRE(run_until(loop, [this] { return opened || !closed.empty(); }));
    return opened;
  }
  bool connected() const { return central.points().front().connected; }

  boost::asio::io_context loop{1};
  testing::VirtualClock clock;
  testing::SeededRandom random{5};
  MemoryStore store{testing::tenant_of_tests};
  testing::StepLedger ledger{store};
  testing::CheapSigner signer{"central"};
  testing::CheapCheck check;
  CentralNode central{testing::tenant_of_tests,
                      testing::central_of_tests,
                      {.clock = clock, .random = random, .ledger = ledger, .signer = signer, .check = check}};
  Metrics metrics;
  SyncDoor door{loop, {.tls = TlsWorld::get().server()}, central, metrics};
  std::vector<PeerIdentity> nodes, copies;
  std::unique_ptr<WebSocketClient> client;
  bool opened = false;
  std::vector<std::string> closed;
  std::vector<Octets> heard;
};

}  // namespace

TEST_CASE(
    "whoever comes in as a node is told of once a line, with the certificate that it showed, when its line "
    "stands",
    "[central][serve][X6]") {
  Door world;
  std::size_t lines = 0;
  world.door.on_node = [&](const PeerIdentity& peer) {
    world.nodes.push_back(peer);
    lines = world.door.connections();
  };
  const std::string id = testing::point_node_of_tests.to_text();
  const TlsFiles first = Door::certificate(PeerKind::node, id),
                 second = Door::certificate(PeerKind::node, id);
  REQUIRE(world.come(first));
  REQUIRE(run_until(world.loop, [&] { return !world.nodes.empty(); }));
  CHECK(lines == 1);
  CHECK(world.nodes.front() == PeerIdentity{TlsWorld::get().clinic, PeerKind::node, id});
  CHECK_FALSE(world.nodes.front().serial.empty());
  REQUIRE(world.come(second));
  REQUIRE(run_until(world.loop, [&] { return world.nodes.size() == 2; }));
  CHECK(world.nodes[1] == world.nodes[0]);
  CHECK(world.nodes[1].serial != world.nodes[0].serial);
  CHECK(world.copies.empty());
}

TEST_CASE("who is no node, has no id of one, or whose certificate is no longer good, is not told of",
          "[central][serve][X6]") {
  Door world;
  const std::string id = testing::point_node_of_tests.to_text();
  CHECK_FALSE(world.come(Door::certificate(PeerKind::node, "point-1")));
  CHECK_FALSE(world.come(Door::certificate(PeerKind::standby, id)));  // No copies are taken here.
  CHECK_FALSE(world.come(Door::certificate(PeerKind::terminal, id)));
  std::vector<Octets> asked;
  world.door.is_good = [&](const PeerIdentity& peer) {
    asked.push_back(peer.serial);
    return false;
  };
  CHECK_FALSE(world.come(Door::certificate(PeerKind::node, id)));
  CHECK(asked.size() == 1);
  CHECK(world.nodes.empty());
  CHECK(world.copies.empty());
  CHECK(world.door.connections() == 0);
}

TEST_CASE("a node speaks for the id of its certificate alone, and what is no frame ends its line",
          "[central][serve][X6]") {
  Door world;
  const TlsFiles tls = Door::certificate(PeerKind::node, testing::point_node_of_tests.to_text());
  REQUIRE(world.come(tls));
  v1::Frame frame;
  v1::Hello& hello = *frame.mutable_hello();
  hello.set_version(sync::protocol_version);
  hello.set_tenant(testing::tenant_of_tests.to_octets());
  hello.set_node(testing::central_of_tests.to_octets());
  hello.set_epoch(9);
  hello.set_ticket(Octets(16, '\1'));
  hello.set_next_ticket(Octets(16, '\2'));
  world.client->send(frame.SerializeAsString());
  REQUIRE(run_until(world.loop, [&] { return !world.heard.empty(); }));
  v1::Frame answer;
  REQUIRE(answer.ParseFromString(world.heard.front()));
  CHECK(answer.welcome().refusal() == v1::REFUSAL_FOREIGN);

  REQUIRE(world.come(tls));
  hello.set_node(testing::point_node_of_tests.to_octets());
  world.client->send(frame.SerializeAsString());
  REQUIRE(run_until(world.loop, [&] { return world.connected(); }));
  world.client->send("\xff no frame");
  REQUIRE(run_until(world.loop, [&] { return !world.closed.empty() && !world.connected(); }));
  CHECK(world.metrics.text({}).find("feldsher_sync_malformed_total 1") != std::string::npos);
}

TEST_CASE("a certificate that is revoked ends the lines that came in with it, and no others",
          "[central][serve][X6]") {
  Door world;
  const std::string id = testing::point_node_of_tests.to_text();
  REQUIRE(world.come(Door::certificate(PeerKind::node, id)));
  REQUIRE(run_until(world.loop, [&] { return !world.nodes.empty(); }));
  world.door.cut("another");
  CHECK(world.door.connections() == 1);
  CHECK(world.closed.empty());
  world.door.cut(world.nodes.front().serial);
  CHECK(run_until(world.loop, [&] { return !world.closed.empty() && world.door.connections() == 0; }));
}

TEST_CASE("a certificate that is revoked while its line opens is told of to nobody, and its line ends",
          "[central][serve][X6]") {
  Door world;
  std::size_t asked = 0;
  world.door.is_good = [&](const PeerIdentity&) { return ++asked == 1; };
  world.come(Door::certificate(PeerKind::node, testing::point_node_of_tests.to_text()));
  CHECK(run_until(world.loop, [&] { return !world.closed.empty(); }));
  CHECK(asked == 2);
  CHECK(world.nodes.empty());
  CHECK(world.door.connections() == 0);
  CHECK_FALSE(world.connected());
  CHECK(world.metrics.text({}).find("feldsher_sync_refused_total 1") != std::string::npos);
}

}  // namespace feldsher::central
