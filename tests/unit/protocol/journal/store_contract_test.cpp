// What every store promises.
#include "stores.hpp"

namespace feldsher::testing {

STORE_TEST("records come back octet by octet, in the order of their journal", "[K4]") {
  WritingNode node;
  TestType bench(node.tenant);
  Transaction first = node.write({"one", "two"}), second = node.write({"three"});
  const std::vector<Record> written{first.records[0], first.records[1], second.records[0]};
  (*bench).commit(std::vector<Transaction>{first, second});
  bench.reopen();
  auto read = (*bench).read(node.journal(), 1, {});
  REQUIRE(read.size() == 3);
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(read[i].stored.core == written[i].stored.core);
    CHECK(read[i].stored.body == written[i].stored.body);
    CHECK(read[i].stored.body_digest == written[i].stored.body_digest);
    CHECK(read[i].stored.prev == written[i].stored.prev);
    CHECK(read[i].stored.hash == written[i].stored.hash);
    CHECK(read[i].key == written[i].key);
  }
  CHECK(messages((*bench).read(node.journal(), 3, {})) == Texts{"three"});
  CHECK((*bench).read(node.journal(), 4, {}).empty());
  CHECK((*bench).read(node.journal(), 0, {}).empty());
  CHECK((*bench).read(node.journal(v1::READINGS), 1, {}).empty());
}

STORE_TEST("an erased body is gone, and its header, digest and place stay", "[H11]") {
  WritingNode node;
  TestType bench(node.tenant);
  const Transaction written =
      node.write({"kept", "erased, and long enough to be a body of a patient", "kept too"});
  commit(*bench, written);
  Transaction scope;
  for (const int i : {0, 1}) scope.scope.push_back({written.records[i].subject, written.records[i].stored});
  commit(*bench, scope);
  Transaction erase = node.write({"erased as it comes"});
  erase.erased.push_back([](const Record& record) { return record.stored.message().starts_with("erased"); });
  commit(*bench, erase);
  bench.reopen();
  const auto read = (*bench).read(node.journal(), 1, {});
  REQUIRE(read.size() == 4);
  for (const std::size_t i : {1U, 3U}) {
    const Record& before = i == 1 ? written.records[1] : erase.records[0];
    CHECK_FALSE(read[i].stored.body.has_value());
    CHECK(read[i].stored.core == before.stored.core);
    CHECK(read[i].stored.body_digest == before.stored.body_digest);
    CHECK(read[i].stored.hash == before.stored.hash);
  }
  CHECK(read[0].stored.message() == "kept");
  CHECK(read[2].stored.message() == "kept too");
  std::vector<std::string> left;
  (*bench).scope([&](Record&& record) { left.emplace_back(record.stored.message()); });
  CHECK(left == Texts{"kept"});
  std::uint64_t replayed = 0;
  (*bench).replay(0, [&](std::uint64_t, Record&&) { ++replayed; });
  CHECK(replayed == 4);
  // Again is harmless, and the journal goes on.
  Transaction again = node.write({"next"});
  again.erased = erase.erased;
  commit(*bench, again);
  CHECK((*bench).read(node.journal(), 1, {}).size() == 5);
}

STORE_TEST("a read is cut between transactions, never within one", "[K4]") {
  WritingNode node;
  TestType bench(node.tenant);
  commit(*bench, node.write({"a", "b", "c"}));
  commit(*bench, node.write({"d"}));
  commit(*bench, node.write({"e", "f"}));
  auto& store = *bench;
  CHECK(messages(store.read(node.journal(), 1, {.records = 1})) == Texts{"a", "b", "c"});
  CHECK(messages(store.read(node.journal(), 1, {.records = 4})) == Texts{"a", "b", "c", "d"});
  CHECK(messages(store.read(node.journal(), 1, {.records = 5})) == Texts{"a", "b", "c", "d"});
  CHECK(messages(store.read(node.journal(), 1, {.records = 6})) == Texts{"a", "b", "c", "d", "e", "f"});
  CHECK(messages(store.read(node.journal(), 4, {.records = 100, .octets = 1})) == Texts{"d"});
  CHECK(messages(store.read(node.journal(), 2, {.records = 1})) == Texts{"b", "c"});
}

STORE_TEST("the ends of the journals are enough to go on writing", "[K4]") {
  WritingNode node;
  TestType bench(node.tenant);
  commit(*bench, node.write({"a", "b", "c"}));
  commit(*bench, node.write({"r"}, v1::READINGS));
  bench.reopen();
  JournalWriter writer(node.tenant, node.node, node.writer.epoch(), node.random);
  auto tips = (*bench).tips();
  REQUIRE(tips.size() == 2);
  for (const JournalTip& tip : tips) {
    const JournalTip& expected = node.writer.tip(tip.journal.stream);
    CHECK(tip.seq == expected.seq);
    CHECK(tip.hash == expected.hash);
    CHECK(tip.edge.root() == expected.edge.root());
    writer.resume(tip);
  }
  Transaction next;
  next.records = writer.seal(v1::ACTS, std::vector<Draft>{node.draft("d")}, node.now);
  commit(*bench, next);
  CHECK(messages((*bench).read(node.journal(), 1, {})) == Texts{"a", "b", "c", "d"});
}

STORE_TEST("records of every origin are replayed in the order in which they came in", "[K4]") {
  WritingNode here(1), there(2, here.tenant);
  TestType bench(here.tenant);
  commit(*bench, here.write({"h1"}));
  commit(*bench, there.write({"t1", "t2"}));
  commit(*bench, here.write({"h2"}));
  bench.reopen();
  commit(*bench, there.write({"t3"}));
  Texts seen;
  std::vector<std::uint64_t> numbers;
  (*bench).replay(0, [&](std::uint64_t intake, Record&& record) {
    numbers.push_back(intake);
    seen.emplace_back(record.stored.message());
  });
  CHECK(seen == Texts{"h1", "t1", "t2", "h2", "t3"});
  CHECK(numbers == std::vector<std::uint64_t>{1, 2, 3, 4, 5});
  seen.clear();
  (*bench).replay(2, [&](std::uint64_t, Record&& record) {
    CHECK(record.stored.hash ==
          header_hash(record.stored.core, record.stored.body_digest, record.stored.prev));
    seen.emplace_back(record.stored.message());
  });
  CHECK(seen == Texts{"t2", "h2", "t3"});
}

STORE_TEST("whole transactions of every origin are read in the order in which they came in", "[K4][N8]") {
  WritingNode node, other(9);
  TestType bench(node.tenant);
  auto& store = *bench;
  CHECK(store.read_intake(0, {}).empty());
  std::vector<Digest> written;
  auto note = [&](Transaction transaction) {
    for (const Record& record : transaction.records) written.push_back(record.stored.hash);
    return transaction;
  };
  commit(store, note(node.write({"a", "b"})));
  commit(store, note(other.write({"c"})));
  commit(store, note(node.write({"d", "e", "f"})));
  commit(store, note(other.write({"g"}, v1::READINGS)));
  const auto all = store.read_intake(0, {});
  REQUIRE(all.size() == written.size());
  // Hash by hash: the place that each has in its own journal's chain is right too.
  for (std::size_t i = 0; i < all.size(); ++i) CHECK(all[i].stored.hash == written[i]);
  CHECK(messages(store.read_intake(0, {.records = 1})) == Texts{"a", "b"});
  CHECK(messages(store.read_intake(2, {.records = 2})) == Texts{"c"});
  CHECK(messages(store.read_intake(3, {.records = 1, .octets = 1})) == Texts{"d", "e", "f"});
  CHECK(messages(store.read_intake(4, {.records = 1})) == Texts{"e", "f"});
  CHECK(messages(store.read_intake(6, {})) == Texts{"g"});
  CHECK(store.read_intake(7, {}).empty());
  CHECK(store.read_intake(99, {}).empty());
}

STORE_TEST("a repeated ask finds the answer that it got", "[K5]") {
  WritingNode node;
  TestType bench(node.tenant);
  const AskId ask{node.random.uuid_v7(1)}, other{node.random.uuid_v7(1)};
  Transaction transaction = node.write({"ticket"});
  transaction.answered = {{ask, Octets("answer\0with a zero", 18)}};
  commit(*bench, std::move(transaction));
  bench.reopen();
  CHECK((*bench).answered(ask) == Octets("answer\0with a zero", 18));
  CHECK_FALSE((*bench).answered(other).has_value());
  transaction = {};
  transaction.answered = {{other, "second"}};
  commit(*bench, std::move(transaction));
  std::map<AskId, Octets> all;
  (*bench).each_answered([&](AskId id, Octets answer) { all[id] = std::move(answer); });
  CHECK(all == std::map<AskId, Octets>{{ask, Octets("answer\0with a zero", 18)}, {other, "second"}});
  transaction = {};
  transaction.forgotten = {ask};
  CHECK_FALSE(transaction.empty());
  commit(*bench, std::move(transaction));
  bench.reopen();
  CHECK_FALSE((*bench).answered(ask).has_value());
  CHECK((*bench).answered(other) == Octets("second"));
}

STORE_TEST("a subject of the scope is replaced, and leaves with its body", "[K4]") {
  WritingNode elsewhere(7);
  TestType bench(elsewhere.tenant);
  auto scope = [&] {
    std::map<SubjectKey, Record> found;
    (*bench).scope([&](Record&& record) { found[record.subject] = std::move(record); });
    return found;
  };
  auto written = elsewhere.write({"ada", "ben", "cyd"}).records;
  Transaction enter;
  for (const Record& record : written) enter.scope.push_back({record.subject, record.stored});
  commit(*bench, std::move(enter));
  bench.reopen();
  auto held = scope();
  REQUIRE(held.size() == 3);
  for (const Record& record : written) {
    CHECK(held.at(record.subject).stored.hash == record.stored.hash);
    CHECK(held.at(record.subject).stored.message() == record.stored.message());
  }

  Transaction change;
  StoredRecord bodiless = written[1].stored;
  bodiless.body.reset();
  change.scope = {{written[0].subject, std::nullopt}, {written[1].subject, bodiless}};
  commit(*bench, std::move(change));
  held = scope();
  CHECK(held.size() == 2);
  CHECK_FALSE(held.contains(written[0].subject));
  CHECK_FALSE(held.at(written[1].subject).stored.body.has_value());
  CHECK(held.at(written[1].subject).stored.hash == written[1].stored.hash);
  CHECK((*bench).tips().empty());  // What the feed gives is in nobody's journal here.
}

STORE_TEST("a new feed begins with an empty scope", "[K4]") {
  WritingNode elsewhere(7);
  TestType bench(elsewhere.tenant);
  auto written = elsewhere.write({"old", "new"}).records;
  Transaction enter;
  enter.scope = {{written[0].subject, written[0].stored}};
  commit(*bench, std::move(enter));
  Transaction anew;
  anew.clear_scope = true;
  anew.scope = {{written[1].subject, written[1].stored}};
  commit(*bench, std::move(anew));
  Texts seen;
  (*bench).scope([&](Record&& record) { seen.emplace_back(record.stored.message()); });
  CHECK(seen == Texts{"new"});
}

STORE_TEST("intake chunks stay until they are sealed, and go with the commit that seals them", "[K4]") {
  WritingNode node;
  TestType bench(node.tenant);
  Transaction arrive;
  arrive.intake = {{7, "seven"}, {9, Octets("ni\0ne", 5)}};
  commit(*bench, std::move(arrive));
  bench.reopen();
  auto chunks = (*bench).intake();
  REQUIRE(chunks.size() == 2);
  CHECK(chunks[0].id == 7);
  CHECK(chunks[1].octets == Octets("ni\0ne", 5));
  Transaction sealed = node.write({"block"}, v1::READINGS);
  sealed.emptied = {7};
  commit(*bench, std::move(sealed));
  chunks = (*bench).intake();
  REQUIRE(chunks.size() == 1);
  CHECK(chunks[0].id == 9);
}

STORE_TEST("a value is the last one that was committed", "[K4]") {
  WritingNode node;
  TestType bench(node.tenant);
  Transaction first, second;
  first.values = {{"ticket", "a"}, {"position", ""}};
  second.values = {{"ticket", "b"}};
  (*bench).commit(std::vector<Transaction>{first, second});
  bench.reopen();
  CHECK((*bench).value("ticket") == "b");
  CHECK((*bench).value("position") == "");
  CHECK_FALSE((*bench).value("unheard of").has_value());
}

STORE_TEST("values are found by the beginning of their names", "[K4]") {
  WritingNode node;
  TestType bench(node.tenant);
  Transaction transaction;
  transaction.values = {{"node/a", "1"}, {"node/b", "2"}, {"node", "0"}, {"node0", "3"}, {"z", "4"}};
  commit(*bench, std::move(transaction));
  CHECK((*bench).values("node/") == std::map<std::string, Octets>{{"node/a", "1"}, {"node/b", "2"}});
  CHECK((*bench).values("").size() == 5);
  CHECK((*bench).values("none").empty());
}

STORE_TEST("each journal keeps its newest signed head", "[K3]") {
  WritingNode node;
  TestType bench(node.tenant);
  auto head_at = [&](std::uint64_t seq, v1::Stream stream) {
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
  };
  Transaction transaction;
  transaction.heads = {head_at(1, v1::ACTS), head_at(4, v1::READINGS)};
  commit(*bench, transaction);
  transaction.heads = {head_at(2, v1::ACTS)};
  commit(*bench, transaction);
  bench.reopen();
  auto heads = (*bench).heads();
  REQUIRE(heads.size() == 2);
  std::vector<std::string> signatures{heads[0].signature(), heads[1].signature()};
  std::sort(signatures.begin(), signatures.end());
  CHECK(signatures == Texts{"signature 2", "signature 4"});
}

STORE_TEST("a record of another tenant, out of order or on another chain is refused with its whole group",
           "[K3][K9]") {
  WritingNode node(1), foreign(2, {*Uuid::from_text("0190c0de-0000-7000-8000-00000000beef")});
  TestType bench(node.tenant);
  commit(*bench, node.write({"kept"}));
  Transaction good = node.write({"good"});
  Transaction bad;
  SECTION("of another tenant") { bad = foreign.write({"foreign"}); }
  SECTION("a gap") {
    node.write({"never committed"});
    bad = node.write({"after the gap"});
  }
  SECTION("the same again") { bad = good; }
  SECTION("another chain") {
    bad = node.write({"next"});
    Record& record = bad.records[0];
    Digest wrong = record.stored.prev;
    wrong[0] ^= 1;
    REQUIRE(read_record(Octets(record.stored.core), record.stored.body, std::nullopt, wrong, record) ==
            RecordFault::none);
  }
  SECTION("the first of a journal is not its first") {
    WritingNode other(3, node.tenant);
    other.write({"first"});
    bad = other.write({"second"});
  }
  good.values = {{"moved", "yes"}};
  CHECK_THROWS_AS((*bench).commit(std::vector<Transaction>{good, bad}), std::logic_error);
  CHECK(messages((*bench).read(node.journal(), 1, {})) == Texts{"kept"});
  CHECK_FALSE((*bench).value("moved").has_value());
  CHECK((*bench).tips().size() == 1);
  // What was refused is not half there: the good one alone still fits.
  commit(*bench, good);
  bench.reopen();
  CHECK(messages((*bench).read(node.journal(), 1, {})) == Texts{"kept", "good"});
}

STORE_TEST("after a failed commit a store takes nothing more", "[K4]") {
  WritingNode node;
  TestType bench(node.tenant);
  commit(*bench, node.write({"kept"}));
  std::vector<Transaction> group;
  group.push_back(node.write({std::string(100'000, 'x')}));
  CHECK_THROWS_AS(bench.commit_on_a_full_disk(group), Fault);
  Transaction small;
  small.values = {{"later", "no"}};
  CHECK_THROWS_AS(commit(*bench, small), Fault);
}

TEST_CASE("what was durable before a full disk is there after it, and the store goes on from there",
          "[protocol][journal][K4]") {
  WritingNode node;
  OnDisk bench(node.tenant);
  commit(*bench, node.write({"kept"}));
  std::vector<Transaction> group;
  group.push_back(node.write({std::string(100'000, 'x')}));
  REQUIRE_THROWS_AS(bench.commit_on_a_full_disk(group), Fault);
  CHECK_THROWS_AS((*bench).tips(), Fault);
  CHECK_THROWS_AS((*bench).read(node.journal(), 1, {}), Fault);
  bench.reopen();
  CHECK(messages((*bench).read(node.journal(), 1, {})) == Texts{"kept"});
  commit(*bench, group[0]);
  CHECK((*bench).read(node.journal(), 2, {}).size() == 1);
}

}  // namespace feldsher::testing
