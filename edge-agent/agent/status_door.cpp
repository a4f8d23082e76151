#include "edge-agent/agent/status_door.hpp"

#include <fmt/chrono.h>
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

/// "40 s", "25 min", "7 h", "12 days".
std::string duration(std::int64_t seconds) {
  constexpr std::int64_t minute = 60, hour = 60 * minute, day = 24 * hour;
  if (seconds < 2 * minute) return fmt::format("{} s", seconds);
  if (seconds < 2 * hour) return fmt::format("{} min", seconds / minute);
  if (seconds < 2 * day) return fmt::format("{} h", seconds / hour);
  return fmt::format("{} days", seconds / day);
}

/// A moment, and how far it is from `now_s`: both Unix time.
std::string moment(std::int64_t at_s, std::int64_t now_s) {
  if (at_s == 0) return "never";
  const std::string far = duration(at_s > now_s ? at_s - now_s : now_s - at_s);
  return fmt::format("{:%Y-%m-%d %H:%M:%S} UTC ({})", fmt::gmtime(static_cast<std::time_t>(at_s)),
                     at_s > now_s ? "in " + far : far + " ago");
}

/// The names say what a number is: an age, a Unix time in seconds or in milliseconds.
std::string shown(std::string_view name, const boost::json::value& value, std::int64_t now_s) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_null()) return "never";
  if (value.is_number() && name.ends_with("age_s")) return duration(value.to_number<std::int64_t>());
  if (value.is_number() && name.ends_with("_ms"))
    return moment(value.to_number<std::int64_t>() / 1000, now_s);
  if (value.is_number() && name.ends_with("ends_s")) return moment(value.to_number<std::int64_t>(), now_s);
  return boost::json::serialize(value);
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
  // The agent's own clock: the ages are what it believes.
  const auto* clock = status.if_contains("clock");
  const std::int64_t now_s = clock ? clock->at("wall_ms").to_number<std::int64_t>() / 1000 : 0;
  std::string table;
  const auto row = [&](std::string_view name, const boost::json::value& value) {
    fmt::format_to(std::back_inserter(table), "{:<24} {}\n", name, shown(name, value, now_s));
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
