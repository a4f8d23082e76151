// What every store promises.
#include "stores.hpp"

namespace feldsher::testing {

STORE_TEST("records come back octet by octet, in the order of their journal", "[X11]") {
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

STORE_TEST("a read is cut between transactions, never within one", "[X11]") {
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

STORE_TEST("the ends of the journals are enough to go on writing", "[X11]") {
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

STORE_TEST("records of every origin are replayed in the order in which they came in", "[X11]") {
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

STORE_TEST("whole transactions of every origin are read in the order in which they came in", "[X11]") {
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

STORE_TEST("a subject of the scope is replaced, and leaves with its body", "[X5]") {
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

STORE_TEST("intake chunks stay until they are sealed, and go with the commit that seals them", "[X11]") {
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

STORE_TEST("a value is the last one that was committed", "[X11]") {
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

STORE_TEST("values are found by the beginning of their names", "[X11]") {
  WritingNode node;
  TestType bench(node.tenant);
  Transaction transaction;
  transaction.values = {{"node/a", "1"}, {"node/b", "2"}, {"node", "0"}, {"node0", "3"}, {"z", "4"}};
  commit(*bench, std::move(transaction));
  CHECK((*bench).values("node/") == std::map<std::string, Octets>{{"node/a", "1"}, {"node/b", "2"}});
  CHECK((*bench).values("").size() == 5);
  CHECK((*bench).values("none").empty());
}

STORE_TEST("an erasure asks about what has a body, in the journals and in the scope", "[H11]") {
  WritingNode node;
  TestType bench(node.tenant);
  Transaction written = node.write({"gone", "there"});
  written.records[0].stored.body.reset();
  for (const Record& record : written.records) written.scope.push_back({record.subject, record.stored});
  commit(*bench, std::move(written));
  Transaction erase;
  std::vector<std::string> asked;
  erase.erased.push_back([&](const Record& record) {
    asked.emplace_back(record.stored.message());
    return true;
  });
  commit(*bench, erase);
  CHECK(asked == Texts{"there", "there"});
  std::size_t left = 0;
  (*bench).scope([&](Record&& record) { left += record.stored.body ? 100 : 1; });
  CHECK(left == 1);
}

}  // namespace feldsher::testing
