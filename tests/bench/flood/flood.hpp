#pragma once
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <functional>
#include <unordered_map>

#include "protocol/transport/tls_files.hpp"
#include "tests/bench/flood/connection.hpp"
#include "tests/bench/flood/counts_file.hpp"
#include "tests/bench/flood/device.hpp"

namespace feldsher::bench {

/// Devices that send as fast as they are heard: never more than `window` messages under way in all.
///
/// What ends a message's way is its receipt, or with a counts file that the subscriber has counted it. PUBACK
/// ends nothing: the broker gives it before anybody has the message.
class Flood {
 public:
  using Seconds = std::chrono::duration<double>;
  struct Options {
    std::uint16_t port = 0;
    TlsFiles tls;
    std::vector<DeviceId> devices;
    std::size_t connections = 4;
    std::size_t window = 0;
    Seconds warm_up{}, measured{}, drain{};
    std::string counts;                             ///< Empty = receipts.
    std::function<void(bool begins)> on_measuring;  ///< At both ends of what is measured.
  };
  struct Figures {
    double seconds = 0;
    std::uint64_t kept = 0;  ///< Receipted, or counted as kept, within those seconds.
    std::uint64_t sent = 0, acknowledged = 0, sent_again = 0, missing = 0,
                  receipts = 0;  ///< Of the whole run.
  };

  explicit Flood(Options options);
  Figures run();

 private:
  using Clock = std::chrono::steady_clock;
  enum class Phase { warm_up, measured, draining };
  struct Mark {
    Clock::time_point at;
    std::uint64_t kept = 0;
  };

  void tick();
  void fill();
  void send(std::size_t device, std::uint64_t seq);
  void send_again();
  Mark mark();
  std::uint64_t ended() { return counts_ ? (*counts_)->received.load() + given_up_ : receipted_; }

  Options options_;
  boost::asio::io_context loop_{1};
  boost::asio::ssl::context tls_{boost::asio::ssl::context::tls_client};
  boost::asio::steady_timer timer_{loop_};
  std::optional<CountsFile> counts_;
  std::deque<Connection> connections_;
  std::vector<Device> devices_;
  std::unordered_map<std::string_view, std::size_t> by_receipt_topic_;
  Octets payload_;
  std::size_t next_device_ = 0;
  std::uint64_t sent_ = 0, receipted_ = 0, receipts_ = 0, sent_again_ = 0, given_up_ = 0;
  Phase phase_ = Phase::warm_up;
  Mark began_, ended_;
  Clock::time_point phase_began_, looked_;
  std::uint64_t ended_when_looked_ = 0;
};

}  // namespace feldsher::bench
