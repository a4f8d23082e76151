#include "protocol/journal/kept_heads.hpp"

namespace feldsher {
namespace {

std::uint64_t seq_of(const v1::SignedHead& signed_head) {
  v1::Head head;
  head.ParseFromString(signed_head.head());
  return head.seq();
}

}  // namespace

void KeptHeads::take(const v1::SignedHead& head) {
  if (head.countersignature().empty()) {
    if (!countersigned_ || countersigned_->head() != head.head()) own_ = head;
    return;
  }
  const std::uint64_t seq = seq_of(head);
  if (countersigned_ && seq < seq_of(*countersigned_)) return;
  countersigned_ = head;
  if (own_ && seq_of(*own_) <= seq) own_.reset();
}

std::vector<v1::SignedHead> KeptHeads::all() const {
  std::vector<v1::SignedHead> heads;
  for (const auto& head : {countersigned_, own_})
    if (head) heads.push_back(*head);
  return heads;
}

}  // namespace feldsher
