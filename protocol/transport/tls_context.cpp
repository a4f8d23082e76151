#include "protocol/transport/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <ctime>

#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::transport {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

void check(const error_code& error, const char* what, const std::filesystem::path& path) {
  if (!error) return;
  ERR_clear_error();
  throw Fault(fmt::format("{} {}: {}", what, path.string(), error.message()));
}

void load_own(ssl::context& context, const TlsFiles& files) {
  error_code error;
  context.use_certificate_chain_file(files.certificate.string(), error);
  check(error, "cannot use the certificate", files.certificate);
  const Octets key = read_secret_file(files.key);
  context.use_private_key(boost::asio::buffer(key), ssl::context::pem, error);
  check(error, "cannot use the key", files.key);
  if (SSL_CTX_check_private_key(context.native_handle()) != 1) {
    ERR_clear_error();
    throw Fault(fmt::format("{} is not the key of {}", files.key.string(), files.certificate.string()));
  }
}

/// The end of a guest's own certificate is judged by who answers the guest; everything else is judged here.
bool forgives_an_end(bool good, ssl::verify_context& context) {
  X509_STORE_CTX* verification = context.native_handle();
  if (good) return true;
  if (X509_STORE_CTX_get_error(verification) != X509_V_ERR_CERT_HAS_EXPIRED ||
      X509_STORE_CTX_get_error_depth(verification) != 0)
    return false;
  X509_STORE_CTX_set_error(verification, X509_V_OK);
  return true;
}

/// As OpenSSL calls it: for each fault that it finds, one after another, and once for what is good.
int forgives_a_beginning(int good, X509_STORE_CTX* verification) {
  if (good == 1 || X509_STORE_CTX_get_error(verification) != X509_V_ERR_CERT_NOT_YET_VALID) return good;
  X509_STORE_CTX_set_error(verification, X509_V_OK);
  return 1;
}

}  // namespace

TlsContext make_tls_context(const TlsFiles& files, TlsRole role) {
  auto context = std::make_shared<ssl::context>(role == TlsRole::client ? ssl::context::tls_client
                                                                        : ssl::context::tls_server);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_3_VERSION);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_options(native, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
  SSL_CTX_set_num_tickets(native, 0);
  // A peer that sends garbage is an error of its connection, never a prompt at the terminal.
  context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); });
  load_own(*context, files);

  if (role == TlsRole::server_of_anybody) {
    context->set_verify_mode(ssl::verify_none);
    return context;
  }
  error_code error;
  context->load_verify_file(files.ca.string(), error);
  check(error, "cannot use the authority", files.ca);
  if (role == TlsRole::server_of_guests) {
    context->set_verify_mode(ssl::verify_peer);
    context->set_verify_callback(forgives_an_end);
    return context;
  }
  context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  return context;
}

void set_verify_time(SSL* handshake, const VerifyTime& verify_time_s) {
  if (verify_time_s)
    X509_VERIFY_PARAM_set_time(SSL_get0_param(handshake), static_cast<std::time_t>(verify_time_s()));
}

void forgive_beginnings(SSL* handshake) {
  SSL_set_verify(handshake, SSL_get_verify_mode(handshake), forgives_a_beginning);
}

void expect_host(SSL* handshake, const std::string& host) {
  X509_VERIFY_PARAM* parameters = SSL_get0_param(handshake);
  if (X509_VERIFY_PARAM_set1_ip_asc(parameters, host.c_str()) == 1) return;
  ERR_clear_error();
  X509_VERIFY_PARAM_set_hostflags(parameters,
                                  X509_CHECK_FLAG_NO_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT);
  ensure(X509_VERIFY_PARAM_set1_host(parameters, host.data(), host.size()) == 1,
         "the expected host is a host");
  SSL_set_tlsext_host_name(handshake, host.c_str());
}

std::string reason_of(const error_code& error, SSL* handshake) {
  std::string reason = error.message();
  const long verdict = SSL_get_verify_result(handshake);
  if (verdict != X509_V_OK) reason = fmt::format("{}: {}", reason, X509_verify_cert_error_string(verdict));
  ERR_clear_error();
  return reason;
}

}  // namespace feldsher::transport
