#include "protocol/journal/verify.hpp"

#include <cstdlib>

#include "protocol/journal/ed25519.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/unit/protocol/journal/journals.hpp"

using namespace feldsher;

/// What somebody exported of a journal, or put into a file: heads, checkpoints, handovers and records among
/// true ones. Each after an octet that says which and two that say how long it is. Found bad or good, never a
/// crash; and what nobody signed with central's key is never called countersigned.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Ed25519Signer signer{SigningKey::from_seed({7})};
  static const Ed25519Check check;
  static const std::vector<Record> truth = [] {
    testing::WritingNode node;
    std::vector<Record> all = node.open(signer.public_key()).records;
    for (int i = 0; i < 4; ++i)
      for (Record& record : node.write({"one", "two"}).records) all.push_back(std::move(record));
    return all;
  }();
  const JournalId journal = truth.front().journal();
  Verifier verifier(testing::WritingNode().tenant);
  verifier.demand_countersignatures({Octets(32, 'k')});
  fuzz::Input input(data, size);
  std::vector<v1::SignedHead> heads;
  std::size_t next = 0;
  while (!input.empty()) {
    const std::uint8_t kind = input.octet();
    const Octets octets(input.part(input.two_octets()));
    switch (kind % 6) {
      case 0: {
        v1::SignedHead head;
        if (!head.ParseFromString(octets)) break;
        verifier.expect_head(head);
        heads.push_back(head);
        break;
      }
      case 1: {
        v1::SignedCheckpoint checkpoint;
        if (checkpoint.ParseFromString(octets)) verifier.expect_checkpoint(checkpoint);
        break;
      }
      case 2:
        verifier.handover(octets.substr(0, 32), octets.substr(std::min<std::size_t>(octets.size(), 32)));
        break;
      case 3:
        verifier.cut({.journal = journal, .seq = octets.size(), .hash = sha256(octets), .edge = {}});
        break;
      case 4: {
        const std::size_t core = std::min<std::size_t>(octets.size(), kind);
        verifier.record(journal, next + 1, octets.substr(0, core), octets.substr(core), std::nullopt,
                        std::nullopt);
        break;
      }
      default:
        if (next == truth.size()) break;
        verifier.record(journal, truth[next].key.seq, truth[next].stored.core, truth[next].stored.body,
                        std::nullopt, truth[next].stored.hash);
        ++next;
        break;
    }
  }
  verifier.lead(heads, check);
  verifier.kept(check);
  verifier.tip(journal, next, next == 0 ? zero_digest : truth[next - 1].stored.hash);
  for (const v1::SignedHead& head : heads) verifier.head(head, check);
  verifier.expect_led_to();
  if (verifier.countersigned(journal) != 0) std::abort();
  return 0;
}
