#include "central/copies/passphrase_seal.hpp"

#include <catch2/catch_test_macros.hpp>

#include "central/copies/copy_line.hpp"
#include "protocol/crypto/system_world.hpp"

namespace feldsher::central {

TEST_CASE("what a passphrase sealed opens with it and with no other", "[central][copies][X6]") {
  SystemRandom random;
  const Octets secret("keys\0and more", 13);
  const std::string sealed = seal_with_passphrase(secret, "correct horse battery", random);
  CHECK(open_with_passphrase(sealed, "correct horse battery") == secret);
  CHECK_FALSE(open_with_passphrase(sealed, "correct horse batterz"));
  CHECK_FALSE(open_with_passphrase(sealed, ""));
  CHECK(sealed.find("keys") == std::string::npos);
  CHECK(seal_with_passphrase(secret, "correct horse battery", random) != sealed);
}

TEST_CASE("sealed secrets of which anything was changed do not open", "[central][copies][X6]") {
  SystemRandom random;
  const std::string sealed = seal_with_passphrase("keys and more", "correct horse battery", random);
  // Of each word its first and last octet; most of them cost no Argon2id, being unreadable.
  for (std::size_t i = 0; i + 1 < sealed.size(); ++i) {
    const bool edge = i == 0 || sealed[i - 1] == ' ' || sealed[i + 1] == ' ' || i + 2 == sealed.size();
    if (!edge) continue;
    std::string changed = sealed;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    INFO("octet " << i);
    CHECK_FALSE(open_with_passphrase(changed, "correct horse battery"));
  }
  CHECK_FALSE(open_with_passphrase("", "correct horse battery"));
  CHECK_FALSE(open_with_passphrase(sealed.substr(0, sealed.size() / 2), "correct horse battery"));
}

TEST_CASE("a file cannot ask for more memory than a machine has", "[central][copies]") {
  CHECK_FALSE(
      open_with_passphrase("feldsher-sealed-1 argon2id 3 4294967295 c2FsdHNhbHQ aes-256-gcm "
                           "bm9uY2Vub25jZQ dGFndGFndGFndGFndGFndGFn",
                           "correct horse battery"));
}

TEST_CASE("where a central listens is a host and a port", "[central][copies]") {
  CHECK(CentralAddress::from("central.example:8443")->host == "central.example");
  CHECK(CentralAddress::from("wss://central.example:8443")->port == 8443);
  for (const char* wrong : {"", "central.example", ":8443", "central.example:", "central.example:0",
                            "central.example:70000", "central.example:8443x"})
    CHECK_FALSE(CentralAddress::from(wrong));
}

}  // namespace feldsher::central
