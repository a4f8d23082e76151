// The key that signs a node's heads, on its disk: what is believed of it, and how another takes its place.
#include "protocol/journal/head_key_file.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

#include "journals.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/journal/head_keys.hpp"
#include "protocol/journal/memory_store.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

/// A node's folder with a head key, and its store, in which no life has begun yet.
struct KeyFolder {
  KeyFolder() { SigningKey::from_seed({7}).save(head_key); }
  void rotate() { rotate_head_key(head_key, store, node.node); }
  /// A life begins with the key that is there, as a start of the program has it.
  void begin_life() {
    node.writer.begin(Epoch{node.random.u64() | 1});
    commit(store, node.open(load_head_key(head_key).public_key()));
  }
  Octets content(const std::filesystem::path& file) const { return read_secret_file(file); }

  TemporaryFolder folder;
  std::filesystem::path head_key = folder.path() / "head.key", handover = folder.path() / "head.handover";
  const Ed25519Signer first{SigningKey::from_seed({7})};
  const Ed25519Check check;
  WritingNode node;
  MemoryStore store{node.tenant};
};

}  // namespace

TEST_CASE("a head key that was never rotated has been handed over by nobody", "[protocol][journal][X7]") {
  KeyFolder folder;
  const Ed25519Signer signer = load_head_key(folder.head_key);
  CHECK(signer.public_key() == folder.first.public_key());
  CHECK(signer.handover().empty());
}

TEST_CASE("a rotated head key is loaded with what the former one signed for it, rotation after rotation",
          "[protocol][journal][X7]") {
  KeyFolder folder;
  HeadKeys keys({folder.first.public_key()}, folder.check);
  for (int i = 0; i < 3; ++i) {
    folder.begin_life();
    folder.begin_life();
    const Octets former = load_head_key(folder.head_key).public_key();
    folder.rotate();
    const Ed25519Signer next = load_head_key(folder.head_key);
    CHECK(next.public_key() != former);
    CHECK(folder.check.verify(former, handover_octets(next.public_key()), next.handover()));
    CHECK_FALSE(keys.holds(next.public_key()));
    CHECK(keys.take(next.public_key(), next.handover()));
  }
  CHECK(keys.all().size() == 4);
}

TEST_CASE("a key that nobody has heard of hands over to none, and nothing is changed",
          "[protocol][journal][X7]") {
  KeyFolder folder;
  const Octets before = folder.content(folder.head_key);
  WritingNode other(2, folder.node.tenant);
  SECTION("no life has begun at all") {}
  SECTION("another node's life has begun with it") {
    commit(folder.store, other.open(folder.first.public_key()));
  }
  SECTION("the node's life has begun with another key") { commit(folder.store, folder.node.open("another")); }
  SECTION("the node's `opened` cannot be read") {
    Draft opened = folder.node.draft("\xff\xff");
    opened.verb = v1::OPENED;
    commit(folder.store, folder.node.seal({opened}, v1::ACTS));
  }
  SECTION("it was rotated, and no life has begun with it since") {
    folder.begin_life();
    folder.rotate();
    const Octets rotated = folder.content(folder.head_key);
    CHECK_THROWS_AS(folder.rotate(), Fault);
    CHECK(folder.content(folder.head_key) == rotated);
    return;
  }
  commit(folder.store, folder.node.write({"an act that opens nothing"}));
  CHECK_THROWS_MATCHES(folder.rotate(), Fault,
                       MessageMatches(ContainsSubstring("the present head key has signed nothing yet")));
  CHECK(folder.content(folder.head_key) == before);
  CHECK_FALSE(std::filesystem::exists(folder.handover));
}

TEST_CASE("a rotation that was cut off before the new key came leaves the former one as it was",
          "[protocol][journal][X7]") {
  KeyFolder folder;
  const Octets never_came = Ed25519Signer(SigningKey::from_seed({8})).public_key();
  replace_secret_file(folder.handover, never_came + folder.first.sign(handover_octets(never_came)));
  CHECK(load_head_key(folder.head_key).handover().empty());
  // And the next one goes through.
  folder.begin_life();
  folder.rotate();
  CHECK_FALSE(load_head_key(folder.head_key).handover().empty());
}

TEST_CASE("a handover that was cut or forged makes nobody believe the key", "[protocol][journal][X7]") {
  KeyFolder folder;
  folder.begin_life();
  folder.rotate();
  const Octets whole = folder.content(folder.handover);
  const auto believed = [&](const Octets& content) {
    replace_secret_file(folder.handover, content);
    const Ed25519Signer signer = load_head_key(folder.head_key);
    return HeadKeys({folder.first.public_key()}, folder.check).take(signer.public_key(), signer.handover());
  };
  CHECK(believed(whole));
  for (const std::size_t octets : {0, 1, 31, 32, 33, 64, 95}) CHECK_FALSE(believed(whole.substr(0, octets)));
  for (const std::size_t at : {0, 31, 32, 95}) {
    Octets forged = whole;
    forged[at] ^= 1;
    CHECK_FALSE(believed(forged));
  }
  CHECK_FALSE(believed(whole + "more"));
}

TEST_CASE("a head key or handover that is missing, is none, or that others may read, is refused",
          "[protocol][journal][X7]") {
  using std::filesystem::perms;
  KeyFolder folder;
  folder.begin_life();
  folder.rotate();
  const Octets key = folder.content(folder.head_key);
  SECTION("others may read the key") { permissions(folder.head_key, perms::group_read | perms::owner_all); }
  SECTION("others may read the handover") {
    permissions(folder.handover, perms::others_read | perms::owner_all);
  }
  SECTION("no key") { std::filesystem::remove(folder.head_key); }
  SECTION("half a key") { replace_secret_file(folder.head_key, key.substr(0, key.size() / 2)); }
  SECTION("another file") { replace_secret_file(folder.head_key, "some text"); }
  SECTION("a folder in the handover's place") {
    std::filesystem::remove(folder.handover);
    std::filesystem::create_directory(folder.handover);
  }
  CHECK_THROWS_AS(load_head_key(folder.head_key), Fault);
  CHECK_THROWS_AS(folder.rotate(), Fault);
}

TEST_CASE("nobody hands over by saying nothing", "[protocol][journal][X7]") {
  const Ed25519Check check;
  HeadKeys keys({"the key that was told"}, check);
  CHECK(keys.take("the key that was told", ""));
  CHECK_FALSE(keys.take("another", ""));
  CHECK(keys.all().size() == 1);
}

}  // namespace feldsher::testing
