#pragma once
#include "protocol/record/digest.hpp"

namespace feldsher {

/// HMAC-SHA-256 (RFC 2104). Throws Fault when OpenSSL fails.
Digest hmac_sha256(OctetsView key, OctetsView message);

/// Whether both are the same octets; takes as long whatever they hold. Other lengths: false at once.
bool same_in_constant_time(OctetsView one, OctetsView other);

}  // namespace feldsher
