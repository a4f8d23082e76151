#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "protocol/record/digest.hpp"
#include "protocol/transport/http_message.hpp"
#include "protocol/transport/tls_files.hpp"

namespace feldsher {

/// One request to an HTTPS server of the network, over TLS 1.3.
struct HttpsCall {
  std::string host;  ///< A DNS name or an address; the server's certificate must hold it.
  std::uint16_t port = 0;
  std::string target;  ///< "/enrol"; sent by POST.
  std::string body;
  std::string content_type = "application/x-protobuf";
  std::chrono::milliseconds patience{20'000};  ///< From the first look-up to the last octet.

  /// Either the authority that alone is trusted, by its public key, for a client that has no certificate …
  std::optional<Digest> authority_key = {};
  /// … or the client's own certificate and the authority that both trust.
  std::optional<TlsFiles> tls = {};
  VerifyTime verify_time_s = {};
  ClockUnknown clock_unknown = {};  ///< Asked once; not for a call that trusts `authority_key`.
};

/// Whom a call has reached, and what it answered.
struct HttpsReply {
  PeerIdentity server;  ///< Of kind `server`.
  int status = 0;
  std::string body;
};

/// Makes the call and waits for its answer, at most 1 MiB. Throws Fault with a reason for people: nobody
/// there, another authority, cut off. Blocks: never on a loop thread.
HttpsReply call(const HttpsCall& wanted);

}  // namespace feldsher
