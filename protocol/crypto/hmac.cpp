#include "protocol/crypto/hmac.hpp"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#include <climits>

#include "protocol/crypto/openssl.hpp"
#include "protocol/record/result.hpp"

namespace feldsher {

Digest hmac_sha256(OctetsView key, OctetsView message) {
  ensure(key.size() <= INT_MAX, "an HMAC key is small");
  Digest mac{};
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), openssl::octets_of(message),
           message.size(), mac.data(), &size) == nullptr)
    openssl::fail("cannot work out an HMAC");
  return mac;
}

bool same_in_constant_time(OctetsView one, OctetsView other) {
  return one.size() == other.size() && CRYPTO_memcmp(one.data(), other.data(), one.size()) == 0;
}

}  // namespace feldsher
