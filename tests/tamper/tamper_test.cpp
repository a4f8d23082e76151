// A journal in the hands of somebody who has its database's key: what verify finds offline, and what it
// cannot.
#include <catch2/catch_test_macros.hpp>

#include "protocol/journal/audit.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/ed25519.hpp"
#include "tests/tamper/tampering.hpp"
#include "tests/unit/protocol/journal/journals.hpp"

namespace feldsher::tamper {
namespace {

using testing::TemporaryFolder;

void check(const Result& result, std::uint64_t made) {
  CHECK(result.made() == made);
  for (const std::string& missed : result.missed) FAIL_CHECK(missed);
  for (const auto& [kind, tally] : result.kinds) {
    INFO(to_text(kind));
    CHECK(tally.made > 0);
    CHECK(tally.found == tally.made);
  }
}

}  // namespace

TEST_CASE("each of a thousand changes of a journal is found, at the right record", "[tamper][X7]") {
  TemporaryFolder folder;
  make_journal(folder.path() / "node", 1'000, 5);
  check(tamper_reading(folder.path() / "node", 800, 11), 800);
  check(tamper_files(folder.path() / "node", 200, 12), 200);
}

TEST_CASE("a journal written anew with the node's own key is found by central's countersignature",
          "[tamper][X7]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "node";
  testing::WritingNode thief(9);
  const Ed25519Signer stolen{SigningKey::from_seed({7})}, central{SigningKey::from_seed({8})};
  {
    auto store = DataFolder::open_or_create(path, thief.random).open_store(thief.tenant);
    testing::commit(*store, thief.open(stolen.public_key()));
    testing::commit(*store, thief.write({"what never was"}));
    Transaction head;
    head.heads = {sign_head(thief.tenant, thief.writer.tip(v1::ACTS), stolen)};
    testing::commit(*store, head);
  }
  const DataFolder data = DataFolder::open(path);
  SqlcipherJournal journal(data.journal(), data.key());
  CHECK(audit(journal).good());  // Nobody's key is known: verify says that it cannot tell.
  const Audit with_central = audit(journal, {.central = {central.public_key()}});
  REQUIRE(with_central.findings.size() == 1);
  CHECK(with_central.findings[0].seq == 1);
  CHECK(with_central.findings[0].what == "central has not countersigned the head over it");
}

TEST_CASE("an old copy of a whole file is good offline: only who remembers a later head can tell",
          "[tamper][X7]") {
  TemporaryFolder folder;
  const auto path = folder.path() / "node", old = folder.path() / "old.db";
  testing::WritingNode node(9);
  const Ed25519Signer signer{SigningKey::from_seed({7})};
  const auto signed_now = [&] {
    Transaction head;
    head.heads = {sign_head(node.tenant, node.writer.tip(v1::ACTS), signer)};
    return head;
  };
  {
    auto store = DataFolder::open_or_create(path, node.random).open_store(node.tenant);
    testing::commit(*store, node.open(signer.public_key()));
    testing::commit(*store, signed_now());
  }
  std::filesystem::copy_file(path / "journal.db", old);
  const DataFolder data = DataFolder::open(path);
  {
    auto store = data.open_store(node.tenant);
    testing::commit(*store, node.write({"done, and regretted"}));
  }
  const v1::SignedHead elsewhere = signed_now().heads[0];  // As central keeps it.
  SqlcipherJournal restored(old, data.key());
  CHECK(audit(restored).good());
  Verifier verifier(restored.tenant());
  verifier.expect_head(elsewhere);
  restored.rows([&](StoredRow&& row) {
    verifier.record(row.journal, row.seq, std::move(row.core), std::move(row.body), std::nullopt,
                    std::nullopt);
  });
  verifier.head(elsewhere, Ed25519Check());
  REQUIRE(verifier.findings().size() == 1);
  CHECK(verifier.findings()[0].seq == 2);
}

}  // namespace feldsher::tamper
