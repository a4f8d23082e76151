// CentralLink and a node whose state hash differed: it is told which subjects are where, by prefix of their
// ids.
#include "protocol/sync/central_link.hpp"
#include "protocol/sync/state_parts.hpp"

namespace feldsher::sync {

void CentralLink::on_state_question(const v1::StateQuestion& question) {
  if (phase_ != Phase::live) return;
  const FeedLog& feed = host_.feed(node_);
  const SubjectSet* set = question.own() ? host_.subjects_of_acts(node_) : &feed.scope();
  const SubjectsAt subjects = set ? subjects_under(*set, question.prefix()) : SubjectsAt{};
  v1::Frame frame;
  v1::StateAnswer& answer = *frame.mutable_state_answer();
  *answer.mutable_question() = question;
  answer.set_feed_epoch(feed.epoch());
  answer.set_n(feed.last());
  // What is not on the disk is not projected yet: then the places are of no known act.
  if (const Journal& acts = journal(v1::ACTS, life()); acts.durable == acts.tip.seq)
    *answer.mutable_up() = acts.tip.mark();
  // Of one id only the types differ: nothing is left to go down to.
  if (subjects.size() > few_subjects && question.prefix().size() < 32) {
    for (const Digest& hash : hashes_by_nibble(subjects, question.prefix().size()))
      answer.add_hashes(to_octets(hash));
  } else {
    for (const auto& [subject, record] : subjects) {
      v1::SubjectPlace& place = *answer.add_subjects();
      place.set_type(subject.type);
      place.set_subject(subject.id.to_octets());
      *place.mutable_record() = record.to_wire();
    }
  }
  wire_->send(frame);
}

}  // namespace feldsher::sync
