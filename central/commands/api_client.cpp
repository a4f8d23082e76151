#include "central/commands/api_client.hpp"

#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>

#include "central/commands/json_input.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

/// Where a server that listens on "every address" is found on this machine.
std::string local_host(const std::string& bound) {
  return bound == "0.0.0.0" || bound == "::" || bound == "127.0.0.1" ? "localhost" : bound;
}

std::string refusal_of(const std::string& body, int status) {
  try {
    const boost::json::value problem = parse_json(body);
    std::string text(problem.at("title").as_string());
    if (const auto* detail = problem.as_object().if_contains("detail"); detail && detail->is_string())
      text += ": " + std::string(detail->get_string());
    return text;
  } catch (const std::exception&) {
    return fmt::format("central answered {}", status);
  }
}

}  // namespace

std::string escape_query(std::string_view text) {
  std::string out;
  for (char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    out += plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

ApiClient::ApiClient(const CentralFolder& folder, const Config& config,
                     const std::filesystem::path& token_file)
    : host_(local_host(config.api_host)),
      port_(std::to_string(config.api_port)),
      token_(read_secret_file(token_file.empty() ? folder.operator_token() : token_file)),
      ca_(folder.ca()) {
  while (!token_.empty() && token_.back() == '\n') token_.pop_back();
}

std::string ApiClient::exchange(const std::string& request) const {
  asio::io_context loop;
  asio::ssl::context context(asio::ssl::context::tls_client);
  context.load_verify_file(ca_.string());
  asio::ssl::stream<tcp::socket> stream(loop, context);
  stream.set_verify_mode(asio::ssl::verify_peer);
  stream.set_verify_callback(asio::ssl::host_name_verification(host_));
  try {
    asio::connect(stream.next_layer(), tcp::resolver(loop).resolve(host_, port_));
  } catch (const boost::system::system_error&) {
    throw Fault(
        fmt::format("central does not answer at {}:{}: is `feldsher-central serve` running?", host_, port_));
  }
  std::string answer;
  try {
    stream.handshake(asio::ssl::stream_base::client);
    asio::write(stream, asio::buffer(request));
    boost::system::error_code error;
    asio::read(stream, asio::dynamic_buffer(answer), error);
    if (error != asio::error::eof && error != asio::ssl::error::stream_truncated)
      throw boost::system::system_error(error);
  } catch (const boost::system::system_error& error) {
    throw Fault(
        fmt::format("the connection to central at {}:{} failed: {}", host_, port_, error.code().message()));
  }
  return answer;
}

boost::json::value ApiClient::ask(const std::string& method, const std::string& target,
                                  const std::string& body) const {
  const std::string answer = exchange(fmt::format(
      "{} {} HTTP/1.1\r\nHost: {}:{}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
      method, target, host_, port_, token_, body.size(), body));
  const std::size_t split = answer.find("\r\n\r\n");
  if (split == std::string::npos || answer.size() < 12 || !answer.starts_with("HTTP/1.1 "))
    throw Fault(fmt::format("what answers at {}:{} is not central", host_, port_));
  const int status = std::atoi(answer.substr(9, 3).c_str());
  const std::string content = answer.substr(split + 4);
  if (status < 200 || status > 299) throw Fault(refusal_of(content, status));
  try {
    return parse_json(content);
  } catch (const BadInput& bad) {
    throw Fault(std::string("central's answer is cut or changed: ") + bad.what());
  }
}

}  // namespace feldsher::central
