#include "protocol/transport/web_socket.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "protocol/record/result.hpp"
#include "tests/unit/protocol/transport/line.hpp"

using namespace feldsher;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using test::Central;
using test::Line;
using test::Point;
using test::run_until;
using test::TlsWorld;

namespace {

std::string why_not(Line& line) {
  CHECK_FALSE(line.connect());
  REQUIRE(line.point->closed.size() == 1);
  CHECK(line.central.peers.empty());
  return line.point->closed.front();
}

}  // namespace

TEST_CASE("messages go both ways over mutual TLS, in order and whole", "[protocol][transport][X6]") {
  Line line;
  auto& point = line.prepare();
  REQUIRE(line.connect());
  std::vector<std::string> sent = {"", std::string("\0\xFF", 2), std::string(1 << 20, 'a')};
  for (int i = 0; i < 100; ++i) sent.push_back(std::to_string(i));
  for (const auto& message : sent) REQUIRE(point.client->send(message));
  REQUIRE(run_until(line.loop, [&] { return point.heard.size() == sent.size(); }));
  CHECK(point.heard == sent);
  CHECK(line.central.said == sent);
  CHECK(point.client->queued_octets() == 0);
}

TEST_CASE("another path is not found", "[protocol][transport]") {
  Line line;
  line.prepare().options.path = "/elsewhere";
  CHECK_THAT(why_not(line), ContainsSubstring("404"));
}

TEST_CASE("a message that is too large closes with 1009", "[protocol][transport]") {
  Line line;
  line.central.options.limits.max_message = 1000;
  auto& point = line.prepare();
  REQUIRE(line.connect());
  REQUIRE(point.client->send(std::string(1000, 'a')));
  REQUIRE(point.client->send(std::string(1001, 'b')));
  REQUIRE(run_until(line.loop, [&] { return !point.closed.empty() && !line.central.closed.empty(); }));
  CHECK(line.central.said.size() == 1);
  CHECK_THAT(point.closed.front(), ContainsSubstring("1009"));
}

TEST_CASE("the queue is bounded and says when it is empty again", "[protocol][transport]") {
  Line line;
  auto limits_of_point = WebSocketLimits{};
  limits_of_point.max_queued = 300'000;
  line.central.echoes = false;
  auto& point = line.prepare();
  point.options.limits = limits_of_point;
  REQUIRE(line.connect());
  CHECK(point.client->send(std::string(200'000, 'a')));
  CHECK_FALSE(point.client->send(std::string(200'000, 'b')));
  CHECK(point.client->send(std::string(100'000, 'c')));
  CHECK_FALSE(point.client->send("d"));
  CHECK(point.client->queued_octets() == 300'000);
  REQUIRE(run_until(line.loop, [&] { return point.drained > 0; }));
  CHECK(point.client->queued_octets() == 0);
  CHECK(point.client->send("e"));
  REQUIRE(run_until(line.loop, [&] { return line.central.said.size() == 3; }));
  CHECK(line.central.said.back() == "e");
}

TEST_CASE("what was queued before a close still arrives", "[protocol][transport]") {
  Line line;
  line.central.echoes = false;
  auto& point = line.prepare();
  REQUIRE(line.connect());
  for (int i = 0; i < 20; ++i) REQUIRE(point.client->send(std::string(100'000, 'a')));
  point.client->close("done");
  CHECK_FALSE(point.client->send("too late"));
  REQUIRE(run_until(line.loop, [&] { return !line.central.closed.empty() && !point.closed.empty(); }));
  CHECK(line.central.said.size() == 20);
  CHECK_THAT(line.central.closed.front(), ContainsSubstring("done"));
  CHECK(point.closed.size() == 1);
}

TEST_CASE("a peer that fell silent is given up, one that only has nothing to say is not",
          "[protocol][transport]") {
  Line line;
  line.central.options.limits.idle = 200ms;
  auto& point = line.prepare();

  SECTION("silent: it took the upgrade and answers no ping") {
    test::RawTls raw(line.loop, line.central.server->port(), &TlsWorld::get().node());
    raw.say(
        "GET /sync HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
    REQUIRE(run_until(line.loop, [&] { return !line.central.closed.empty(); }));
    CHECK_THAT(raw.heard(), ContainsSubstring("101 Switching Protocols"));
    CHECK_THAT(line.central.closed.front(), ContainsSubstring("timed out"));
  }
  SECTION("idle: pings are answered, far beyond the limit") {
    REQUIRE(line.connect());
    bool over = false;
    boost::asio::steady_timer timer(line.loop, 1s);
    timer.async_wait([&](const auto&) { over = true; });
    REQUIRE(run_until(line.loop, [&] { return over; }));
    CHECK(point.closed.empty());
    CHECK(line.central.closed.empty());
    CHECK(point.client->is_open());
  }
}

TEST_CASE("a connection that never gets to the point is given up at each step", "[protocol][transport]") {
  Line line;
  line.central.options.limits.handshake = 150ms;
  line.central.start();
  using boost::asio::ip::tcp;
  const tcp::endpoint there(boost::asio::ip::address_v4::loopback(), line.central.server->port());
  SECTION("TCP only") {
    tcp::socket silent(line.loop);
    silent.connect(there);
    REQUIRE(run_until(line.loop, [&] { return !line.central.refused.empty(); }));
    CHECK_THAT(line.central.refused.front(), ContainsSubstring("timed out: TLS handshake"));
  }
  SECTION("half an upgrade") {
    test::RawTls raw(line.loop, line.central.server->port(), &TlsWorld::get().node());
    raw.say("GET /sync HTTP/1.1\r\nHost:");
    REQUIRE(run_until(line.loop, [&] { return !line.central.refused.empty(); }));
    CHECK_THAT(line.central.refused.front(), ContainsSubstring("timed out: upgrade"));
  }
  CHECK(line.central.server->connections() == 0);
}

TEST_CASE("a client gives up a server that does not answer", "[protocol][transport]") {
  Line line;
  auto& point = line.prepare();
  boost::asio::ip::tcp::acceptor deaf(line.loop, {boost::asio::ip::address_v4::loopback(), 0});
  point.options.port = deaf.local_endpoint().port();
  point.options.limits.handshake = 150ms;
  CHECK_THAT(why_not(line), ContainsSubstring("timed out"));
}

TEST_CASE("garbage on the TLS port hurts nobody", "[protocol][transport]") {
  Line line;
  line.prepare();
  using boost::asio::ip::tcp;
  const tcp::endpoint there(boost::asio::ip::address_v4::loopback(), line.central.server->port());
  const std::vector<std::string> garbage = {
      "GET / HTTP/1.1\r\n\r\n", std::string(5000, '\xFF'), std::string(5000, '\0'),
      "\x16\x03\x01\x00\x05\x01\x00\x00\x01\x00",
      std::string("\x16\x03\x01\xFF\xFF", 5) + std::string(70'000, 'A')};
  std::size_t sent = 0;
  for (const auto& octets : garbage) {
    tcp::socket socket(line.loop);
    socket.connect(there);
    boost::system::error_code ignored;
    boost::asio::write(socket, boost::asio::buffer(octets), ignored);
    socket.shutdown(tcp::socket::shutdown_send, ignored);
    ++sent;
    REQUIRE(run_until(line.loop, [&] { return line.central.refused.size() == sent; }));
  }
  CHECK(line.connect());
}

TEST_CASE("what is no WebSocket inside TLS is refused", "[protocol][transport]") {
  Line line;
  line.central.start();
  for (const char* said : {"\x01\x02\x03\r\n\r\n", "GET /sync HTTP/1.1\r\nHost: a\r\n\r\n",
                           "POST /sync HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello"}) {
    CAPTURE(said);
    line.central.refused.clear();
    test::RawTls raw(line.loop, line.central.server->port(), &TlsWorld::get().node());
    raw.say(said);
    REQUIRE(run_until(line.loop, [&] { return raw.is_over() && !line.central.refused.empty(); }));
    CHECK(line.central.peers.empty());
  }
  test::RawTls raw(line.loop, line.central.server->port(), &TlsWorld::get().node());
  line.central.refused.clear();
  raw.say("GET /sync HTTP/1.1\r\nX: " + std::string(100'000, 'x'));
  REQUIRE(run_until(line.loop, [&] { return raw.is_over() && !line.central.refused.empty(); }));
}

TEST_CASE("a text message closes the connection", "[protocol][transport]") {
  Line line;
  line.central.start();
  test::RawTls raw(line.loop, line.central.server->port(), &TlsWorld::get().node());
  // A masked text frame "hi" (RFC 6455 §5.7) right behind the upgrade's answer.
  raw.say(
      "GET /sync HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: upgrade\r\n"
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n");
  REQUIRE(run_until(line.loop, [&] { return raw.heard().find("\r\n\r\n") != std::string::npos; }));
  raw.say(std::string("\x81\x82\0\0\0\0hi", 8));
  REQUIRE(
      run_until(line.loop, [&] { return raw.heard().find("binary messages only") != std::string::npos; }));
  CHECK(line.central.said.empty());
}

TEST_CASE("connecting again after a close works, and to a server that is away says why",
          "[protocol][transport]") {
  Line line;
  auto& point = line.prepare();
  REQUIRE(line.connect());
  point.client->close("later");
  REQUIRE(run_until(line.loop, [&] { return point.closed.size() == 1; }));
  point.connect(line.loop);
  REQUIRE(run_until(line.loop, [&] { return point.opened == 2; }));

  line.central.server->stop();
  REQUIRE(run_until(line.loop, [&] { return point.closed.size() == 2; }));
  point.connect(line.loop);
  REQUIRE(run_until(line.loop, [&] { return point.closed.size() == 3; }));
  CHECK_THAT(point.closed.back(), ContainsSubstring("refused"));
}

TEST_CASE("a name that does not resolve closes with a reason", "[protocol][transport]") {
  Line line;
  auto& point = line.prepare();
  point.options.host = "no-such-host.invalid";
  CHECK_FALSE(why_not(line).empty());
}

TEST_CASE("a client whose files are missing says so and may try again", "[protocol][transport]") {
  Line line;
  auto& point = line.prepare();
  point.options.tls.certificate = "/nowhere/certificate.pem";
  CHECK_THAT(why_not(line), ContainsSubstring("/nowhere/certificate.pem"));
}

TEST_CASE("a server whose files do not fit does not start", "[protocol][transport]") {
  boost::asio::io_context loop;
  WebSocketServer::Options options;
  options.tls = TlsWorld::get().server();
  options.tls.key = TlsWorld::get().node().key;
  CHECK_THROWS_AS(WebSocketServer(loop, options, {}), Fault);
  options.tls.key = "/nowhere/key.pem";
  CHECK_THROWS_AS(WebSocketServer(loop, options, {}), Fault);
  options.tls = TlsWorld::get().server();
  options.host = "not an address";
  CHECK_THROWS_AS(WebSocketServer(loop, options, {}), Fault);
}

TEST_CASE("too many connections are turned away, and there is room again when one ends",
          "[protocol][transport]") {
  Line line;
  line.central.options.max_connections = 1;
  auto& point = line.prepare();
  REQUIRE(line.connect());
  Point second(line.central);
  second.connect(line.loop);
  REQUIRE(run_until(line.loop, [&] { return second.closed.size() == 1; }));
  CHECK(second.opened == 0);
  CHECK(line.central.refused.front() == "too many connections");

  point.client->close();
  REQUIRE(run_until(line.loop, [&] { return line.central.server->connections() == 0; }));
  second.connect(line.loop);
  CHECK(run_until(line.loop, [&] { return second.opened == 1; }));
}

TEST_CASE("stopping or destroying from inside a callback is safe", "[protocol][transport]") {
  boost::asio::io_context loop{1};
  Central central(loop);
  central.start();
  Point point(central);
  std::unique_ptr<WebSocketClient> client;
  bool done = false;
  client = std::make_unique<WebSocketClient>(
      loop,
      WebSocketClient::Options{
          .host = "127.0.0.1", .port = central.server->port(), .tls = TlsWorld::get().node()},
      WebSocketClient::Handlers{.on_open = [&](const PeerIdentity&) { client->send("hello"); },
                                .on_message =
                                    [&](Octets) {
                                      central.server.reset();
                                      client.reset();
                                      done = true;
                                    },
                                .on_drained = {},
                                .on_close = {}});
  client->connect();
  CHECK(run_until(loop, [&] { return done; }));
  loop.restart();
  loop.poll();
  CHECK(central.closed.empty());
}
