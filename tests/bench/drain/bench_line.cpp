// A line whose octets are counted: passes connections on to another port of this machine until SIGTERM. An
// outage is the time in which it does not run.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <memory>
#include <vector>

#include "tests/bench/flood/counts_file.hpp"

namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Socket = std::shared_ptr<tcp::socket>;

/// One way of a connection. An end of either way ends both: who was passed on sees it closed.
asio::awaitable<void> pass(Socket from, Socket to, std::atomic<std::uint64_t>& octets) {
  std::vector<char> buffer(256 * 1024);
  try {
    for (;;) {
      const std::size_t count = co_await from->async_read_some(asio::buffer(buffer), asio::use_awaitable);
      octets.fetch_add(count, std::memory_order_relaxed);
      co_await asio::async_write(*to, asio::buffer(buffer.data(), count), asio::use_awaitable);
    }
  } catch (const boost::system::system_error&) {
    boost::system::error_code ignored;
    from->close(ignored);
    to->close(ignored);
  }
}

asio::awaitable<void> take(tcp::acceptor& door, tcp::endpoint to, feldsher::bench::CountsFile& counts) {
  for (;;) {
    const auto here = std::make_shared<tcp::socket>(co_await door.async_accept(asio::use_awaitable));
    const auto there = std::make_shared<tcp::socket>(door.get_executor());
    boost::system::error_code error;
    there->connect(to, error);
    if (error) continue;
    for (const Socket& each : {here, there}) each->set_option(tcp::no_delay(true));
    asio::co_spawn(door.get_executor(), pass(here, there, counts->received), asio::detached);
    asio::co_spawn(door.get_executor(), pass(there, here, counts->kept), asio::detached);
  }
}

}  // namespace

int main(int count, char** arguments) {
  CLI::App app("Passes connections on, and counts their octets, until SIGTERM.");
  std::uint16_t port = 0, to = 0;
  std::string counts_path;
  app.add_option("--port", port, "To listen at, on 127.0.0.1")->required();
  app.add_option("--to", to, "Port to pass on to")->required();
  app.add_option("--counts", counts_path, "File to count in: octets of who connects, octets back")
      ->required();
  CLI11_PARSE(app, count, arguments);

  try {
    feldsher::bench::CountsFile counts(counts_path);
    asio::io_context loop{1};
    const auto local = asio::ip::address_v4::loopback();
    tcp::acceptor door(loop, tcp::endpoint(local, port));
    asio::signal_set signals(loop, SIGTERM, SIGINT);
    signals.async_wait([&](const auto&, int) { loop.stop(); });
    asio::co_spawn(loop, take(door, tcp::endpoint(local, to), counts), asio::detached);
    loop.run();
    return 0;
  } catch (const std::exception& fault) {
    fmt::print(stderr, "bench_line: {}\n", fault.what());
    return 1;
  }
}
