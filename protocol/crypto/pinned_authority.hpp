#pragma once
#include "protocol/record/digest.hpp"

struct x509_st;
struct x509_store_ctx_st;

namespace feldsher {

/// SHA-256 of a certificate's public key (SubjectPublicKeyInfo, DER). Throws Fault.
Digest public_key_digest(const x509_st* certificate);

/// Verifies the chain that a server has just shown, trusting the one authority whose public key has this
/// digest and no other; host, time and purpose are judged as that handshake asks. For
/// SSL_CTX_set_cert_verify_callback; leaves verdict and verified chain in `handshake`.
bool verify_against_pin(x509_store_ctx_st* handshake, const Digest& authority_key);

}  // namespace feldsher
