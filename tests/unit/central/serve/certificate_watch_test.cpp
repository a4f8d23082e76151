#include "central/serve/certificate_watch.hpp"

#include <catch2/catch_test_macros.hpp>

#include "protocol/record/result.hpp"
#include "tests/support/world/world.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

namespace feldsher::central {

TEST_CASE("a running program is told of its next certificate, and survives a renewal that fails",
          "[central][serve][renewal][X6]") {
  const test::Folder folder;
  testing::VirtualClock clock;
  testing::SeededRandom random{3};
  const std::int64_t start_s = clock.now().wall_ms / 1000;
  const auto authority = folder.path() / "authority", aside = folder.path() / "aside";
  CertificateAuthority::create(folder.path() / "root", "Root", start_s)
      .create_tenant(authority, TenantId{random.uuid_v7(1)}, start_s)
      .issue({.kind = PeerKind::server, .name = "central", .id = random.uuid_v7(2), .hosts = {}}, start_s)
      .value()
      .save(folder.path() / "own");
  boost::asio::io_context loop;
  CertificateWatch watch(
      loop, clock,
      {{.certificate = folder.path() / "own/certificate.pem", .key = folder.path() / "own/key.pem"},
       authority});
  const std::int64_t first = watch.ends_s();
  int told = 0;
  bool can_be_read = true;
  watch.on_renewed = [&] {
    if (!can_be_read) throw Fault("too many open files");
    ++told;
  };
  watch.look();
  CHECK(told == 0);

  clock.pass_minutes(300 * 24 * 60);
  std::filesystem::rename(authority, aside);
  watch.look();
  CHECK(told == 0);
  CHECK(watch.ends_s() == first);
  std::filesystem::rename(aside, authority);
  watch.look();
  CHECK(told == 1);
  CHECK(watch.ends_s() > first);
  watch.look();
  CHECK(told == 1);

  clock.pass_minutes(300 * 24 * 60);
  can_be_read = false;
  watch.look();
  can_be_read = true;
  watch.look();  // Nothing to renew; but whoever could not read the last one is told again.
  CHECK(told == 2);
  watch.look();
  CHECK(told == 2);
}

}  // namespace feldsher::central
