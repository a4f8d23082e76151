#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "protocol/crypto/peer_identity.hpp"

namespace feldsher {

/// The target of a request, decoded.
struct HttpTarget {
  std::string path;  ///< "/api/v1/points", percent-decoded, valid UTF-8.
  std::vector<std::pair<std::string, std::string>> query;  ///< In order, percent-decoded, '+' is a space.
};

/// Reads an origin-form target (RFC 9112 §3.2.1). Nothing for what a route must never see: a broken escape,
/// invalid UTF-8, a control character, an escaped '/' or '\', a '.' or '..' segment, another form.
std::optional<HttpTarget> parse_target(std::string_view target);

struct HttpRequest {
  std::string method;  ///< "GET"
  std::string path;    ///< Decoded; see HttpTarget.
  std::vector<std::pair<std::string, std::string>> query;
  std::map<std::string, std::string> headers;  ///< Names in lower case; repeats are joined by ", ".
  std::string body;
  /// Who asks, where the server takes client certificates: verified, but perhaps ended (see its not_after_s).
  std::optional<PeerIdentity> peer = {};

  /// The first parameter of that name.
  std::optional<std::string> parameter(std::string_view name) const;
  /// A header by its name in lower case; empty when there is none.
  std::string_view header(std::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  std::map<std::string, std::string> headers = {};
};

/// An error as RFC 9457 `application/problem+json`. `detail` must hold nothing of a patient.
HttpResponse problem(int status, std::string_view title, std::string_view detail = "");

}  // namespace feldsher
