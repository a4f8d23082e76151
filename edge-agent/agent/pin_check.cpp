#include "edge-agent/agent/pin_check.hpp"

#include <argon2.h>
#include <pthread.h>

#include <boost/asio/post.hpp>
#include <utility>

namespace feldsher::edge {

bool pin_is_right(const std::string& verifier, const std::string& pin) {
  return argon2id_verify(verifier.c_str(), pin.data(), pin.size()) == ARGON2_OK;
}

PinCheck::~PinCheck() {
  crypto_.stop();
  crypto_.join();
}

void PinCheck::check(std::string verifier, std::string pin, std::function<void(bool)> done) {
  ++waiting_;
  boost::asio::post(crypto_, [this, verifier = std::move(verifier), pin = std::move(pin),
                              done = std::move(done)]() mutable {
    pthread_setname_np(pthread_self(), "crypto");
    const bool right = pin_is_right(verifier, pin);
    boost::asio::post(loop_, [this, right, done = std::move(done)] {
      --waiting_;
      done(right);
    });
  });
}

}  // namespace feldsher::edge
