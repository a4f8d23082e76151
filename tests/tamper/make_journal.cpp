#include "protocol/journal/data_folder.hpp"
#include "protocol/journal/ed25519.hpp"
#include "tests/tamper/tampering.hpp"
#include "tests/unit/protocol/journal/journals.hpp"

namespace feldsher::tamper {

void make_journal(const std::filesystem::path& folder, std::uint64_t records, std::uint64_t seed) {
  testing::WritingNode node(seed);
  const Ed25519Signer signer{SigningKey::from_seed({7})}, central{SigningKey::from_seed({8})};
  auto store = DataFolder::open_or_create(folder, node.random).open_store(node.tenant);
  std::vector<Transaction> group{node.open(signer.public_key())};
  for (std::uint64_t made = 1; made < records;) {
    std::vector<std::string> messages(std::min<std::uint64_t>(records - made, 1 + node.random.below(6)));
    for (auto& message : messages) message = node.random.octets(20 + node.random.below(200));
    const bool block = node.random.below(8) == 0;
    group.push_back(node.write(messages, block ? v1::READINGS : v1::ACTS));
    if (node.random.below(20) == 0) {  // Erased, or dropped with its scope: only the digest is there.
      group.back().records.back().stored.body.reset();
    }
    made += messages.size();
    if (group.size() == 512) {
      store->commit(group);
      group.clear();
    }
  }
  Transaction heads;
  for (v1::Stream stream : {v1::ACTS, v1::READINGS}) {
    if (node.writer.tip(stream).seq == 0) continue;
    heads.heads.push_back(sign_head(node.tenant, node.writer.tip(stream), signer));
    countersign(heads.heads.back(), central);
  }
  group.push_back(std::move(heads));
  store->commit(group);
}

}  // namespace feldsher::tamper
