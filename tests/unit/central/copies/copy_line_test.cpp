// The line of a copy, when whoever answers it in central's place sends what is no frame.
#include "central/copies/copy_line.hpp"

#include <catch2/catch_test_macros.hpp>
#include <deque>

#include "protocol/transport/web_socket.hpp"
#include "tests/support/world/ledger.hpp"
#include "tests/support/world/world.hpp"
#include "tests/unit/protocol/transport/tls_world.hpp"

namespace feldsher::central {
namespace {

using test::run_until;
using test::TlsWorld;

/// A copy, its line, and a server that says what the test wants to each hello.
struct CopiedFromLiar {
  explicit CopiedFromLiar(std::deque<std::vector<Octets>> lies) : says(std::move(lies)) { line.start(); }
  ~CopiedFromLiar() { line.stop(); }
  WebSocketServer::Handlers handlers() {
    return {.on_message = [this](Connection& connection, Octets message) {
      v1::StandbyFrame frame;
      REQUIRE(frame.ParseFromString(message));
      if (!frame.has_hello() || says.empty()) return;
      ++hellos;
      for (const Octets& octets : says.front()) connection.send(octets);
      says.pop_front();
    }};
  }

  std::deque<std::vector<Octets>> says;
  int hellos = 0;
  std::vector<std::string> why;
  int up = 0;
  NodeId central{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000cc")};
  Uuid id = *Uuid::from_text("0190c0de-0000-7000-8000-0000000000bb");
  boost::asio::io_context loop{1};
  testing::VirtualClock clock;
  MemoryStore store{TlsWorld::get().clinic};
  testing::StepLedger ledger{store};
  Follower follower{{.tenant = TlsWorld::get().clinic, .central = central, .id = id, .software = "test"},
                    ledger};
  WebSocketServer server{loop, {.path = "/standby", .tls = TlsWorld::get().server()}, handlers()};
  CopyLine line{loop,
                {.address = {.host = "127.0.0.1", .port = server.port()},
                 .tenant = TlsWorld::get().clinic,
                 .central = central,
                 .id = id,
                 .tls = TlsWorld::get().issue({.kind = PeerKind::standby,
                                               .name = id.to_text(),
                                               .id = {},
                                               .hosts = {},
                                               .not_before_s = TlsWorld::get().now_s - 60,
                                               .not_after_s = TlsWorld::get().now_s + 3600})},
                follower,
                [this] { return clock.now(); },
                [this](bool there, const std::string& reason) {
                  if (there)
                    ++up;
                  else
                    why.push_back(reason);
                }};
};

Octets welcome() {
  v1::StandbyFrame frame;
  frame.mutable_welcome()->set_refusal(v1::STANDBY_WELCOME);
  return frame.SerializeAsString();
}

}  // namespace

TEST_CASE("what is no frame ends a copy's line, and it comes again and follows", "[central][copies][X6]") {
  for (const Octets& octets : {Octets("\xff no frame"), welcome() + "\x0a", Octets(5000, '\7')}) {
    CopiedFromLiar world({{octets}, {welcome()}});
    REQUIRE(run_until(world.loop, [&] { return world.up == 1; }));
    CHECK(world.hellos == 2);
    REQUIRE(world.why.size() == 1);
    CHECK(world.why[0] == "central sent a frame that is none");
    CHECK(world.follower.stopped().empty());
    CHECK(world.follower.intake() == 0);
  }
}

TEST_CASE("records that are none are not taken, whatever a welcome promised", "[central][copies][X6]") {
  v1::StandbyFrame batch;
  batch.mutable_batch()->set_first(1);
  batch.mutable_batch()->add_records()->set_core("no core");
  batch.mutable_batch()->set_hashes(std::string(32, '\1'));
  batch.mutable_batch()->set_intake(1);
  // Before a welcome it is not looked at; after one it ends the line.
  CopiedFromLiar world({{batch.SerializeAsString(), welcome(), batch.SerializeAsString()}, {welcome()}});
  REQUIRE(run_until(world.loop, [&] { return world.up == 2; }));
  CHECK(world.hellos == 2);
  CHECK(world.why.size() == 1);
  CHECK(world.follower.intake() == 0);
  CHECK(world.store.tips().empty());
}

}  // namespace feldsher::central
