#include "edge-agent/enrol/renewer.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <utility>

#include "edge-agent/agent/config.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::edge {
namespace {

constexpr std::uint64_t first_pause_ms = 5'000, last_pause_ms = 600'000;

}  // namespace

Renewer::Renewer(boost::asio::io_context& loop, TlsFiles line, const std::string& access, Told told)
    : loop_(loop), line_(std::move(line)), told_(std::move(told)), pause_ms_(first_pause_ms) {
  finish_install(own_of(line_));
  present_ = read_own_certificate(read_secret_file(line_.certificate));
  if (const auto address = access_door(access)) {
    host_ = address->host;
    port_ = address->port;
  }
}

Renewer::~Renewer() { thread_.join(); }

void Renewer::tick(const Time& time, bool in_the_dark) {
  now_ms_ = time.since_boot_ms;
  if (under_way_ || port_ == 0 || !present_ || now_ms_ < next_try_ms_) return;
  if (in_the_dark || renewal_is_due(*present_, time.now_s)) begin(time);
}

void Renewer::begin(const Time& time) {
  under_way_ = true;
  RenewalWish wish{.present = line_};
  wish.host = host_;
  wish.port = port_;
  wish.verify_time_s = time.verify_time_s;
  wish.clock_unknown = time.unknown;
  boost::asio::post(thread_, [this, wish] {
    std::string fault;
    try {
      renew(wish);
    } catch (const std::exception& error) {
      fault = error.what();
    }
    boost::asio::post(loop_, [this, fault] { ended(fault); });
  });
}

void Renewer::ended(const std::string& fault) {
  under_way_ = false;
  fault_ = fault;
  next_try_ms_ = now_ms_ + pause_ms_;
  pause_ms_ = fault.empty() ? first_pause_ms : std::min(pause_ms_ * 2, last_pause_ms);
  if (fault.empty()) present_ = read_own_certificate(read_secret_file(line_.certificate));
  told_(fault);
}

}  // namespace feldsher::edge
