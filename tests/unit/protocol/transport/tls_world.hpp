#pragma once
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "protocol/crypto/certificate_authority.hpp"
#include "protocol/transport/tls_files.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

namespace feldsher::test {

/// Certificates of a clinic, of its neighbour under the same root, and of a stranger, made once a program.
class TlsWorld {
 public:
  static TlsWorld& get();

  TenantId clinic{*Uuid::from_text("0190c0de-0000-7000-8000-00000000000a")};
  TenantId neighbour{*Uuid::from_text("0190c0de-0000-7000-8000-00000000000b")};
  std::int64_t now_s;

  const TlsFiles& server() const { return server_; }
  const TlsFiles& node() const { return node_; }
  const TlsFiles& node_of_neighbour() const { return node_of_neighbour_; }
  const TlsFiles& node_of_stranger() const { return node_of_stranger_; }
  const TlsFiles& server_of_stranger() const { return server_of_stranger_; }
  std::filesystem::path root_ca() const { return folder_.path() / "root" / "ca.pem"; }
  std::filesystem::path clinic_ca() const { return folder_.path() / "clinic" / "ca.pem"; }

  /// A certificate of the clinic with a validity of its own.
  TlsFiles issue(const CertificateSubject& subject);
  /// What a thief of the clinic's authority key could make: a client's certificate that says `urn`.
  TlsFiles forge(const std::string& urn);

 private:
  TlsWorld();
  TlsFiles issue(const CertificateAuthority& authority, const CertificateSubject& subject);

  Folder folder_;
  CertificateAuthority root_;
  CertificateAuthority clinic_authority_;
  CertificateAuthority neighbour_authority_;
  CertificateAuthority stranger_authority_;
  int issued_ = 0;
  TlsFiles server_, node_, node_of_neighbour_, node_of_stranger_, server_of_stranger_;
};

/// Runs the loop until `done`, at most 20 seconds; false when that was not enough.
bool run_until(boost::asio::io_context& loop, const std::function<bool()>& done);

/// A TLS client that knows nothing of WebSocket or HTTP: says any octets, hears any.
class RawTls {
 public:
  /// `own` null: shows no certificate. Trusts anybody.
  RawTls(boost::asio::io_context& loop, std::uint16_t port, const TlsFiles* own);
  /// Hangs up.
  ~RawTls();
  RawTls(const RawTls&) = delete;
  RawTls& operator=(const RawTls&) = delete;

  /// After the handshake, sends `octets` and listens.
  void say(std::string octets);
  const std::string& heard() const;
  /// The peer hung up, or never took up.
  bool is_over() const;

 private:
  struct Call;  // outlives this object as long as the loop holds its handlers
  std::shared_ptr<Call> call_;
};

}  // namespace feldsher::test
