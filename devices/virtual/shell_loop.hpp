#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>

namespace feldsher::virtual_world {

/// The one thread of a virtual world: a tick, signals, and work from the broker's sessions.
class ShellLoop {
 public:
  ShellLoop() : timer_(context_), signals_(context_, SIGINT, SIGTERM) {
    signals_.async_wait([this](const boost::system::error_code& error, int) {
      if (error) return;
      stopped_ = true;
      context_.stop();
    });
  }

  std::function<void(std::function<void()>)> poster() {
    return [this](std::function<void()> work) { boost::asio::post(context_, std::move(work)); };
  }
  /// Calls `tick` every `pause` until it says that it is enough, or a signal comes.
  void run(std::chrono::milliseconds pause, const std::function<bool()>& tick) {
    again(pause, tick);
    context_.run();
  }
  bool stopped_by_signal() const { return stopped_; }

  static std::int64_t now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(steady_clock::now().time_since_epoch()).count();
  }
  static std::int64_t wall_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
  }

 private:
  void again(std::chrono::milliseconds pause, const std::function<bool()>& tick) {
    timer_.expires_after(pause);
    timer_.async_wait([this, pause, &tick](const boost::system::error_code& error) {
      if (error) return;
      if (tick()) {
        context_.stop();
      } else {
        again(pause, tick);
      }
    });
  }

  boost::asio::io_context context_{1};
  boost::asio::steady_timer timer_;
  boost::asio::signal_set signals_;
  bool stopped_ = false;
};

}  // namespace feldsher::virtual_world
