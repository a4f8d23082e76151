#include "central/commands/rotate_authority.hpp"

#include <ostream>

#include "central/access/lost_point.hpp"
#include "central/access/own_renewal.hpp"
#include "central/commands/stopped_central.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

/// Puts `next` in the place of the folder, which is numbered and stays beside it.
void put_in_place(const std::filesystem::path& folder, const std::filesystem::path& next) {
  const auto former = [&](int number) { return folder.string() + ".former-" + std::to_string(number); };
  int number = 1;
  while (std::filesystem::exists(former(number))) ++number;
  if (std::filesystem::exists(folder)) std::filesystem::rename(folder, former(number));
  std::filesystem::rename(next, folder);
}

}  // namespace

void rotate_authority(const CentralFolder& folder, std::ostream& out) {
  StoppedCentral central(folder);
  CentralNode& node = central.node();
  const AccessBy by{.actor = node.self(), .proof = v1::PROOF_NONE, .now = node.now()};
  const std::int64_t now_s = by.now.wall_ms / 1000;
  const auto root = folder.path() / "root.next", authority = folder.path() / "authority.next";
  // What lies there is of a run that was cut off before anybody trusted it.
  std::filesystem::remove_all(root);
  std::filesystem::remove_all(authority);
  CertificateAuthority::create(root, "Feldsher root", now_s)
      .create_tenant(authority, folder.identity().tenant, now_s);

  const std::vector<Draft> ends = end_all(node.state(), by);
  if (!ends.empty()) node.write(ends, [] {});
  central.commit();
  put_in_place(folder.root(), root);
  put_in_place(folder.authority(), authority);
  const auto present = CertificateAuthority::load(folder.authority());
  write_public_file(folder.ca(), present.ca_pem());
  certify_again(folder.own(folder.server()), present, now_s);
  out << "Another root and authority certify from now on, and " << ends.size()
      << " certificates and codes have ended. Nobody comes in before they have new ones:\n"
         "  each point      feldsher-central enrol --point NAME, then feldsher-edge enrol CODE into a new "
         "folder.\n"
         "                  What it had not sent stays in its former one: keep that\n"
         "  each screen, wearable and gateway   feldsher-central issue …\n"
         "  whoever asks the API               the new "
      << folder.ca().string() << "\n"
      << "  the standby     make it anew from a new backup\n"
      << "Keep a copy of root/ca.key elsewhere\n";
}

}  // namespace feldsher::central
