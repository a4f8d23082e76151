#include "protocol/journal/head_key_file.hpp"

#include "protocol/contracts/clinic.pb.h"
#include "protocol/crypto/secret_file.hpp"
#include "protocol/record/result.hpp"

namespace feldsher {
namespace {

constexpr std::size_t key_octets = 32;

std::filesystem::path handover_file(const std::filesystem::path& head_key) {
  return head_key.parent_path() / "head.handover";
}

/// Whether a life of the node in this store has the key.
bool has_begun(JournalStore& store, NodeId node, OctetsView key) {
  bool found = false;
  store.replay(0, [&](std::uint64_t, Record&& record) {
    if (record.header.verb() != v1::OPENED || record.key.origin != node) return;
    const auto life = record.body<v1::NodeLife>();
    found = found || (life && life->head_key() == key);
  });
  return found;
}

}  // namespace

Ed25519Signer load_head_key(const std::filesystem::path& head_key) {
  SigningKey key = SigningKey::load(head_key);
  const auto file = handover_file(head_key);
  if (!std::filesystem::exists(file)) return Ed25519Signer(std::move(key));
  // The key that it is for, and the former one's signature: a rotation that was cut off leaves one for a key
  // that never came.
  const Octets content = read_secret_file(file);
  Ed25519Signer alone(SigningKey::load(head_key));
  const bool is_ours = content.starts_with(alone.public_key());
  return Ed25519Signer(std::move(key), is_ours ? content.substr(key_octets) : Octets());
}

PublicKey rotate_head_key(const std::filesystem::path& head_key, JournalStore& store, NodeId node) {
  const Ed25519Signer present = load_head_key(head_key);
  if (!has_begun(store, node, present.public_key()))
    throw Fault("the present head key has signed nothing yet: let the node run once, then rotate again");
  const SigningKey next = SigningKey::generate();
  const Octets next_octets = Ed25519Signer(next).public_key();
  replace_secret_file(handover_file(head_key), next_octets + present.sign(handover_octets(next_octets)));
  next.replace(head_key);
  return next.public_key();
}

}  // namespace feldsher
