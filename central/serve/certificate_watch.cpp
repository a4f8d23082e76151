#include "central/serve/certificate_watch.hpp"

#include "protocol/log/log.hpp"

namespace feldsher::central {

CertificateWatch::CertificateWatch(boost::asio::io_context& loop, const Clock& clock, OwnRenewal renewal)
    : timer_(loop), clock_(clock), renewal_(std::move(renewal)) {
  look();
}

void CertificateWatch::look() {
  try {
    if (renewal_.tick(clock_.now())) {
      Log::info("certificate-renewed", {{"ends_s", renewal_.ends_s()}});
      untold_ = true;
    }
    if (untold_) on_renewed();
    untold_ = false;
  } catch (const std::exception& fault) {
    Log::error("certificate-not-renewed", {{"reason", Reason::of(fault)}});
  }
  timer_.expires_after(std::chrono::hours(1));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) look();
  });
}

}  // namespace feldsher::central
