#pragma once
#include <filesystem>
#include <string>

#include "protocol/crypto/certificate_files.hpp"
#include "protocol/record/ids.hpp"
#include "protocol/transport/tls_files.hpp"

namespace feldsher::central {

/// Who a central is. Made by `init`, never changed.
struct Identity {
  TenantId tenant;
  NodeId node;
  std::string name;  ///< Of the network, for people.
};

/// The data folder of a central: where each of its files lies.
///
///     central.toml                 configuration
///     identity.json                tenant, node, name
///     root/ authority/             the root, and the tenant's authority that it certified
///     ca.pem                       whom the network's boxes trust: a copy of the tenant's
///     server/                      certificate of the two doors
///     head.key pass.key            what signs heads, and passes
///     head.handover pass-next.key  of rotations: what the former head key signed; what signs passes next
///     journal.db journal.key       records, and the key of every database here, wrapped by …
///     box.key or box.cred          … the box's own: a file, or sealed by its TPM2
///     last-backup.json             when the last backup was made
///     views.db                     what queries read; may be deleted at any time
///     reserve disk-fault           room for the end of a full disk; why the run before could not write
///     tokens.json operator.token   who may use the API; the commands' own token
///     standby.json standby/        of a standby only: whom it follows, and its certificate; gone when it is
///     promoted
class CentralFolder {
 public:
  /// A folder that `init` made. Throws Fault.
  static CentralFolder open(const std::filesystem::path& folder);
  /// What `init` fills.
  static CentralFolder plan(const std::filesystem::path& folder, Identity identity);

  const Identity& identity() const { return identity_; }
  const std::filesystem::path& path() const { return folder_; }
  std::filesystem::path config() const { return folder_ / "central.toml"; }
  std::filesystem::path identity_file() const { return folder_ / "identity.json"; }
  std::filesystem::path root() const { return folder_ / "root"; }
  std::filesystem::path authority() const { return folder_ / "authority"; }
  std::filesystem::path ca() const { return folder_ / "ca.pem"; }
  std::filesystem::path server() const { return folder_ / "server"; }
  std::filesystem::path head_key() const { return folder_ / "head.key"; }
  std::filesystem::path pass_key() const { return folder_ / "pass.key"; }
  std::filesystem::path next_pass_key() const { return folder_ / "pass-next.key"; }
  std::filesystem::path journal() const { return folder_ / "journal.db"; }
  std::filesystem::path reserve() const { return folder_ / "reserve"; }
  std::filesystem::path last_backup() const { return folder_ / "last-backup.json"; }
  std::filesystem::path views() const { return folder_ / "views.db"; }
  std::filesystem::path tokens() const { return folder_ / "tokens.json"; }
  std::filesystem::path operator_token() const { return folder_ / "operator.token"; }
  std::filesystem::path standby_file() const { return folder_ / "standby.json"; }
  std::filesystem::path standby() const { return folder_ / "standby"; }
  CertificateFiles own(const std::filesystem::path& holder) const {
    return {.certificate = holder / "certificate.pem", .key = holder / "key.pem"};
  }
  TlsFiles standby_tls() const {
    return {.ca = ca(), .certificate = standby() / "certificate.pem", .key = standby() / "key.pem"};
  }
  TlsFiles tls() const {
    return {.ca = ca(), .certificate = server() / "certificate.pem", .key = server() / "key.pem"};
  }

 private:
  CentralFolder(std::filesystem::path folder, Identity identity)
      : folder_(std::move(folder)), identity_(std::move(identity)) {}

  std::filesystem::path folder_;
  Identity identity_;
};

/// What root would make in the folder of a service's user that user could not open. Throws Fault that says
/// how to call it instead. A folder that is not there, or is root's own, is nobody else's.
void expect_own(const std::filesystem::path& folder);

/// What people type to run the central (or standby) in `folder`: for the folder of the Debian package its
/// unit.
std::string start_command(const std::filesystem::path& folder, bool standby = false);

}  // namespace feldsher::central
