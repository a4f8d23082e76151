#include "protocol/journal/writer.hpp"

#include "protocol/record/result.hpp"

namespace feldsher {

void JournalTip::advance(const Record& record) {
  ensure(record.journal() == journal, "a tip moves along one journal");
  ensure(record.key.seq == seq + 1 && record.stored.prev == hash, "a tip moves by one record");
  seq = record.key.seq;
  hash = record.stored.hash;
  edge.add(leaf_hash(record.stored));
}

v1::JournalMark JournalTip::mark() const {
  v1::JournalMark mark;
  mark.set_stream(journal.stream);
  mark.set_epoch(journal.epoch.value);
  mark.set_seq(seq);
  if (seq != 0) mark.set_chain(to_octets(hash));
  return mark;
}

JournalWriter::JournalWriter(TenantId tenant, NodeId node, Epoch epoch, Random& random)
    : tenant_(tenant), node_(node), random_(random) {
  begin(epoch);
}

void JournalWriter::begin(Epoch epoch) {
  ensure(epoch.value != 0, "an epoch is never 0");
  acts_ = {.journal = {node_, v1::ACTS, epoch}, .edge = {}};
  readings_ = {.journal = {node_, v1::READINGS, epoch}, .edge = {}};
}

void JournalWriter::resume(const JournalTip& tip) {
  ensure(tip.journal.origin == node_ && tip.journal.epoch == epoch(), "a writer resumes its own life");
  (tip.journal.stream == v1::ACTS ? acts_ : readings_) = tip;
}

std::vector<Record> JournalWriter::seal(v1::Stream stream, std::span<const Draft> drafts,
                                        const Instant& now) {
  JournalTip& tip = stream == v1::ACTS ? acts_ : readings_;
  std::vector<Record> records;
  records.reserve(drafts.size());
  for (std::size_t i = 0; i < drafts.size(); ++i) {
    const Draft& draft = drafts[i];
    v1::HeaderCore header;
    header.set_tenant(tenant_.to_octets());
    header.set_origin(node_.to_octets());
    header.set_stream(stream);
    header.set_epoch(tip.journal.epoch.value);
    header.set_seq(tip.seq + 1);
    header.set_more(static_cast<std::uint32_t>(drafts.size() - 1 - i));
    *header.mutable_at() = clock_.stamp(now);
    *header.mutable_actor() = draft.actor;
    header.set_proof(draft.proof);
    header.set_subject_type(draft.subject.type);
    header.set_subject(draft.subject.id.to_octets());
    for (const RecordKey& base : draft.bases) *header.add_bases() = base.to_wire();
    header.set_verb(draft.verb);
    header.set_schema(draft.schema);
    if (draft.cause) *header.mutable_cause() = *draft.cause;

    Record record;
    RecordFault fault =
        read_record(header.SerializeAsString(), random_.octets(body_salt_octets) + draft.message,
                    std::nullopt, tip.hash, record);
    if (fault != RecordFault::none)
      throw std::logic_error(std::string("bug: we wrote a bad record: ") + to_text(fault));
    tip.advance(record);
    records.push_back(std::move(record));
  }
  return records;
}

}  // namespace feldsher
