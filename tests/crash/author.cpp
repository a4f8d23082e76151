#include "tests/crash/author.hpp"

#include <utility>

namespace feldsher::crash {

using testing::WritingNode;

namespace {

/// A signature is octets to a store.
class NameSigner final : public Signer {
 public:
  Octets key_id() const override { return "key"; }
  Octets public_key() const override { return "public key"; }
  Octets sign(OctetsView message) const override { return Octets(message.substr(0, 16)); }
};

}  // namespace

Author::Author(std::uint64_t seed) : random(seed), self(seed) {
  peers_.emplace_back(seed + 1);
  peers_.emplace_back(seed + 2);
}

Octets Author::text(std::size_t least, std::size_t most) {
  return random.octets(least + random.below(most - least + 1));
}

Transaction Author::opened() { return self.open("the key that signs this life's heads"); }

Transaction Author::act() {
  std::vector<std::string> messages(1 + random.below(4));
  for (auto& message : messages) message = text(0, 300);
  Transaction act = self.write(messages);
  act.answered.push_back({AskId{random.uuid_v7(1)}, text(0, 200)});
  return act;
}

Transaction Author::chunk() {
  Transaction chunk;
  chunk.intake.push_back({++last_chunk_, text(100, 1500)});
  return chunk;
}

Transaction Author::block() {
  Transaction block = self.write({text(500, 6000)}, v1::READINGS);
  while (emptied_ < last_chunk_ && random.below(4) != 0) block.emptied.push_back(++emptied_);
  return block;
}

Transaction Author::received() {
  WritingNode& peer = peers_[random.below(peers_.size())];
  Transaction batch =
      peer.write({text(10, 400), text(10, 400)}, random.below(4) == 0 ? v1::READINGS : v1::ACTS);
  for (Record& record : batch.records) {
    if (random.below(5) == 0) record.stored.body.reset();
    if (random.below(3) == 0) continue;
    batch.scope.push_back({record.subject, record.stored});
    if (random.below(4) == 0) batch.scope.back().record->body.reset();
    subjects_.push_back(record.subject);
  }
  if (!subjects_.empty() && random.below(3) == 0) {
    const std::size_t leaving = random.below(subjects_.size());
    batch.scope.push_back({subjects_[leaving], std::nullopt});
  }
  return batch;
}

Transaction Author::new_feed() {
  stale_.insert(subjects_.begin(), subjects_.end());
  Transaction begins;
  begins.values["feed"] = text(16, 16);
  begins.values["feed/stale"] = "some";
  return begins;
}

Transaction Author::marked() {
  Transaction mark;
  for (const SubjectKey& subject : stale_) mark.scope.push_back({subject, std::nullopt});
  std::erase_if(subjects_, [&](const SubjectKey& subject) { return stale_.contains(subject); });
  stale_.clear();
  mark.values["feed/stale"] = "";
  return mark;
}

Transaction Author::values() {
  Transaction values;
  values.values["ticket"] = text(16, 16);
  values.values["position/" + std::to_string(random.below(4))] = text(0, 40);
  if (random.below(2) == 0) values.values["acknowledged/" + std::to_string(random.below(20))] = text(0, 3000);
  return values;
}

Transaction Author::head() {
  Transaction head;
  for (v1::Stream stream : {v1::ACTS, v1::READINGS})
    head.heads.push_back(sign_head(self.tenant, self.writer.tip(stream), NameSigner()));
  return head;
}

Transaction Author::erasure() {
  Transaction erasure = act();
  const std::uint64_t which = random.below(3);
  erasure.erased.push_back(
      [which](const Record& record) { return record.key.seq > 1 && record.key.seq % 3 == which; });
  return erasure;
}

Transaction Author::cut() {
  Transaction cut;
  for (v1::Stream stream : {v1::ACTS, v1::READINGS}) {
    const JournalTip tip = std::exchange(stood_[stream], self.writer.tip(stream));
    JournalTip& last = cuts_[stream];
    if (tip.seq == 0 || tip.journal != self.writer.tip(stream).journal) continue;
    if (last.journal == tip.journal && last.seq >= tip.seq) continue;
    last = tip;
    if (stream == v1::READINGS) last.edge = {};
    cut.cuts.push_back(last);
  }
  cut.values["window/checkpoint"] = text(200, 900);
  return cut;
}

Transaction Author::drop() {
  Transaction drop;
  for (const auto& [stream, cut] : cuts_) {
    if (cut.seq == 0) continue;
    const std::uint64_t first = 1 + random.below(cut.seq);
    drop.dropped.push_back({cut.journal, first, first + random.below(cut.seq - first + 1)});
  }
  return drop;
}

Transaction Author::new_life() {
  self.writer.begin(Epoch{random.u64() | 1});
  return opened();
}

Transaction Author::rebuilt() {
  WritingNode& former = former_.emplace(random.u64(), self.tenant, self.node);
  std::vector<Record> kept = former.open("the key of the life before").records;
  for (int acts = 0; acts < 6; ++acts)
    for (Record& record : former.write({text(0, 300), text(0, 300)}).records) {
      if (random.below(3) != 0) continue;
      if (random.below(5) == 0) record.stored.body.reset();
      kept.push_back(std::move(record));
    }
  former.write({text(10, 400)}, v1::READINGS);
  Transaction rebuilt = act();
  rebuilt.begun = {{former.writer.tip(v1::ACTS), true, std::move(kept)},
                   {former.writer.tip(v1::READINGS), false, {}}};
  rebuilt.values["window/checkpoint"] = text(200, 900);
  return rebuilt;
}

Transaction Author::handed_back() {
  Transaction batch = former_->write({text(10, 400), text(10, 400)});
  batch.merge(former_->write({text(10, 400)}, v1::READINGS));
  return batch;
}

Transaction Author::former_cut() {
  Transaction cut;
  for (v1::Stream stream : {v1::ACTS, v1::READINGS}) {
    cut.cuts.push_back(former_->writer.tip(stream));
    const std::uint64_t end = cut.cuts.back().seq, first = 1 + random.below(end);
    cut.dropped.push_back({former_->journal(stream), first, first + random.below(end - first + 1)});
  }
  return cut;
}

Transaction Author::large(std::size_t records) {
  std::vector<std::string> messages(records);
  for (auto& message : messages) message = text(100, 600);
  return self.write(messages);
}

Transaction Author::any() {
  switch (random.below(8)) {
    case 0:
      return chunk();
    case 1:
      return block();
    case 2:
      return received();
    case 3:
      return values();
    case 4:
      return head();
    default:
      return act();
  }
}

}  // namespace feldsher::crash
