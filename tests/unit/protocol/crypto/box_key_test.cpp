#include "protocol/crypto/box_key.hpp"

#include <stdlib.h>

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "protocol/crypto/secret_file.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/record/result.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

using namespace feldsher;

namespace {

/// A program in the place of systemd-creds: turns letters round, and only does what it is asked as it should
/// be.
struct PretendProgram {
  test::Folder folder;
  std::filesystem::path program = folder.path() / "systemd-creds", tpm = folder.path() / "tpm";
  PretendProgram() {
    std::ofstream(program)
        << "#!/bin/sh\n"
           "case \"$*\" in\n"
           "'encrypt --with-key=tpm2 --name=feldsher-box - -') tr 0123456789abcdef fedcba9876543210 ;;\n"
           "'decrypt --name=feldsher-box - -') tr fedcba9876543210 0123456789abcdef ;;\n"
           "*) exit 9 ;;\n"
           "esac\n";
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  }
};

}  // namespace

TEST_CASE("systemd-creds is asked for a TPM2 seal, and only where there is one", "[protocol][crypto][X6]") {
  const PretendProgram pretend;
  const SystemdCreds creds(pretend.program, pretend.tpm);
  CHECK_FALSE(creds.available());
  std::ofstream(pretend.tpm) << "a device";
  CHECK(creds.available());
  CHECK(creds.seal("00ff") == "ff00");

  SystemRandom random;
  BoxKey key = BoxKey::make(random);
  const std::string wrapped = key.wrap("secret", "journal", random);
  key.save(pretend.folder.path(), "box", creds);
  CHECK(key.sealed());
  CHECK_FALSE(std::filesystem::exists(pretend.folder.path() / "box.key"));
  const auto again = BoxKey::load(pretend.folder.path(), "box", creds);
  REQUIRE(again);
  CHECK(again->sealed());
  CHECK(again->unwrap(wrapped, "journal") == "secret");
}

TEST_CASE("a seal that cannot be opened is said to be that", "[protocol][crypto][X6]") {
  const test::Folder folder;
  const auto tpm = folder.path() / "tpm";
  std::ofstream(tpm) << "a device";
  CHECK_THROWS_AS(SystemdCreds("/bin/false", tpm).unseal("x"), Fault);
  CHECK_THROWS_AS(SystemdCreds("/nowhere/systemd-creds", tpm).unseal("x"), Fault);
  // One that ends without listening is an error, not the end of this process.
  CHECK_THROWS_AS(SystemdCreds("/bin/false", tpm).seal(std::string(std::size_t{1} << 22, 'x')), Fault);
  // A TPM that does not work leaves the key in a file, and says so.
  SystemRandom random;
  BoxKey key = BoxKey::make(random);
  key.save(folder.path(), "box", SystemdCreds("/bin/false", tpm));
  CHECK_FALSE(key.sealed());
  CHECK(BoxKey::load(folder.path(), "box", SystemdCreds("/bin/false", tpm)).has_value());
}

namespace {

/// A unit with LoadCredentialEncrypted=feldsher-box: its manager has opened the seal, and says where.
struct Service {
  explicit Service(const std::string& key) {
    std::ofstream(folder.path() / "feldsher-box") << key;
    setenv("CREDENTIALS_DIRECTORY", folder.path().c_str(), 1);
  }
  ~Service() { unsetenv("CREDENTIALS_DIRECTORY"); }
  test::Folder folder;
};

}  // namespace

TEST_CASE("a service gets its sealed key from its manager, and asks no TPM", "[protocol][crypto][X6]") {
  const PretendProgram pretend;
  std::ofstream(pretend.tpm) << "a device";
  const SystemdCreds creds(pretend.program, pretend.tpm);
  const SystemdCreds none("/nowhere/systemd-creds", "/nowhere/tpm");
  SystemRandom random;
  const auto& folder = pretend.folder.path();
  BoxKey key = BoxKey::make(random);
  const std::string wrapped = key.wrap("secret", "journal", random);
  key.save(folder, "box", creds);
  REQUIRE(key.sealed());
  // As the unit runs: no device, no program to ask.
  CHECK_THROWS_AS(BoxKey::load(folder, "box", none), Fault);
  {
    const Service service(creds.unseal(read_secret_file(folder / "box.cred")));
    const auto opened = BoxKey::load(folder, "box", none);
    REQUIRE(opened);
    CHECK(opened->sealed());
    CHECK(opened->unwrap(wrapped, "journal") == "secret");
    // A rotation's next key is not what the manager has opened.
    BoxKey next = BoxKey::make(random);
    next.save(folder, "box-next", creds);
    CHECK_THROWS_AS(BoxKey::load(folder, "box-next", none), Fault);
    // Nothing is sealed there: what the manager has is no matter.
    test::Folder open;
    BoxKey plain = BoxKey::make(random);
    plain.save(open.path(), "box", none);
    const auto loaded = BoxKey::load(open.path(), "box", none);
    REQUIRE(loaded);
    CHECK_FALSE(loaded->sealed());
    CHECK_FALSE(loaded->unwrap(wrapped, "journal"));
  }
  {
    const Service wrong("no key at all");
    CHECK_THROWS_AS(BoxKey::load(folder, "box", none), Fault);
  }
  {
    const Service empty("");
    std::filesystem::remove(empty.folder.path() / "feldsher-box");
    CHECK_THROWS_AS(BoxKey::load(folder, "box", none), Fault);
  }
}
