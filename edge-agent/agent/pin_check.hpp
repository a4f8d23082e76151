#pragma once
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <cstddef>
#include <functional>
#include <string>

namespace feldsher::edge {

/// True when `pin` is the one that `verifier` (an Argon2id encoded string) was made of. Slow on purpose.
bool pin_is_right(const std::string& verifier, const std::string& pin);

/// Checks PINs on a thread of its own, `crypto`, one after another: Argon2id takes long, by design, and
/// must not stop the loop.
class PinCheck {
 public:
  /// Beyond so many waiting the desk answers "busy".
  static constexpr std::size_t most_waiting = 16;

  explicit PinCheck(boost::asio::any_io_executor loop) : loop_(std::move(loop)) {}
  /// Waits for the check that is under way; those behind it are let fall.
  ~PinCheck();

  /// `done` runs on the loop.
  void check(std::string verifier, std::string pin, std::function<void(bool right)> done);
  /// Loop thread.
  bool is_full() const { return waiting_ >= most_waiting; }

 private:
  boost::asio::any_io_executor loop_;
  boost::asio::thread_pool crypto_{1};
  std::size_t waiting_ = 0;  // Loop thread only.
};

}  // namespace feldsher::edge
