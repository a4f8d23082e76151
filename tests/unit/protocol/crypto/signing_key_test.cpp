#include "protocol/crypto/signing_key.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch_test_macros.hpp>

#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/result.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

using namespace feldsher;

namespace {

template <std::size_t size>
std::array<std::uint8_t, size> octets_of(const char* hex) {
  std::array<std::uint8_t, size> out{};
  const auto octets = from_hex(hex);
  REQUIRE(octets.size() == size);
  std::copy(octets.begin(), octets.end(), out.begin());
  return out;
}

mode_t mode_of(const std::filesystem::path& path) {
  struct stat about {};
  REQUIRE(stat(path.c_str(), &about) == 0);
  return about.st_mode & 07777;
}

}  // namespace

TEST_CASE("signatures are those of RFC 8032 section 7.1", "[protocol][crypto][X7]") {
  const auto key = SigningKey::from_seed(
      octets_of<32>("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb"));
  CHECK(key.public_key() ==
        octets_of<32>("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
  CHECK(key.sign("\x72") ==
        octets_of<64>("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
                      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"));
}

TEST_CASE("a signature is good for its message and its key only", "[protocol][crypto][X7]") {
  const auto key = SigningKey::generate();
  const auto signature = key.sign("head");
  CHECK(verify(key.public_key(), "head", signature));
  CHECK_FALSE(verify(key.public_key(), "heap", signature));
  CHECK_FALSE(verify(SigningKey::generate().public_key(), "head", signature));
  CHECK_FALSE(verify(key.public_key(), "head", OctetsView("short")));
  CHECK_FALSE(verify(key.public_key(), "head", OctetsView()));
  CHECK_FALSE(verify(PublicKey{}, "head", signature));
  auto changed = signature;
  changed[63] ^= 1;
  CHECK_FALSE(verify(key.public_key(), "head", changed));
  CHECK(verify(key.public_key(), "", key.sign("")));
}

TEST_CASE("a saved key is the same key, readable by its owner alone", "[protocol][crypto][X6]") {
  const test::Folder folder;
  const auto path = folder.path() / "pass.key";
  const auto key = SigningKey::generate();
  key.save(path);
  CHECK(mode_of(path) == 0600);
  CHECK(SigningKey::load(path).public_key() == key.public_key());
  CHECK(SigningKey::load_or_create(path).key_id() == key.key_id());
}

TEST_CASE("a key is never written over", "[protocol][crypto]") {
  const test::Folder folder;
  const auto path = folder.path() / "pass.key";
  const auto key = SigningKey::load_or_create(path);
  CHECK_THROWS_AS(SigningKey::generate().save(path), Fault);
  CHECK(SigningKey::load(path).key_id() == key.key_id());
}

TEST_CASE("a key that others may read is refused", "[protocol][crypto][X6]") {
  const test::Folder folder;
  const auto path = folder.path() / "pass.key";
  SigningKey::generate().save(path);
  REQUIRE(chmod(path.c_str(), 0640) == 0);
  CHECK_THROWS_AS(SigningKey::load(path), Fault);
}

TEST_CASE("a file that holds no signing key is refused", "[protocol][crypto]") {
  const test::Folder folder;
  write_secret_file(folder.path() / "empty", "");
  write_secret_file(folder.path() / "garbage",
                    "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n");
  write_secret_file(folder.path() / "large", std::string(1 << 20, 'a'));
  for (const char* name : {"empty", "garbage", "large", "missing", "."}) {
    CAPTURE(name);
    CHECK_THROWS_AS(SigningKey::load(folder.path() / name), Fault);
  }
}

TEST_CASE("a secret file is not written through a link that somebody laid", "[protocol][crypto]") {
  const test::Folder folder;
  REQUIRE(symlink((folder.path() / "elsewhere").c_str(), (folder.path() / "pass.key").c_str()) == 0);
  CHECK_THROWS_AS(write_secret_file(folder.path() / "pass.key", "secret"), Fault);
  CHECK_FALSE(std::filesystem::exists(folder.path() / "elsewhere"));
}
