#include "protocol/transport/https_server.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <thread>

#include "protocol/record/result.hpp"
#include "tests/unit/protocol/transport/tls_world.hpp"

using namespace feldsher;
using namespace std::chrono_literals;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::StartsWith;
using test::run_until;
using test::TlsWorld;

namespace {

struct Door {
  boost::asio::io_context loop{1};
  HttpsServer::Options options;
  std::vector<HttpRequest> asked;
  std::vector<std::string> faults;
  HttpsServer::Handler handler = [this](HttpRequest request, HttpsServer::Respond respond) {
    asked.push_back(request);
    respond({.status = 200,
             .content_type = "text/plain",
             .body = request.method + " " + request.path + "\n",
             .headers = {}});
  };
  std::unique_ptr<HttpsServer> server;

  Door() {
    options.tls = TlsWorld::get().server();
    options.on_fault = [this](const std::exception& fault) { faults.push_back(fault.what()); };
  }
  void open() { server = std::make_unique<HttpsServer>(loop, options, handler); }
  /// What the server says to `octets` until it closes, or until `enough` was said.
  std::string ask(const std::string& octets, const std::string& enough = {}) {
    if (!server) open();
    test::RawTls raw(loop, server->port(), nullptr);
    raw.say(octets);
    const bool answered = run_until(loop, [&] {
      return raw.is_over() || (!enough.empty() && raw.heard().find(enough) != std::string::npos);
    });
    CHECK(answered);
    return raw.heard();
  }
};

std::string get(const std::string& target, const std::string& more = "Connection: close\r\n") {
  return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n" + more + "\r\n";
}

std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++found;
  return found;
}

}  // namespace

TEST_CASE("a request comes to the handler decoded, and its answer goes out", "[protocol][transport][X6]") {
  Door door;
  const auto said = door.ask(
      "POST /api/v1/%D0%BA?day=2026-03-02&q=a+b HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer x\r\n"
      "X-Many: 1\r\nX-Many: 2\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello");
  CHECK_THAT(said, StartsWith("HTTP/1.1 200 OK\r\n"));
  CHECK_THAT(said, ContainsSubstring("\r\nCache-Control: no-store\r\n"));
  CHECK_THAT(said, ContainsSubstring("\r\nX-Content-Type-Options: nosniff\r\n"));
  CHECK_THAT(said, ContainsSubstring("\r\n\r\nPOST /api/v1/к\n"));
  REQUIRE(door.asked.size() == 1);
  const auto& request = door.asked.front();
  CHECK(request.method == "POST");
  CHECK(request.parameter("day") == "2026-03-02");
  CHECK(request.parameter("q") == "a b");
  CHECK(request.header("authorization") == "Bearer x");
  CHECK(request.header("x-many") == "1, 2");
  CHECK(request.body == "hello");
}

TEST_CASE("several requests share one connection, also when they come at once", "[protocol][transport]") {
  Door door;
  const auto said = door.ask(get("/1", "") + get("/2", "") + get("/3"));
  CHECK(count(said, "HTTP/1.1 200 OK") == 3);
  CHECK(said.find("GET /1") < said.find("GET /2"));
  CHECK(said.find("GET /2") < said.find("GET /3"));
  CHECK(door.asked.size() == 3);
}

TEST_CASE("a chunked body arrives whole", "[protocol][transport]") {
  Door door;
  door.ask(
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nConnection: "
      "close\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  REQUIRE(door.asked.size() == 1);
  CHECK(door.asked.front().body == "abcde");
}

TEST_CASE("HEAD is answered with the length but without the body", "[protocol][transport]") {
  Door door;
  const auto said = door.ask("HEAD /a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  CHECK_THAT(said, ContainsSubstring("Content-Length: 8\r\n"));
  CHECK(said.substr(said.find("\r\n\r\n")) == "\r\n\r\n");
}

TEST_CASE("what is not a request is answered 400 and never reaches the handler", "[protocol][transport]") {
  Door door;
  for (const std::string& said : std::vector<std::string>{
           "hello\r\n\r\n", "\x01\x02\x03\x04\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
           "GET / HTTP/1.1\r\nHost\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
           "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
           "GET / HTTP/1.1\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", get("/%zz"), get("/%00"),
           get("/../etc/passwd"), get("http://a/"),
           "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    CAPTURE(said);
    CHECK_THAT(door.ask(said, "}"), StartsWith("HTTP/1.1 400 Bad Request\r\n"));
  }
  CHECK(door.asked.empty());
  CHECK_THAT(door.ask(get("/still-there")), ContainsSubstring("GET /still-there"));
}

TEST_CASE("a body or header that is too large is refused, and the client gets to read so",
          "[protocol][transport]") {
  Door door;
  door.options.max_body = 1000;
  SECTION("announced") {
    const auto said = door.ask(
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3000000\r\n\r\n" + std::string(3'000'000, 'x'), "}");
    CHECK_THAT(said, StartsWith("HTTP/1.1 413 "));
    CHECK_THAT(said, ContainsSubstring("Connection: close"));
  }
  SECTION("in chunks") {
    std::string body;
    for (int i = 0; i < 50; ++i) body += "64\r\n" + std::string(100, 'x') + "\r\n";
    CHECK_THAT(door.ask("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + body, "}"),
               StartsWith("HTTP/1.1 413 "));
  }
  SECTION("header") {
    CHECK_THAT(door.ask(get("/", "X: " + std::string(20'000, 'x') + "\r\n"), "}"),
               StartsWith("HTTP/1.1 431 "));
  }
  SECTION("just as much as allowed") {
    CHECK_THAT(door.ask("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 1000\r\n\r\n" +
                        std::string(1000, 'x')),
               StartsWith("HTTP/1.1 200 "));
  }
  CHECK(door.asked.size() <= 1);
}

TEST_CASE("an answer may come later, from another thread, and only the first counts",
          "[protocol][transport]") {
  Door door;
  std::jthread worker;
  door.handler = [&](HttpRequest, HttpsServer::Respond respond) {
    worker = std::jthread([respond = std::move(respond)] {
      respond(
          {.status = 201, .content_type = "text/plain", .body = "first", .headers = {{"Location", "/1"}}});
      respond({.status = 200, .content_type = "text/plain", .body = "second", .headers = {}});
    });
  };
  const auto said = door.ask(get("/"));
  CHECK_THAT(said, StartsWith("HTTP/1.1 201 Created\r\n"));
  CHECK_THAT(said, ContainsSubstring("\r\nLocation: /1\r\n"));
  CHECK(count(said, "HTTP/1.1") == 1);
}

TEST_CASE("a handler that forgets, throws or takes too long still leaves the client with an answer",
          "[protocol][transport]") {
  Door door;
  SECTION("forgets") {
    door.handler = [](HttpRequest, HttpsServer::Respond) {};
    CHECK_THAT(door.ask(get("/")), StartsWith("HTTP/1.1 500 "));
  }
  SECTION("throws") {
    door.handler = [](HttpRequest, const HttpsServer::Respond&) { throw Fault("store locked"); };
    const auto said = door.ask(get("/"));
    CHECK_THAT(said, StartsWith("HTTP/1.1 500 "));
    CHECK(said.find("store locked") == said.npos);
    CHECK(door.faults == std::vector<std::string>{"store locked"});
  }
  SECTION("takes too long") {
    door.options.answer = 50ms;
    HttpsServer::Respond kept;
    door.handler = [&](HttpRequest, HttpsServer::Respond respond) { kept = std::move(respond); };
    CHECK_THAT(door.ask(get("/")), StartsWith("HTTP/1.1 503 "));
    kept({});
    door.loop.restart();
    door.loop.poll();
  }
  SECTION("says what would split the answer in two") {
    door.handler = [](HttpRequest, HttpsServer::Respond respond) {
      respond({.status = 200,
               .content_type = "text/plain",
               .body = "x",
               .headers = {{"Location", "/\r\nSet-Cookie: a=b"}}});
    };
    const auto said = door.ask(get("/"));
    CHECK_THAT(said, StartsWith("HTTP/1.1 500 "));
    CHECK(said.find("Set-Cookie") == said.npos);
    CHECK(door.faults.size() == 1);
  }
}

TEST_CASE("a client that dawdles is given up", "[protocol][transport]") {
  Door door;
  door.options.request = 100ms;
  door.options.handshake = 100ms;
  SECTION("half a request") { CHECK(door.ask("GET / HTTP/1.1\r\nHo").empty()); }
  SECTION("nothing after the first request") {
    const auto said = door.ask(get("/", ""));
    CHECK_THAT(said, StartsWith("HTTP/1.1 200 "));
  }
  SECTION("no TLS at all") {
    door.open();
    boost::asio::ip::tcp::socket silent(door.loop);
    silent.connect({boost::asio::ip::address_v4::loopback(), door.server->port()});
    REQUIRE(run_until(door.loop, [&] { return door.server->connections() == 1; }));
  }
  CHECK(run_until(door.loop, [&] { return door.server->connections() == 0; }));
}

TEST_CASE("garbage on the TLS port of the API hurts nobody", "[protocol][transport]") {
  Door door;
  door.open();
  for (const std::string& octets : {std::string("GET / HTTP/1.1\r\n\r\n"), std::string(5000, '\xFF')}) {
    boost::asio::ip::tcp::socket socket(door.loop);
    socket.connect({boost::asio::ip::address_v4::loopback(), door.server->port()});
    boost::system::error_code ignored;
    boost::asio::write(socket, boost::asio::buffer(octets), ignored);
    REQUIRE(run_until(door.loop, [&] { return door.server->connections() == 1; }));
    REQUIRE(run_until(door.loop, [&] { return door.server->connections() == 0; }));
  }
  CHECK_THAT(door.ask(get("/")), StartsWith("HTTP/1.1 200 "));
}

TEST_CASE("two hundred requests at once each get their own answer", "[protocol][transport]") {
  Door door;
  door.open();
  std::vector<std::unique_ptr<test::RawTls>> clients;
  for (int i = 0; i < 200; ++i) {
    clients.push_back(std::make_unique<test::RawTls>(door.loop, door.server->port(), nullptr));
    clients.back()->say(get("/" + std::to_string(i)));
  }
  REQUIRE(run_until(door.loop, [&] {
    return std::all_of(clients.begin(), clients.end(), [](const auto& client) { return client->is_over(); });
  }));
  for (std::size_t i = 0; i < clients.size(); ++i) {
    CHECK_THAT(clients[i]->heard(), ContainsSubstring("GET /" + std::to_string(i) + "\n"));
  }
  CHECK(door.asked.size() == 200);
}

TEST_CASE("more connections than allowed are turned away", "[protocol][transport]") {
  Door door;
  door.options.max_connections = 1;
  door.open();
  boost::asio::ip::tcp::socket first(door.loop);
  first.connect({boost::asio::ip::address_v4::loopback(), door.server->port()});
  REQUIRE(run_until(door.loop, [&] { return door.server->connections() == 1; }));
  CHECK(door.ask(get("/")).empty());
  first.close();
  REQUIRE(run_until(door.loop, [&] { return door.server->connections() == 0; }));
  CHECK_THAT(door.ask(get("/")), StartsWith("HTTP/1.1 200 "));
}

TEST_CASE("TLS older than 1.3 is not spoken", "[protocol][transport][X6]") {
  Door door;
  door.open();
  boost::asio::ssl::context old(boost::asio::ssl::context::tls_client);
  SSL_CTX_set_max_proto_version(old.native_handle(), TLS1_2_VERSION);
  boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream(door.loop, old);
  stream.next_layer().connect({boost::asio::ip::address_v4::loopback(), door.server->port()});
  boost::system::error_code outcome;
  bool over = false;
  stream.async_handshake(boost::asio::ssl::stream_base::client, [&](const auto& error) {
    outcome = error;
    over = true;
  });
  REQUIRE(run_until(door.loop, [&] { return over; }));
  CHECK_THAT(outcome.message(), ContainsSubstring("protocol version"));
}
