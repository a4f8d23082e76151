#include "protocol/journal/data_folder.hpp"

#include <sys/stat.h>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>

#include <fstream>

#include "journals.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::testing {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

mode_t mode_of(const std::filesystem::path& path) {
  struct stat about {};
  REQUIRE(stat(path.c_str(), &about) == 0);
  return about.st_mode & 0777;
}

}  // namespace

TEST_CASE("a new data folder and its key are for their owner only", "[protocol][journal][X6]") {
  TemporaryFolder outer;
  SplitMix random(5);
  const mode_t before = umask(0);
  auto folder = DataFolder::open_or_create(outer.path() / "deep" / "point", random);
  umask(before);
  CHECK(mode_of(folder.path()) == 0700);
  CHECK(mode_of(folder.path() / "journal.key") == 0600);
}

TEST_CASE("a data folder keeps its key, and another folder has another", "[protocol][journal][X6]") {
  TemporaryFolder outer;
  SplitMix random(5);
  const auto key = DataFolder::open_or_create(outer.path() / "a", random).key().to_hex();
  CHECK(DataFolder::open_or_create(outer.path() / "a", random).key().to_hex() == key);
  CHECK(DataFolder::open(outer.path() / "a").key().to_hex() == key);
  CHECK(DataFolder::open_or_create(outer.path() / "b", random).key().to_hex() != key);
}

TEST_CASE("what a data folder's store wrote is there when it is opened again", "[protocol][journal]") {
  TemporaryFolder outer;
  WritingNode node;
  {
    auto store = DataFolder::open_or_create(outer.path() / "a", node.random).open_store(node.tenant);
    commit(*store, node.write({"hello"}));
  }
  auto store = DataFolder::open(outer.path() / "a").open_store(node.tenant);
  CHECK(store->read(node.journal(), 1, {}).size() == 1);
}

TEST_CASE("a key that others can read is refused with what to do", "[protocol][journal][X6]") {
  TemporaryFolder outer;
  SplitMix random(5);
  auto folder = DataFolder::open_or_create(outer.path() / "a", random);
  REQUIRE(chmod((folder.path() / "journal.key").c_str(), 0640) == 0);
  CHECK_THROWS_MATCHES(DataFolder::open_or_create(outer.path() / "a", random), Fault,
                       MessageMatches(ContainsSubstring("600")));
}

TEST_CASE("a journal whose key is missing does not get a new one", "[protocol][journal][X6]") {
  TemporaryFolder outer;
  WritingNode node;
  {
    auto folder = DataFolder::open_or_create(outer.path() / "a", node.random);
    commit(*folder.open_store(node.tenant), node.write({"hello"}));
  }
  std::filesystem::remove(outer.path() / "a" / "journal.key");
  CHECK_THROWS_MATCHES(DataFolder::open_or_create(outer.path() / "a", node.random), Fault,
                       MessageMatches(ContainsSubstring("Put the key back")));
  CHECK_FALSE(std::filesystem::exists(outer.path() / "a" / "journal.key"));
}

TEST_CASE("a key file that holds no key is refused", "[protocol][journal]") {
  TemporaryFolder outer;
  SplitMix random(5);
  DataFolder::open_or_create(outer.path() / "a", random);
  const auto path = outer.path() / "a" / "journal.key";
  for (const char* text : {"", "secret", "zz", "00112233"}) {
    std::ofstream(path, std::ios::trunc) << text;
    CHECK_THROWS_MATCHES(DataFolder::open(outer.path() / "a"), Fault,
                         MessageMatches(ContainsSubstring("holds no key")));
  }
}

TEST_CASE("a key that an editor gave a line's end is the same key", "[protocol][journal]") {
  TemporaryFolder outer;
  SplitMix random(5);
  const auto path = outer.path() / "a" / "journal.key";
  const auto key = DataFolder::open_or_create(outer.path() / "a", random).key().to_hex();
  std::ofstream(path, std::ios::app) << "\r\n\r\n";
  CHECK(DataFolder::open(outer.path() / "a").key().to_hex() == key);
  std::ofstream(path, std::ios::trunc) << "\r\n";
  CHECK_THROWS_MATCHES(DataFolder::open(outer.path() / "a"), Fault,
                       MessageMatches(ContainsSubstring("holds no key")));
}

TEST_CASE("a data folder that cannot be made is said to be that", "[protocol][journal]") {
  TemporaryFolder outer;
  SplitMix random(5);
  std::ofstream(outer.path() / "file") << "x";
  for (const auto& path :
       {outer.path() / "file", outer.path() / "file" / "a", outer.path() / "file" / "deep" / "a",
        std::filesystem::path("/proc/feldsher-cannot-be-here")})
    CHECK_THROWS_AS(DataFolder::open_or_create(path, random), Fault);
  CHECK_THROWS_MATCHES(DataFolder::open_or_create(outer.path() / "file" / "a", random), Fault,
                       MessageMatches(ContainsSubstring("cannot make the data folder")));
}

TEST_CASE("a data folder without a name is not the folder where the program stands", "[protocol][journal]") {
  TemporaryFolder outer;
  SplitMix random(5);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(outer.path());
  CHECK_THROWS_AS(DataFolder::open_or_create({}, random), Fault);
  std::filesystem::current_path(before);
  CHECK(std::filesystem::is_empty(outer.path()));
}

TEST_CASE("a data folder may be named from where the program stands", "[protocol][journal]") {
  TemporaryFolder outer;
  SplitMix random(5);
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(outer.path());
  const auto key = DataFolder::open_or_create("near", random).key().to_hex();
  std::filesystem::current_path(before);
  CHECK(DataFolder::open(outer.path() / "near").key().to_hex() == key);
}

TEST_CASE("a journal that was made and not written yet keeps no key from being made", "[protocol][journal]") {
  TemporaryFolder outer;
  SplitMix random(5);
  std::filesystem::create_directory(outer.path() / "a");
  std::ofstream(outer.path() / "a" / "journal.db").flush();
  CHECK_NOTHROW(DataFolder::open_or_create(outer.path() / "a", random));
  CHECK(std::filesystem::exists(outer.path() / "a" / "journal.key"));
}

TEST_CASE("a folder that is not there is said to be that", "[protocol][journal]") {
  TemporaryFolder outer;
  CHECK_THROWS_MATCHES(DataFolder::open(outer.path() / "nowhere"), Fault,
                       MessageMatches(ContainsSubstring("no such folder")));
}

namespace {

/// A TPM that is there, or is not; seals by turning each octet over.
class PretendTpm final : public BoxSealer {
 public:
  explicit PretendTpm(bool is_there) : is_there_(is_there) {}
  bool available() const override { return is_there_; }
  Octets seal(OctetsView key) const override { return turned(key); }
  Octets unseal(OctetsView sealed) const override {
    if (!is_there_) throw Fault("this box has no TPM");
    return turned(sealed);
  }

 private:
  static Octets turned(OctetsView octets) {
    Octets out(octets);
    for (char& octet : out) octet = static_cast<char>(~octet);
    return out;
  }
  bool is_there_;
};
const PretendTpm tpm(true), no_tpm(false);

std::string content_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("a key at rest is wrapped, and sealed where the box can", "[protocol][journal][X6]") {
  TemporaryFolder outer;
  SplitMix random(5);
  for (const PretendTpm* box : {&tpm, &no_tpm}) {
    const auto path = outer.path() / (box == &tpm ? "sealed" : "unsealed");
    const auto folder = DataFolder::open_or_create(path, random, *box);
    CHECK(folder.sealed() == (box == &tpm));
    for (const auto& file : std::filesystem::directory_iterator(path)) {
      INFO(file.path());
      CHECK(content_of(file.path()).find(folder.key().to_hex()) == std::string::npos);
      CHECK(mode_of(file.path()) == 0600);
    }
    CHECK(DataFolder::open(path, *box).key().to_hex() == folder.key().to_hex());
  }
  // The disk alone.
  CHECK_THROWS_AS(DataFolder::open(outer.path() / "sealed", no_tpm), Fault);
}

TEST_CASE("a rotation changes what wraps the key, not the key", "[protocol][journal][X6]") {
  TemporaryFolder outer;
  WritingNode node;
  const auto path = outer.path() / "a";
  {
    auto folder = DataFolder::open_or_create(path, node.random, no_tpm);
    commit(*folder.open_store(node.tenant), node.write({"hello"}));
  }
  const std::string database = content_of(path / "journal.db"), wrapped = content_of(path / "journal.key"),
                    box = content_of(path / "box.key");
  CHECK_FALSE(DataFolder::rotate(path, node.random, no_tpm).sealed());
  CHECK(content_of(path / "journal.key") != wrapped);
  CHECK(content_of(path / "box.key") != box);
  CHECK(DataFolder::rotate(path, node.random, tpm).sealed());
  CHECK_FALSE(std::filesystem::exists(path / "box.key"));
  CHECK(content_of(path / "journal.db") == database);
  CHECK(DataFolder::open(path, tpm).open_store(node.tenant)->read(node.journal(), 1, {}).size() == 1);
}

TEST_CASE("a rotation that the power cut off is ended at the next start", "[protocol][journal][X6]") {
  TemporaryFolder outer;
  SplitMix random(5);
  const auto path = outer.path() / "a", before = outer.path() / "before";
  const auto key = DataFolder::open_or_create(path, random, no_tpm).key().to_hex();
  std::filesystem::copy(path, before);
  DataFolder::rotate(path, random, no_tpm);
  const std::string next = content_of(path / "box.key"), wrapped = content_of(path / "journal.key");
  auto put = [](const std::filesystem::path& file, const std::string& content) {
    std::ofstream(file, std::ios::trunc) << content;
    REQUIRE(chmod(file.c_str(), 0600) == 0);
  };
  // The next box key is there, the wrapping is the old one.
  put(before / "box-next.key", next);
  CHECK(DataFolder::open(before, no_tpm).key().to_hex() == key);
  // The wrapping is the new one, the box key's name is not.
  put(before / "journal.key", wrapped);
  CHECK(DataFolder::open(before, no_tpm).key().to_hex() == key);
  CHECK_FALSE(std::filesystem::exists(before / "box-next.key"));
  CHECK(DataFolder::open(before, no_tpm).key().to_hex() == key);
}

TEST_CASE("what a rotation that was cut off left does not take the place of the next one's key",
          "[protocol][journal][X6]") {
  TemporaryFolder outer;
  SplitMix random(5);
  // The first was cut off when it had written its box key and wrapped nothing; the other came with a TPM, or
  // without the one that had been there.
  for (const PretendTpm* second : {&tpm, &no_tpm}) {
    const bool is_sealed = second == &tpm;
    const auto path = outer.path() / (is_sealed ? "sealed" : "unsealed");
    const auto key = DataFolder::open_or_create(path, random, no_tpm).key().to_hex();
    BoxKey::make(random).save(path, "box-next", is_sealed ? no_tpm : tpm);
    REQUIRE(std::filesystem::exists(path / (is_sealed ? "box-next.key" : "box-next.cred")));
    CHECK(DataFolder::rotate(path, random, *second).sealed() == is_sealed);
    CHECK(DataFolder::open(path, *second).key().to_hex() == key);
    for (const char* stale : {"box-next.key", "box-next.cred", is_sealed ? "box.key" : "box.cred"})
      CHECK_FALSE(std::filesystem::exists(path / stale));
  }
}

TEST_CASE("a folder of before keys were wrapped opens, and is wrapped by a rotation",
          "[protocol][journal][X6]") {
  TemporaryFolder outer;
  SplitMix random(5);
  const auto path = outer.path() / "a";
  const auto key = DataFolder::open_or_create(path, random, no_tpm).key().to_hex();
  std::filesystem::remove(path / "box.key");
  std::ofstream(path / "journal.key", std::ios::trunc) << key << "\n";
  CHECK(DataFolder::open(path, tpm).key().to_hex() == key);
  CHECK_FALSE(DataFolder::open(path, tpm).sealed());
  CHECK(DataFolder::rotate(path, random, tpm).sealed());
  CHECK(DataFolder::open(path, tpm).key().to_hex() == key);
}

TEST_CASE("a changed wrapping opens nothing", "[protocol][crypto][X6]") {
  SplitMix random(5);
  const BoxKey box = BoxKey::make(random), other = BoxKey::make(random);
  const std::string wrapped = box.wrap("secret", "journal", random);
  CHECK(box.unwrap(wrapped, "journal") == "secret");
  CHECK_FALSE(box.unwrap(wrapped, "views"));
  CHECK_FALSE(other.unwrap(wrapped, "journal"));
  CHECK_FALSE(box.unwrap("", "journal"));
  for (std::size_t at = 0; at < wrapped.size(); ++at) {
    std::string changed = wrapped;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    INFO(at);
    const auto opened = box.unwrap(changed, "journal");
    CHECK((!opened || changed == wrapped));
  }
}

}  // namespace feldsher::testing
