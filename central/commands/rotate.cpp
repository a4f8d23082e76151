#include "central/commands/rotate.hpp"

#include <ostream>

#include "central/access/own_renewal.hpp"
#include "central/commands/access_act.hpp"
#include "central/commands/config.hpp"
#include "central/commands/rotate_authority.hpp"
#include "central/commands/tokens.hpp"
#include "protocol/crypto/certificate_authority.hpp"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/crypto/signing_key.hpp"
#include "protocol/crypto/system_world.hpp"
#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/head_key_file.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {
namespace {

constexpr const char* standby_lacks_it = "A standby has the keys of before: make it anew\n";

std::int64_t now_s() { return SystemClock().now().wall_ms / 1000; }

Octets octets_of(const PublicKey& key) { return {reinterpret_cast<const char*>(key.data()), key.size()}; }

void rotate_box(const CentralFolder& folder, std::ostream& out) {
  SystemRandom random;
  const auto wrapped = DataFolder::rotate(folder.path(), random);
  out << "The keys are wrapped anew, " << (wrapped.sealed() ? "sealed to this box" : "unsealed") << "\n";
}

void rotate_head(const CentralFolder& folder, std::ostream& out) {
  const auto store = DataFolder::open(folder.path()).open_store(folder.identity().tenant);
  rotate_head_key(folder.head_key(), *store, folder.identity().node);
  out << "Another key signs from the next start on, in a life of its own. A standby has the former one: make "
         "it "
         "anew\n";
}

void rotate_pass(const CentralFolder& folder, bool retire, std::ostream& out) {
  const auto announce = [&](bool retire_others) {
    const PassKeys keys{.present = octets_of(SigningKey::load(folder.pass_key()).public_key()),
                        .next = octets_of(SigningKey::load_or_create(folder.next_pass_key()).public_key()),
                        .retire = retire_others};
    return carry_out(folder, keys).at("registered").to_number<std::size_t>();
  };
  // A key that lies here may be of a run that was cut off before it told the points: that comes first.
  const bool was_known = announce(false) == 0;
  if (was_known) {
    SigningKey::load(folder.next_pass_key()).replace(folder.pass_key());
    std::filesystem::remove(folder.next_pass_key());
  }
  if (was_known || retire) announce(retire);
  if (was_known)
    out << "Another key signs passes, and the next one is on its way to the points. Those of former keys are "
        << (retire ? "worth nothing any more\n" : "still good: --retire ends them\n") << standby_lacks_it;
  else
    out << "The next pass key is on its way to the points: when all have heard of it, rotate once more\n"
        << standby_lacks_it;
}

void rotate_operator(const CentralFolder& folder, std::ostream& out) {
  SystemRandom random;
  Tokens tokens(folder.tokens());
  tokens.revoke("operator");
  replace_secret_file(folder.operator_token(),
                      tokens.make({.name = "operator", .kind = TokenKind::system, .person = {}}, random,
                                  SystemClock().now()) +
                          "\n");
  out << "The commands on this machine have another token; the one before is worth nothing\n"
      << standby_lacks_it;
}

}  // namespace

void rotate(const CentralFolder& folder, const RotateWish& wish, std::ostream& out) {
  if (wish.key == "box") return rotate_box(folder, out);
  if (wish.key == "head") return rotate_head(folder, out);
  if (wish.key == "pass") return rotate_pass(folder, wish.retire, out);
  if (wish.key == "operator") return rotate_operator(folder, out);
  if (wish.key == "authority") return rotate_authority(folder, out);
  if (wish.key == "server") {
    certify_again(
        folder.own(folder.server()), CertificateAuthority::load(folder.authority()), now_s(),
        wish.hosts.empty() ? std::vector<std::string>{read_config(folder.config()).public_host} : wish.hosts);
    out << "The doors have a new key and certificate from the next start on\n";
  } else if (wish.key == "standby") {
    if (!std::filesystem::exists(folder.standby_file()))
      throw Fault(folder.path().string() + " is no standby's folder");
    certify_again(folder.own(folder.standby()), CertificateAuthority::load(folder.authority()), now_s());
    out << "The standby has a new key and certificate. Restart it: the former one ends when central sees the "
           "new\n";
  } else {
    throw Fault("--key: box, head, pass, server, standby, operator or authority is expected");
  }
}

}  // namespace feldsher::central
