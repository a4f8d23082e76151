#pragma once
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>

#include "central/access/own_renewal.hpp"

namespace feldsher::central {

/// Has the certificate of a running program renewed in time: looks when it is made, and each hour after that.
/// A renewal that fails is logged, and tried again an hour later. Loop thread.
class CertificateWatch {
 public:
  CertificateWatch(boost::asio::io_context& loop, const Clock& clock, OwnRenewal renewal);
  CertificateWatch(const CertificateWatch&) = delete;
  CertificateWatch& operator=(const CertificateWatch&) = delete;

  /// The files are others: whoever shows them reads them again. What it throws is
  /// logged, and an hour later it is told again.
  std::function<void()> on_renewed = [] {};
  std::int64_t ends_s() const { return renewal_.ends_s(); }
  /// Looks now, and an hour from now.
  void look();
  void stop() { timer_.cancel(); }

 private:
  boost::asio::steady_timer timer_;
  const Clock& clock_;
  OwnRenewal renewal_;
  bool untold_ = false;  // Somebody still shows the certificate before the present one.
};

}  // namespace feldsher::central
