// A standby, or a restored backup, takes central's place.
#include "tests/unit/central/standby/copied_network.hpp"

namespace feldsher::testing {
namespace {

struct TakenOver : CopiedNetwork {
  /// `from` is central's disk from now on.
  void take_over(const MemoryStore& from, const std::string& why = "") {
    if (copy) cut_copy();
    store = from;
    const Transaction transaction = central::CentralNode::take_over(store, why.empty() ? "test" : why);
    store.commit(std::span(&transaction, 1));
    begin_central();
  }
  std::size_t lives_of_central() {
    std::size_t lives = 0;
    store.replay(0, [&](std::uint64_t, Record&& record) {
      lives += record.header.verb() == v1::OPENED && record.key.origin == central_of_tests;
    });
    return lives;
  }
};

}  // namespace

TEST_CASE("a promoted standby goes on in a new life after what it holds, and everything agrees",
          "[central][standby][X11]") {
  TakenOver net;
  net.follow();
  const auto booked = net.book(60);
  net.ticket();
  net.settle_all();
  REQUIRE(*booked);
  const Epoch before = net.central->writer().epoch();
  net.take_over(net.copy->store);
  CHECK(net.central->writer().epoch() != before);
  CHECK(net.lives_of_central() == 2);
  net.connect(*net.point);
  net.pass(10);
  CHECK(net.point->live());
  CHECK(net.same_state(*net.point));
  CHECK(net.incidents(v1::INCIDENT_CLONE) == 0);
  CHECK(net.incidents(v1::INCIDENT_FORK) == 0);
  CHECK(net.incidents(v1::INCIDENT_HASH) == 0);
  // What was booked stays booked, and both go on.
  CHECK_FALSE(*net.book(60));
  CHECK(*net.book(80));
  CHECK_FALSE(net.ticket().empty());
  net.pass(10);
  CHECK(net.same_state(*net.point));
}

TEST_CASE("the new life is opened once, and begins where the standby's copy ended",
          "[central][standby][X11]") {
  TakenOver net;
  net.follow();
  std::optional<JournalTip> end;
  for (const JournalTip& tip : net.copy->store.tips())
    if (tip.journal.origin == central_of_tests) end = tip;
  net.take_over(net.copy->store);
  std::optional<v1::NodeLife> life;
  net.store.replay(0, [&](std::uint64_t, Record&& record) {
    if (record.header.verb() == v1::OPENED && record.key.origin == central_of_tests)
      life = record.body<v1::NodeLife>();
  });
  REQUIRE(end);
  CHECK(life->reason() == v1::OPEN_WAS_BEHIND);
  CHECK(life->parent_epoch() == end->journal.epoch.value);
  CHECK(life->parent_seq() == end->seq);
  CHECK(life->parent_hash() == to_octets(end->hash));
  bool end_signed = false;
  for (const v1::SignedHead& head : net.store.heads())
    end_signed = end_signed || check_head(head, tenant_of_tests, *end, net.central_signer.public_key(),
                                          net.check) == HeadFault::none;
  CHECK(end_signed);
  net.begin_central();
  CHECK(net.lives_of_central() == 2);
}

TEST_CASE("a point hands up again what a promoted standby lacks", "[central][standby][X11]") {
  TakenOver net;
  net.follow();
  net.cut_copy();
  for (int i = 0; i < 6; ++i) net.ticket();  // Stored at central, and nowhere else.
  REQUIRE(net.point->node->link().lives().unsynced(v1::ACTS) == 0);
  net.take_over(net.copy->store);
  CHECK(net.held(*net.point) < net.point->node->writer().tip(v1::ACTS).seq);
  net.connect(*net.point);
  net.pass(10);
  CHECK(net.held(*net.point) == net.point->node->writer().tip(v1::ACTS).seq);
  CHECK(net.same_state(*net.point));
  CHECK(net.incidents(v1::INCIDENT_CLONE) + net.incidents(v1::INCIDENT_FORK) == 0);
  CHECK(net.point->node->link().lives().safe(v1::ACTS) == 0);  // It has no standby itself.
}

TEST_CASE("whatever an API's caller was told while the standby was in step is there after its promotion",
          "[central][standby][X11]") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    TakenOver net;
    SeededRandom chance(seed);
    net.follow();
    net.lose_copied = [&](v1::StandbyFrame&) { return chance.below(6) == 0; };
    std::vector<std::pair<int, std::shared_ptr<bool>>> wanted;
    for (int i = 0; i < 12; ++i) {
      wanted.emplace_back(i * 10, net.book(i * 10));
      if (chance.below(2) == 0) net.settle_all();
    }
    std::vector<int> told;
    for (const auto& [minute, booked] : wanted)
      if (*booked) told.push_back(minute);
    REQUIRE(net.keeping->status().gone_on == 0);
    net.take_over(net.copy->store);
    INFO("seed " << seed);
    for (const int minute : told) CHECK_FALSE(*net.book(minute));
  }
}

TEST_CASE("why a central was restored is an incident that a person sees", "[central][standby][X11]") {
  TakenOver net;
  const MemoryStore night = net.store;
  net.ticket();
  net.take_over(night, "restored from a backup");
  CHECK(net.incidents(v1::INCIDENT_BRANCH) == 1);
  net.begin_central();
  CHECK(net.incidents(v1::INCIDENT_BRANCH) == 1);
}

TEST_CASE("a point that heard acts which a restored central forgot makes it say how many",
          "[central][standby][X11]") {
  TakenOver net;
  const MemoryStore night = net.store;
  REQUIRE(*net.book(60));
  REQUIRE(*net.book(80));
  net.settle_all();
  net.take_over(night);
  net.restart(*net.point);  // It remembers what it has heard.
  net.connect(*net.point);
  net.pass(5);
  CHECK(net.point->live());
  CHECK(net.incidents(v1::INCIDENT_FORGOTTEN) == 1);
  // Said once, and nothing is forgotten that was not.
  net.cut(*net.point);
  net.connect(*net.point);
  net.pass(5);
  CHECK(net.incidents(v1::INCIDENT_FORGOTTEN) == 1);
}

TEST_CASE("a central whose standby took its place takes no point's word any more",
          "[central][standby][X11]") {
  TakenOver net;
  net.follow();
  const MemoryStore old = net.store;
  net.take_over(net.copy->store);
  net.connect(*net.point);
  REQUIRE(*net.book(60));
  net.pass(5);
  // Its predecessor comes back from the dead.
  net.store = old;
  net.begin_central();
  net.connect(*net.point);
  net.pass(5);
  CHECK_FALSE(net.point->live());
  CHECK(net.incidents(v1::INCIDENT_FORGOTTEN) == 1);
  CHECK(net.incidents(v1::INCIDENT_CLONE) == 0);
}

}  // namespace feldsher::testing
