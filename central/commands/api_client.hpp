#pragma once
#include <boost/json/value.hpp>
#include <filesystem>
#include <string>

#include "central/commands/central_folder.hpp"
#include "central/commands/config.hpp"

namespace feldsher::central {

/// Central's own API as its commands ask it: blocking, over TLS on this machine, with the operator's token.
class ApiClient {
 public:
  /// Reads the token, the operator's unless `token_file` says another. Throws Fault when there is none that
  /// this user may read.
  ApiClient(const CentralFolder& folder, const Config& config, const std::filesystem::path& token_file = {});

  /// The answer's JSON. Throws Fault: nobody listens, or what the refusal said.
  boost::json::value get(const std::string& target) const { return ask("GET", target, ""); }
  boost::json::value post(const std::string& target, const std::string& body) const {
    return ask("POST", target, body);
  }

 private:
  boost::json::value ask(const std::string& method, const std::string& target, const std::string& body) const;
  std::string exchange(const std::string& request) const;

  std::string host_, port_, token_;
  std::filesystem::path ca_;
};

/// `text` for a query: everything but letters, digits, '-', '.', '_' and '~' escaped (RFC 3986 §2.3).
std::string escape_query(std::string_view text);

}  // namespace feldsher::central
