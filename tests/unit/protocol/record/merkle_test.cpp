#include "protocol/record/merkle.hpp"

#include <catch2/catch_test_macros.hpp>

#include "vectors.hpp"

namespace feldsher::testing {

TEST_CASE("the tree over a journal is that of RFC 9162", "[protocol][record][vectors][X7]") {
  const auto golden = vectors("merkle");
  MerkleEdge edge;
  for (const auto& tree : golden.at("trees").as_array()) {
    const auto leaves = number_of<std::uint64_t>(tree, "leaves");
    CAPTURE(leaves);
    while (edge.leaves() < leaves) {
      Digest leaf{};
      REQUIRE(digest_from(from_hex(std::string(golden.at("leaves").as_array()[edge.leaves()].as_string())),
                          leaf));
      edge.add(leaf);
    }
    CHECK(edge.root() == digest_of(tree, "root"));
    CHECK(edge.to_octets() == octets_of(tree, "edge"));
  }
  CHECK(edge.leaves() == 70);
}

TEST_CASE("a tree goes on growing from its stored edge as if it had never been put down",
          "[protocol][record]") {
  MerkleEdge whole;
  for (std::uint64_t i = 0; i < 300; ++i) {
    MerkleEdge restored;
    REQUIRE(restored.restore(i, whole.to_octets()));
    const Digest leaf = sha256(std::to_string(i));
    restored.add(leaf);
    whole.add(leaf);
    REQUIRE(restored.root() == whole.root());
    REQUIRE(restored.leaves() == i + 1);
  }
}

TEST_CASE("octets that are no edge of a tree of that size are refused", "[protocol][record]") {
  MerkleEdge edge, other;
  for (int i = 0; i < 5; ++i) edge.add(sha256(std::to_string(i)));
  const Octets octets = edge.to_octets();
  CHECK(other.restore(5, octets));
  CHECK_FALSE(other.restore(4, octets));
  CHECK_FALSE(other.restore(7, octets));
  CHECK_FALSE(other.restore(5, octets.substr(1)));
  CHECK_FALSE(other.restore(5, ""));
  CHECK(other.restore(0, ""));
}

}  // namespace feldsher::testing
