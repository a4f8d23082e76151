#include "central/access/access.hpp"

#include <catch2/catch_test_macros.hpp>

#include "protocol/crypto/own_certificate.hpp"
#include "tests/unit/central/access/access_world.hpp"

using namespace feldsher;
using namespace feldsher::central;
using test::AccessWorld;

namespace {

/// A disk that takes what comes, and a process that is killed before it hears so.
class LastBreath final : public Ledger {
 public:
  explicit LastBreath(JournalStore& store) : store_(store) {}
  void submit(Transaction transaction, std::function<void()>) override {
    if (!transaction.empty()) store_.commit({&transaction, 1});
  }
  void read(const JournalId&, std::uint64_t, const ReadLimits&,
            std::function<void(std::vector<Record>)>) override {}
  void read_intake(std::uint64_t, const ReadLimits&, std::function<void(std::vector<Record>)>) override {}

 private:
  JournalStore& store_;
};

/// Two people end the box of the point.
void put_out(AccessWorld& world) {
  v1::Actor one, two;
  one.set_kind(v1::ACTOR_STAFF);
  one.set_id(world.random.uuid_v7(3).to_octets());
  two = one;
  two.set_id(world.random.uuid_v7(4).to_octets());
  const auto point = world.node.state().point_of(NodeId{test::uuid(test::point_node_id)});
  const auto& decommissions = world.node.decommissions();
  const auto proposed = decommissions.propose(*point, "dead disk", one, v1::PROOF_TOKEN, world.node.now());
  REQUIRE(proposed.has_value());
  world.write({*proposed});
  const auto ordered = decommissions.order(proposed->subject.id, two, v1::PROOF_TOKEN);
  REQUIRE(ordered.has_value());
  world.write(*ordered);
}

}  // namespace

TEST_CASE("a box with a good code gets what a point needs", "[central][access][enrolment][X6]") {
  AccessWorld world;
  const AccessWorld::Box box;
  const auto answer = world.enrol(enrolment::seal(world.open_code(), box.request()));
  REQUIRE(answer.refusal() == v1::ENROLMENT_GRANTED);
  CHECK(belong_together(answer.line_certificate(), box.line.key));
  CHECK(belong_together(answer.bus_certificate(), box.bus.key));
  CHECK(belong_together(answer.broker_certificate(), box.broker.key));
  const auto line = read_own_certificate(answer.line_certificate());
  REQUIRE(line);
  CHECK(line->identity == PeerIdentity{world.tenant, PeerKind::node, test::point_node_id});
  CHECK(line->not_after_s - world.now_s() <= line_life_s);
  // With a dead clock battery the agent still reaches its own broker, years later.
  const auto bus = read_own_certificate(answer.bus_certificate());
  CHECK(bus->identity == PeerIdentity{world.tenant, PeerKind::terminal, "agent"});
  CHECK(bus->not_before_s == 0);
  CHECK(bus->not_after_s - world.now_s() > 9 * line_life_s);
  CHECK(answer.short_name() == "embankment");
  CHECK(answer.zone() == "Europe/Kyiv");
  CHECK(answer.sync() == "wss://localhost:8443");
  CHECK(world.node.state().credentials.rows().size() == 3);
}

TEST_CASE("a used, expired, unknown, withdrawn or misspelt code lets nobody in",
          "[central][access][enrolment][X6]") {
  AccessWorld world;
  const AccessWorld::Box box, thief;
  const auto code = world.open_code();
  const auto sealed = enrolment::seal(code, box.request());

  auto guessed = code;
  guessed.secret[0] = static_cast<char>(guessed.secret[0] ^ 1);
  CHECK(world.enrol(enrolment::seal(guessed, thief.request())).refusal() == v1::ENROLMENT_WRONG_SECRET);
  auto elsewhere = code;
  elsewhere.number = Octets(5, '\0');
  CHECK(world.enrol(enrolment::seal(elsewhere, box.request())).refusal() == v1::ENROLMENT_UNKNOWN_CODE);
  CHECK(world.enrol(v1::SealedEnrolment()).refusal() == v1::ENROLMENT_MALFORMED);

  CHECK(world.enrol(sealed).refusal() == v1::ENROLMENT_GRANTED);
  CHECK(world.enrol(sealed).refusal() == v1::ENROLMENT_USED_CODE);
  CHECK(world.enrol(enrolment::seal(code, thief.request())).refusal() == v1::ENROLMENT_USED_CODE);

  const auto withdrawn = world.open_code();
  const auto newest = world.open_code();
  CHECK(world.enrol(enrolment::seal(withdrawn, box.request())).refusal() == v1::ENROLMENT_DEAD_CODE);
  world.clock.at.wall_ms += enrolment::code_life_ms;
  CHECK(world.enrol(enrolment::seal(newest, box.request())).refusal() == v1::ENROLMENT_EXPIRED_CODE);
}

TEST_CASE("a key that can't be certified leaves the code as it was", "[central][access][enrolment][X6]") {
  AccessWorld world;
  const AccessWorld::Box box;
  const auto code = world.open_code();
  auto broken = box.request();
  broken.set_bus_request("no request");
  CHECK(world.enrol(enrolment::seal(code, broken)).refusal() == v1::ENROLMENT_BAD_KEY);
  broken = box.request();
  broken.set_head_key("short");
  CHECK(world.enrol(enrolment::seal(code, broken)).refusal() == v1::ENROLMENT_BAD_KEY);
  CHECK(world.enrol(enrolment::seal(code, box.request())).refusal() == v1::ENROLMENT_GRANTED);
}

TEST_CASE("a code survives a restart of central, its tries too", "[central][access][enrolment][X6]") {
  AccessWorld world;
  const AccessWorld::Box box;
  const auto code = world.open_code();
  auto wrong = enrolment::seal(code, box.request());
  wrong.set_mac(Octets(32, 'x'));
  for (int i = 0; i < 4; ++i) world.enrol(wrong);
  const auto again = world.started_again();
  const Access access(again->state(), world.random);
  CHECK(access.enrol(wrong, world.authority, world.place, world.node.now()).answer.refusal() ==
        v1::ENROLMENT_DEAD_CODE);
}

TEST_CASE("the journal holds no secret of a code", "[central][access][enrolment][X6]") {
  AccessWorld world;
  const auto code = world.open_code();
  world.store.replay(0, [&](std::uint64_t, Record&& record) {
    if (record.stored.body) CHECK(record.stored.body->find(code.secret) == Octets::npos);
  });
}

TEST_CASE("a second box puts the first one out", "[central][access][enrolment][X6]") {
  AccessWorld world;
  const AccessWorld::Box first, second;
  const auto before = world.enrol(enrolment::seal(world.open_code(), first.request()));
  const auto old = read_own_certificate(before.line_certificate())->identity;
  std::vector<Octets> cut;
  world.revocations.on_revoked = [&](const Octets& serial) { cut.push_back(serial); };
  const auto after = world.enrol(enrolment::seal(world.open_code(), second.request()));
  CHECK(cut.size() == 3);
  CHECK(world.revocations.holds(old.serial));
  CHECK_FALSE(world.revocations.holds(read_own_certificate(after.line_certificate())->identity.serial));
  CHECK(world.renew(old, make_key_and_request("line")).refusal() == v1::ENROLMENT_REVOKED);
}

TEST_CASE("a node renews, also with a certificate that ended a year ago", "[central][access][renewal][X6]") {
  AccessWorld world;
  const AccessWorld::Box box;
  const auto enrolled = world.enrol(enrolment::seal(world.open_code(), box.request()));
  const auto present = read_own_certificate(enrolled.line_certificate())->identity;
  world.clock.at.wall_ms += 2 * line_life_s * 1000;
  const KeyAndRequest next = make_key_and_request("line");
  const auto answer = world.renew(present, next);
  REQUIRE(answer.refusal() == v1::ENROLMENT_GRANTED);
  CHECK(belong_together(answer.line_certificate(), next.key));
  const auto renewed = read_own_certificate(answer.line_certificate());
  CHECK(renewed->identity == present);
  CHECK(renewed->not_after_s == world.node.now().wall_ms / 1000 + line_life_s);

  // The answer was lost: the old one may ask again, and what was lost is worth nothing.
  const auto second = world.renew(present, make_key_and_request("line"));
  REQUIRE(second.refusal() == v1::ENROLMENT_GRANTED);
  CHECK(world.revocations.holds(renewed->identity.serial));
  // Once the new one has been used for that, the old one is over.
  const auto third = read_own_certificate(second.line_certificate())->identity;
  REQUIRE(world.renew(third, make_key_and_request("line")).refusal() == v1::ENROLMENT_GRANTED);
  CHECK(world.renew(present, make_key_and_request("line")).refusal() == v1::ENROLMENT_REVOKED);
}

TEST_CASE("nobody but a node of the tenant renews", "[central][access][renewal][X6]") {
  AccessWorld world;
  const KeyAndRequest key = make_key_and_request("line");
  const TenantId other = *world.stranger.tenant();
  CHECK(world.renew({other, PeerKind::node, test::point_node_id}, key).refusal() == v1::ENROLMENT_NO_NODE);
  CHECK(world.renew({world.tenant, PeerKind::terminal, "checkin-1"}, key).refusal() == v1::ENROLMENT_NO_NODE);
  CHECK(world.renew({world.tenant, PeerKind::node, world.random.uuid_v7(5).to_text()}, key).refusal() ==
        v1::ENROLMENT_NO_NODE);
  CHECK(world.renew({world.tenant, PeerKind::node, test::point_node_id}, {.key = {}, .request = "none"})
            .refusal() == v1::ENROLMENT_BAD_KEY);
}

TEST_CASE("that a new box may come is on the disk with its enrolment", "[central][access][enrolment][X6]") {
  AccessWorld world;
  const AccessWorld::Box box;
  const auto sealed = enrolment::seal(world.open_code(), box.request());
  LastBreath killed(world.store);
  CentralNode again(world.tenant, world.node.id(),
                    {.clock = world.clock,
                     .random = world.random,
                     .ledger = killed,
                     .signer = world.signer,
                     .check = world.check});
  again.start(world.store);
  const auto outcome =
      Access(again.state(), world.random).enrol(sealed, world.authority, world.place, again.now());
  REQUIRE(outcome.node);
  const auto tickets = sync::CentralLink::tickets_value(*outcome.node);
  REQUIRE_FALSE(world.store.value(tickets));
  again.let_in(*outcome.node, outcome.drafts, [] {});
  CHECK(world.store.value(tickets) == sync::CentralLink::pardoned(*outcome.node).values.at(tickets));
}

TEST_CASE("a box that two people put out does not renew, also with a certificate that central does not know",
          "[central][access][renewal][X6]") {
  AccessWorld world;
  const AccessWorld::Box first, second;
  const auto enrolled = world.enrol(enrolment::seal(world.open_code(), first.request()));
  const auto known = read_own_certificate(enrolled.line_certificate())->identity;
  PeerIdentity unknown = known;
  unknown.serial = "of before central was restored";
  put_out(world);
  for (const PeerIdentity& guest : {known, unknown})
    CHECK(world.renew(guest, make_key_and_request("line")).refusal() == v1::ENROLMENT_REVOKED);
  CHECK(world.node.state().waits_for_box(NodeId{*known.uuid()}));
  const auto next = world.enrol(enrolment::seal(world.open_code(), second.request()));
  REQUIRE(next.refusal() == v1::ENROLMENT_GRANTED);
  CHECK_FALSE(world.node.state().waits_for_box(NodeId{*known.uuid()}));
  CHECK(world.renew(read_own_certificate(next.line_certificate())->identity, make_key_and_request("line"))
            .refusal() == v1::ENROLMENT_GRANTED);
}

TEST_CASE("once a node comes with its newest certificate, those before it are over",
          "[central][access][renewal][X6]") {
  AccessWorld world;
  const AccessWorld::Box box;
  const auto enrolled = world.enrol(enrolment::seal(world.open_code(), box.request()));
  const auto former = read_own_certificate(enrolled.line_certificate())->identity;
  const auto answer = world.renew(former, make_key_and_request("line"));
  const auto newest = read_own_certificate(answer.line_certificate())->identity;
  const auto come = [&](const PeerIdentity& peer) {
    const auto ends = end_former_lines(world.node.state(), peer, world.by());
    world.write(ends);
    return ends.size();
  };
  // The answer may have been lost.
  CHECK(come(former) == 0);
  CHECK_FALSE(world.revocations.holds(former.serial));
  CHECK(come(newest) == 1);
  CHECK(world.revocations.holds(former.serial));
  CHECK_FALSE(world.revocations.holds(newest.serial));
  CHECK(come(newest) == 0);
  CHECK(world.renew(former, make_key_and_request("line")).refusal() == v1::ENROLMENT_REVOKED);
}

TEST_CASE("only central revokes: what a point writes of a certificate is of no account",
          "[central][access][revocation][X5][X6]") {
  const NodeId central{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000cc")};
  const NodeId point{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000aa")};
  SystemRandom random;
  v1::Credential credential;
  credential.set_serial("serial");
  credential.set_revoked(true);
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_NODE);
  draft.actor.set_id(point.to_octets());
  draft.subject = {v1::CREDENTIAL, random.uuid_v7(1)};
  draft.verb = v1::REVOKED;
  draft.message = credential.SerializeAsString();
  const auto written_by = [&](NodeId node) {
    JournalWriter writer(TenantId{random.uuid_v7(1)}, node, Epoch{1}, random);
    return writer.seal(v1::ACTS, {&draft, 1}, SystemClock().now()).front();
  };
  central::Revocations revocations(central);
  revocations.apply(written_by(point));
  CHECK_FALSE(revocations.holds("serial"));
  revocations.apply(written_by(central));
  CHECK(revocations.holds("serial"));
}

TEST_CASE("a revocation names a holder, and is a record", "[central][access][revocation][X6]") {
  AccessWorld world;
  const AccessWorld::Box box;
  const auto answer = world.enrol(enrolment::seal(world.open_code(), box.request()));
  const auto drafts = revoke(world.node.state(),
                             {.kinds = {v1::CREDENTIAL_NODE}, .name = "embankment", .point = {}}, world.by());
  REQUIRE(drafts.size() == 1);
  CHECK(drafts.front().verb == v1::REVOKED);
  world.write(drafts);
  CHECK(world.revocations.holds(read_own_certificate(answer.line_certificate())->identity.serial));
  CHECK_FALSE(world.revocations.holds(read_own_certificate(answer.bus_certificate())->identity.serial));
  CHECK(revoke(world.node.state(), {.kinds = {v1::CREDENTIAL_NODE}, .name = "embankment", .point = {}},
               world.by())
            .empty());
}

TEST_CASE("a node renews the certificates of its own bus too, and only those that it asks for",
          "[central][access][renewal][X6]") {
  AccessWorld world;
  const AccessWorld::Box box;
  const auto answer = world.enrol(enrolment::seal(world.open_code(), box.request()));
  const auto guest = read_own_certificate(answer.line_certificate())->identity;
  const KeyAndRequest bus = make_key_and_request("agent"), broker = make_key_and_request("broker");
  v1::RenewalRequest request;
  request.set_bus_request(bus.request);
  request.set_broker_request(broker.request);
  auto renewed = world.access().renew(guest, request, world.authority, world.node.now());
  world.write(renewed.drafts);
  REQUIRE(renewed.answer.refusal() == v1::ENROLMENT_GRANTED);
  CHECK(renewed.answer.line_certificate().empty());
  CHECK(belong_together(renewed.answer.bus_certificate(), bus.key));
  CHECK(belong_together(renewed.answer.broker_certificate(), broker.key));
  CHECK(read_own_certificate(renewed.answer.bus_certificate())->identity ==
        read_own_certificate(answer.bus_certificate())->identity);
  CHECK(world.revocations.holds(read_own_certificate(answer.bus_certificate())->identity.serial));
  CHECK(world.revocations.holds(read_own_certificate(answer.broker_certificate())->identity.serial));
  CHECK_FALSE(world.revocations.holds(guest.serial));
  CHECK(world.access().renew(guest, {}, world.authority, world.node.now()).answer.refusal() ==
        v1::ENROLMENT_MALFORMED);
}

TEST_CASE("a standby is noted when it comes, and can be revoked by its name",
          "[central][access][revocation][X6]") {
  AccessWorld world;
  const Uuid id = world.random.uuid_v7(3);
  const auto made =
      world.authority
          .issue({.kind = PeerKind::standby, .name = "standby", .id = id, .hosts = {}}, world.now_s())
          .value();
  const PeerIdentity peer = read_own_certificate(made.certificate)->identity;
  const auto noted = note_standby(world.node.state(), peer, world.by(), world.random);
  REQUIRE(noted.size() == 1);
  world.write(noted);
  CHECK(note_standby(world.node.state(), peer, world.by(), world.random).empty());
  PeerIdentity passing = peer;
  passing.serial = "guest";
  passing.not_after_s = world.now_s() + 3600;
  CHECK(note_standby(world.node.state(), passing, world.by(), world.random).empty());
  const auto drafts = revoke(
      world.node.state(), {.kinds = {v1::CREDENTIAL_STANDBY}, .name = id.to_text(), .point = {}}, world.by());
  REQUIRE(drafts.size() == 1);
  world.write(drafts);
  CHECK(world.revocations.holds(peer.serial));
}
