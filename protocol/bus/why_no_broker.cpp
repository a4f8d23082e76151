#include "protocol/bus/why_no_broker.hpp"

#include <netdb.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string_view>
#include <system_error>

namespace feldsher::bus {
namespace {

constexpr timeval patience{2, 0};

struct Place {
  std::string host, port;
};

/// Of "ssl://[::1]:8883".
std::optional<Place> place_of(std::string_view uri) {
  if (const auto scheme = uri.find("://"); scheme != uri.npos) uri.remove_prefix(scheme + 3);
  const auto colon = uri.rfind(':');
  if (colon == uri.npos) return std::nullopt;
  std::string_view host = uri.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return Place{std::string(host), std::string(uri.substr(colon + 1))};
}

/// A TCP connection with limits to its patience. `why`: why it is none.
class Tcp {
 public:
  explicit Tcp(const Place& place) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int error = getaddrinfo(place.host.c_str(), place.port.c_str(), &wanted, &found)) {
      why_ = place.host + ": " + gai_strerror(error);
      return;
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> all(found, freeaddrinfo);
    for (const addrinfo* one = found; one != nullptr && !try_at(*one); one = one->ai_next) {
    }
    if (fd_ < 0) why_ = "nobody is reached at " + place.host + ":" + place.port + ": " + why_;
  }
  ~Tcp() { leave(); }
  Tcp(const Tcp&) = delete;
  Tcp& operator=(const Tcp&) = delete;

  int file() const { return fd_; }
  const std::string& why() const { return why_; }

 private:
  bool try_at(const addrinfo& one) {
    fd_ = socket(one.ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
    // On Linux the time to send is the time to connect, too.
    for (const int which : {SO_RCVTIMEO, SO_SNDTIMEO})
      setsockopt(fd_, SOL_SOCKET, which, &patience, sizeof(patience));
    if (connect(fd_, one.ai_addr, one.ai_addrlen) == 0) return true;
    why_ = std::generic_category().message(errno);
    leave();
    return false;
  }
  void leave() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }

  int fd_ = -1;
  std::string why_;
};

/// The first reason that OpenSSL has on this thread; empty when it has none.
std::string openssl_reason() {
  const unsigned long error = ERR_peek_error();
  const char* reason = error == 0 ? nullptr : ERR_reason_error_string(error);
  ERR_clear_error();
  return reason == nullptr ? "" : reason;
}

/// Of what OpenSSL has just refused to do.
std::string why_no_tls(const SSL& tls) {
  const std::string reason = openssl_reason();
  if (const long verdict = SSL_get_verify_result(&tls); verdict != X509_V_OK)
    return std::string("the broker's certificate is not good here: ") +
           X509_verify_cert_error_string(verdict);
  if (reason.find("alert") != std::string::npos) return "the broker refuses our certificate: " + reason;
  return reason.empty() ? "" : "no TLS with the broker: " + reason;
}

/// Whom the certificate has to name.
bool expect(SSL& tls, const std::string& host) {
  X509_VERIFY_PARAM* wanted = SSL_get0_param(&tls);
  return X509_VERIFY_PARAM_set1_ip_asc(wanted, host.c_str()) == 1 ||
         X509_VERIFY_PARAM_set1_host(wanted, host.c_str(), 0) == 1;
}

}  // namespace

std::string why_no_broker(const MqttSession::Options& options) {
  const auto place = place_of(options.uri);
  if (!place) return "no address of a broker: " + options.uri;
  const Tcp tcp(*place);
  if (tcp.file() < 0 || options.ca_file.empty()) return tcp.why();
  ERR_clear_error();
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()),
                                                                  SSL_CTX_free);
  if (!context || SSL_CTX_load_verify_file(context.get(), options.ca_file.c_str()) != 1 ||
      SSL_CTX_use_certificate_chain_file(context.get(), options.certificate_file.c_str()) != 1 ||
      SSL_CTX_use_PrivateKey_file(context.get(), options.key_file.c_str(), SSL_FILETYPE_PEM) != 1)
    return "our own certificate, its key or its authority cannot be read: " + openssl_reason();
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  const std::unique_ptr<SSL, decltype(&SSL_free)> tls(SSL_new(context.get()), SSL_free);
  if (!tls || !expect(*tls, place->host) || SSL_set_fd(tls.get(), tcp.file()) != 1) return "";
  ERR_clear_error();
  if (SSL_connect(tls.get()) != 1) return why_no_tls(*tls);
  // With TLS 1.3 a client hears that its certificate is not believed only when it reads.
  char octet = 0;
  return SSL_read(tls.get(), &octet, 1) == 1 ? "" : why_no_tls(*tls);
}

}  // namespace feldsher::bus
