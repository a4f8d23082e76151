#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "protocol/crypto/signing_key.hpp"
#include "protocol/record/ids.hpp"
#include "protocol/transport/tls_files.hpp"

namespace feldsher::edge {

/// What central said of this point when it enrolled it: `node.json`.
///
///     {"tenant": UUID, "node": UUID, "point": UUID, "zone": "Europe/Kyiv",
///      "central": "wss://central.example:8443" (or {"host": …, "port": …}),
///      "central_head_key": 64 hexadecimal digits, "issued_s": Unix time (optional)}
struct Membership {
  TenantId tenant;
  NodeId node;
  PointId point;
  std::string zone;           ///< IANA zone of the point's walls.
  std::string central;        ///< "wss://central.example:8443".
  Octets central_head_key;    ///< Raw Ed25519.
  std::string access;         ///< "https://central.example:8445": where to renew; empty = not said.
  std::int64_t issued_s = 0;  ///< When central wrote it (Unix time): no true clock is earlier. 0 = not said.

  /// Throws Fault naming `name` and the field. Fields that this version does not know are ignored.
  static Membership parse(std::string_view json, const std::string& name);
};

/// A point's data folder: where each of its files lies. All of mode 600 in a folder of mode 700.
///
///     node.json                      who it is
///     ca.pem certificate.pem key.pem  its certificate for central
///     bus/                           the agent's at its own broker, which is not renewed
///     broker/                        the broker's, unless it was put elsewhere
///     head.key                       what signs the heads of its journals; made on the box
///     journal.db journal.key         its journals and their key; made on the box, wrapped by …
///     box.key or box.cred            … the box's own: a file, or sealed by its TPM2
///     edge.toml                      its configuration
///     control.sock                   where `feldsher-edge status` asks
///     trim.sock                      where `feldsher-edge trim` does
///     revoked                        for its broker: certificates that were revoked, where not in a folder
///     of its own disk-fault                     why an earlier run could not write, for the next one
///     (fault_note.hpp)
class PointFolder {
 public:
  explicit PointFolder(std::filesystem::path folder) : folder_(std::move(folder)) {}

  const std::filesystem::path& path() const { return folder_; }
  std::filesystem::path membership_file() const { return folder_ / "node.json"; }
  std::filesystem::path head_key() const { return folder_ / "head.key"; }
  std::filesystem::path config() const { return folder_ / "edge.toml"; }
  std::filesystem::path control() const { return folder_ / "control.sock"; }
  /// Whoever connects there asks for the window to be trimmed.
  std::filesystem::path trim() const { return folder_ / "trim.sock"; }
  TlsFiles tls() const {
    return {.ca = folder_ / "ca.pem", .certificate = folder_ / "certificate.pem", .key = folder_ / "key.pem"};
  }
  std::filesystem::path disk_fault() const { return folder_ / "disk-fault"; }
  std::filesystem::path bus() const { return folder_ / "bus"; }
  /// Whether its box key is sealed to the box.
  bool sealed() const { return std::filesystem::exists(folder_ / "box.cred"); }
  /// Whether it is the one that the Debian package's unit serves, however it is spelt.
  bool is_of_package() const;
  /// Where the broker looks for the list of revoked certificates: in `installed`, which the package makes
  /// because the broker's user cannot read the point's folder; else in the folder.
  std::filesystem::path revoked(const std::filesystem::path& installed = "/var/lib/feldsher-revoked") const;
  /// The agent's own at its broker; that of the line where it has no other.
  TlsFiles bus_tls() const;
  /// Throws Fault with what to do when the folder is no point's.
  Membership membership() const;

 private:
  std::filesystem::path folder_;
};

/// What makes a folder a point's: files by name (also "bus/key.pem"), and the key that signs its heads.
struct PointMaterial {
  std::map<std::string, Octets> files;
  SigningKey head_key;
  std::string central;  ///< "wss://central.example:8443".
};
/// Throws Fault when anything of a point is in `folder` already.
void expect_no_point(const std::filesystem::path& folder);
/// Makes a point's folder; its database key is made here. Throws Fault.
void make_point(const std::filesystem::path& folder, const PointMaterial& material);

}  // namespace feldsher::edge
