#include "central/access/access_door.hpp"

#include <boost/asio/io_context.hpp>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <future>
#include <iterator>
#include <sstream>

#include "edge-agent/enrol/enrol.hpp"
#include "edge-agent/enrol/renewal.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/result.hpp"
#include "protocol/transport/https_call.hpp"
#include "protocol/transport/https_server.hpp"
#include "tests/unit/central/access/access_world.hpp"

using namespace feldsher;
using namespace feldsher::central;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

/// The access door on a real port, and boxes that come to it.
class Door : public test::AccessWorld {
 public:
  explicit Door(const CertificateAuthority* server_authority = nullptr) {
    const CertificateSubject server{.kind = PeerKind::server, .name = "central", .id = {}, .hosts = {}};
    (server_authority ? *server_authority : authority)
        .issue(server, now_s())
        .value()
        .save(folder.path() / "server");
    write_public_file(folder.path() / "ca.pem", authority.ca_pem());
    server_ = std::make_unique<HttpsServer>(
        loop_,
        HttpsServer::Options{.tls = {.ca = folder.path() / "ca.pem",
                                     .certificate = folder.path() / "server/certificate.pem",
                                     .key = folder.path() / "server/key.pem"},
                             .takes_certificates = true},
        [this](const HttpRequest& request, HttpsServer::Respond respond) {
          door_.serve(request, std::move(respond));
        });
  }
  std::uint16_t port() const { return server_->port(); }

  /// Runs `work`, which blocks, beside the door; what it throws comes out here.
  template <class Work>
  auto beside(Work work) {
    auto done = std::async(std::launch::async, std::move(work));
    loop_.restart();
    while (done.wait_for(std::chrono::seconds(0)) != std::future_status::ready)
      loop_.run_one_for(std::chrono::milliseconds(20));
    return done.get();
  }

  std::filesystem::path point() const { return folder.path() / "point"; }
  std::string enrol_box(const std::string& code) {
    return beside([&, code] {
      std::ostringstream said;
      edge::enrol({.code = code, .folder = point(), .broker = {}, .software = "test"}, said);
      return said.str();
    });
  }
  HttpsReply post(const std::string& target, std::optional<TlsFiles> tls, const std::string& body = {}) {
    return beside([this, target, tls, body] {
      HttpsCall wanted{.host = "localhost", .port = port(), .target = target, .body = body};
      wanted.tls = tls;
      Digest key{};
      digest_from(authority.public_key_digest(), key);
      if (!tls) wanted.authority_key = key;
      return call(wanted);
    });
  }
  TlsFiles files(const std::filesystem::path& in) const {
    return {.ca = in / "ca.pem", .certificate = in / "certificate.pem", .key = in / "key.pem"};
  }
  TlsFiles issue(const CertificateAuthority& by, const CertificateSubject& subject) {
    const auto in = folder.path() / ("issued-" + std::to_string(++issued_));
    auto bundle = by.issue(subject, now_s()).value();
    bundle.ca = authority.ca_pem();
    bundle.save(in);
    return files(in);
  }

 private:
  boost::asio::io_context loop_{1};
  AccessDoor door_{
      {.state = node.state(),
       .random = random,
       .authority = authority,
       .place = place,
       .now = [this] { return node.now(); },
       .write = [this](const std::vector<Draft>& drafts,
                       std::function<void()> then) { node.write(drafts, std::move(then)); },
       .let_in = [this](NodeId who, const std::vector<Draft>& drafts,
                        std::function<void()> then) { node.let_in(who, drafts, std::move(then)); }}};
  std::unique_ptr<HttpsServer> server_;
  int issued_ = 0;
};

}  // namespace

TEST_CASE("a bare folder becomes a point's, once", "[central][access][enrolment][X6]") {
  Door door;
  const std::string code = door.open_code(door.port()).to_text();
  CHECK_THAT(door.enrol_box(code), ContainsSubstring("embankment"));
  for (const char* file :
       {"node.json", "key.pem", "head.key", "journal.key", "bus/key.pem", "broker/key.pem", "edge.toml"}) {
    INFO(file);
    const auto mode = std::filesystem::status(door.point() / file).permissions();
    CHECK((mode & std::filesystem::perms::others_all) == std::filesystem::perms::none);
  }
  std::filesystem::remove_all(door.point());
  CHECK_THROWS_MATCHES(door.enrol_box(code), Fault, MessageMatches(ContainsSubstring("the code was used")));
  CHECK_FALSE(std::filesystem::exists(door.point()));
}

TEST_CASE("a box accepts no other authority than the code's", "[central][access][enrolment][X6]") {
  // A neighbour under the same root, in the place of central.
  test::Folder place;
  const auto root = CertificateAuthority::create(place.path() / "root", "Root", 1'700'000'000);
  const auto neighbour =
      root.create_tenant(place.path() / "t", TenantId{*Uuid::from_text(test::point_id)}, 1'700'000'000);
  Door door(&neighbour);
  const auto code = door.open_code(door.port());
  CHECK_THROWS_MATCHES(door.enrol_box(code.to_text()), Fault,
                       MessageMatches(ContainsSubstring("trusting central")));
  // Nothing was told to the stranger: the code is as it was.
  CHECK(door.node.state().enrolments.rows().begin()->second.state.status() == v1::CODE_OPEN);
  CHECK_FALSE(std::filesystem::exists(door.point()));
}

TEST_CASE("without a certificate the door answers an enrolment and nothing else", "[central][access][X6]") {
  Door door;
  for (const char* target : {"/", "/renew", "/sync", "/healthz", "/api/v1/points", "/enrol/x"}) {
    INFO(target);
    const HttpsReply reply = door.post(target, std::nullopt);
    CHECK(reply.status == 404);
    CHECK(reply.body.empty());
  }
  CHECK(door.post("/enrol", std::nullopt, "rubbish \xff").status == 200);
}

TEST_CASE("an expired certificate renews and does nothing else", "[central][access][renewal][X6]") {
  Door door;
  door.enrol_box(door.open_code(door.port()).to_text());
  const TlsFiles ended = door.issue(door.authority, {.kind = PeerKind::node,
                                                     .name = "embankment",
                                                     .id = Uuid::from_text(test::point_node_id),
                                                     .hosts = {},
                                                     .not_after_s = door.now_s() - 86'400});
  CHECK(door.post("/enrol", ended).status == 404);
  CHECK(door.post("/api/v1/points", ended).status == 404);
  const Octets before = read_secret_file(ended.key);
  std::filesystem::permissions(ended.certificate,
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  door.beside([&] {
    edge::renew({.present = ended, .host = "localhost", .port = door.port(), .verify_time_s = door.now_s()});
  });
  CHECK(read_secret_file(ended.key) != before);
  CHECK(read_own_certificate(read_secret_file(ended.certificate))->not_after_s > door.now_s());
}

TEST_CASE(
    "a box that does not know the time renews at a central whose certificate begins later than it believes",
    "[central][access][renewal][X6]") {
  Door door;
  door.enrol_box(door.open_code(door.port()).to_text());
  const TlsFiles line = door.files(door.point());
  edge::RenewalWish wish{.present = line, .host = "localhost", .port = door.port(), .verify_time_s = 100};
  const auto renew = [&] { door.beside([&] { edge::renew(wish); }); };
  CHECK_THROWS_MATCHES(renew(), Fault, MessageMatches(ContainsSubstring("not yet valid")));
  wish.clock_unknown = true;
  const Octets before = read_secret_file(line.key);
  renew();
  CHECK(read_secret_file(line.key) != before);
}

TEST_CASE("a certificate of another tenant does not get past the handshake",
          "[central][access][tenant][X6][N4]") {
  Door door;
  const CertificateSubject node{
      .kind = PeerKind::node, .name = "embankment", .id = Uuid::from_text(test::point_node_id), .hosts = {}};
  CHECK_THROWS_AS(door.post("/renew", door.issue(door.stranger, node)), Fault);
  v1::RenewalRequest request;
  request.set_line_request(make_key_and_request("line").request);
  const HttpsReply own = door.post("/renew", door.issue(door.authority, node), request.SerializeAsString());
  CHECK(own.status == 200);
}
