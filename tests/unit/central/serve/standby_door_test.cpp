// The door for copies, when what comes in is no frame, or none that a copy may send.
#include "central/serve/standby_door.hpp"

#include <catch2/catch_test_macros.hpp>

#include "central/serve/sync_door.hpp"
#include "protocol/transport/web_socket.hpp"
#include "tests/support/world/clinic.hpp"
#include "tests/support/world/ledger.hpp"
#include "tests/unit/protocol/transport/tls_world.hpp"

namespace feldsher::central {
namespace {

using test::run_until;
using test::TlsWorld;

/// A central that is copied, and whoever comes to its door with a standby's certificate.
struct CopyDoor {
  CopyDoor() {
    copied.resume(store);
    keeping.resume(store);
    central.start(store);
    testing::Clinic clinic([this](const Draft& draft) { central.write({draft}, [] {}); });
    clinic.found_point("Embankment", testing::point_node_of_tests);
    door.copies = &copies;
  }
  ~CopyDoor() {
    client.reset();
    door.stop();
  }
  void come() {
    bool opened = false;
    over = false;
    heard.clear();
    client = std::make_unique<WebSocketClient>(
        loop,
        WebSocketClient::Options{.host = "127.0.0.1", .port = door.port(), .path = "/standby", .tls = tls},
        WebSocketClient::Handlers{.on_open = [&](const PeerIdentity&) { opened = true; },
                                  .on_message = [this](Octets message) { heard.push_back(message); },
                                  .on_drained = {},
                                  .on_close = [this](const std::string&) { over = true; }});
    client->connect();
    REQUIRE(run_until(loop, [&] { return opened || over; }));
    REQUIRE(opened);
  }
  /// Whether it is hung up on for these octets.
  bool is_hung_up_on(const Octets& octets) {
    come();
    client->send(octets);
    return run_until(loop, [this] {
      central.tick();
      return over;
    });
  }
  v1::StandbyFrame hello() const {
    v1::StandbyFrame frame;
    frame.mutable_hello()->set_version(standby_version);
    frame.mutable_hello()->set_tenant(testing::tenant_of_tests.to_octets());
    frame.mutable_hello()->set_standby(id.to_octets());
    return frame;
  }
  /// What the door says to a hello.
  v1::StandbyRefusal refusal_of(const v1::StandbyFrame& frame) {
    come();
    client->send(frame.SerializeAsString());
    REQUIRE(run_until(loop, [this] { return !heard.empty(); }));
    v1::StandbyFrame answer;
    REQUIRE(answer.ParseFromString(heard.front()));
    REQUIRE(answer.has_welcome());
    return answer.welcome().refusal();
  }

  Uuid id = *Uuid::from_text("0190c0de-0000-7000-8000-0000000000bb");
  TlsFiles tls = TlsWorld::get().issue({.kind = PeerKind::standby,
                                        .name = id.to_text(),
                                        .id = {},
                                        .hosts = {},
                                        .not_before_s = TlsWorld::get().now_s - 60,
                                        .not_after_s = TlsWorld::get().now_s + 3600});
  boost::asio::io_context loop{1};
  testing::VirtualClock clock;
  testing::SeededRandom random{5};
  MemoryStore store{testing::tenant_of_tests};
  testing::StepLedger ledger{store};
  testing::CheapSigner signer{"central"};
  testing::CheapCheck check;
  CopiedLedger copied{ledger, {}};
  Safekeeping keeping{testing::tenant_of_tests, copied};
  CentralNode central{testing::tenant_of_tests,
                      testing::central_of_tests,
                      {.clock = clock,
                       .random = random,
                       .ledger = copied,
                       .signer = signer,
                       .check = check,
                       .safekeeping = &keeping}};
  Metrics metrics;
  StandbyDoor copies{keeping, [this] { return central.now(); }};
  SyncDoor door{loop, {.other_path = "/standby", .tls = TlsWorld::get().server()}, central, metrics};
  std::unique_ptr<WebSocketClient> client;
  bool over = false;
  std::vector<Octets> heard;
};

}  // namespace

TEST_CASE("what is no frame ends a copy's line, and the next one is served",
          "[central][serve][standby][X6]") {
  CopyDoor world;
  const Octets whole = world.hello().SerializeAsString();
  for (const Octets& octets :
       {Octets("\xff no frame"), whole.substr(0, whole.size() - 3), Octets(5000, '\7')})
    CHECK(world.is_hung_up_on(octets));
  CHECK(world.refusal_of(world.hello()) == v1::STANDBY_WELCOME);
}

TEST_CASE("a frame that a copy has no reason to send changes nothing, and a hello that cannot be is refused",
          "[central][serve][standby][X6]") {
  CopyDoor world;
  v1::StandbyFrame other_tenant = world.hello(), other_copy = world.hello(), other_version = world.hello(),
                   no_journal = world.hello(), counts_wrong = world.hello(), ahead = world.hello();
  other_tenant.mutable_hello()->set_tenant("short");
  other_copy.mutable_hello()->set_standby(testing::point_node_of_tests.to_octets());
  other_version.mutable_hello()->set_version(standby_version + 1);
  no_journal.mutable_hello()->add_held()->set_origin("nobody");
  counts_wrong.mutable_hello()->set_intake(1);
  auto& end = *ahead.mutable_hello()->add_held();
  end.set_origin(testing::point_node_of_tests.to_octets());
  end.mutable_mark()->set_stream(v1::ACTS);
  end.mutable_mark()->set_epoch(1);
  end.mutable_mark()->set_seq(1'000'000);
  end.mutable_mark()->set_chain(Octets(32, '\1'));
  ahead.mutable_hello()->set_intake(1'000'000);
  CHECK(world.refusal_of(other_tenant) == v1::STANDBY_FOREIGN);
  CHECK(world.refusal_of(other_copy) == v1::STANDBY_FOREIGN);
  CHECK(world.refusal_of(other_version) == v1::STANDBY_VERSION);
  CHECK(world.refusal_of(no_journal) == v1::STANDBY_MALFORMED);
  CHECK(world.refusal_of(counts_wrong) == v1::STANDBY_MALFORMED);
  CHECK(world.refusal_of(ahead) == v1::STANDBY_AHEAD);

  // Before any hello: an acknowledgement of what was never sent, a batch, central's own welcome.
  world.come();
  v1::StandbyFrame acknowledgement, batch, welcome;
  acknowledgement.mutable_acknowledgement()->set_intake(~std::uint64_t{0});
  batch.mutable_batch()->set_first(1);
  batch.mutable_batch()->add_records();
  welcome.mutable_welcome()->set_intake(7);
  const std::uint64_t records = world.copied.durable();
  for (const auto& frame : {acknowledgement, batch, welcome, v1::StandbyFrame()})
    world.client->send(frame.SerializeAsString());
  world.client->send(world.hello().SerializeAsString());
  REQUIRE(run_until(world.loop, [&] { return !world.heard.empty(); }));
  v1::StandbyFrame answer;
  REQUIRE(answer.ParseFromString(world.heard.front()));
  CHECK(answer.welcome().refusal() == v1::STANDBY_WELCOME);
  CHECK(world.copied.durable() == records);
}

}  // namespace feldsher::central
