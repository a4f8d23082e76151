// What of a journal's acts stays before a cut, and which of two lives is the younger.
#include "protocol/journal/kept_set.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>

#include "journals.hpp"
#include "protocol/journal/checkpoint.hpp"
#include "protocol/journal/life_order.hpp"

namespace feldsher::testing {
namespace {

bool later_seq(const RecordKey& a, const RecordKey& b) { return a.seq > b.seq; }

/// A life's `opened`, and two later acts on the same subject: the node itself.
std::vector<Record> opened_and_renamed() {
  WritingNode node;
  std::vector<Record> records = node.open("key").records;
  for (const char* text : {"renamed", "renamed again"}) {
    Draft draft = node.draft(text);
    draft.subject = {v1::NODE, node.node.uuid};
    records.push_back(node.seal({draft}, v1::ACTS).records.front());
  }
  return records;
}

}  // namespace

TEST_CASE("a life's `opened` is kept beside the last act on its subject, in whatever order they pass",
          "[protocol][journal][X7]") {
  std::vector<Record> records = opened_and_renamed();
  std::optional<Digest> root;
  std::sort(records.begin(), records.end(), [](const Record& a, const Record& b) { return a.key < b.key; });
  do {
    KeptSet kept(later_seq);
    for (const Record& record : records) {
      const auto gone = kept.pass(record);
      if (gone) CHECK(gone->seq == 2);  // Never the `opened`, never the last.
    }
    CHECK(kept.size() == 2);
    if (!root) root = kept.root();
    CHECK(kept.root() == *root);
  } while (std::next_permutation(records.begin(), records.end(),
                                 [](const Record& a, const Record& b) { return a.key < b.key; }));
}

TEST_CASE("a record that passes again changes nothing, and is not told to go", "[protocol][journal][X7]") {
  const std::vector<Record> records = opened_and_renamed();
  KeptSet kept(later_seq);
  for (const Record& record : records) kept.pass(record);
  const Digest root = kept.root();
  CHECK_FALSE(kept.pass(records[0]).has_value());
  CHECK_FALSE(kept.pass(records[2]).has_value());
  CHECK(kept.pass(records[1]) == records[1].key);
  CHECK(kept.root() == root);
}

TEST_CASE("the lives of a checkpoint are in the order of its cuts, and one that it does not name is younger",
          "[protocol][journal][X7]") {
  v1::Checkpoint checkpoint;
  for (const std::uint64_t epoch : {9, 4, 9, 6}) checkpoint.add_cuts()->set_epoch(epoch);
  const KeptSet::Later later = order_of(checkpoint);
  const NodeId node{*Uuid::from_text("0190c0de-0000-7000-8000-00000000beef")};
  const auto at = [&](std::uint64_t epoch, std::uint64_t seq) {
    return RecordKey{node, v1::ACTS, Epoch{epoch}, seq};
  };
  CHECK(later(at(4, 1), at(9, 7)));
  CHECK(later(at(6, 1), at(4, 7)));
  CHECK_FALSE(later(at(9, 8), at(6, 7)));
  CHECK(later(at(9, 8), at(9, 7)));
  CHECK_FALSE(later(at(9, 7), at(9, 8)));
  CHECK(later(at(5, 1), at(6, 7)));
  CHECK_FALSE(later(at(6, 7), at(5, 1)));
}

TEST_CASE("lives keep the place in which they were taken up, and one that was not is younger than all",
          "[protocol][journal][X7]") {
  LifeOrder lives;
  CHECK(lives.empty());
  CHECK(lives.youngest() == Epoch{});
  for (const std::uint64_t epoch : {9, 4, 9}) lives.take(Epoch{epoch});
  CHECK_FALSE(lives.empty());
  CHECK(lives.all() == std::vector{Epoch{9}, Epoch{4}});
  CHECK(lives.youngest() == Epoch{4});
  CHECK(lives.contains(Epoch{9}));
  CHECK_FALSE(lives.contains(Epoch{5}));
  const NodeId node{*Uuid::from_text("0190c0de-0000-7000-8000-00000000beef")};
  const auto at = [&](std::uint64_t epoch, std::uint64_t seq) {
    return RecordKey{node, v1::ACTS, Epoch{epoch}, seq};
  };
  CHECK(lives.later(at(4, 1), at(9, 7)));
  CHECK_FALSE(lives.later(at(9, 7), at(4, 1)));
  CHECK(lives.later(at(5, 1), at(4, 7)));
  CHECK(lives.later(at(9, 8), at(9, 7)));
}

}  // namespace feldsher::testing
