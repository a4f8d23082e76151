// A journal that was cut, in the hands of somebody who has its key: what verify proves of what was kept, of
// the checkpoint and of what follows, and that it finds each change.
#include <fstream>
#include <iterator>

#include "protocol/journal/audit.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/ed25519.hpp"
#include "stores.hpp"

namespace feldsher::testing {
namespace {

/// A point's journal, cut: twelve subjects, each acted on up to four times.
struct CutJournal {
  CutJournal() : file(folder.path() / "journal.db"), kept(later()) {
    auto store = std::make_unique<SqlcipherStore>(file, node.tenant, key);
    std::vector<Transaction> group{node.open(signer.public_key())};
    std::vector<SubjectKey> subjects;
    for (int i = 0; i < 12; ++i) subjects.push_back(node.draft("").subject);
    for (int i = 0; i < 40; ++i) {
      Draft draft = node.draft("state " + std::to_string(i));
      draft.subject = subjects[node.random.below(i < 30 ? 12 : 3)];
      group.push_back(node.seal({draft}, v1::ACTS));
      if (i % 8 == 0) group.push_back(node.write({"block"}, v1::READINGS));
      if (i == 29) {
        cuts = {node.writer.tip(v1::ACTS), node.writer.tip(v1::READINGS)};
        blocks_edge = std::exchange(cuts[1].edge, {});
      }
    }
    std::vector<RecordRange> gone;
    for (const Transaction& transaction : group)
      for (const Record& record : transaction.records)
        if (record.key.seq <= cuts[record.key.stream == v1::ACTS ? 0 : 1].seq)
          if (auto key = kept.pass(record)) gone.push_back({node.journal(key->stream), key->seq, key->seq});
    Transaction cut, drop, head;
    checkpoint =
        sign_checkpoint(make_checkpoint(node.tenant, node.node, node.writer.epoch(), cuts, kept), signer);
    countersign(checkpoint, central);
    cut.cuts = cuts;
    cut.values[checkpoint_value] = checkpoint.SerializeAsString();
    drop.dropped = gone;
    for (v1::Stream stream : {v1::ACTS, v1::READINGS}) {
      head.heads.push_back(sign_head(node.tenant, node.writer.tip(stream), signer));
      countersign(head.heads.back(), central);
    }
    group.push_back(std::move(head));
    store->commit(group);
    commit(*store, cut);
    before_drop = look();
    commit(*store, drop);
  }
  static KeptSet::Later later() {
    return [](const RecordKey& a, const RecordKey& b) { return a.seq > b.seq; };
  }
  /// As `verify --live` does: a copy is looked at.
  Audit look(const std::string& forgery = "") const {
    const auto copy = folder.path() / "copy.db";
    for (const char* part : {"", "-wal"}) {
      std::filesystem::remove(copy.string() + part);
      if (std::filesystem::exists(file.string() + part))
        std::filesystem::copy_file(file.string() + part, copy.string() + part);
    }
    if (!forgery.empty()) {
      sqlcipher::Database database(copy, key, sqlcipher::Access::write);
      database.execute(forgery.c_str());
    }
    SqlcipherJournal journal(copy, key);
    return audit(journal, {.central = {central.public_key()}});
  }
  Audit with_checkpoint(const v1::SignedCheckpoint& other) const {
    return look("UPDATE value SET octets=x'" + to_hex(other.SerializeAsString()) + "' WHERE name=x'" +
                to_hex(checkpoint_value) + "'");
  }
  WritingNode node;
  const Ed25519Signer signer{SigningKey::from_seed({7})}, central{SigningKey::from_seed({8})};
  TemporaryFolder folder;
  DatabaseKey key{{1, 2, 3}};
  std::filesystem::path file;
  KeptSet kept;
  std::vector<JournalTip> cuts;
  MerkleEdge blocks_edge;
  v1::SignedCheckpoint checkpoint;
  Audit before_drop;
};

std::string first(const Audit& audit) { return audit.good() ? "good" : audit.findings.at(0).what; }

}  // namespace

TEST_CASE("a cut journal is verified from its checkpoint on, before and after what is not needed was dropped",
          "[protocol][journal][X7]") {
  const CutJournal cut;
  CHECK(first(cut.before_drop) == "good");
  const Audit audit = cut.look();
  CHECK(first(audit) == "good");
  CHECK(audit.cuts.at(cut.node.journal()) == 31);
  CHECK(audit.rows.at(cut.node.journal()) == cut.kept.size() + 10);
  CHECK(audit.rows.at(cut.node.journal(v1::READINGS)) == 1);
  CHECK(audit.records == cut.kept.size() + 11);
  CHECK(cut.before_drop.records == 46);
}

TEST_CASE("of a cut journal with a page that cannot be read nothing is said that is not so",
          "[protocol][journal][verify][X7]") {
  const CutJournal cut;
  std::ifstream in(cut.file, std::ios::binary);
  const Octets whole{std::istreambuf_iterator<char>(in), {}};
  const auto copy = cut.folder.path() / cut.file.filename() += ".damaged";
  int lost_of_kept = 0;
  // Without its first page it cannot be opened.
  for (std::size_t page = 1; page < whole.size() / 4096; ++page) {
    Octets damaged = whole;
    damaged[page * 4096 + 100] ^= 1;
    std::ofstream(copy, std::ios::binary | std::ios::trunc) << damaged;
    SqlcipherJournal journal(copy, cut.key);
    const Audit audit = feldsher::audit(journal, {.central = {cut.central.public_key()}});
    CAPTURE(page + 1, audit.damage);
    CHECK((audit.findings.empty() || !audit.damage.empty()));
    for (const auto& finding : audit.findings) {
      CAPTURE(finding.seq, finding.what);
      const auto at = audit.cuts.find(finding.journal);
      CHECK((finding.seq == 0 || finding.what.starts_with("it cannot be read")));
      lost_of_kept += at != audit.cuts.end() && finding.seq != 0 && finding.seq <= at->second;
    }
    if (audit.findings.empty()) CHECK(audit.records == cut.kept.size() + 11);
  }
  CHECK(lost_of_kept > 0);
}

TEST_CASE("a journal that a new box began at the cut, from what was kept, is verified like the one before",
          "[protocol][journal][X7][N10]") {
  const CutJournal cut;
  SqlcipherStore former(cut.file, cut.node.tenant, cut.key);
  const auto file = cut.folder.path() / "new.db";
  {
    SqlcipherStore store(file, cut.node.tenant, cut.key);
    Transaction begin, rest;
    for (const JournalTip& tip : cut.cuts) {
      BegunJournal& begun = begin.begun.emplace_back();
      begun.cut = tip;
      begun.tree_known = tip.journal.stream == v1::ACTS;
      if (!begun.tree_known) begun.cut.edge = cut.blocks_edge;
      for (Record& record : former.read(tip.journal, tip.seq + 1, {}))
        rest.records.push_back(std::move(record));
    }
    former.kept([&](Record&& record) { begin.begun[0].kept.push_back(std::move(record)); });
    begin.values[checkpoint_value] = cut.checkpoint.SerializeAsString();
    rest.heads = former.heads();
    commit(store, begin);
    commit(store, rest);
  }
  SqlcipherJournal journal(file, cut.key);
  const Audit audit = feldsher::audit(journal, {.central = {cut.central.public_key()}});
  CHECK(first(audit) == "good");
  CHECK(audit.records == cut.look().records);
  CHECK(audit.heads == 2);
}

TEST_CASE("each change of what was kept, of the cut and of what follows is found",
          "[protocol][journal][X7]") {
  const CutJournal cut;
  const std::string kept =
      "seq<=31 AND journal=1 AND seq=(SELECT seq FROM record WHERE journal=1 AND seq<=31 "
      "ORDER BY seq LIMIT 1 OFFSET ";
  for (std::size_t i = 0; i < cut.kept.size(); ++i) {
    const std::string row = " WHERE " + kept + std::to_string(i) + ")";
    INFO("kept record " << i);
    CHECK_FALSE(cut.look("DELETE FROM record" + row).good());
    CHECK_FALSE(cut.look("UPDATE record SET body=CAST(body||x'00' AS BLOB)" + row).good());
    CHECK_FALSE(cut.look("UPDATE record SET core=CAST(core||x'f80701' AS BLOB)" + row).good());
    CHECK_FALSE(cut.look("UPDATE record SET hash=zeroblob(32)" + row).good());
    if (i > 0) CHECK_FALSE(cut.look("UPDATE record SET prev=zeroblob(32)" + row).good());
  }
  for (int seq = 32; seq <= 41; ++seq) {
    const std::string row = " WHERE journal=1 AND seq=" + std::to_string(seq);
    INFO("record " << seq);
    const Audit gone = cut.look("DELETE FROM record" + row);
    REQUIRE_FALSE(gone.good());
    CHECK(gone.findings[0].seq == static_cast<std::uint64_t>(seq));
    CHECK_FALSE(cut.look("UPDATE record SET body=CAST(body||x'00' AS BLOB)" + row).good());
  }
  for (const char* forgery :
       {"UPDATE journal SET cut_seq=30 WHERE id=1", "UPDATE journal SET cut_seq=0 WHERE id=1",
        "UPDATE journal SET cut_hash=zeroblob(32) WHERE id=1", "UPDATE journal SET cut_edge=NULL WHERE id=1",
        "UPDATE journal SET cut_edge=zeroblob(length(cut_edge)) WHERE id=1",
        "UPDATE journal SET cut_seq=cut_seq-1 WHERE id=2", "UPDATE journal SET cut_seq=0 WHERE id=2",
        "DELETE FROM value", "DELETE FROM record WHERE seq<=31",
        "UPDATE record SET seq=seq-1 WHERE journal=1 AND seq=(SELECT min(seq) FROM record WHERE journal=1 "
        "AND "
        "prev IS NOT NULL)"}) {
    INFO(forgery);
    CHECK_FALSE(cut.look(forgery).good());
  }
}

TEST_CASE("a kept record that was rewritten with all its hashes does not fit the checkpoint",
          "[protocol][journal][X7]") {
  const CutJournal cut;
  const auto copy = cut.folder.path() / "copy.db";
  StoredRow row, before;
  {
    REQUIRE(cut.look().good());
    SqlcipherJournal journal(copy, cut.key);
    // One with nobody on either side to say that it is another.
    journal.rows([&](StoredRow&& each) {
      if (each.journal != cut.node.journal() || each.seq > 31) return;
      if (before.prev && each.prev) row = before;
      before = std::move(each);
    });
  }
  REQUIRE(row.prev);
  Digest prev{};
  REQUIRE(digest_from(*row.prev, prev));
  Record forged;
  REQUIRE(read_record(row.core, std::string(16, 's') + "what never was", std::nullopt, prev, forged) ==
          RecordFault::none);
  const Audit audit =
      cut.look("UPDATE record SET body=x'" + to_hex(*forged.stored.body) + "', hash=x'" +
               to_hex(view_of(forged.stored.hash)) + "' WHERE journal=1 AND seq=" + std::to_string(row.seq));
  CHECK(first(audit) == "the checkpoint: what was kept before the cuts is not what it names");
}

TEST_CASE("no bit of a checkpoint can be changed, and nobody else can sign one", "[protocol][journal][X7]") {
  const CutJournal cut;
  CHECK(cut.checkpoint.key_id() == cut.signer.key_id());
  CHECK(cut.checkpoint.counter_key_id() == cut.central.key_id());
  for (std::size_t i = 0; i < cut.checkpoint.checkpoint().size(); ++i) {
    v1::SignedCheckpoint other = cut.checkpoint;
    (*other.mutable_checkpoint())[i] ^= 1;
    INFO("octet " << i);
    CHECK_FALSE(cut.with_checkpoint(other).good());
  }
  v1::SignedCheckpoint other = cut.checkpoint;
  other.set_signature(cut.central.sign("feldsher checkpoint" + other.checkpoint()));
  CHECK(first(cut.with_checkpoint(other)) == "the checkpoint: its node has not signed it");
  other = cut.checkpoint;
  other.set_countersignature(cut.signer.sign("feldsher checkpoint" + other.checkpoint()));
  CHECK(first(cut.with_checkpoint(other)) == "the checkpoint: central has not countersigned it");
  CHECK_FALSE(cut.with_checkpoint({}).good());
}

TEST_CASE("what is kept does not hang on the order in which records pass, nor on what was dropped",
          "[protocol][journal][X7]") {
  WritingNode node;
  std::vector<Record> records;
  std::vector<SubjectKey> subjects;
  for (int i = 0; i < 4; ++i) subjects.push_back(node.draft("").subject);
  records.push_back(node.open("key").records[0]);
  for (int i = 0; i < 20; ++i) {
    Draft draft = node.draft("state");
    draft.subject = subjects[node.random.below(4)];
    records.push_back(node.seal({draft}, v1::ACTS).records[0]);
  }
  KeptSet forward(CutJournal::later()), backward(CutJournal::later()), again(CutJournal::later());
  std::set<RecordKey> gone;
  for (const Record& record : records)
    if (auto key = forward.pass(record)) gone.insert(*key);
  for (auto record = records.rbegin(); record != records.rend(); ++record) backward.pass(*record);
  for (const Record& record : records)
    if (!gone.contains(record.key)) CHECK_FALSE(again.pass(record));
  CHECK(forward.size() == 5);
  CHECK(gone.size() == 16);
  for (const KeptSet* other : {&backward, &again}) {
    CHECK(other->root() == forward.root());
    CHECK(other->state_hash() == forward.state_hash());
    CHECK(other->size() == forward.size());
  }
}

TEST_CASE("a checkpoint that cannot be read, or is of another node or tenant, proves nothing",
          "[protocol][journal][X7]") {
  const CutJournal cut;
  const auto with = [&](const std::function<void(v1::Checkpoint&)>& change) {
    v1::Checkpoint content;
    REQUIRE(content.ParseFromString(cut.checkpoint.checkpoint()));
    change(content);
    return first(cut.with_checkpoint(sign_checkpoint(content, cut.signer)));
  };
  CHECK(first(cut.look("UPDATE value SET octets=x'ff' WHERE name=x'" + to_hex(checkpoint_value) + "'")) ==
        "the checkpoint: it is not of this node");
  CHECK(with([](v1::Checkpoint& of) { of.set_node("short"); }) == "the checkpoint: it is not of this node");
  CHECK(with([](v1::Checkpoint& of) { of.set_tenant(Octets(16, 't')); }) ==
        "the checkpoint: it is not of this node");
  CHECK(with([](v1::Checkpoint& of) { of.mutable_cuts()->RemoveLast(); }) ==
        "the checkpoint: other journals were cut");
  CHECK(with([](v1::Checkpoint& of) { of.mutable_cuts(0)->set_epoch(5); }) ==
        "the checkpoint: a journal was cut at another place");
  CHECK(with([](v1::Checkpoint& of) { of.set_epoch(5); }) == "the checkpoint: its node has not signed it");
  // Of a journal that was never cut it says nothing either.
  CHECK(first(cut.look("UPDATE journal SET cut_seq=0, cut_hash=NULL, cut_edge=NULL")) != "good");
}

}  // namespace feldsher::testing
