// A copy of central's journal: the same records at the same places, whatever the line and the disks do.
#include "tests/unit/central/standby/copied_network.hpp"

#include "central/registry/erasures.hpp"

namespace feldsher::testing {

TEST_CASE("a standby holds every record under the same intake number", "[central][standby][X11]") {
  CopiedNetwork net;
  net.ticket();
  net.follow();
  CHECK(net.copy->follower->complete());
  CHECK(net.same());
  net.book(60);
  net.ticket();
  net.settle_all();
  CHECK(net.same());
  CHECK(net.copy->follower->intake() == net.copied->durable());
}

TEST_CASE("a standby that was away gets what it lacks, and no more", "[central][standby][X11]") {
  CopiedNetwork net;
  net.follow();
  const std::uint64_t before = net.copy->follower->intake();
  net.cut_copy();
  for (int i = 0; i < 5; ++i) net.ticket();
  CHECK_FALSE(net.same());
  std::uint64_t first = 0;
  net.lose_copied = [&](v1::StandbyFrame& frame) {
    if (frame.has_batch() && first == 0) first = frame.batch().first();
    return false;
  };
  net.follow();
  CHECK(net.same());
  CHECK(first == before + 1);
}

TEST_CASE("what the line loses, repeats or reorders, and kills on both sides, leave both the same",
          "[central][standby][X11]") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    CopiedNetwork net;
    SeededRandom chance(seed);
    net.follow();
    v1::StandbyFrame kept;
    net.lose_copied = [&](v1::StandbyFrame& frame) {
      if (chance.below(3) == 0) return true;
      if (chance.below(4) == 0) std::swap(frame, kept);  // Another comes in its place, and it comes later.
      return frame.message_case() == v1::StandbyFrame::MESSAGE_NOT_SET;
    };
    for (int i = 0; i < 40; ++i) {
      net.ticket();
      if (chance.below(8) == 0) net.restart_copy();
      if (chance.below(20) == 0) {
        net.begin_central();
        net.connect(*net.point);
        net.settle_all();
      }
      if (!net.copy->up) net.connect_copy();
      net.pass(static_cast<int>(chance.below(9)));
    }
    net.lose_copied = [](v1::StandbyFrame&) { return false; };
    net.pass(2 * until_dead_s);
    if (!net.copy->up) net.follow();
    net.pass(20);
    INFO("seed " << seed << ": " << net.copy->follower->stopped() << " holds " << net.copy->follower->intake()
                 << " of " << net.copied->durable() << ", line " << (net.copy->up != nullptr) << ", phase "
                 << static_cast<int>(net.copy->follower->phase()) << ", lag "
                 << net.keeping->status().lag_ms);
    REQUIRE(net.copy->follower->stopped().empty());
    REQUIRE(net.same());
    REQUIRE(net.incidents(v1::INCIDENT_FORK) == 0);
  }
}

TEST_CASE("what was not on the copy's disk when it died was not acknowledged", "[central][standby][X11]") {
  CopiedNetwork net;
  net.follow();
  net.copy->ledger->hold();
  const std::uint64_t before = *net.keeping->status().acknowledged;
  net.ticket();
  CHECK(*net.keeping->status().acknowledged == before);
  net.restart_copy();
  net.follow();
  CHECK(net.same());
  CHECK(*net.keeping->status().acknowledged == net.copied->durable());
}

TEST_CASE(
    "a batch with another record than the copy would come to stops it, and nothing is kept of the batch",
    "[central][standby][X7]") {
  CopiedNetwork net;
  net.follow();
  const auto before = net.hashes(net.copy->store);
  net.lose_copied = [](v1::StandbyFrame& frame) {
    if (frame.has_batch() && frame.batch().records_size() > 1)
      frame.mutable_batch()->mutable_records()->rbegin()->mutable_body()->back() ^= 1;
    return false;
  };
  net.ticket();  // A visit and its ticket: one transaction, two records.
  CHECK(net.copy->follower->phase() == central::Follower::Phase::refused);
  CHECK_FALSE(net.copy->follower->stopped().empty());
  CHECK(net.copy->follower->differs());
  CHECK(net.hashes(net.copy->store) == before);
  CHECK(net.incidents(v1::INCIDENT_FORK) == 1);
  // It does not come back by itself.
  net.connect_copy();
  net.settle_all();
  CHECK(net.hashes(net.copy->store) == before);
}

TEST_CASE("a batch with a head that cannot be read ends the line, and nothing is kept of it",
          "[central][standby][X7]") {
  CopiedNetwork net;
  net.follow();
  const auto before = net.hashes(net.copy->store);
  net.lose_copied = [](v1::StandbyFrame& frame) {
    if (frame.has_batch()) frame.mutable_batch()->add_heads()->set_head("no head");
    return false;
  };
  net.ticket();
  CHECK(net.hashes(net.copy->store) == before);
  CHECK_FALSE(net.copy->up);
  // What was wrong with it may have been the line.
  net.lose_copied = [](v1::StandbyFrame&) { return false; };
  net.follow();
  CHECK(net.copy->follower->phase() == central::Follower::Phase::live);
  CHECK(net.hashes(net.copy->store) == net.hashes(net.store));
}

TEST_CASE(
    "a copy that holds another record at a place of central's is refused, once reported, and left as it is",
    "[central][standby][X7]") {
  CopiedNetwork net;
  net.follow();
  net.cut_copy();
  // Both go on from here by themselves: central's disk is set back and written anew.
  const MemoryStore night = net.store;
  net.book(60);
  net.follow();
  net.store = night;
  net.begin_central();
  net.book(70);
  net.book(80);
  const auto before = net.hashes(net.copy->store);
  net.restart_copy();
  net.follow();
  CHECK(net.copy->follower->phase() == central::Follower::Phase::refused);
  CHECK(net.copy->follower->differs());
  CHECK(net.hashes(net.copy->store) == before);
  CHECK(net.incidents(v1::INCIDENT_FORK) == 1);
  net.restart_copy();
  net.follow();
  CHECK(net.incidents(v1::INCIDENT_FORK) == 1);
}

TEST_CASE("a central that was restored without its standby does not write over what that holds more",
          "[central][standby][X7]") {
  CopiedNetwork net;
  net.follow();
  const MemoryStore night = net.store;
  net.book(60);
  net.settle_all();
  net.store = night;
  net.begin_central();
  const auto before = net.hashes(net.copy->store);
  net.restart_copy();
  net.follow();
  CHECK(net.copy->follower->phase() == central::Follower::Phase::refused);
  CHECK(net.copy->follower->stopped().find("more than central") != std::string::npos);
  CHECK(net.copy->follower->differs());
  CHECK(net.hashes(net.copy->store) == before);
  CHECK(net.incidents(v1::INCIDENT_FORK) == 1);
}

TEST_CASE("a copy of another tenant, another id or another version gets nothing", "[central][standby][N4]") {
  CopiedNetwork net;
  net.lose_copied = [](v1::StandbyFrame& frame) {
    if (frame.has_hello()) frame.mutable_hello()->set_tenant(Octets(16, 'x'));
    return false;
  };
  SECTION("tenant") {}
  SECTION("id") {
    net.lose_copied = [](v1::StandbyFrame& frame) {
      if (frame.has_hello()) frame.mutable_hello()->set_standby(Octets(16, 'x'));
      return false;
    };
  }
  SECTION("version") {
    net.lose_copied = [](v1::StandbyFrame& frame) {
      if (frame.has_hello()) frame.mutable_hello()->set_version(99);
      return false;
    };
  }
  net.follow();
  CHECK(net.copy->follower->phase() == central::Follower::Phase::refused);
  CHECK(net.hashes(net.copy->store).empty());
}

TEST_CASE(
    "heads and the answers of repeated requests are copied beside the records, tickets and feeds are not",
    "[central][standby][X11]") {
  CopiedNetwork net;
  net.follow();
  v1::PassKey key;
  Draft draft;
  draft.actor = net.central->self();
  draft.subject = {v1::PASS_KEY, net.clinic->id()};
  draft.verb = v1::REGISTERED;
  draft.message = key.SerializeAsString();
  net.central->write(
      {draft}, [] {},
      [] {
        return std::map<std::string, Octets>{{"once/0007", "answer"}};
      });
  net.central->sign_head_now();
  net.settle_all();
  CHECK(net.copy->store.value("once/0007") == "answer");
  CHECK(net.copy->store.values("node/").empty());
  CHECK(net.copy->store.heads().size() == net.store.heads().size());
  // One that comes later gets them too.
  net.copy = std::make_unique<Copy>();
  net.follow();
  CHECK(net.copy->store.value("once/0007") == "answer");
  CHECK(net.copy->store.heads().size() == net.store.heads().size());
}

TEST_CASE("who orders that bodies be dropped has them dropped at the standby too",
          "[central][standby][H11]") {
  CopiedNetwork net;
  net.book(60);
  net.follow();
  v1::Erasure erasure;
  erasure.set_status(v1::ERASURE_ORDERED);
  v1::ErasedSubject& erased = *erasure.add_subjects();
  erased.set_type(v1::PATIENT);
  erased.set_id(net.olena.to_octets());
  Draft draft;
  draft.actor = net.central->self();
  draft.subject = {v1::ERASURE, net.clinic->id()};
  draft.verb = v1::ERASED;
  draft.message = erasure.SerializeAsString();
  auto bodies = [&] {
    int held = 0;
    net.copy->store.replay(0, [&](std::uint64_t, Record&& record) {
      held += record.subject.id == net.olena && record.stored.body.has_value();
    });
    return held;
  };
  REQUIRE(bodies() > 0);
  net.central->write({draft}, [] {});
  net.settle_all();
  CHECK(bodies() == 0);
  CHECK(net.same());
  // And at one that copies what has been erased already.
  net.copy = std::make_unique<Copy>();
  net.follow();
  CHECK(bodies() == 0);
  CHECK(net.same());
}

TEST_CASE("an order to erase that a point wrote drops no body at the standby",
          "[central][standby][X5][H11]") {
  CopiedNetwork net;
  v1::Erasure erasure;
  erasure.set_status(v1::ERASURE_ORDERED);
  v1::ErasedSubject& erased = *erasure.add_subjects();
  erased.set_type(v1::PATIENT);
  erased.set_id(net.olena.to_octets());
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_NODE);
  draft.actor.set_id(point_node_of_tests.to_octets());
  draft.subject = {v1::ERASURE, net.clinic->id()};
  draft.verb = v1::ERASED;
  draft.message = erasure.SerializeAsString();
  // What a box of another point sent is in central's journal before the standby comes.
  JournalWriter stranger(tenant_of_tests, point_node_of_tests, Epoch{9}, net.random);
  Transaction transaction;
  transaction.records = stranger.seal(v1::ACTS, {&draft, 1}, net.clock.now());
  net.store.commit({&transaction, 1});
  net.begin_central();
  net.follow();
  int bodies = 0;
  net.copy->store.replay(0, [&](std::uint64_t, Record&& record) {
    bodies += record.subject.id == net.olena && record.stored.body.has_value();
  });
  CHECK(bodies > 0);
  CHECK(net.same());
}

}  // namespace feldsher::testing
