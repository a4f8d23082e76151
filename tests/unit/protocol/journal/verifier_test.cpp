// What the auditor's eye finds in octets, without any file.
#include "protocol/journal/verify.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <functional>

#include "journals.hpp"

namespace feldsher::testing {
namespace {

using Catch::Matchers::ContainsSubstring;

/// A signature that anybody can make; enough to see what is signed and checked.
struct ToySigner final : Signer, SignatureCheck {
  explicit ToySigner(std::string of) : name(std::move(of)) {}
  Octets key_id() const override { return name; }
  Octets public_key() const override { return name; }
  Octets sign(OctetsView message) const override { return to_octets(sha256({name, message})); }
  bool verify(OctetsView key, OctetsView message, OctetsView signature) const override {
    return to_octets(sha256({key, message})) == signature;
  }
  std::string name;
};

/// A node with an `opened` and three acts, a head over all four, and a verifier that is shown them.
struct Shown {
  Shown() {
    take(node.open(signer.public_key()));
    take(node.write({"a", "b", "c"}));
    head = sign_head(node.tenant, node.writer.tip(v1::ACTS), signer);
    countersign(head, central);
  }
  void take(const Transaction& transaction) {
    records.insert(records.end(), transaction.records.begin(), transaction.records.end());
  }
  void show(const Record& record, std::uint64_t seq, std::optional<Digest> hash) {
    verifier.record(record.journal(), seq, record.stored.core, record.stored.body, record.stored.body_digest,
                    hash);
  }
  void show_all() {
    for (const Record& record : records) show(record, record.key.seq, record.stored.hash);
  }
  std::string only_finding() const {
    REQUIRE(verifier.findings().size() == 1);
    return std::to_string(verifier.findings()[0].seq) + ": " + verifier.findings()[0].what;
  }
  WritingNode node;
  ToySigner signer{"node key"}, central{"central key"};
  std::vector<Record> records;
  v1::SignedHead head;
  Verifier verifier{node.tenant};
};

}  // namespace

TEST_CASE("what was written and signed is found good, with and without the stored hashes",
          "[protocol][journal][verify][X7]") {
  for (const bool with_hash : {true, false}) {
    Shown shown;
    shown.verifier.demand_countersignatures({shown.central.public_key()});
    shown.verifier.expect_head(shown.head);
    for (const Record& record : shown.records)
      shown.show(record, record.key.seq, with_hash ? std::optional(record.stored.hash) : std::nullopt);
    shown.verifier.head(shown.head, shown.central);
    shown.verifier.tip(shown.node.journal(), 4, shown.records.back().stored.hash);
    CHECK(shown.verifier.findings().empty());
    CHECK(shown.verifier.records_checked() == 4);
    CHECK(shown.verifier.heads_checked() == 1);
    CHECK(shown.verifier.journals() == 1);
  }
}

TEST_CASE("a record of another tenant in the file is a finding", "[protocol][journal][verify][X7]") {
  Shown shown;
  WritingNode foreign(1, {*Uuid::from_text("0190c0de-0000-7000-8000-00000000beef")});
  const Record record = foreign.write({"x"}).records.front();
  shown.show(record, 1, record.stored.hash);
  CHECK_THAT(shown.only_finding(), ContainsSubstring("1: the record is of another tenant"));
}

TEST_CASE("a record that stands in another's place is a finding, and nothing after it is looked at",
          "[protocol][journal][verify][X7]") {
  SECTION("another number") {
    Shown shown;
    shown.show(shown.records[1], 1, std::nullopt);
    shown.show(shown.records[1], 2, std::nullopt);
    CHECK_THAT(shown.only_finding(), ContainsSubstring("1: the record's own header names another place"));
    CHECK(shown.verifier.records_checked() == 0);
  }
  SECTION("another journal") {
    Shown shown;
    const Record block = shown.node.write({"block"}, v1::READINGS).records.front();
    shown.verifier.record(shown.node.journal(), 1, block.stored.core, block.stored.body, std::nullopt,
                          std::nullopt);
    CHECK_THAT(shown.only_finding(), ContainsSubstring("1: the record's own header names another place"));
  }
}

TEST_CASE("an end that the store names is compared in its place and its hash",
          "[protocol][journal][verify][X7]") {
  for (const std::uint64_t end : {3, 5}) {
    Shown shown;
    shown.show_all();
    shown.verifier.tip(shown.node.journal(), end, shown.records.back().stored.hash);
    CHECK(shown.only_finding() == (end == 3 ? "4: the journal was cut: its end was at 3"
                                            : "5: the journal was cut: its end was at 5"));
  }
  Shown shown;
  shown.show_all();
  shown.verifier.tip(shown.node.journal(), 4, shown.records.front().stored.hash);
  CHECK_THAT(shown.only_finding(), ContainsSubstring("4: the end of the journal is another"));
  // What is broken already is not told twice.
  shown.verifier.tip(shown.node.journal(), 9, zero_digest);
  CHECK(shown.verifier.findings().size() == 1);
}

TEST_CASE("a head that cannot be read, or names no node, is a finding", "[protocol][journal][verify][X7]") {
  v1::Head nameless;
  nameless.set_origin("short");
  for (const Octets& octets : {Octets("\xff\xff"), nameless.SerializeAsString()}) {
    Shown shown;
    v1::SignedHead head;
    head.set_head(octets);
    shown.verifier.expect_head(head);
    shown.show_all();
    shown.verifier.head(head, shown.central);
    CHECK(shown.only_finding() == "0: a head cannot be read");
    CHECK(shown.verifier.heads_checked() == 1);
  }
}

TEST_CASE("a head that is not that of the records is a finding, whatever of it is another",
          "[protocol][journal][verify][X7]") {
  auto with = [](const std::function<void(Shown&, v1::Head&)>& change) {
    Shown shown;
    v1::Head head;
    head.ParseFromString(shown.head.head());
    change(shown, head);
    shown.head.set_head(head.SerializeAsString());
    shown.head.set_signature(shown.signer.sign(shown.head.head()));
    shown.verifier.expect_head(shown.head);
    shown.show_all();
    shown.verifier.head(shown.head, shown.central);
    return shown.only_finding();
  };
  CHECK_THAT(with([](Shown&, v1::Head& head) { head.set_chain(Octets(32, 'c')); }),
             ContainsSubstring("4: the records up to here are not those that the node signed"));
  CHECK_THAT(with([](Shown&, v1::Head& head) { head.set_tree_root(Octets(32, 'r')); }),
             ContainsSubstring("4: the records up to here are not those that the node signed"));
  CHECK_THAT(with([](Shown&, v1::Head& head) { head.set_seq(3); }),
             ContainsSubstring("3: the records up to here are not those that the node signed"));
  CHECK(with([](Shown&, v1::Head& head) { head.set_seq(5); }) ==
        "5: the journal ends before its signed head, which is at 5");
  CHECK_THAT(with([](Shown& shown, v1::Head&) { shown.signer.name = "thief"; }),
             ContainsSubstring("0: the signature of a head is wrong"));
}

TEST_CASE("a head that central has not countersigned is a finding once that is demanded",
          "[protocol][journal][verify][X7]") {
  Shown shown;
  shown.verifier.demand_countersignatures({shown.central.public_key()});
  shown.head.set_countersignature(shown.signer.sign(shown.head.head()));
  shown.verifier.expect_head(shown.head);
  shown.show_all();
  shown.verifier.head(shown.head, shown.central);
  CHECK_THAT(shown.only_finding(), ContainsSubstring("1: central has not countersigned the head over it"));
}

TEST_CASE("a life that no readable record opened has no key, and its heads are not believed",
          "[protocol][journal][verify][X7]") {
  WritingNode node;
  ToySigner signer("node key");
  Verifier verifier(node.tenant);
  Draft opened = node.draft("\xff\xff");
  opened.verb = v1::OPENED;
  const Transaction first = node.seal({opened}, v1::ACTS);
  const v1::SignedHead head = sign_head(node.tenant, node.writer.tip(v1::ACTS), signer);
  verifier.expect_head(head);
  const Record& record = first.records.front();
  verifier.record(record.journal(), 1, record.stored.core, record.stored.body, std::nullopt, std::nullopt);
  verifier.head(head, signer);
  REQUIRE(verifier.findings().size() == 1);
  CHECK_THAT(verifier.findings()[0].what, ContainsSubstring("no record says which key signs"));
}

TEST_CASE("how far central has countersigned is said, and a later countersignature has to hold too",
          "[protocol][journal][verify][X7]") {
  const auto shown_with = [](const std::function<void(Shown&, v1::SignedHead&)>& change) {
    Shown shown;
    shown.verifier.demand_countersignatures({shown.central.public_key()});
    shown.take(shown.node.write({"d"}));
    v1::SignedHead own = sign_head(shown.node.tenant, shown.node.writer.tip(v1::ACTS), shown.signer);
    change(shown, own);
    shown.verifier.expect_head(shown.head);
    shown.verifier.expect_head(own);
    shown.show_all();
    CHECK(shown.verifier.countersigned(shown.node.journal()) == 0);
    shown.verifier.head(shown.head, shown.central);
    shown.verifier.head(own, shown.central);
    CHECK(shown.verifier.countersigned(shown.node.journal(v1::READINGS)) == 0);
    return std::pair(shown.verifier.findings().empty(), shown.verifier.countersigned(shown.node.journal()));
  };
  CHECK(shown_with([](Shown&, v1::SignedHead&) {}) == std::pair(true, std::uint64_t{4}));
  CHECK(shown_with([](Shown& shown, v1::SignedHead& own) { countersign(own, shown.central); }) ==
        std::pair(true, std::uint64_t{5}));
  CHECK(shown_with([](Shown& shown, v1::SignedHead& own) { countersign(own, shown.signer); }) ==
        std::pair(false, std::uint64_t{4}));
}

TEST_CASE("only a life's first record says which key signs its heads", "[protocol][journal][verify][X7]") {
  Shown shown;
  shown.take(shown.node.open("a thief's key"));
  shown.show_all();
  shown.head = sign_head(shown.node.tenant, shown.node.writer.tip(v1::ACTS), ToySigner("a thief's key"));
  Verifier& verifier = shown.verifier;
  verifier.head(shown.head, shown.central);
  CHECK_FALSE(verifier.findings().empty());
}

TEST_CASE("a cut journal is read on from its cut, whether a head is there or none",
          "[protocol][journal][verify][X7]") {
  Shown shown;
  const JournalTip cut = shown.node.writer.tip(v1::ACTS);
  shown.take(shown.node.write({"d"}));
  SECTION("the head is at the cut") {
    shown.verifier.expect_head(shown.head);
    shown.verifier.cut(cut);
    shown.show_all();
    shown.verifier.head(shown.head, shown.central);
    CHECK(shown.verifier.findings().empty());
  }
  SECTION("another head is expected") {
    shown.verifier.expect_head(sign_head(shown.node.tenant, shown.node.writer.tip(v1::ACTS), shown.signer));
    shown.verifier.cut(cut);
    shown.show_all();
    CHECK(shown.verifier.findings().empty());
  }
  SECTION("no head is expected") {
    shown.verifier.cut(cut);
    shown.show_all();
    CHECK(shown.verifier.findings().empty());
  }
  SECTION("a record before it is there twice") {
    shown.verifier.cut(cut);
    shown.show(shown.records[0], 1, std::nullopt);
    shown.show(shown.records[1], 2, std::nullopt);
    shown.show(shown.records[1], 2, std::nullopt);
    CHECK_THAT(shown.only_finding(), ContainsSubstring("the record is missing; the next one held is 2"));
  }
}

}  // namespace feldsher::testing
