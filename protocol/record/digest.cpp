#include "protocol/record/digest.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <memory>

#include "protocol/record/result.hpp"

namespace feldsher {

Digest sha256(std::initializer_list<OctetsView> parts) {
  // Looking the algorithm up costs more than hashing a header: once a thread is enough.
  thread_local const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> algorithm(
      EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free);
  thread_local const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                                     &EVP_MD_CTX_free);
  if (!algorithm || !context || EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr) != 1)
    throw Fault("SHA-256 is not available in OpenSSL");
  for (OctetsView part : parts) EVP_DigestUpdate(context.get(), part.data(), part.size());
  Digest digest;
  EVP_DigestFinal_ex(context.get(), digest.data(), nullptr);
  return digest;
}

bool digest_from(OctetsView octets, Digest& out) {
  if (octets.size() != out.size()) return false;
  std::copy(octets.begin(), octets.end(), reinterpret_cast<char*>(out.data()));
  return true;
}

}  // namespace feldsher
