// Rows that somebody changed with the key in hand: the store itself believes none of them.
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include "journals.hpp"
#include "protocol/journal/sqlcipher_journal.hpp"
#include "protocol/journal/sqlcipher_store.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

const DatabaseKey key{{1, 2, 3}};

/// A closed journal of five acts (the file's journal 1) and two blocks of readings (journal 2), with an
/// answer, a subject of the scope and a head.
struct Held {
  Held() {
    SqlcipherStore store(path, node.tenant, key);
    for (int i = 1; i <= 5; ++i) commit(store, node.write({"act " + std::to_string(i)}));
    for (int i = 1; i <= 2; ++i) commit(store, node.write({"block"}, v1::READINGS));
    const Record elsewhere = WritingNode(7, node.tenant).write({"ada"}).records.front();
    Transaction beside;
    beside.answered = {{AskId{node.random.uuid_v7(1)}, "answer"}};
    beside.scope = {{elsewhere.subject, elsewhere.stored}};
    v1::Head head;
    head.set_origin(node.node.to_octets());
    head.set_stream(v1::ACTS);
    head.set_epoch(node.writer.epoch().value);
    beside.heads.emplace_back().set_head(head.SerializeAsString());
    commit(store, beside);
  }
  void change(const std::string& sql) const {
    sqlcipher::Database(path, key, sqlcipher::Access::write).execute(sql.c_str());
  }
  SqlcipherStore opened() const { return SqlcipherStore(path, node.tenant, key); }
  auto refused_at_opening(const char* why) const {
    CHECK_THROWS_MATCHES(opened(), Fault, MessageMatches(ContainsSubstring(why)));
  }

  TemporaryFolder folder;
  std::filesystem::path path = folder.path() / "journal.db";
  WritingNode node;
};

}  // namespace

TEST_CASE("an end of a journal that is none is noticed at opening", "[protocol][journal][X7]") {
  Held held;
  const char* unreadable = "the end of the journal cannot be read";
  SECTION("an origin of fifteen octets") {
    held.change("UPDATE journal SET origin=substr(origin, 1, 15) WHERE id=1");
    held.refused_at_opening(unreadable);
  }
  SECTION("a hash of one octet") {
    held.change("UPDATE journal SET hash=x'00' WHERE id=1");
    held.refused_at_opening(unreadable);
  }
  SECTION("a tree of another size") {
    held.change("UPDATE journal SET seq=4 WHERE id=1");
    held.refused_at_opening(unreadable);
  }
  const char* other = "it is not the last one that the journal holds";
  SECTION("another hash") {
    held.change("UPDATE journal SET hash=randomblob(32) WHERE id=1");
    held.refused_at_opening(other);
  }
  SECTION("an end before the last record, with a tree of that size") {
    held.change("UPDATE journal SET seq=6 WHERE id=1");
    held.refused_at_opening(other);
  }
  SECTION("no record at all") {
    held.change("DELETE FROM record WHERE journal=1");
    held.refused_at_opening(other);
  }
}

TEST_CASE("a file that does not say whose journal it is, or what it is, is refused",
          "[protocol][journal][X7]") {
  Held held;
  SECTION("no tenant") {
    held.change("DELETE FROM tenant");
    held.refused_at_opening("does not say whose journal it is");
  }
  SECTION("half a tenant") {
    held.change("UPDATE tenant SET id=substr(id, 1, 8)");
    held.refused_at_opening("does not say whose journal it is");
  }
  SECTION("another program's file") {
    held.change("PRAGMA application_id=1");
    held.refused_at_opening("is a database, but not a journal");
  }
}

TEST_CASE("a record that was changed is not read, and its neighbours are", "[protocol][journal][X7]") {
  Held held;
  auto refused = [&](const char* sql, std::uint64_t from, const char* why) {
    held.change(sql);
    auto store = held.opened();
    CHECK_THROWS_MATCHES(store.read(held.node.journal(), from, {}), Fault,
                         MessageMatches(ContainsSubstring(why)));
    CHECK(store.read(held.node.journal(v1::READINGS), 1, {}).size() == 2);
  };
  SECTION("a header that is none") {
    refused("UPDATE record SET core=x'ff' WHERE journal=1 AND seq=3", 1, "record 3 of ");
  }
  SECTION("another stands in its place") {
    refused(
        "UPDATE record SET core=(SELECT core FROM record WHERE journal=1 AND seq=4) WHERE journal=1 AND "
        "seq=3",
        1, "another stands in its place");
  }
  SECTION("one of another journal stands in its place") {
    refused(
        "UPDATE record SET core=(SELECT core FROM record WHERE journal=2 AND seq=2) WHERE journal=1 AND "
        "seq=2",
        1, "another stands in its place");
  }
  SECTION("it is gone") {
    refused("DELETE FROM record WHERE journal=1 AND seq=3", 1, "another stands in its place");
  }
  SECTION("the one before it is gone") {
    refused("DELETE FROM record WHERE journal=1 AND seq=3", 4, "record 3 of ");
  }
  SECTION("the hash before it is half") {
    refused("UPDATE record SET hash=substr(hash, 1, 16) WHERE journal=1 AND seq=3", 4, "it is missing");
  }
  SECTION("its hash is another") {
    refused("UPDATE record SET hash=randomblob(32) WHERE journal=1 AND seq=3", 1,
            "it is not what was hashed");
  }
}

TEST_CASE("a record of a journal that nobody knows stops what reads in the order of arrival",
          "[protocol][journal][X7]") {
  Held held;
  held.change("UPDATE record SET journal=99 WHERE journal=1 AND seq=2");
  auto store = held.opened();
  CHECK_THROWS_MATCHES(store.replay(0, [](std::uint64_t, Record&&) {}), Fault,
                       MessageMatches(ContainsSubstring("a record of an unknown journal")));
  CHECK_THROWS_AS(store.read_intake(0, {}), Fault);
}

TEST_CASE("a subject of the scope or a head that was changed is not believed", "[protocol][journal][X7]") {
  Held held;
  auto scope_refused = [&](const char* sql) {
    held.change(sql);
    auto store = held.opened();
    CHECK_THROWS_MATCHES(store.scope([](Record&&) {}), Fault,
                         MessageMatches(ContainsSubstring("a subject of the scope is damaged")));
  };
  SECTION("no predecessor") { scope_refused("UPDATE scope SET prev=x''"); }
  SECTION("no header") { scope_refused("UPDATE scope SET core=x'ff'"); }
  SECTION("another body") {
    scope_refused("UPDATE scope SET body=CAST(substr(body, 1, 16) || x'41' AS BLOB)");
  }
  SECTION("a head that is none") {
    held.change("UPDATE head SET octets=x'ff'");
    auto store = held.opened();
    CHECK_THROWS_MATCHES(store.heads(), Fault, MessageMatches(ContainsSubstring("a signed head is damaged")));
  }
}

TEST_CASE("an answer to nobody's ask is passed over", "[protocol][journal]") {
  Held held;
  held.change("INSERT INTO answered VALUES(x'00', x'01')");
  auto store = held.opened();
  int answers = 0;
  store.each_answered([&](AskId, const Octets& answer) {
    CHECK(answer == "answer");
    ++answers;
  });
  CHECK(answers == 1);
}

TEST_CASE("an erasure passes over what cannot be read, and erases the rest", "[protocol][journal][H11]") {
  Held held;
  held.change("UPDATE record SET core=x'ff' WHERE journal=1 AND seq=2; UPDATE scope SET core=x'ff'");
  auto store = held.opened();
  Transaction erase;
  std::size_t seen = 0;
  erase.erased.push_back([&](const Record& record) {
    ++seen;
    return record.stored.message() == "act 3";
  });
  commit(store, erase);
  CHECK(seen == 6);
  const auto rest = store.read(held.node.journal(), 4, {});
  CHECK(rest.size() == 2);
  CHECK(store.read_intake(4, {}).size() == 3);
}

TEST_CASE("a new journal never gets the number that another has", "[protocol][journal][X7]") {
  Held held;
  // As if a journal had been there in between once.
  held.change("UPDATE journal SET id=3 WHERE id=2; UPDATE record SET journal=3 WHERE journal=2");
  WritingNode other(9, held.node.tenant);
  {
    auto store = held.opened();
    commit(store, other.write({"first of its journal"}));
    commit(store, other.write({"second"}));
  }
  auto store = held.opened();
  CHECK(store.read(held.node.journal(v1::READINGS), 1, {}).size() == 2);
  CHECK(store.read(held.node.journal(), 1, {}).size() == 5);
  CHECK(store.read(other.journal(), 1, {}).size() == 2);
  CHECK(store.tips().size() == 3);
}

TEST_CASE("who audits sees every row as it lies there, also one that no store would read",
          "[protocol][journal][verify]") {
  Held held;
  {
    auto store = held.opened();
    Transaction more = held.node.write({"erased"});
    more.records[0].stored.body.reset();
    more.values = {{"node/a", "1"}, {"node/b", "2"}, {"other", "3"}};
    commit(store, more);
  }
  held.change(
      "INSERT INTO journal(id, origin, stream, epoch, seq, hash, edge) VALUES(9, x'00', 1, 1, 0, x'', x''); "
      "UPDATE record SET journal=9 WHERE journal=1 AND seq=2");
  SqlcipherJournal journal(held.path, key);
  CHECK(journal.tenant() == held.node.tenant);
  std::size_t rows = 0, bodies = 0, digests = 0, nameless = 0;
  journal.rows([&](StoredRow&& row) {
    ++rows;
    bodies += row.body.has_value();
    digests += row.body_digest.has_value();
    nameless += row.journal == JournalId{};
  });
  CHECK(rows == 8);
  CHECK(bodies == 7);
  CHECK(digests == 1);
  CHECK(nameless == 1);
  CHECK(journal.ends().size() == 2);
  std::vector<std::uint64_t> order;
  journal.rows_as_taken_in([&](StoredRow&& row) { order.push_back(row.seq); });
  CHECK(order == std::vector<std::uint64_t>{1, 2, 3, 4, 5, 1, 2, 6});
  CHECK(journal.values("node/") == std::map<std::string, Octets>{{"node/a", "1"}, {"node/b", "2"}});
  CHECK(journal.values("z").empty());
  CHECK(journal.heads().size() == 1);
}

TEST_CASE("a cut that is none is noticed at opening", "[protocol][journal][X7]") {
  Held held;
  const char* unreadable = "the cut of the journal cannot be read";
  const std::string at_two =
      "UPDATE journal SET cut_seq=2, cut_hash=(SELECT hash FROM record WHERE journal=1 AND seq=2)";
  SECTION("beyond the journal's end") {
    held.change("UPDATE journal SET cut_seq=6, cut_hash=hash WHERE id=1");
    held.refused_at_opening(unreadable);
  }
  SECTION("without a hash") {
    held.change("UPDATE journal SET cut_seq=2 WHERE id=1");
    held.refused_at_opening(unreadable);
  }
  SECTION("with a tree of another size") {
    held.change(at_two + ", cut_edge=x'00' WHERE id=1");
    held.refused_at_opening(unreadable);
  }
  SECTION("at the end, with another hash: the record there has to be there") {
    held.change("UPDATE journal SET cut_seq=seq, cut_hash=zeroblob(32) WHERE id=1");
    CHECK(held.opened().cuts().size() == 1);
    held.change("DELETE FROM record WHERE journal=1");
    held.refused_at_opening("it is not the last one that the journal holds");
  }
  SECTION("what was kept does not say which record was before it") {
    held.change(at_two + " WHERE id=1; UPDATE record SET prev=x'00' WHERE journal=1 AND seq=2");
    auto store = held.opened();
    CHECK_THROWS_MATCHES(store.kept([](Record&&) {}), Fault,
                         MessageMatches(ContainsSubstring("its `prev` cannot be read")));
  }
}

TEST_CASE("a journal is not cut at a record that is gone or changed", "[protocol][journal][X7]") {
  Held held;
  Transaction cut;
  cut.cuts = {held.node.writer.tip(v1::READINGS)};
  SECTION("its header is none") {
    held.change("UPDATE record SET core=x'ff' WHERE journal=2 AND seq=2");
    auto store = held.opened();
    CHECK_THROWS_MATCHES(commit(store, cut), Fault,
                         MessageMatches(ContainsSubstring("its header cannot be read")));
  }
  SECTION("it is gone") {
    held.change("DELETE FROM record WHERE journal=2 AND seq=1");
    cut.cuts[0].seq = 1;
    auto store = held.opened();
    CHECK_THROWS_MATCHES(commit(store, cut), Fault, MessageMatches(ContainsSubstring("it is missing")));
  }
}

}  // namespace feldsher::testing
