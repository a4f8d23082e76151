// PointLink after a mark that differed: which subject it is, found by hashes of ever longer prefixes of ids.
#include <algorithm>

#include "protocol/sync/point_link.hpp"
#include "protocol/sync/state_parts.hpp"

namespace feldsher::sync {
namespace {

std::string named(const SubjectKey& subject) {
  return v1::EntityType_Name(subject.type) + " " + subject.id.to_text();
}

/// The first subject that is not where central has it, ascending by type, then id.
std::optional<SubjectKey> first_difference(const SubjectsAt& here, const v1::StateAnswer& answer) {
  std::map<SubjectKey, std::optional<RecordKey>> there;
  for (const v1::SubjectPlace& place : answer.subjects())
    if (auto id = Uuid::from_octets(place.subject()))
      there[{place.type(), *id}] = RecordKey::from(place.record());
  for (const auto& [subject, record] : here) {
    const auto at = there.find(subject);
    const bool same = at != there.end() && at->second == record;
    if (!there.empty() && there.begin()->first < subject) return there.begin()->first;
    if (!same) return subject;
    there.erase(at);
  }
  return there.empty() ? std::nullopt : std::optional(there.begin()->first);
}

}  // namespace

void PointLink::search_difference(bool own, std::uint64_t n) {
  difference_ = Difference{.own = own, .n = n, .asked_ms = 0, .prefix = {}};
  ask_state();
}

void PointLink::ask_state() {
  difference_->asked_ms = now_ms_;
  v1::Frame frame;
  frame.mutable_state_question()->set_own(difference_->own);
  frame.mutable_state_question()->set_prefix(difference_->prefix);
  wire_->send(frame);
}

void PointLink::on_state_answer(const v1::StateAnswer& answer) {
  if (!difference_ || answer.question().own() != difference_->own ||
      answer.question().prefix() != difference_->prefix)
    return;
  // What has moved on meanwhile cannot be compared any more.
  const bool same_place = answer.feed_epoch() == feed_.epoch() &&
                          (difference_->own ? answer.up().epoch() == writer_.epoch().value &&
                                                  answer.up().seq() == writer_.tip(v1::ACTS).seq
                                            : answer.n() == feed_.position());
  if (!same_place) return report_difference("");
  const SubjectsAt here = subjects_under(difference_->own ? own_ : feed_.scope(), difference_->prefix);
  if (answer.hashes_size() == 16 && difference_->prefix.size() < 32) {
    const auto hashes = hashes_by_nibble(here, difference_->prefix.size());
    const auto differs = std::mismatch(hashes.begin(), hashes.end(), answer.hashes().begin(),
                                       [](const Digest& a, const Octets& b) { return view_of(a) == b; });
    if (differs.first == hashes.end()) return report_difference("");
    difference_->prefix.push_back(static_cast<char>(differs.first - hashes.begin()));
    return ask_state();
  }
  const auto subject = first_difference(here, answer);
  report_difference(subject ? named(*subject) : "");
}

void PointLink::report_difference(const std::string& where) {
  const Difference difference = *std::exchange(difference_, std::nullopt);
  std::string detail = "state hashes differ at feed item " + std::to_string(difference.n);
  if (!where.empty()) detail += (difference.own ? ", first among its own acts: " : ", first: ") + where;
  host_.incident(v1::INCIDENT_HASH, detail);
}

}  // namespace feldsher::sync
