#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "tests/unit/protocol/transport/line.hpp"

using namespace feldsher;
using Catch::Matchers::ContainsSubstring;
using test::Line;
using test::run_until;
using test::TlsWorld;

namespace {

std::string why_not(Line& line) {
  CHECK_FALSE(line.connect());
  REQUIRE(line.point->closed.size() == 1);
  CHECK(line.central.peers.empty());
  return line.point->closed.front();
}

TlsFiles node_valid(std::int64_t from_s, std::int64_t until_s) {
  return TlsWorld::get().issue({.kind = PeerKind::node,
                                .name = "point-1",
                                .id = {},
                                .hosts = {},
                                .not_before_s = from_s,
                                .not_after_s = until_s});
}

}  // namespace

TEST_CASE("each end knows who the other is", "[protocol][transport][X6]") {
  Line line;
  auto& point = line.prepare();
  REQUIRE(line.connect());
  REQUIRE(run_until(line.loop, [&] { return !line.central.peers.empty(); }));
  const auto& world = TlsWorld::get();
  CHECK(line.central.peers.front() == PeerIdentity{world.clinic, PeerKind::node, "point-1"});
  CHECK(point.found == PeerIdentity{world.clinic, PeerKind::server, "central"});
}

TEST_CASE("a certificate of a foreign authority is refused, though it names our tenant",
          "[protocol][transport][X6]") {
  Line line;
  auto& point = line.prepare();
  point.options.tls = TlsWorld::get().node_of_stranger();
  point.options.tls.ca = TlsWorld::get().clinic_ca();
  const auto why = why_not(line);
  CAPTURE(why);
  REQUIRE(run_until(line.loop, [&] { return !line.central.refused.empty(); }));
  CHECK_THAT(line.central.refused.front(), ContainsSubstring("TLS handshake"));
}

TEST_CASE("a neighbour's certificate is refused by a server that trusts the clinic",
          "[protocol][transport][X6]") {
  Line line;
  auto& point = line.prepare();
  point.options.tls = TlsWorld::get().node_of_neighbour();
  point.options.tls.ca = TlsWorld::get().clinic_ca();
  why_not(line);
}

TEST_CASE("a server that trusts the root learns the neighbour's own tenant", "[protocol][transport][X6]") {
  Line line;
  line.central.options.tls.ca = TlsWorld::get().root_ca();
  auto& point = line.prepare();
  point.options.tls = TlsWorld::get().node_of_neighbour();
  point.options.tls.ca = TlsWorld::get().clinic_ca();
  REQUIRE(line.connect());
  REQUIRE(run_until(line.loop, [&] { return !line.central.peers.empty(); }));
  CHECK(line.central.peers.front().tenant == TlsWorld::get().neighbour);
}

TEST_CASE("a client without a certificate is refused", "[protocol][transport][X6]") {
  Line line;
  line.central.start();
  test::RawTls raw(line.loop, line.central.server->port(), nullptr);
  raw.say("GET /sync HTTP/1.1\r\nHost: a\r\n\r\n");
  REQUIRE(run_until(line.loop, [&] { return raw.is_over() && !line.central.refused.empty(); }));
  CHECK(raw.heard().empty());
  CHECK(line.central.peers.empty());
}

TEST_CASE("a server of a foreign authority is not spoken to", "[protocol][transport][X6]") {
  Line line;
  line.central.options.tls = TlsWorld::get().server_of_stranger();
  line.prepare();
  CHECK_THAT(why_not(line), ContainsSubstring("certificate"));
}

TEST_CASE("a server is who it should be, or it is not spoken to", "[protocol][transport][X6]") {
  Line line;
  auto& point = line.prepare();
  const auto urn = PeerIdentity{TlsWorld::get().clinic, PeerKind::server, "central"}.to_urn();
  SECTION("by its URN") {
    point.options.expected_peer = urn;
    CHECK(line.connect());
  }
  SECTION("by its host name") {
    point.options.expected_peer = "localhost";
    CHECK(line.connect());
  }
  SECTION("another URN") {
    point.options.expected_peer = urn + "-2";
    CHECK_THAT(why_not(line), ContainsSubstring("somebody else"));
  }
  SECTION("another host name") {
    point.options.expected_peer = "central.example";
    CHECK_THAT(why_not(line), ContainsSubstring("ostname mismatch"));
  }
}

TEST_CASE("a broker's certificate does not make a central", "[protocol][transport][X6]") {
  Line line;
  line.central.options.tls =
      TlsWorld::get().issue({.kind = PeerKind::broker, .name = "broker", .id = {}, .hosts = {}});
  line.prepare();
  CHECK_THAT(why_not(line), ContainsSubstring("somebody else"));
}

TEST_CASE("an ended certificate stays ended on a box whose clock fell back", "[protocol][transport][X6]") {
  const auto now_s = TlsWorld::get().now_s;
  Line line;
  bool floored = true;
  // The machine's clock as this server sees it: before the end; its floor: after.
  line.central.options.verify_time_s = [&] { return floored ? now_s : now_s - 2'000'000; };
  auto& point = line.prepare();
  point.options.tls = node_valid(0, now_s - 1'000'000);
  SECTION("with the floor it is refused") {
    why_not(line);
    REQUIRE(run_until(line.loop, [&] { return !line.central.refused.empty(); }));
    CHECK_THAT(line.central.refused.front(), ContainsSubstring("expired"));
  }
  SECTION("without it would be taken") {
    floored = false;
    CHECK(line.connect());
  }
}

TEST_CASE("a certificate that is not valid yet is refused, until the verifying clock gets there",
          "[protocol][transport]") {
  const auto now_s = TlsWorld::get().now_s;
  Line line;
  std::int64_t at_s = now_s;
  line.central.options.verify_time_s = [&] { return at_s; };
  auto& point = line.prepare();
  point.options.tls = node_valid(now_s + 1'000'000, now_s + 2'000'000);
  why_not(line);
  REQUIRE(run_until(line.loop, [&] { return !line.central.refused.empty(); }));
  CHECK_THAT(line.central.refused.front(), ContainsSubstring("not yet valid"));

  at_s = now_s + 1'500'000;
  point.connect(line.loop);
  CHECK(run_until(line.loop, [&] { return point.opened == 1; }));
}

TEST_CASE("a client that lost its clock verifies the server at its floor", "[protocol][transport]") {
  const auto now_s = TlsWorld::get().now_s;
  Line line;
  auto& point = line.prepare();
  SECTION("a clock of 1970 alone would refuse the server") {
    point.options.verify_time_s = [] { return 100; };
    CHECK_THAT(why_not(line), ContainsSubstring("not yet valid"));
  }
  SECTION("the floor lets it in") {
    point.options.verify_time_s = [&] { return std::max<std::int64_t>(100, now_s); };
    CHECK(line.connect());
  }
}

TEST_CASE(
    "as long as nobody knows the time a server's certificate may begin later, and nothing else is forgiven",
    "[protocol][transport][X6][N1]") {
  const auto now_s = TlsWorld::get().now_s;
  const auto server_valid = [](std::int64_t from_s, std::int64_t until_s) {
    return TlsWorld::get().issue({.kind = PeerKind::server,
                                  .name = "central",
                                  .id = {},
                                  .hosts = {},
                                  .not_before_s = from_s,
                                  .not_after_s = until_s});
  };
  constexpr std::int64_t day_s = 86'400;
  Line line;
  line.central.options.tls = server_valid(now_s + 30 * day_s, now_s + 427 * day_s);
  bool unknown = true;
  const auto prepare = [&]() -> test::Point& {
    test::Point& point = line.prepare();
    point.options.verify_time_s = [=] { return now_s; };
    point.options.clock_unknown = [&] { return unknown; };
    return point;
  };
  SECTION("it is taken, and says when it is valid") {
    const test::Point& point = prepare();
    REQUIRE(line.connect());
    CHECK(point.found->chain.from_s == now_s + 30 * day_s);
    CHECK(point.found->chain.until_s == now_s + 427 * day_s);
    CHECK_FALSE(point.found->chain.holds(now_s));
    CHECK(point.found->chain.holds(now_s + 31 * day_s));
  }
  SECTION("when the time is known it is refused") {
    unknown = false;
    prepare();
    CHECK_THAT(why_not(line), ContainsSubstring("not yet valid"));
  }
  SECTION("one that has ended is refused") {
    line.central.options.tls = server_valid(0, now_s - day_s);
    prepare();
    CHECK_THAT(why_not(line), ContainsSubstring("expired"));
  }
  SECTION("one that begins later and has ended is refused") {
    line.central.options.tls = server_valid(now_s + day_s, now_s - day_s);
    prepare();
    CHECK_THAT(why_not(line), ContainsSubstring("expired"));
  }
  SECTION("one of another host is refused") {
    prepare().options.expected_peer = "central.example";
    CHECK_THAT(why_not(line), ContainsSubstring("ostname mismatch"));
  }
  SECTION("one of a foreign authority is refused") {
    prepare().options.tls.ca = TlsWorld::get().node_of_stranger().ca;
    CHECK_THAT(why_not(line), ContainsSubstring("certificate"));
  }
  SECTION("one of a broker is refused") {
    line.central.options.tls = TlsWorld::get().issue({.kind = PeerKind::broker,
                                                      .name = "broker",
                                                      .id = {},
                                                      .hosts = {},
                                                      .not_before_s = now_s + 30 * day_s});
    prepare();
    CHECK_THAT(why_not(line), ContainsSubstring("somebody else"));
  }
}

TEST_CASE("a peer that is not admitted hears so before the WebSocket opens", "[protocol][transport]") {
  Line line;
  line.central.admit = [](const PeerIdentity& peer) { return peer.id != "point-1"; };
  line.prepare();
  CHECK_THAT(why_not(line), ContainsSubstring("403"));
  CHECK(line.central.refused == std::vector<std::string>{"refused: 403"});
}

TEST_CASE("one clinic's authority cannot speak for another, whatever it signs", "[protocol][transport][X6]") {
  Line line;
  line.central.options.tls.ca = TlsWorld::get().root_ca();
  auto& point = line.prepare();
  auto& world = TlsWorld::get();
  SECTION("the neighbour's name") {
    point.options.tls = world.forge(PeerIdentity{world.neighbour, PeerKind::node, "point-1"}.to_urn());
    why_not(line);
    REQUIRE(run_until(line.loop, [&] { return !line.central.refused.empty(); }));
    CHECK_THAT(line.central.refused.front(), ContainsSubstring("names nobody"));
  }
  SECTION("an authority's") {
    point.options.tls = world.forge(PeerIdentity{world.clinic, PeerKind::authority, "point-1"}.to_urn());
    why_not(line);
  }
  SECTION("nobody's") {
    point.options.tls = world.forge("");
    why_not(line);
  }
  SECTION("its own") {
    point.options.tls = world.forge(PeerIdentity{world.clinic, PeerKind::node, "point-1"}.to_urn());
    CHECK(line.connect());
  }
}
