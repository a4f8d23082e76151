#include "central/copies/settle_keys.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <ostream>

#include "central/commands/access_act.hpp"
#include "central/commands/rotate.hpp"
#include "central/commands/stopped_central.hpp"
#include "central/commands/tokens.hpp"
#include "central/registry/network_state.hpp"
#include "protocol/crypto/signing_key.hpp"
#include "protocol/journal/data_folder.hpp"

namespace feldsher::central {
namespace {

Octets public_octets(const SigningKey& key) {
  return {reinterpret_cast<const char*>(key.public_key().data()), key.public_key().size()};
}

/// Central's pass keys, as its journal names them: whether each still counts.
std::map<Octets, bool> pass_keys_of(const CentralFolder& folder) {
  const NodeId central = folder.identity().node;
  NetworkState state(central);
  const auto store = DataFolder::open(folder.path()).open_store(folder.identity().tenant);
  store->replay(0, [&](std::uint64_t, Record&& record) {
    const bool matters = record.subject.type == v1::PASS_KEY || record.subject.type == v1::NODE;
    if (matters && record.key.origin == central) state.apply(record);
  });
  std::map<Octets, bool> keys;
  for (const auto& [id, row] : state.pass_keys.rows())
    if (row.state.point().empty()) keys[row.state.public_key()] |= !row.state.retired();
  return keys;
}

/// Nothing when there is no such file.
std::optional<Octets> key_in(const std::filesystem::path& file) {
  if (!std::filesystem::exists(file)) return std::nullopt;
  return public_octets(SigningKey::load(file));
}

/// The first act of the new life, also where the folder still is a standby's to everybody else.
void tell_points(const CentralFolder& folder, const PassKeys& keys) {
  StoppedCentral central(folder, DataFolder::open(folder.path()).open_store(folder.identity().tenant));
  carry_out(central, keys);
}

/// Each step leaves files from which the next run knows what is left to do: a next key that no record knows
/// was not told of yet, one that is the present key was moved there.
void settle_pass_key(const CentralFolder& folder, std::ostream& out) {
  const std::map<Octets, bool> known = pass_keys_of(folder);
  if (known.empty()) return;  // No clinic was loaded: no point knows any.
  const auto counts = [&](const std::optional<Octets>& key) {
    const auto at = key ? known.find(*key) : known.end();
    return at != known.end() && at->second;
  };
  const auto present = key_in(folder.pass_key());
  auto next = key_in(folder.next_pass_key());
  if (next && known.contains(*next) && !counts(next)) {
    std::filesystem::remove(folder.next_pass_key());
    next.reset();
  }
  if (counts(present)) {
    if (!next || (counts(next) && next != present)) return;
    if (next == present) SigningKey::generate().replace(folder.next_pass_key());
    out << "Passes: the next key was not told to the points yet. It is on its way to them.\n";
  } else if (counts(next)) {
    SigningKey::load(folder.next_pass_key()).replace(folder.pass_key());
    SigningKey::generate().replace(folder.next_pass_key());
    out << "Passes: the key in this copy was retired since. The next one signs, which the points know.\n";
  } else {
    SigningKey::generate().replace(folder.pass_key());
    out << "Passes: the key in this copy was retired since, or no record knows it. A new one signs; a point "
           "refuses its passes until it has connected.\n";
  }
  tell_points(folder, {.present = key_in(folder.pass_key()).value(),
                       .next = public_octets(SigningKey::load_or_create(folder.next_pass_key()))});
}

void settle_tokens(const CentralFolder& folder, const SettleWish& wish, std::ostream& out) {
  Tokens tokens(folder.tokens());
  std::vector<std::string> stand;
  for (const Token& each : tokens.all())
    if (!each.revoked) stand.push_back(each.name);
  const std::string command = fmt::format("feldsher-central token --dir {}", wish.named.string());
  if (wish.revoke_tokens) {
    for (const std::string& name : stand) tokens.revoke(name);
    rotate(folder, {.key = "operator", .hosts = {}, .retire = false}, out);
    out << "All other tokens have ended. Who needs one: " << command << " --name NAME\n";
    return;
  }
  out << "Tokens are those of the time when this copy was made, and no record names them: one that was "
         "revoked "
         "since\nis accepted again, one that was made since is not known.\n"
      << fmt::format("  They stand: {}\n", fmt::join(stand, ", "))
      << "  Look them through before it serves: " << command << "\n  End one: " << command
      << " --revoke NAME\n";
}

}  // namespace

void settle_keys(const CentralFolder& folder, const SettleWish& wish, std::ostream& out) {
  settle_pass_key(folder, out);
  settle_tokens(folder, wish, out);
}

}  // namespace feldsher::central
