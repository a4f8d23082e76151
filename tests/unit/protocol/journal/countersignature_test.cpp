// What verify says of central's countersignatures: by which of its keys, and how far.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "node_folder.hpp"
#include "protocol/journal/head_keys.hpp"

namespace feldsher::testing {
namespace {

using Catch::Matchers::ContainsSubstring;

/// A node's folder whose heads central countersigns, with keys that hand over to each other.
struct CountersignedFolder : NodeFolder {
  /// As a welcome told the point: `former` hands over to `next`.
  void told_of(const Ed25519Signer& next, const Ed25519Signer& former) {
    auto opened = DataFolder::open(path).open_store(node.tenant);
    Transaction told;
    told.values[central_handover_values + to_hex(next.public_key())] =
        former.sign(handover_octets(next.public_key()));
    commit(*opened, told);
  }
  Verdict verdict(const std::vector<const Ed25519Signer*>& keys) {
    std::vector<Octets> central_keys;
    for (const Ed25519Signer* each : keys) central_keys.push_back(each->public_key());
    std::ostringstream out;
    const Verdict verdict = verify_journals({.folder = path, .central_keys = central_keys}, false, out);
    said = out.str();
    return verdict;
  }

  Ed25519Signer first{SigningKey::from_seed({9})}, second{SigningKey::from_seed({10})},
      third{SigningKey::from_seed({11})};
  std::string said;
};

}  // namespace

TEST_CASE("verify demands central's countersignature when it is given central's key",
          "[protocol][journal][verify][X7]") {
  CountersignedFolder folder;
  folder.countersign_all(folder.first);
  CHECK(folder.verdict({&folder.first}) == Verdict::good);
  CHECK(folder.verdict({&folder.second}) == Verdict::bad);
  CHECK_THAT(folder.said, ContainsSubstring("record 1: central has not countersigned the head over it"));
  std::ostringstream text;
  CHECK(verify_journals({.folder = folder.path, .central_keys = {"no key"}}, false, text) == Verdict::bad);
}

TEST_CASE("a journal whose heads were never countersigned is bad to who demands it",
          "[protocol][journal][verify][X7]") {
  CountersignedFolder folder;
  CHECK(folder.verdict({&folder.first}) == Verdict::bad);
  CHECK_THAT(folder.said, ContainsSubstring("central has not countersigned the head over it\n") &&
                              ContainsSubstring("not countersigned\n"));
}

TEST_CASE(
    "heads that central's former keys countersigned are good when their handovers lead to the present one",
    "[protocol][journal][verify][X7]") {
  CountersignedFolder folder;
  folder.countersign_all(folder.first);
  // Central's key was rotated twice; the acts were countersigned since, the readings were not.
  folder.go_on();
  {
    auto opened = DataFolder::open(folder.path).open_store(folder.node.tenant);
    Transaction head;
    for (const v1::SignedHead& each : opened->heads())
      if (each.countersignature().empty()) countersign(head.heads.emplace_back(each), folder.third);
    REQUIRE(head.heads.size() == 1);
    commit(*opened, head);
  }
  SECTION("each handover is there, in any order") {
    folder.told_of(folder.third, folder.second);
    folder.told_of(folder.second, folder.first);
    CHECK(folder.verdict({&folder.first}) == Verdict::good);
    CHECK_THAT(folder.said,
               ContainsSubstring("countersigned up to 13\n") && ContainsSubstring("countersigned up to 3\n"));
  }
  SECTION("who knows both keys needs no handover") {
    CHECK(folder.verdict({&folder.third, &folder.first}) == Verdict::good);
  }
  SECTION("a handover is missing: what is needed is named") {
    folder.told_of(folder.third, folder.second);
    CHECK(folder.verdict({&folder.first}) == Verdict::bad);
    CHECK_THAT(folder.said,
               ContainsSubstring("it names the key " + to_hex(folder.third.key_id())) &&
                   ContainsSubstring("Missing is that key, or what the trusted one signed for it"));
  }
  SECTION("a stranger's handover proves nothing") {
    folder.told_of(folder.third, Ed25519Signer(SigningKey::from_seed({12})));
    CHECK(folder.verdict({&folder.first}) == Verdict::bad);
  }
  SECTION("a handover never leads backwards: anybody can sign for central's present key") {
    folder.told_of(folder.second, folder.first);
    folder.told_of(folder.third, folder.second);
    CHECK(folder.verdict({&folder.third}) == Verdict::bad);
    CHECK_THAT(folder.said, ContainsSubstring("it names the key " + to_hex(folder.first.key_id())));
  }
}

TEST_CASE("an `opened` record of central's own journal proves its handover, and what it signs needs no other",
          "[protocol][journal][verify][X7]") {
  TemporaryFolder outer;
  WritingNode central(5);
  const Ed25519Signer former{SigningKey::from_seed({9})}, present{SigningKey::from_seed({10})};
  const auto path = outer.path() / "central";
  {
    auto store = DataFolder::open_or_create(path, central.random).open_store(central.tenant);
    commit(*store, central.open(former.public_key()));
    Transaction head;
    head.heads = {sign_head(central.tenant, central.writer.tip(v1::ACTS), former)};
    commit(*store, head);
    central.writer.begin(Epoch{77});
    v1::NodeLife life;
    life.set_head_key(present.public_key());
    life.set_handover(former.sign(handover_octets(present.public_key())));
    Draft opened = central.draft(life.SerializeAsString());
    opened.subject = {v1::NODE, central.node.uuid};
    opened.verb = v1::OPENED;
    commit(*store, central.seal({opened}, v1::ACTS));
    head.heads = {sign_head(central.tenant, central.writer.tip(v1::ACTS), present)};
    commit(*store, head);
  }
  const auto verdict = [&](const Ed25519Signer& key) {
    std::ostringstream out;
    return verify_journals({.folder = path, .central_keys = {key.public_key()}}, true, out);
  };
  CHECK(verdict(former) == Verdict::good);
  CHECK(verdict(Ed25519Signer(SigningKey::from_seed({11}))) == Verdict::bad);
}

TEST_CASE("what the node signed after central's countersignature is its own word, and said to be",
          "[protocol][journal][verify][X7]") {
  CountersignedFolder folder;
  folder.countersign_all(folder.first);
  folder.go_on();
  CHECK(folder.verdict({&folder.first}) == Verdict::good);
  CHECK_THAT(folder.said, ContainsSubstring("13  countersigned up to 10\n"));
  std::ostringstream json;
  CHECK(verify_journals({.folder = folder.path, .central_keys = {folder.first.public_key()}}, true, json) ==
        Verdict::good);
  CHECK_THAT(json.str(), ContainsSubstring(R"("countersigned_up_to":10)"));
  // Without a key nobody asked.
  CHECK(folder.verdict({}) == Verdict::good);
  CHECK_THAT(folder.said, !ContainsSubstring("countersigned"));
  // A countersignature that is there has to hold.
  {
    auto opened = DataFolder::open(folder.path).open_store(folder.node.tenant);
    Transaction head;
    head.heads = {sign_head(folder.node.tenant, folder.node.writer.tip(v1::ACTS), folder.signer)};
    countersign(head.heads[0], folder.second);
    commit(*opened, head);
  }
  CHECK(folder.verdict({&folder.first}) == Verdict::bad);
}

}  // namespace feldsher::testing
