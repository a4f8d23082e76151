// Whom verify believes by itself: the keys that lie beside a journal, and what they show.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

#include "node_folder.hpp"
#include "protocol/journal/head_key_file.hpp"
#include "protocol/journal/head_keys.hpp"

namespace feldsher::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::EndsWith;

const std::string no_key =
    "Without central's key a journal that was replaced as a whole cannot be told from a true one: give "
    "--central-key.\n";

void write_text(const std::filesystem::path& path, const std::string& text) { std::ofstream(path) << text; }

struct Said {
  Verdict verdict;
  std::string text;
};
Said said_of(const std::filesystem::path& path, const std::vector<Octets>& central_keys = {}) {
  std::ostringstream out;
  const Verdict verdict = verify_journals({.folder = path, .central_keys = central_keys}, false, out);
  return {verdict, out.str()};
}

/// A point's folder, with what enrolment told it and its own key.
struct TrustingPoint : NodeFolder {
  TrustingPoint() {
    write_text(path / "node.json", R"({"central_head_key": ")" + to_hex(central.public_key()) +
                                       R"(", "node": ")" + node.node.to_text() + "\"}");
    SigningKey::from_seed({7}).save(path / "head.key");
  }
  /// Another journal in its place, of a thief who has everything but the signing keys.
  void replace(const Signer& thief, bool with_head = true) {
    replace(thief.public_key(), with_head ? &thief : nullptr);
  }
  /// It names `head_key`, whoever has it.
  void replace(const Octets& head_key, const Signer* signer) {
    for (const char* file : {"journal.db", "journal.db-wal"}) std::filesystem::remove(path / file);
    WritingNode liar(9, node.tenant, node.node);
    auto written = DataFolder::open(path).open_store(liar.tenant);
    commit(*written, liar.open(head_key));
    commit(*written, liar.write({"what never was"}));
    if (!signer) return;
    Transaction head;
    head.heads = {sign_head(liar.tenant, liar.writer.tip(v1::ACTS), *signer)};
    commit(*written, head);
  }
  Said said(const std::vector<Octets>& central_keys = {}) const { return said_of(path, central_keys); }

  Ed25519Signer central{SigningKey::from_seed({9})}, thief{SigningKey::from_seed({66})};
};

/// `opened` of a node's next life: it names its parent, as central's and a point's do.
Transaction next_life(WritingNode& node, std::uint64_t epoch, const Signer& signer, const Octets& handover,
                      bool names_parent = true) {
  const JournalTip parent = node.writer.tip(v1::ACTS);
  node.writer.begin(Epoch{epoch});
  v1::NodeLife life;
  life.set_head_key(signer.public_key());
  life.set_handover(handover);
  if (names_parent) {
    life.set_parent_epoch(parent.journal.epoch.value);
    life.set_parent_seq(parent.seq);
    life.set_parent_hash(to_octets(parent.hash));
  }
  Draft opened = node.draft(life.SerializeAsString());
  opened.subject = {v1::NODE, node.node.uuid};
  opened.verb = v1::OPENED;
  return node.seal({opened}, v1::ACTS);
}

Transaction signed_now(const WritingNode& node, const Signer& signer) {
  Transaction head;
  head.heads = {sign_head(node.tenant, node.writer.tip(v1::ACTS), signer)};
  return head;
}

/// Central's folder after its key was rotated twice; a point was countersigned with the first key only.
struct RotatedCentral {
  RotatedCentral() {
    write_text(path / "identity.json", "{}");
    store = DataFolder::open(path).open_store(node.tenant);
    commit(*store, node.open(first.public_key()));
    commit(*store, signed_now(node, first));
    commit(*store, point.open(point_signer.public_key()));
    Transaction head = signed_now(point, point_signer);
    countersign(head.heads[0], first);
    commit(*store, head);
    commit(*store, next_life(node, 77, second, first.sign(handover_octets(second.public_key()))));
    commit(*store, signed_now(node, second));
  }
  Said said() {
    store.reset();
    return said_of(path);
  }

  TemporaryFolder outer;
  const std::filesystem::path path = outer.path() / "central";
  WritingNode node{5}, point{6};
  const DataFolder data = DataFolder::open_or_create(path, node.random);
  const Ed25519Signer first{SigningKey::from_seed({9})}, second{SigningKey::from_seed({10})},
      third{SigningKey::from_seed({11})}, point_signer{SigningKey::from_seed({7})},
      thief{SigningKey::from_seed({66})};
  std::unique_ptr<SqlcipherStore> store;
};

}  // namespace

TEST_CASE("verify trusts the keys that lie in a point's folder, and says which and from where",
          "[protocol][journal][verify][X7]") {
  TrustingPoint point;
  point.countersign_all(point.central);
  const Said said = point.said();
  CHECK(said.verdict == Verdict::good);
  CHECK_THAT(said.text, ContainsSubstring("countersigned up to 10\n") &&
                            ContainsSubstring("trusted: central's key " + to_hex(point.central.public_key()) +
                                              " (node.json)\n") &&
                            ContainsSubstring("trusted: node's key " + to_hex(point.signer.public_key()) +
                                              " (head.key)\n") &&
                            EndsWith("kept elsewhere proves more.\n"));
  auto [verdict, report] = point.verify();
  CHECK(verdict == Verdict::good);
  const auto& trusted = report.at("trusted").as_array();
  REQUIRE(trusted.size() == 2);
  CHECK(trusted[0].at("whose").as_string() == "central");
  CHECK(trusted[0].at("key").as_string() == to_hex(point.central.public_key()));
  CHECK(trusted[0].at("from").as_string() == "node.json");
  CHECK(trusted[1].at("from").as_string() == "head.key");
}

TEST_CASE("a journal that was replaced as a whole is found by the keys beside it, at its first record",
          "[protocol][journal][verify][X7]") {
  TrustingPoint point;
  point.countersign_all(point.central);
  REQUIRE(point.said().verdict == Verdict::good);
  SECTION("signed with another key") {
    point.replace(point.thief);
    const Said said = point.said();
    CHECK(said.verdict == Verdict::bad);
    CHECK_THAT(said.text, ContainsSubstring("record 1: central has not countersigned the head over it; its "
                                            "life names another key than this folder's\n"));
  }
  SECTION("signed by nobody") {
    point.replace(point.thief, false);
    const Said said = point.said();
    CHECK(said.verdict == Verdict::bad);
    CHECK_THAT(said.text,
               ContainsSubstring("record 1: central has countersigned nothing of the whole file, and "
                                 "no life in it names this folder's key\n"));
    CHECK(point.said({point.central.public_key()}).verdict == Verdict::bad);
  }
  SECTION("signed by nobody, under a key that is trusted: it is said that nothing is signed") {
    point.replace(point.signer.public_key(), nullptr);
    const Said said = point.said();
    CHECK(said.verdict == Verdict::good);
    CHECK_THAT(said.text, ContainsSubstring("Nothing of it is signed") && !ContainsSubstring("key alone"));
    CHECK(point.said({point.central.public_key()}).verdict == Verdict::bad);
  }
  SECTION("signed by nobody, under central's key: who demands a countersignature can tell") {
    point.replace(point.central.public_key(), nullptr);
    const Said demanded = point.said({point.central.public_key()});
    CHECK(demanded.verdict == Verdict::bad);
    CHECK_THAT(demanded.text,
               ContainsSubstring("record 1: central has countersigned nothing of the whole file\n"));
  }
  SECTION("with the node's own key: only who demands a countersignature can tell") {
    point.replace(point.signer);
    const Said said = point.said();
    CHECK(said.verdict == Verdict::good);
    CHECK_THAT(said.text,
               EndsWith("Central has countersigned nothing of it: it is the word of whoever has the "
                        "node's key alone.\n"));
    const Said demanded = point.said({point.central.public_key()});
    CHECK(demanded.verdict == Verdict::bad);
    CHECK_THAT(demanded.text,
               ContainsSubstring("record 1: central has not countersigned the head over it\n"));
  }
  SECTION("and what is beside it with it: only a key from elsewhere can tell") {
    point.replace(point.thief);
    std::filesystem::remove(point.path / "head.key");
    SigningKey::from_seed({66}).save(point.path / "head.key");
    CHECK(point.said().verdict == Verdict::good);
    CHECK(point.said({point.central.public_key()}).verdict == Verdict::bad);
  }
  SECTION("by the true journal of another point") {
    write_text(point.path / "node.json", R"({"central_head_key": ")" + to_hex(point.central.public_key()) +
                                             R"(", "node": ")" + WritingNode(3).node.to_text() + "\"}");
    const Said said = point.said();
    CHECK(said.verdict == Verdict::bad);
    CHECK_THAT(said.text,
               ContainsSubstring("record 1: no journal of the file is of the node whose folder this is\n"));
  }
  SECTION("no key lies there: it is said that this cannot be told") {
    point.replace(point.thief);
    std::filesystem::remove(point.path / "node.json");
    const Said said = point.said();
    CHECK(said.verdict == Verdict::good);
    CHECK_THAT(said.text, EndsWith(no_key) && !ContainsSubstring("trusted"));
  }
}

TEST_CASE("a point that central has not heard of, or not of its newest life, is good",
          "[protocol][journal][verify][X7]") {
  TrustingPoint point;
  SECTION("it was never connected") {
    const Said said = point.said();
    CHECK(said.verdict == Verdict::good);
    CHECK_THAT(said.text, ContainsSubstring("not countersigned\n") && ContainsSubstring("alone.\n"));
    CHECK(point.said({point.central.public_key()}).verdict == Verdict::bad);
  }
  SECTION("it goes on in another life, without a line") {
    point.countersign_all(point.central);
    point.store = DataFolder::open(point.path).open_store(point.node.tenant);
    commit(*point.store, next_life(point.node, 88, point.signer, ""));
    commit(*point.store, signed_now(point.node, point.signer));
    point.store.reset();
    CHECK(point.said().verdict == Verdict::good);
  }
  SECTION("its key was rotated meanwhile: the new one leads to the lives before") {
    const Ed25519Signer next{SigningKey::from_seed({12})};
    const Octets handover = point.signer.sign(handover_octets(next.public_key()));
    std::filesystem::remove(point.path / "head.key");
    SigningKey::from_seed({12}).save(point.path / "head.key");
    CHECK(point.said().verdict == Verdict::bad);
    point.store = DataFolder::open(point.path).open_store(point.node.tenant);
    commit(*point.store, next_life(point.node, 88, next, handover));
    commit(*point.store, signed_now(point.node, next));
    point.store.reset();
    CHECK(point.said().verdict == Verdict::good);
  }
  SECTION("its enrolment cannot be read: its own key is still of use") {
    write_text(point.path / "node.json", "{");
    const Said said = point.said();
    CHECK(said.verdict == Verdict::good);
    CHECK_THAT(said.text,
               ContainsSubstring("not trusted: node.json holds no key of central's\n") && EndsWith(no_key));
    point.replace(point.thief);
    CHECK(point.said().verdict == Verdict::bad);
  }
  SECTION("its own key cannot be read: central's is, and what it has not countersigned stays open") {
    std::filesystem::remove(point.path / "head.key");
    CHECK(point.said().verdict == Verdict::good);
    auto [verdict, report] = point.verify();
    CHECK_THAT(std::string(report.at("not_trusted").as_string()), ContainsSubstring("head.key"));
    point.countersign_all(point.thief);
    CHECK(point.said().verdict == Verdict::bad);
  }
}

TEST_CASE("central's present key leads to its earlier ones, and to what they countersigned",
          "[protocol][journal][verify][X7]") {
  RotatedCentral central;
  const Octets handover = central.second.sign(handover_octets(central.third.public_key()));
  SECTION("it has signed since") {
    commit(*central.store, next_life(central.node, 78, central.third, handover));
    commit(*central.store, signed_now(central.node, central.third));
    SigningKey::from_seed({11}).save(central.path / "head.key");
    const Said said = central.said();
    CHECK(said.verdict == Verdict::good);
    CHECK_THAT(said.text, ContainsSubstring("trusted: central's key " + to_hex(central.third.public_key()) +
                                            " (head.key)\n") &&
                              !ContainsSubstring("not countersigned"));
  }
  SECTION("it has not run since it was rotated") {
    SigningKey::from_seed({10}).save(central.path / "head.key");
    rotate_head_key(central.path / "head.key", *central.store, central.node.node);
    CHECK(central.said().verdict == Verdict::good);
  }
  SECTION("a copy that stood by has the key of before") {
    SigningKey::from_seed({9}).save(central.path / "head.key");
    CHECK(central.said().verdict == Verdict::good);
  }
  SECTION("that copy became central, in a life that has signed nothing yet") {
    commit(*central.store, next_life(central.node, 78, central.first, ""));
    SigningKey::from_seed({9}).save(central.path / "head.key");
    CHECK(central.said().verdict == Verdict::good);
  }
  SECTION("somebody else's key leads nowhere") {
    SigningKey::from_seed({66}).save(central.path / "head.key");
    CHECK(central.said().verdict == Verdict::bad);
  }
  SECTION("a life that hands over to it, but that it does not name, is not its own") {
    commit(*central.store, next_life(central.node, 70, central.thief, ""));
    commit(*central.store, signed_now(central.node, central.thief));
    const Octets forged = central.thief.sign(handover_octets(central.third.public_key()));
    commit(*central.store, next_life(central.node, 78, central.third, forged, false));
    commit(*central.store, signed_now(central.node, central.third));
    SigningKey::from_seed({11}).save(central.path / "head.key");
    const Said said = central.said();
    CHECK(said.verdict == Verdict::bad);
    CHECK_THAT(said.text, ContainsSubstring("0000000000000046, record 1: central has not countersigned"));
  }
}

}  // namespace feldsher::testing
