#include "tests/unit/protocol/transport/tls_world.hpp"

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <ctime>
#include <fstream>
#include <iterator>
#include <utility>

#include "protocol/crypto/certificate.hpp"

namespace feldsher::test {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

CertificateSubject subject(PeerKind kind, const char* name) {
  return {.kind = kind, .name = name, .id = {}, .hosts = {}};
}

}  // namespace

TlsWorld& TlsWorld::get() {
  static TlsWorld world;
  return world;
}

TlsWorld::TlsWorld()
    : now_s(std::time(nullptr)),
      root_(CertificateAuthority::create(folder_.path() / "root", "Test root", now_s)),
      clinic_authority_(root_.create_tenant(folder_.path() / "clinic", clinic, now_s)),
      neighbour_authority_(root_.create_tenant(folder_.path() / "neighbour", neighbour, now_s)),
      stranger_authority_(CertificateAuthority::create(folder_.path() / "stranger-root", "Stranger", now_s)
                              .create_tenant(folder_.path() / "stranger", clinic, now_s)),
      server_(issue(clinic_authority_, subject(PeerKind::server, "central"))),
      node_(issue(clinic_authority_, subject(PeerKind::node, "point-1"))),
      node_of_neighbour_(issue(neighbour_authority_, subject(PeerKind::node, "point-1"))),
      node_of_stranger_(issue(stranger_authority_, subject(PeerKind::node, "point-1"))),
      server_of_stranger_(issue(stranger_authority_, subject(PeerKind::server, "central"))) {}

TlsFiles TlsWorld::issue(const CertificateSubject& wanted) { return issue(clinic_authority_, wanted); }

TlsFiles TlsWorld::issue(const CertificateAuthority& authority, const CertificateSubject& wanted) {
  const auto folder = folder_.path() / ("bundle-" + std::to_string(++issued_));
  authority.issue(wanted, now_s).value().save(folder);
  return {.ca = folder / "ca.pem", .certificate = folder / "certificate.pem", .key = folder / "key.pem"};
}

TlsFiles TlsWorld::forge(const std::string& urn) {
  const auto read = [this](const char* name) {
    std::ifstream file(folder_.path() / "clinic" / name);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  const auto authority = openssl::certificate_from_pem(read("ca.pem"));
  const auto authority_key = openssl::key_from_pem(read("ca.key"));
  const auto key = openssl::make_p256_key();
  const auto leaf = openssl::sign_certificate({.common_name = "point-1",
                                               .organisation = {},
                                               .urn = urn,
                                               .hosts = {},
                                               .extended_key_usage = "clientAuth",
                                               .not_before_s = 0,
                                               .not_after_s = now_s + 1'000'000},
                                              key.get(), authority.get(), authority_key.get());
  const auto folder = folder_.path() / ("bundle-" + std::to_string(++issued_));
  CertificateBundle{.ca = read("ca.pem"),
                    .certificate = openssl::to_pem(leaf.get()) + read("chain.pem"),
                    .key = openssl::to_pem(key.get())}
      .save(folder);
  return {.ca = folder / "ca.pem", .certificate = folder / "certificate.pem", .key = folder / "key.pem"};
}

bool run_until(boost::asio::io_context& loop, const std::function<bool()>& done) {
  const auto limit = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  loop.restart();
  while (!done()) {
    if (std::chrono::steady_clock::now() > limit) return false;
    if (loop.run_one_for(std::chrono::milliseconds(100)) == 0 && loop.stopped()) return done();
  }
  return true;
}

struct RawTls::Call : std::enable_shared_from_this<Call> {
  explicit Call(boost::asio::io_context& loop) : stream(loop, context) {}

  void write() {
    boost::asio::async_write(stream, boost::asio::buffer(saying),
                             [self = shared_from_this()](const error_code&, std::size_t) {
                               if (!std::exchange(self->listens, true)) self->listen();
                             });
  }
  void listen() {
    stream.async_read_some(boost::asio::buffer(part),
                           [self = shared_from_this()](const error_code& error, std::size_t size) {
                             self->heard.append(self->part.data(), size);
                             self->over = static_cast<bool>(error);
                             if (!error) self->listen();
                           });
  }

  boost::asio::ssl::context context{boost::asio::ssl::context::tls_client};
  boost::asio::ssl::stream<tcp::socket> stream;
  std::string saying;
  std::string heard;
  std::array<char, 4096> part{};
  bool shook_hands = false;
  bool listens = false;
  bool over = false;
};

RawTls::RawTls(boost::asio::io_context& loop, std::uint16_t port, const TlsFiles* own)
    : call_(std::make_shared<Call>(loop)) {
  if (own != nullptr) {
    SSL_use_certificate_chain_file(call_->stream.native_handle(), own->certificate.c_str());
    SSL_use_PrivateKey_file(call_->stream.native_handle(), own->key.c_str(), SSL_FILETYPE_PEM);
  }
  call_->stream.next_layer().connect(tcp::endpoint(boost::asio::ip::address_v4::loopback(), port));
}

RawTls::~RawTls() {
  error_code ignored;
  call_->stream.next_layer().close(ignored);
}

void RawTls::say(std::string octets) {
  call_->saying = std::move(octets);
  if (call_->shook_hands) return call_->write();
  call_->stream.async_handshake(boost::asio::ssl::stream_base::client,
                                [call = call_](const error_code& error) {
                                  call->shook_hands = !error;
                                  call->over = static_cast<bool>(error);
                                  if (call->shook_hands) call->write();
                                });
}

const std::string& RawTls::heard() const { return call_->heard; }
bool RawTls::is_over() const { return call_->over; }

}  // namespace feldsher::test
