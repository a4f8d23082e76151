// Which signed heads a store keeps: what the node has signed last, and how far central has countersigned.
#include <algorithm>

#include "stores.hpp"

namespace feldsher::testing {
namespace {

v1::SignedHead head_at(const WritingNode& node, std::uint64_t seq, v1::Stream stream = v1::ACTS) {
  v1::Head head;
  head.set_tenant(node.tenant.to_octets());
  head.set_origin(node.node.to_octets());
  head.set_stream(stream);
  head.set_epoch(node.writer.epoch().value);
  head.set_seq(seq);
  v1::SignedHead signed_head;
  signed_head.set_head(head.SerializeAsString());
  signed_head.set_signature("signature " + std::to_string(seq));
  return signed_head;
}

v1::SignedHead countersigned_at(const WritingNode& node, std::uint64_t seq, const char* by = "central") {
  v1::SignedHead head = head_at(node, seq);
  head.set_countersignature(by);
  return head;
}

void put(JournalStore& store, std::vector<v1::SignedHead> heads) {
  Transaction transaction;
  transaction.heads = std::move(heads);
  commit(store, std::move(transaction));
}

/// Of each head its signature, and who countersigned it.
Texts held(JournalStore& store) {
  Texts texts;
  for (const v1::SignedHead& head : store.heads())
    texts.push_back(head.signature() +
                    (head.countersignature().empty() ? "" : ", " + head.countersignature()));
  return texts;
}

}  // namespace

STORE_TEST("each journal keeps its newest signed head", "[X7]") {
  WritingNode node;
  TestType bench(node.tenant);
  put(*bench, {head_at(node, 1), head_at(node, 4, v1::READINGS)});
  put(*bench, {head_at(node, 2)});
  bench.reopen();
  Texts heads = held(*bench);
  std::sort(heads.begin(), heads.end());
  CHECK(heads == Texts{"signature 2", "signature 4"});
}

STORE_TEST("a head that is signed again does not take central's countersignature away", "[X7]") {
  WritingNode node;
  TestType bench(node.tenant);
  put(*bench, {countersigned_at(node, 4)});
  put(*bench, {head_at(node, 4)});
  bench.reopen();
  CHECK(held(*bench) == Texts{"signature 4, central"});
}

STORE_TEST("how far central has countersigned stays beside what the node has signed since", "[X7]") {
  WritingNode node;
  TestType bench(node.tenant);
  put(*bench, {countersigned_at(node, 4)});
  put(*bench, {head_at(node, 5)});
  put(*bench, {head_at(node, 6)});
  bench.reopen();
  CHECK(held(*bench) == Texts{"signature 4, central", "signature 6"});
  // A countersignature comes later than the node's next head, or overtakes it.
  put(*bench, {countersigned_at(node, 5)});
  CHECK(held(*bench) == Texts{"signature 5, central", "signature 6"});
  put(*bench, {countersigned_at(node, 6)});
  bench.reopen();
  CHECK(held(*bench) == Texts{"signature 6, central"});
  put(*bench, {countersigned_at(node, 3)});
  CHECK(held(*bench) == Texts{"signature 6, central"});
  // Its key was rotated, and it has countersigned the same head again.
  put(*bench, {countersigned_at(node, 6, "central anew")});
  CHECK(held(*bench) == Texts{"signature 6, central anew"});
}

TEST_CASE("a file that could keep one head of a journal only is opened, and keeps two from then on",
          "[protocol][journal][X7]") {
  WritingNode node;
  OnDisk bench(node.tenant);
  put(*bench, {countersigned_at(node, 4)});
  bench.store.reset();
  sqlcipher::Database(bench.folder.path() / "journal.db", bench.key, sqlcipher::Access::write)
      .execute("ALTER TABLE head DROP COLUMN own; PRAGMA user_version=2");
  CHECK(SqlcipherJournal(bench.folder.path() / "journal.db", bench.key).heads().size() == 1);
  bench.reopen();
  put(*bench, {head_at(node, 5)});
  bench.reopen();
  CHECK(held(*bench) == Texts{"signature 4, central", "signature 5"});
  bench.store.reset();
  CHECK(SqlcipherJournal(bench.folder.path() / "journal.db", bench.key).heads().size() == 2);
}

}  // namespace feldsher::testing
