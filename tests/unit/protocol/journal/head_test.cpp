#include "protocol/journal/head.hpp"

#include <catch2/catch_test_macros.hpp>

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
          "[protocol][journal][K3]") {
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

TEST_CASE("central countersigns the very octets that the node signed", "[protocol][journal][K3]") {
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
          "[protocol][journal][K4]") {
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
