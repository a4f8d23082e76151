#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/steady_timer.hpp>
#include <filesystem>
#include <functional>
#include <string>

namespace feldsher::edge {

/// Where `feldsher-edge status` asks: a local socket of mode 600 that says one line of JSON to whoever
/// connects, and hangs up. Loop thread only.
class StatusDoor {
 public:
  /// Throws Fault. What lies at `socket` is an earlier run's: the journal's lock keeps two agents apart.
  StatusDoor(boost::asio::io_context& loop, std::filesystem::path socket, std::function<std::string()> say);
  /// stop().
  ~StatusDoor();
  StatusDoor(const StatusDoor&) = delete;
  StatusDoor& operator=(const StatusDoor&) = delete;

  void stop();

 private:
  void accept();

  std::filesystem::path path_;
  std::function<std::string()> say_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  boost::asio::steady_timer pause_;
};

/// What the agent at `socket` says. Throws Fault when nobody is there.
std::string ask_status(const std::filesystem::path& socket);

/// The JSON line as a table for people.
std::string status_table(const std::string& json);

}  // namespace feldsher::edge
