#include "central/commands/init.hpp"

#include <boost/json/serialize.hpp>
#include <ostream>

#include "central/commands/config.hpp"
#include "central/commands/tokens.hpp"
#include "protocol/crypto/certificate_authority.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/crypto/signing_key.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

/// What two runs would fight over; nothing else may lie in a new central's folder under these names.
void refuse_to_overwrite(const CentralFolder& folder) {
  for (const auto& path :
       {folder.identity_file(), folder.config(), folder.root(), folder.authority(), folder.ca(),
        folder.server(), folder.head_key(), folder.pass_key(), folder.tokens(), folder.operator_token(),
        folder.path() / "journal.db", folder.path() / "journal.key"})
    if (std::filesystem::exists(path))
      throw Fault(path.string() +
                  " is there already: a central was made in this folder before. Nothing was changed");
}

void make_certificates(const CentralFolder& folder, const InitWish& wish, std::int64_t now_s) {
  const auto root = CertificateAuthority::create(folder.root(), "Feldsher root", now_s);
  const auto authority = root.create_tenant(folder.authority(), folder.identity().tenant, now_s);
  write_public_file(folder.ca(), authority.ca_pem());
  const CertificateSubject server{
      .kind = PeerKind::server, .name = "central", .id = folder.identity().node.uuid, .hosts = wish.hosts};
  const auto bundle = authority.issue(server, now_s);
  if (!bundle) throw Fault("--host: " + std::string(to_text(bundle.error())));
  bundle->save(folder.server());
}

}  // namespace

CentralFolder init(const InitWish& wish, std::ostream& out) {
  SystemRandom random;
  const Instant now = SystemClock().now();
  const auto folder = CentralFolder::plan(wish.folder, {.tenant = TenantId{random.uuid_v7(now.wall_ms)},
                                                        .node = NodeId{random.uuid_v7(now.wall_ms)},
                                                        .name = wish.name});
  refuse_to_overwrite(folder);
  DataFolder::open_or_create(wish.folder, random);
  make_certificates(folder, wish, now.wall_ms / 1000);
  SigningKey::generate().save(folder.head_key());
  const SigningKey pass_key = SigningKey::generate();
  pass_key.save(folder.pass_key());
  const std::string token =
      Tokens(folder.tokens())
          .make({.name = "operator", .kind = TokenKind::system, .person = {}}, random, now);
  write_secret_file(folder.operator_token(), token + "\n");
  write_public_file(folder.config(),
                    default_config(".", wish.hosts.empty() ? "localhost" : wish.hosts.front()));
  // Last: with it the folder is a central's.
  write_public_file(folder.identity_file(),
                    boost::json::serialize(boost::json::object{{"tenant", folder.identity().tenant.to_text()},
                                                               {"node", folder.identity().node.to_text()},
                                                               {"name", wish.name}}) +
                        "\n");
  out << "Made a central in " << wish.folder.string() << "\n"
      << "  tenant          " << folder.identity().tenant.to_text() << "\n"
      << "  central's node  " << folder.identity().node.to_text() << "\n"
      << "  pass key        " << pass_key.key_id().to_text() << "\n"
      << "  trusted by all  " << folder.ca().string() << "\n"
      << "  configuration   " << folder.config().string() << "\n"
      << "Keep a copy of root/ca.key, journal.key and box.key elsewhere: without them nothing can be "
         "certified or "
         "read.\n"
      << "Next: feldsher-central load --dir " << wish.folder.string() << " clinic.json\n"
      << "      " << start_command(wish.folder) << "\n"
      << "      feldsher-central enrol --dir " << wish.folder.string() << " --point NAME\n";
  return folder;
}

}  // namespace feldsher::central
