#include "edge-agent/link/line.hpp"

#include <boost/asio/post.hpp>
#include <catch2/catch_test_macros.hpp>
#include <optional>
#include <vector>

#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/ed25519.hpp"
#include "protocol/journal/head_keys.hpp"
#include "protocol/journal/memory_store.hpp"
#include "protocol/sync/refusals.hpp"
#include "tests/unit/protocol/transport/tls_world.hpp"

namespace feldsher::edge {
namespace {

using test::TlsWorld;
using Phase = sync::PointLink::Phase;

/// Durable at once; says so on the loop, as the real one does.
class InstantLedger final : public Ledger {
 public:
  InstantLedger(boost::asio::io_context& loop, MemoryStore& store) : loop_(loop), store_(store) {}
  void submit(Transaction transaction, std::function<void()> on_durable) override {
    store_.commit({&transaction, 1});
    boost::asio::post(loop_, std::move(on_durable));
  }
  void read(const JournalId& journal, std::uint64_t from, const ReadLimits& limits,
            std::function<void(std::vector<Record>)> done) override {
    boost::asio::post(
        loop_, [records = store_.read(journal, from, limits), done = std::move(done)] { done(records); });
  }
  void read_intake(std::uint64_t after, const ReadLimits& limits,
                   std::function<void(std::vector<Record>)> done) override {
    boost::asio::post(
        loop_, [records = store_.read_intake(after, limits), done = std::move(done)] { done(records); });
  }

 private:
  boost::asio::io_context& loop_;
  MemoryStore& store_;
};

struct QuietHost final : sync::PointLinkHost {
  void feed_record(const Record&) override {}
  void feed_left(const SubjectKey&) override {}
  void restored(const std::vector<Record>&) override {}
  void rebuilt(const sync::Rebuilt&, Transaction&) override {}
  void open_life(const v1::NodeLife&, Transaction) override {}
  void central_time(std::int64_t, std::uint32_t) override {}
  void incident(v1::IncidentKind, const std::string&) override {}
};

/// A point's sync machine with a line, and beside it the door of a central that can be told what to do.
struct World {
  boost::asio::io_context loop;
  SystemClock clock;
  SystemRandom random;
  Ed25519Signer signer{SigningKey::generate()}, central_signer{SigningKey::generate()};
  Ed25519Check check;
  MemoryStore store{TlsWorld::get().clinic};
  InstantLedger ledger{loop, store};
  QuietHost host;
  JournalWriter writer{TlsWorld::get().clinic, NodeId{random.uuid_v7(1)}, Epoch{7}, random};
  sync::PointLink link{"test", writer, ledger, random, signer, check, host};

  std::optional<WebSocketServer> door;
  std::shared_ptr<Connection> point;  // As central sees it.
  int hellos = 0, opened = 0;
  bool answers = true;
  v1::Refusal refusal = v1::REFUSAL_NONE;
  std::vector<v1::HeadKeyHandover> handovers;
  std::uint16_t port = 0;

  std::optional<Line> line;
  std::vector<std::pair<bool, std::string>> changes;

  /// Opens central's door, on the same port as before.
  void open_door(const TlsFiles& tls = TlsWorld::get().server()) {
    door.emplace(
        loop, WebSocketServer::Options{.port = port, .tls = tls},
        WebSocketServer::Handlers{
            .on_open =
                [this](const std::shared_ptr<Connection>& connection, const PeerIdentity&) {
                  ++opened;
                  point = connection;
                },
            .on_message = [this](Connection& connection, const Octets& octets) { heard(connection, octets); },
            .on_close = [this](Connection&, const std::string&) { point.reset(); },
        });
    port = door->port();
  }
  void shut_door() {
    point.reset();
    door.reset();
  }
  void heard(Connection& connection, const Octets& octets) {
    v1::Frame frame;
    REQUIRE(frame.ParseFromString(octets));
    if (!frame.has_hello()) return;
    ++hellos;
    if (!answers) return;
    v1::Frame answer;
    v1::Welcome& welcome = *answer.mutable_welcome();
    welcome.set_refusal(refusal);
    welcome.set_feed_epoch(1);
    welcome.set_next_ticket(frame.hello().next_ticket());
    welcome.set_central_head_key(central_signer.public_key());
    for (const v1::HeadKeyHandover& each : handovers) *welcome.add_handovers() = each;
    connection.send(answer.SerializeAsString());
  }

  /// Somebody's word that central's present key takes the place of theirs.
  void hands_over(const SigningKey& former) {
    v1::HeadKeyHandover& handover = handovers.emplace_back();
    handover.set_key(central_signer.public_key());
    handover.set_signature(Ed25519Signer(former).sign(handover_octets(central_signer.public_key())));
  }

  void start_line(std::function<void(Line::Options&)> change = [](Line::Options&) {}) {
    Line::Options options{
        .socket = {.host = "localhost", .port = port, .tls = TlsWorld::get().node()},
        .tenant = TlsWorld::get().clinic,
        .central_head_key = central_signer.public_key(),
        .first_pause = std::chrono::milliseconds(4),
        .last_pause = std::chrono::milliseconds(16),
    };
    change(options);
    line.emplace(
        loop, options, link, [this] { return clock.now(); }, random,
        [this](bool up, const std::string& why) { changes.emplace_back(up, why); });
    line->start();
  }
  bool run_until(const std::function<bool()>& done) { return test::run_until(loop, done); }
};

TEST_CASE("a line comes up when central answers", "[edge-agent][link][X6]") {
  World world;
  world.open_door();
  world.start_line();
  REQUIRE(world.run_until([&] { return world.line->is_up(); }));
  CHECK(world.link.phase() == Phase::live);
  CHECK(world.line->why_down().empty());
  CHECK(world.changes == std::vector<std::pair<bool, std::string>>{{true, ""}});
}

TEST_CASE("a cut line comes back by itself", "[edge-agent][link][N1]") {
  World world;
  world.open_door();
  world.start_line();
  REQUIRE(world.run_until([&] { return world.line->is_up(); }));

  world.shut_door();
  REQUIRE(world.run_until([&] { return !world.line->is_up(); }));
  CHECK(world.link.phase() == Phase::offline);
  CHECK_FALSE(world.line->why_down().empty());
  const auto tries = world.line->tries();
  REQUIRE(
      world.run_until([&] { return world.line->tries() >= tries + 4; }));  // Goes on while nobody is there …

  world.open_door();
  REQUIRE(world.run_until([&] { return world.line->is_up(); }));  // … and finds central again.
  CHECK(world.hellos == 2);
}

TEST_CASE("an absent central is told once, not at every try", "[edge-agent][link][N1]") {
  World world;
  world.open_door();
  world.shut_door();
  world.start_line();
  REQUIRE(world.run_until([&] { return world.line->tries() >= 6; }));
  REQUIRE(world.changes.size() == 1);
  CHECK_FALSE(world.changes.front().first);
  CHECK(world.line->why_down() == world.changes.front().second);
}

TEST_CASE("a frame that is none ends the connection, and the line tries again", "[edge-agent][link]") {
  World world;
  world.open_door();
  world.start_line();
  REQUIRE(world.run_until([&] { return world.line->is_up() && world.point; }));
  world.point->send("\xff\xff\xff not a frame");
  REQUIRE(world.run_until([&] { return world.opened == 2 && world.line->is_up(); }));
  CHECK(world.line->malformed() == 1);
  REQUIRE(world.changes.size() == 3);
  CHECK(world.changes[1].second == "central sent a frame that is none");
}

TEST_CASE("frames of an unknown kind and truncated ones lose nothing", "[edge-agent][link]") {
  World world;
  world.open_door();
  world.start_line();
  REQUIRE(world.run_until([&] { return world.line->is_up() && world.point; }));
  world.point->send(Octets());  // A frame that says nothing.
  v1::Frame beat;
  beat.mutable_heartbeat()->set_n(300);
  const Octets whole = beat.SerializeAsString();
  world.point->send(whole.substr(0, whole.size() - 1));
  REQUIRE(world.run_until([&] { return world.line->malformed() == 1; }));
  REQUIRE(world.run_until([&] { return world.opened == 2 && world.line->is_up(); }));
}

TEST_CASE("who is not this clinic's central is not spoken to", "[edge-agent][link][X6]") {
  World world;
  SECTION("a stranger's certificate") { world.open_door(TlsWorld::get().server_of_stranger()); }
  SECTION("another node of the clinic in central's place") {
    world.open_door(
        TlsWorld::get().issue({.kind = PeerKind::broker, .name = "broker", .id = {}, .hosts = {}}));
  }
  world.start_line();
  REQUIRE(world.run_until([&] { return world.line->tries() >= 4; }));
  CHECK(world.hellos == 0);
  CHECK_FALSE(world.line->is_up());
  CHECK_FALSE(world.line->why_down().empty());
}

TEST_CASE("a central that signs with another key than the enrolled one is not believed",
          "[edge-agent][link][X6]") {
  World world;
  world.open_door();
  world.start_line([&](Line::Options& options) { options.central_head_key = world.signer.public_key(); });
  REQUIRE(world.run_until([&] { return world.hellos >= 3; }));
  CHECK(world.link.phase() != Phase::live);
  CHECK(world.line->why_down() == "central signs with another key than this point was enrolled with");
}

TEST_CASE("a central whose enrolled key handed over to another is believed, by that key's word only",
          "[edge-agent][link][X6]") {
  World world;
  const SigningKey enrolled = SigningKey::generate();
  const auto trust_enrolled = [&](Line::Options& options) {
    options.central_head_key = Ed25519Signer(enrolled).public_key();
  };
  world.open_door();
  SECTION("its own word") {
    world.hands_over(enrolled);
    world.start_line(trust_enrolled);
    REQUIRE(world.run_until([&] { return world.line->is_up(); }));
    // An auditor of this disk will want to see it too.
    const auto kept = world.store.values(central_handover_values);
    CHECK(kept ==
          std::map<std::string, Octets>{{central_handover_values + to_hex(world.central_signer.public_key()),
                                         world.handovers[0].signature()}});
  }
  SECTION("a stranger's") {
    world.hands_over(SigningKey::generate());
    world.start_line(trust_enrolled);
    REQUIRE(world.run_until([&] { return world.hellos >= 3; }));
    CHECK_FALSE(world.line->is_up());
    CHECK(world.store.values(central_handover_values).empty());
  }
}

TEST_CASE("a point that central refuses waits long before it asks again", "[edge-agent][link]") {
  World world;
  world.refusal = v1::REFUSAL_CLONE;
  world.open_door();
  world.start_line([](Line::Options& options) { options.last_pause = std::chrono::hours(1); });
  REQUIRE(world.run_until([&] { return world.link.phase() == Phase::refused && !world.point; }));
  const std::string why = sync::sentence_of(v1::REFUSAL_CLONE);
  REQUIRE(world.run_until([&] { return world.line->why_down() == why; }));
  CHECK(world.changes.back() == std::pair(false, why));
  CHECK(world.line->tries() == 1);
  CHECK(world.hellos == 1);
}

/// A box that was off while central renewed its certificate, and whose clock stood still meanwhile.
struct Asleep {
  static constexpr std::int64_t day_s = 86'400;
  World world;
  const std::int64_t began_s = TlsWorld::get().now_s + 30 * day_s;
  std::int64_t at_s = TlsWorld::get().now_s;
  bool unknown = true;

  Asleep() {
    world.open_door(TlsWorld::get().issue(
        {.kind = PeerKind::server, .name = "central", .id = {}, .hosts = {}, .not_before_s = began_s}));
    world.start_line([this](Line::Options& options) {
      options.socket.verify_time_s = [this] { return at_s; };
      options.socket.clock_unknown = [this] { return unknown; };
    });
  }
  void learn(std::int64_t now_s) {
    at_s = now_s;
    unknown = false;
    world.line->tick();
  }
};

TEST_CASE(
    "a box that was off while central renewed its certificate, and lost its clock, comes back by itself",
    "[edge-agent][link][N1][X6]") {
  Asleep box;
  REQUIRE(box.world.run_until([&] { return box.world.line->is_up(); }));
  box.learn(box.began_s + 60);
  CHECK(box.world.link.phase() == Phase::live);
  // And again, now that the time is known.
  box.world.point->close("");
  REQUIRE(box.world.run_until([&] { return box.world.opened == 2 && box.world.line->is_up(); }));
}

TEST_CASE("a certificate whose beginning was forgiven is judged when the time is known",
          "[edge-agent][link][X6]") {
  Asleep box;
  REQUIRE(box.world.run_until([&] { return box.world.line->is_up(); }));
  SECTION("it has not begun") { box.learn(box.began_s - 60); }
  SECTION("it has ended") { box.learn(box.began_s + 20 * 365 * Asleep::day_s); }
  CHECK(box.world.link.phase() == Phase::offline);
  REQUIRE(box.world.run_until([&] { return !box.world.line->is_up(); }));
  CHECK(box.world.changes.back().second ==
        "central's certificate is not valid at this time, which was not known when the line began");
  const auto tries = box.world.line->tries();
  REQUIRE(box.world.run_until([&] { return box.world.line->tries() >= tries + 2; }));
  CHECK(box.world.opened == 1);
}

TEST_CASE("a stopped line stays down", "[edge-agent][link]") {
  World world;
  world.open_door();
  world.start_line();
  REQUIRE(world.run_until([&] { return world.line->is_up() && world.point; }));
  world.line->stop();
  CHECK(world.link.phase() == Phase::offline);
  REQUIRE(world.run_until([&] { return !world.point; }));
  CHECK(world.line->tries() == 1);
  CHECK(world.changes.size() == 1);
}

}  // namespace
}  // namespace feldsher::edge
