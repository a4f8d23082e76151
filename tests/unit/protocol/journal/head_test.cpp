#include "protocol/journal/head.hpp"

#include <catch2/catch_test_macros.hpp>

#include <functional>
#include <set>

#include "journals.hpp"

namespace feldsher::testing {
namespace {

/// A signature that anybody can make; enough to see what is signed and checked.
struct ToySigner final : Signer, SignatureCheck {
  explicit ToySigner(std::string of) : name(std::move(of)) {}
  Octets key_id() const override { return name.substr(0, 2); }
  Octets public_key() const override { return name; }
  Octets sign(OctetsView message) const override { return to_octets(sha256({name, message})); }
  bool verify(OctetsView key, OctetsView message, OctetsView signature) const override {
    return to_octets(sha256({key, message})) == signature;
  }
  std::string name;
};

}  // namespace

TEST_CASE("a head is believed only for the place, the content and the key that it was signed with",
          "[protocol][journal][X7]") {
  WritingNode node;
  ToySigner signer("node key"), thief("thief");
  node.write({"a", "b"});
  const JournalTip at_two = node.writer.tip(v1::ACTS);
  const v1::SignedHead head = sign_head(node.tenant, at_two, signer);
  CHECK(check_head(head, node.tenant, at_two, signer.public_key(), signer) == HeadFault::none);

  CHECK(check_head(head, node.tenant, at_two, thief.public_key(), signer) == HeadFault::bad_signature);
  CHECK(check_head(head, TenantId{node.node.uuid}, at_two, signer.public_key(), signer) ==
        HeadFault::other_journal);
  node.write({"c"});
  CHECK(check_head(head, node.tenant, node.writer.tip(v1::ACTS), signer.public_key(), signer) ==
        HeadFault::other_journal);
  CHECK(check_head(head, node.tenant, node.writer.tip(v1::READINGS), signer.public_key(), signer) ==
        HeadFault::other_journal);

  JournalTip other_content = at_two;
  other_content.hash[5] ^= 1;
  CHECK(check_head(head, node.tenant, other_content, signer.public_key(), signer) ==
        HeadFault::other_content);
  JournalTip other_tree = at_two;
  other_tree.edge = {};
  CHECK(check_head(head, node.tenant, other_tree, signer.public_key(), signer) == HeadFault::other_content);
  v1::SignedHead unreadable = head;
  unreadable.set_head("\xff\xff");
  CHECK(check_head(unreadable, node.tenant, at_two, signer.public_key(), signer) == HeadFault::unreadable);
}

TEST_CASE("a head of another node, stream, life or place is another journal's", "[protocol][journal][X7]") {
  WritingNode node;
  ToySigner signer("node key");
  node.write({"a"});
  const JournalTip tip = node.writer.tip(v1::ACTS);
  const v1::SignedHead head = sign_head(node.tenant, tip, signer);
  const std::vector<std::function<void(JournalTip&)>> changes = {
      [](JournalTip& other) { other.journal.origin = {}; },
      [](JournalTip& other) { other.journal.stream = v1::READINGS; },
      [](JournalTip& other) { ++other.journal.epoch.value; },
      [](JournalTip& other) { ++other.seq; },
  };
  for (const auto& change : changes) {
    JournalTip other = tip;
    change(other);
    CHECK(check_head(head, node.tenant, other, signer.public_key(), signer) == HeadFault::other_journal);
  }
  CHECK(head.key_id() == signer.key_id());
}

TEST_CASE("each fault of a head is told in words of its own", "[protocol][journal]") {
  std::set<std::string> texts;
  for (auto fault : {HeadFault::none, HeadFault::unreadable, HeadFault::other_journal,
                     HeadFault::other_content, HeadFault::bad_signature})
    CHECK(texts.insert(to_text(fault)).second);
  CHECK_FALSE(texts.contains(to_text(static_cast<HeadFault>(99))));
}

TEST_CASE("a writer goes on in its own life only, and writes nothing that could not be read",
          "[protocol][journal][X11]") {
  WritingNode node;
  JournalTip foreign = node.writer.tip(v1::ACTS), other_life = foreign;
  foreign.journal.origin = {};
  ++other_life.journal.epoch.value;
  CHECK_THROWS_AS(node.writer.resume(foreign), std::logic_error);
  CHECK_THROWS_AS(node.writer.resume(other_life), std::logic_error);
  CHECK_THROWS_AS(node.writer.begin(Epoch{0}), std::logic_error);
  Draft nameless = node.draft("x");
  nameless.verb = v1::VERB_UNSPECIFIED;
  CHECK_THROWS_AS(node.seal({nameless}, v1::ACTS), std::logic_error);
  CHECK_THROWS_AS(node.write({std::string(max_body_octets, 'x')}), std::logic_error);
}

TEST_CASE("what a draft says is in the record: actor, proof, subject, bases, cause, schema",
          "[protocol][journal][X11]") {
  WritingNode node;
  Draft draft = node.draft("x");
  draft.proof = v1::PROOF_TOKEN;
  draft.schema = 3;
  draft.bases = {{node.node, v1::ACTS, Epoch{9}, 2}, {node.node, v1::READINGS, Epoch{9}, 1}};
  draft.cause.emplace().set_due_ms(77);
  const Record record = node.seal({draft}, v1::ACTS).records.front();
  CHECK(record.header.actor().id() == node.node.to_octets());
  CHECK(record.header.proof() == v1::PROOF_TOKEN);
  CHECK(record.header.schema() == 3);
  REQUIRE(record.header.bases_size() == 2);
  CHECK(RecordKey::from(record.header.bases(1)) == draft.bases[1]);
  CHECK(record.header.cause().due_ms() == 77);
  CHECK(record.header.verb() == v1::QUEUED);
  CHECK(record.subject == draft.subject);
  CHECK(record.header.at().boot() == 42);
  CHECK_FALSE(node.write({"y"}).records.front().header.has_cause());
}

TEST_CASE("a tip moves by the next record of its own journal, and by no other", "[protocol][journal][X11]") {
  WritingNode node;
  const auto acts = node.write({"a", "b"}).records;
  const Record block = node.write({"r"}, v1::READINGS).records.front();
  JournalTip tip{.journal = node.journal(), .edge = {}};
  CHECK(tip.mark().chain().empty());
  CHECK_THROWS_AS(tip.advance(acts[1]), std::logic_error);
  CHECK_THROWS_AS(tip.advance(block), std::logic_error);
  tip.advance(acts[0]);
  CHECK_THROWS_AS(tip.advance(acts[0]), std::logic_error);
  JournalTip other_chain = tip;
  other_chain.hash[0] ^= 1;
  CHECK_THROWS_AS(other_chain.advance(acts[1]), std::logic_error);
  tip.advance(acts[1]);
  CHECK(tip.mark().seq() == 2);
  CHECK(tip.mark().chain() == view_of(acts[1].stored.hash));
  CHECK(tip.mark().stream() == v1::ACTS);
  CHECK(tip.mark().epoch() == node.writer.epoch().value);
  CHECK(tip.edge.leaves() == 2);
}

TEST_CASE("central countersigns the very octets that the node signed", "[protocol][journal][X7]") {
  WritingNode node;
  ToySigner signer("node key"), central("central key");
  node.write({"a"});
  v1::SignedHead head = sign_head(node.tenant, node.writer.tip(v1::ACTS), signer);
  const Octets octets = head.head();
  countersign(head, central);
  CHECK(head.head() == octets);
  CHECK(central.verify("central key", head.head(), head.countersignature()));
  CHECK(head.counter_key_id() == "ce");
  CHECK(check_head(head, node.tenant, node.writer.tip(v1::ACTS), "node key", signer) == HeadFault::none);
}

TEST_CASE("a writer numbers, stamps and chains, and counts down within a transaction",
          "[protocol][journal][X11]") {
  WritingNode node;
  auto first = node.write({"a", "b", "c"}).records;
  auto second = node.write({"d"}).records;
  CHECK(first[0].header.more() == 2);
  CHECK(first[1].header.more() == 1);
  CHECK(first[2].header.more() == 0);
  CHECK(second[0].header.more() == 0);
  CHECK(first[0].stored.prev == zero_digest);
  CHECK(first[1].stored.prev == first[0].stored.hash);
  CHECK(second[0].stored.prev == first[2].stored.hash);
  CHECK(second[0].key.seq == 4);
  CHECK(second[0].header.at().wall_ms() >= first[2].header.at().wall_ms());
  auto again = node.write({"a"}).records;
  CHECK(again[0].stored.message() == first[0].stored.message());
  CHECK(again[0].stored.body_digest != first[0].stored.body_digest);  // The salt differs.

  node.writer.begin(Epoch{77});
  auto anew = node.write({"x"}).records;
  CHECK(anew[0].key.seq == 1);
  CHECK(anew[0].key.epoch == Epoch{77});
  CHECK(anew[0].stored.prev == zero_digest);
}

}  // namespace feldsher::testing
