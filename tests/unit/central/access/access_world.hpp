#pragma once
#include "central/access/access.hpp"
#include "central/access/revocations.hpp"
#include "tests/unit/central/commands/core_world.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

namespace feldsher::test {

/// A central with a loaded clinic and its authority, and the boxes that come to it.
class AccessWorld : public CoreWorld {
 public:
  AccessWorld()
      : root(CertificateAuthority::create(folder.path() / "root", "Test root", now_s())),
        authority(root.create_tenant(folder.path() / "clinic", tenant, now_s())),
        stranger(root.create_tenant(folder.path() / "other", TenantId{random.uuid_v7(9)}, now_s())) {
    clock.at.wall_ms = SystemClock().now().wall_ms;  // TLS verifies at the machine's own time.
    start();
    load(clinic_text());
    auto told = std::move(node.on_record);
    node.on_record = [this, told](std::uint64_t intake, const Record& record) {
      told(intake, record);
      revocations.apply(record);
    };
  }

  std::int64_t now_s() const { return SystemClock().now().wall_ms / 1000; }
  central::Access access() { return {node.state(), random}; }
  central::AccessBy by() { return {.actor = node.self(), .proof = v1::PROOF_NONE, .now = node.now()}; }
  void write(const std::vector<Draft>& drafts) {
    if (!drafts.empty()) node.write(drafts, [] {});
  }

  /// Another central with what this one has written.
  std::unique_ptr<central::CentralNode> started_again() {
    auto again = std::make_unique<central::CentralNode>(
        tenant, node.id(),
        central::CentralWorld{
            .clock = clock, .random = random, .ledger = ledger, .signer = signer, .check = check});
    again->start(store);
    return again;
  }

  /// A code that central has opened for the point, perhaps with what a person says of its broker.
  enrolment::EnrolmentCode open_code(
      std::uint16_t port = 8445, const std::optional<std::vector<std::string>>& broker_hosts = std::nullopt) {
    Digest key{};
    digest_from(authority.public_key_digest(), key);
    auto code = enrolment::EnrolmentCode::make(random, node.now(), key, "localhost", port);
    write(access()
              .open_code({.point = "embankment",
                          .number = code.number,
                          .verifier = code.verifier(),
                          .broker_hosts = broker_hosts},
                         by())
              .value());
    return code;
  }

  struct Box {
    KeyAndRequest line = make_key_and_request("line"), bus = make_key_and_request("agent"),
                  broker = make_key_and_request("broker");
    SigningKey head = SigningKey::generate();
    v1::EnrolmentRequest request() const {
      v1::EnrolmentRequest request;
      request.set_line_request(line.request);
      request.set_bus_request(bus.request);
      request.set_broker_request(broker.request);
      request.set_head_key(head.public_key().data(), head.public_key().size());
      return request;
    }
  };
  /// What central says, after what is behind it is written.
  v1::EnrolmentAnswer enrol(const v1::SealedEnrolment& sealed) {
    auto outcome = access().enrol(sealed, authority, place, node.now());
    if (outcome.node)
      node.let_in(*outcome.node, outcome.drafts, [] {});
    else
      write(outcome.drafts);
    return outcome.answer;
  }
  v1::RenewalAnswer renew(const PeerIdentity& guest, const KeyAndRequest& key) {
    v1::RenewalRequest request;
    request.set_line_request(key.request);
    auto outcome = access().renew(guest, request, authority, node.now());
    write(outcome.drafts);
    return outcome.answer;
  }

  Folder folder;
  CertificateAuthority root, authority, stranger;
  central::Revocations revocations{node.id()};
  central::AccessPlace place{.central = node.id(),
                             .head_key = Octets(32, 'k'),
                             .sync = "wss://localhost:8443",
                             .access = "https://localhost:8445"};
};

}  // namespace feldsher::test
