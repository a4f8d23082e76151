#include "central/access/own_renewal.hpp"

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <iterator>

#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/result.hpp"
#include "tests/support/world/world.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

namespace feldsher::central {
namespace {

constexpr std::int64_t start_s = testing::monday_8_ms / 1000, day_s = 86'400;

std::string text_in(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A central's certificate of Monday, with two names of its own.
struct DoorsOfMonday {
  explicit DoorsOfMonday(PeerKind kind = PeerKind::server) {
    const auto root = CertificateAuthority::create(folder.path() / "root", "Root", start_s);
    const TenantId tenant{random.uuid_v7(1)};
    root.create_tenant(authority(), tenant, start_s)
        .issue({.kind = kind,
                .name = kind == PeerKind::server ? "central" : "standby",
                .id = random.uuid_v7(2),
                .hosts = kind == PeerKind::server ? hosts : std::vector<std::string>{}},
               start_s)
        .value()
        .save(folder.path() / "own");
  }
  std::filesystem::path authority() const { return folder.path() / "authority"; }
  CertificateFiles own() const {
    return {.certificate = folder.path() / "own/certificate.pem", .key = folder.path() / "own/key.pem"};
  }
  Instant after_days(std::int64_t days, v1::Trust trust = v1::SYNCHRONISED) const {
    return {.wall_ms = (start_s + days * day_s) * 1000, .since_boot_ms = 1, .boot = 1, .trust = trust};
  }
  bool fits() const { return belong_together(text_in(own().certificate), text_in(own().key)); }

  const std::vector<std::string> hosts{"central.example", "192.0.2.7", "2001:db8::7"};
  test::Folder folder;
  testing::SeededRandom random{3};
};

}  // namespace

TEST_CASE("the doors get another key and certificate when a third of its life is left, and not before",
          "[central][access][renewal][X6]") {
  const DoorsOfMonday doors;
  OwnRenewal renewal(doors.own(), doors.authority());
  const OwnCertificate before = doors.own().present();
  const std::string key = text_in(doors.own().key);
  // From 30 days before Monday to 397 after it: a third of that is left after 254.6 days.
  CHECK_FALSE(renewal.tick(doors.after_days(0)));
  CHECK_FALSE(renewal.tick(doors.after_days(254)));
  CHECK(text_in(doors.own().key) == key);
  REQUIRE(renewal.tick(doors.after_days(255)));
  const OwnCertificate after = doors.own().present();
  CHECK(after.identity == before.identity);
  CHECK(after.identity.serial != before.identity.serial);
  CHECK(after.hosts == before.hosts);
  CHECK(after.hosts.size() == 3 + doors.hosts.size());
  CHECK(after.not_after_s == start_s + (255 + 397) * day_s);
  CHECK(renewal.ends_s() == after.not_after_s);
  CHECK(text_in(doors.own().key) != key);
  CHECK(doors.fits());
  CHECK_FALSE(renewal.tick(doors.after_days(256)));
}

TEST_CASE("a certificate that ended while central was off is renewed at the start",
          "[central][access][renewal][X6]") {
  const DoorsOfMonday doors;
  CHECK(OwnRenewal(doors.own(), doors.authority()).tick(doors.after_days(1000)));
  CHECK(doors.own().present().not_after_s > start_s + 1000 * day_s);
}

TEST_CASE(
    "what a clock that ran ahead renewed is renewed again when it is put right, and an unset one renews "
    "nothing",
    "[central][access][renewal][X6]") {
  const DoorsOfMonday doors;
  OwnRenewal renewal(doors.own(), doors.authority());
  REQUIRE(renewal.tick(doors.after_days(3000)));
  REQUIRE(doors.own().present().not_before_s > start_s);
  CHECK_FALSE(renewal.tick(doors.after_days(-20'000, v1::TRUST_UNSET)));
  CHECK(renewal.tick(doors.after_days(1)));
  CHECK(doors.own().present().not_before_s < start_s);
  CHECK(doors.own().present().not_after_s == start_s + 398 * day_s);
}

TEST_CASE("a standby renews its own, with its own id", "[central][access][renewal][X6]") {
  const DoorsOfMonday standby(PeerKind::standby);
  const OwnCertificate before = standby.own().present();
  OwnRenewal renewal(standby.own(), standby.authority());
  CHECK_FALSE(renewal.tick(standby.after_days(0)));
  CHECK(renewal.tick(standby.after_days(3600)));
  CHECK(standby.own().present().identity == before.identity);
  CHECK(standby.own().present().hosts.empty());
  CHECK(standby.fits());
}

TEST_CASE("a renewal that was cut off between key and certificate is ended at the next start",
          "[central][access][renewal][X6]") {
  const DoorsOfMonday doors, others(PeerKind::standby);
  const auto next = CertificateAuthority::load(doors.authority())
                        .issue({.kind = PeerKind::server,
                                .name = "central",
                                .id = doors.own().present().identity.uuid(),
                                .hosts = {}},
                               start_s)
                        .value();
  write_secret_file(doors.own().key.parent_path() / "renewed.pem", next.key + next.certificate);
  replace_secret_file(doors.own().key, next.key);
  REQUIRE_FALSE(doors.fits());
  const OwnRenewal renewal(doors.own(), doors.authority());
  CHECK(doors.fits());
  CHECK(doors.own().present().identity.serial == read_own_certificate(next.certificate)->identity.serial);
  CHECK_FALSE(std::filesystem::exists(doors.own().key.parent_path() / "renewed.pem"));
  // Another's is never put in its place.
  CHECK_THROWS_AS(install(doors.own(), text_in(others.own().certificate), text_in(others.own().key)), Fault);
  CHECK(doors.fits());
}

}  // namespace feldsher::central
