#include "central/copies/manifest.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>

#include "protocol/record/result.hpp"
#include "tests/unit/protocol/journal/journals.hpp"

namespace feldsher::central {
namespace {

Manifest some() {
  const Uuid id = *Uuid::from_text("0190c0de-0000-7000-8000-000000000001");
  return {.tenant = TenantId{id},
          .node = NodeId{id},
          .network = "Clinics \"by the river\"",
          .software = "feldsher-central",
          .made_ms = 1'795'413'600'000,
          .intake = 7,
          .ends = {{.journal = {NodeId{id}, v1::READINGS, Epoch{0xfedcba9876543210}},
                    .seq = 7,
                    .hash = sha256("a"),
                    .root = sha256("b")}},
          .secrets = sha256("c")};
}

}  // namespace

TEST_CASE("a manifest says again what it said", "[central][copies]") {
  const Manifest again = Manifest::from_json(some().to_json());
  CHECK(again.tenant == some().tenant);
  CHECK(again.network == some().network);
  CHECK(again.made_ms == some().made_ms);
  CHECK(again.intake == 7);
  CHECK(again.ends == some().ends);
  CHECK(again.secrets == some().secrets);
}

TEST_CASE("a manifest that its central did not sign, or that was changed, is not believed",
          "[central][copies][X7]") {
  testing::TemporaryFolder folder;
  const BackupFolder backup{folder.path()};
  const SigningKey key = SigningKey::generate();
  backup.write(some(), key);
  CHECK(backup.read(key.public_key()).intake == 7);
  CHECK_THROWS_AS(backup.read(SigningKey::generate().public_key()), Fault);
  std::string text = some().to_json();
  text[text.find("\"intake\":7") + 9] = '8';
  std::ofstream(backup.manifest()) << text;
  CHECK_THROWS_AS(backup.read(key.public_key()), Fault);
}

TEST_CASE("what is no manifest is told so", "[central][copies]") {
  for (const char* wrong : {"", "{", "[]", "{}", R"({"format":"feldsher-backup/2"})"})
    CHECK_THROWS_AS(Manifest::from_json(wrong), Fault);
  std::string text = some().to_json();
  text.replace(text.find("READINGS"), 8, "LETTERS!");
  CHECK_THROWS_AS(Manifest::from_json(text), Fault);
}

}  // namespace feldsher::central
