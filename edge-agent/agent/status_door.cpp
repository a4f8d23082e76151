#include "edge-agent/agent/status_door.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>
#include <boost/json.hpp>
#include <iterator>
#include <memory>
#include <utility>

#include "protocol/record/result.hpp"

namespace feldsher::edge {
namespace {

using boost::asio::local::stream_protocol;

stream_protocol::endpoint endpoint_of(const std::filesystem::path& path) {
  if (path.native().size() >= sizeof(sockaddr_un::sun_path))
    throw Fault(path.string() + ": the path of a local socket must be shorter than 108 characters");
  return {path.string()};
}

}  // namespace

StatusDoor::StatusDoor(boost::asio::io_context& loop, std::filesystem::path socket,
                       std::function<std::string()> say)
    : path_(std::move(socket)), say_(std::move(say)), acceptor_(loop), pause_(loop) {
  const auto endpoint = endpoint_of(path_);
  try {
    std::filesystem::remove(path_);
    acceptor_.open(endpoint.protocol());
    acceptor_.bind(endpoint);
    // Nobody can connect before listen: the mode is right from the first moment.
    std::filesystem::permissions(path_,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    acceptor_.listen();
  } catch (const std::exception& error) {
    throw Fault("cannot open the local socket " + path_.string() + ": " + error.what());
  }
  accept();
}

StatusDoor::~StatusDoor() { stop(); }

void StatusDoor::stop() {
  if (!acceptor_.is_open()) return;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  pause_.cancel();
  std::error_code gone;
  std::filesystem::remove(path_, gone);
}

void StatusDoor::accept() {
  acceptor_.async_accept([this](const boost::system::error_code& error, stream_protocol::socket socket) {
    if (!acceptor_.is_open()) return;
    if (error) {  // Out of descriptors: asking again at once would only burn the loop.
      pause_.expires_after(std::chrono::seconds(1));
      pause_.async_wait([this](const boost::system::error_code& cancelled) {
        if (!cancelled) accept();
      });
      return;
    }
    auto peer = std::make_shared<stream_protocol::socket>(std::move(socket));
    auto line = std::make_shared<std::string>(say_() + "\n");
    boost::asio::async_write(*peer, boost::asio::buffer(*line), [peer, line](const auto&, std::size_t) {});
    accept();
  });
}

std::string ask_status(const std::filesystem::path& socket) {
  boost::asio::io_context loop;
  stream_protocol::socket agent(loop);
  boost::system::error_code error;
  agent.connect(endpoint_of(socket), error);
  if (error) throw Fault(fmt::format("no agent answers at {}: {}", socket.string(), error.message()));
  std::string line;
  boost::asio::read(agent, boost::asio::dynamic_buffer(line, 1 << 20), error);
  if (line.empty()) throw Fault("the agent hung up without a word");
  return line;
}

std::string status_table(const std::string& json) {
  const boost::json::object status = boost::json::parse(json).as_object();
  std::string table;
  const auto row = [&](std::string_view name, const boost::json::value& value) {
    fmt::format_to(std::back_inserter(table), "{:<24} {}\n", name,
                   value.is_string() ? std::string(value.get_string()) : boost::json::serialize(value));
  };
  for (const auto& [key, value] : status) {
    if (!value.is_object()) {
      row(key, value);
      continue;
    }
    for (const auto& [inner, what] : value.get_object())
      row(std::string(key) + "." + std::string(inner), what);
  }
  return table;
}

}  // namespace feldsher::edge
