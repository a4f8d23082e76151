// The certificates that a standby has had: one counts.
#include <catch2/catch_test_macros.hpp>

#include "protocol/crypto/own_certificate.hpp"
#include "tests/unit/central/access/access_world.hpp"

using namespace feldsher;
using namespace feldsher::central;

namespace {

/// A standby that makes itself another certificate now and then, and comes to central with it.
struct Standby : test::AccessWorld {
  PeerIdentity make() {
    const auto bundle =
        authority.issue({.kind = PeerKind::standby, .name = "standby", .id = id, .hosts = {}}, ++made_s)
            .value();
    return read_own_certificate(bundle.certificate)->identity;
  }
  void comes_with(const PeerIdentity& peer) { write(note_standby(node.state(), peer, by(), random)); }
  bool is_let_in(const PeerIdentity& peer) const {
    return !revocations.holds(peer.serial) && !revocations.is_outlived(peer);
  }

  const Uuid id = random.uuid_v7(3);
  std::int64_t made_s = now_s();
};

}  // namespace

TEST_CASE("a standby's former certificate ends when it comes with another",
          "[central][access][renewal][X6]") {
  Standby standby;
  const PeerIdentity former = standby.make(), present = standby.make();
  standby.comes_with(former);
  CHECK(standby.is_let_in(former));
  standby.comes_with(present);
  CHECK(standby.is_let_in(present));
  CHECK(standby.revocations.holds(former.serial));
  // It is one act, once.
  CHECK(note_standby(standby.node.state(), present, standby.by(), standby.random).empty());
  CHECK(note_standby(standby.node.state(), former, standby.by(), standby.random).empty());
}

TEST_CASE("a standby's certificate that central never saw ends with the next one, too",
          "[central][access][renewal][X6]") {
  Standby standby;
  const PeerIdentity first = standby.make(), between = standby.make(), last = standby.make();
  standby.comes_with(first);
  standby.comes_with(last);
  CHECK_FALSE(standby.is_let_in(first));
  CHECK_FALSE(standby.is_let_in(between));
  standby.comes_with(between);
  CHECK(standby.is_let_in(last));
}

TEST_CASE("a standby's certificate ends nobody else's", "[central][access][renewal][X6]") {
  Standby standby;
  const PeerIdentity first = standby.make();
  standby.comes_with(first);
  const auto other =
      standby.authority
          .issue({.kind = PeerKind::standby, .name = "standby", .id = standby.random.uuid_v7(4), .hosts = {}},
                 standby.made_s + 60)
          .value();
  standby.comes_with(read_own_certificate(other.certificate)->identity);
  CHECK(standby.is_let_in(first));
  PeerIdentity passing = standby.make();
  passing.not_after_s = standby.now_s() + 3600;
  standby.comes_with(passing);
  CHECK(standby.is_let_in(first));
}
