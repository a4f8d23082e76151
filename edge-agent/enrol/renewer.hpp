#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <optional>
#include <string>

#include "edge-agent/agent/membership.hpp"
#include "edge-agent/enrol/renewal.hpp"

namespace feldsher::edge {

/// Renews the certificate of a running agent's line when it is due, on a thread of its own. Loop thread.
class Renewer {
 public:
  /// A renewal succeeded (`fault` empty) or failed.
  using Told = std::function<void(const std::string& fault)>;

  /// `access`: "https://host:port"; empty = central never said where, and nothing is ever renewed.
  Renewer(boost::asio::io_context& loop, TlsFiles line, const std::string& access, Told told);
  /// Waits for one that is under way.
  ~Renewer();
  Renewer(const Renewer&) = delete;
  Renewer& operator=(const Renewer&) = delete;

  struct Time {
    std::uint64_t since_boot_ms = 0;
    std::int64_t now_s = 0;  ///< As the point believes it.
    std::int64_t verify_time_s = 0;
    bool unknown = false;  ///< As ClockUnknown.
  };
  /// Looks whether one is due. `in_the_dark`: the clock was never set and central can't be reached: perhaps
  /// because the certificate has ended without our knowing.
  void tick(const Time& time, bool in_the_dark);

  /// When the present certificate ends, Unix seconds; 0 = it can't be read.
  std::int64_t ends_s() const { return present_ ? present_->not_after_s : 0; }
  /// Why the last renewal failed; empty when it did not.
  const std::string& fault() const { return fault_; }

 private:
  void begin(const Time& time);
  void ended(const std::string& fault);

  boost::asio::io_context& loop_;
  TlsFiles line_;
  std::string host_;
  std::uint16_t port_ = 0;
  Told told_;
  std::optional<OwnCertificate> present_;
  bool under_way_ = false;
  std::uint64_t next_try_ms_ = 0, now_ms_ = 0, pause_ms_;
  std::string fault_;
  boost::asio::thread_pool thread_{1};
};

}  // namespace feldsher::edge
