#include "edge-agent/agent/revoked_list.hpp"

#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>
#include <fstream>
#include <sstream>

#include "protocol/crypto/certificate_authority.hpp"
#include "tests/unit/protocol/crypto/folder.hpp"

namespace feldsher::edge {
namespace {

/// What a feed has brought: certificates by serial number.
struct Certificates {
  void has(const Octets& serial, bool revoked, v1::CredentialKind kind = v1::CREDENTIAL_TERMINAL) {
    v1::Credential credential;
    credential.set_kind(kind);
    credential.set_name("checkin-1");
    credential.set_serial(serial);
    credential.set_revoked(revoked);
    Record record;
    record.key = {.origin = NodeId{id(200)}, .stream = v1::ACTS, .epoch = Epoch{1}, .seq = ++seq};
    record.subject = {v1::CREDENTIAL, id(static_cast<unsigned char>(serial.empty() ? 0 : serial.back()))};
    record.stored.body = Octets(body_salt_octets, '\0') + credential.SerializeAsString();
    REQUIRE(tables.credentials.apply(record));
  }
  static Uuid id(unsigned char last) {
    Uuid made;
    made.octets[0] = 1;
    made.octets[15] = last;
    return made;
  }
  Tables tables;
  std::uint64_t seq = 0;
};

/// As the agent's service runs: what it writes is nobody else's, unless it says so.
class OwnFilesOnly {
 public:
  OwnFilesOnly() : before_(umask(0077)) {}
  ~OwnFilesOnly() { umask(before_); }
  OwnFilesOnly(const OwnFilesOnly&) = delete;
  OwnFilesOnly& operator=(const OwnFilesOnly&) = delete;

 private:
  mode_t before_;
};

bool others_may_read(const std::filesystem::path& file) {
  using std::filesystem::perms;
  return (std::filesystem::status(file).permissions() & perms::others_read) != perms::none;
}

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("the broker's list has the serial number of each certificate that was revoked, whatever it was for",
          "[edge-agent][revoked][X6]") {
  const OwnFilesOnly as_the_service;
  const test::Folder place;
  const auto file = place.path() / "revoked";
  RevokedList list(file, {});
  Certificates known;
  known.has("\x01\xab", false);
  CHECK(list.look(known.tables) == 0);
  CHECK_FALSE(std::filesystem::exists(file));
  known.has("\x01\xab", true);
  known.has("\x02\xcd", true, v1::CREDENTIAL_DEVICE);
  known.has("\x03\xef", true, v1::CREDENTIAL_AGENT);
  known.has("", true);  // Of a box whose number nobody knows.
  CHECK(list.look(known.tables) == 3);
  CHECK(content_of(file) == "01ab\n02cd\n03ef\n");
  CHECK(list.size() == 3);
  CHECK(list.fault().empty());
  CHECK(others_may_read(file));  // The broker's user does.
}

TEST_CASE("a list that an earlier run left to its own user only can be read by the broker after a start",
          "[edge-agent][revoked][X6]") {
  const OwnFilesOnly as_the_service;
  const test::Folder place;
  const auto file = place.path() / "revoked";
  std::ofstream(file) << "01ab\n";
  REQUIRE_FALSE(others_may_read(file));
  RevokedList list(file, {});
  CHECK(list.look(Tables()) == 0);
  CHECK(others_may_read(file));
  CHECK(content_of(file) == "01ab\n");
}

TEST_CASE("a list is written when it grows, and never gets shorter", "[edge-agent][revoked][X6]") {
  const test::Folder place;
  const auto file = place.path() / "revoked";
  Certificates known;
  known.has("\x01\xab", true);
  RevokedList(file, {}).look(known.tables);
  std::filesystem::remove(file);
  RevokedList list(file, {});
  CHECK(list.look(Tables()) == 0);
  CHECK_FALSE(std::filesystem::exists(file));
  CHECK(list.look(known.tables) == 1);
  const auto written = std::filesystem::last_write_time(file);
  CHECK(list.look(known.tables) == 0);
  CHECK(std::filesystem::last_write_time(file) == written);
  // The records left the feed's scope, and the agent starts again.
  RevokedList next(file, {});
  Certificates other;
  other.has("\x02\xcd", true);
  CHECK(next.look(other.tables) == 1);
  CHECK(content_of(file) == "01ab\n02cd\n");
}

TEST_CASE("an agent does not shut itself out", "[edge-agent][revoked][X6]") {
  const test::Folder place;
  const auto root = CertificateAuthority::create(place.path() / "root", "Test", 1'800'000'000);
  const auto clinic =
      root.create_tenant(place.path() / "clinic", TenantId{Certificates::id(7)}, 1'800'000'000);
  const auto own_one =
      clinic.issue({.kind = PeerKind::node, .name = "agent", .id = {}, .hosts = {}}, 1'800'000'000);
  own_one.value().save(place.path() / "own");
  const Octets own = own_one.value().serial;
  REQUIRE_FALSE(own.empty());
  RevokedList list(place.path() / "revoked", place.path() / "own/certificate.pem");
  Certificates known;
  known.has(own, true, v1::CREDENTIAL_AGENT);
  CHECK(list.look(known.tables) == 0);
  known.has("\x01\xab", true);
  CHECK(list.look(known.tables) == 1);
  CHECK(content_of(place.path() / "revoked") == "01ab\n");
  // Nor by what is in the file already.
  std::ofstream(place.path() / "revoked") << to_hex(own) << "\n";
  RevokedList next(place.path() / "revoked", place.path() / "own/certificate.pem");
  CHECK(next.size() == 0);
  next.look(Tables());
  CHECK(content_of(place.path() / "revoked").empty());
}

TEST_CASE("a list that cannot be written is a fault that is told, and is tried again",
          "[edge-agent][revoked][X6]") {
  const test::Folder place;
  const auto folder = place.path() / "later";
  RevokedList list(folder / "revoked", {});
  Certificates known;
  known.has("\x01\xab", true);
  CHECK(list.look(known.tables) == 1);
  CHECK(list.fault().find("later") != std::string::npos);
  std::filesystem::create_directory(folder);
  CHECK(list.look(known.tables) == 0);
  CHECK(list.fault().empty());
  CHECK(content_of(folder / "revoked") == "01ab\n");
}

}  // namespace feldsher::edge
