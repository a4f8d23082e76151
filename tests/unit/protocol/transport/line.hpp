#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "protocol/transport/web_socket.hpp"
#include "tests/unit/protocol/transport/tls_world.hpp"

namespace feldsher::test {

using namespace std::chrono_literals;

/// A server and what it saw.
struct Central {
  boost::asio::io_context& loop;
  WebSocketServer::Options options;
  std::vector<std::string> said;
  std::vector<PeerIdentity> peers;
  std::vector<std::string> closed;
  std::vector<std::string> refused;
  std::shared_ptr<Connection> connection;
  std::function<bool(const PeerIdentity&)> admit;
  bool echoes = true;
  std::unique_ptr<WebSocketServer> server;

  explicit Central(boost::asio::io_context& io) : loop(io) {
    options.tls = TlsWorld::get().server();
    options.limits.handshake = 2s;
  }
  void start() {
    server = std::make_unique<WebSocketServer>(
        loop, options,
        WebSocketServer::Handlers{
            .admit = admit,
            .on_open =
                [this](const auto& opened, const PeerIdentity& peer) {
                  connection = opened;
                  peers.push_back(peer);
                },
            .on_message =
                [this](Connection& from, Octets message) {
                  if (echoes) from.send(message);
                  said.push_back(std::move(message));
                },
            .on_drained = {},
            .on_close = [this](Connection&, const std::string& why) { closed.push_back(why); },
            .on_refused = [this](const std::string& why) { refused.push_back(why); }});
  }
};

/// A client and what it saw.
struct Point {
  WebSocketClient::Options options;
  std::vector<std::string> heard;
  std::vector<std::string> closed;
  int opened = 0;
  int drained = 0;
  std::optional<PeerIdentity> found;
  std::unique_ptr<WebSocketClient> client;

  explicit Point(const Central& central) {
    options.host = "127.0.0.1";
    options.port = central.server->port();
    options.tls = TlsWorld::get().node();
    options.limits.handshake = 2s;
  }
  void connect(boost::asio::io_context& loop) {
    if (!client) {
      client = std::make_unique<WebSocketClient>(
          loop, options,
          WebSocketClient::Handlers{
              .on_open =
                  [this](const PeerIdentity& server) {
                    ++opened;
                    found = server;
                  },
              .on_message = [this](Octets message) { heard.push_back(std::move(message)); },
              .on_drained = [this] { ++drained; },
              .on_close = [this](const std::string& why) { closed.push_back(why); }});
    }
    client->connect();
  }
};

struct Line {
  boost::asio::io_context loop{1};
  Central central{loop};
  std::optional<Point> point;

  /// Starts the server as `central.options` say; the client follows with connect().
  Point& prepare() {
    central.start();
    return point.emplace(central);
  }
  bool connect() {
    point->connect(loop);
    return run_until(loop, [&] { return point->opened == 1 || !point->closed.empty(); }) &&
           point->opened == 1;
  }
};

}  // namespace feldsher::test
