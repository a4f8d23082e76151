#pragma once
#include <cstdint>
#include <optional>

#include "protocol/contracts/sync.pb.h"

namespace feldsher::sync {

/// One side's "still here". The other answers each; an answer that comes before the next is asked shows that
/// the line is quick.
class Heartbeat {
 public:
  /// The question that is due now, if one is.
  std::optional<v1::Frame> due(std::uint64_t now_ms, std::uint64_t every_ms) {
    if (now_ms - asked_ms_ < every_ms) return std::nullopt;
    asked_ms_ = now_ms;
    v1::Frame question;
    question.mutable_heartbeat()->set_n(++asked_);
    return question;
  }
  /// When that was asked which this answers. Nothing: another has been asked since, or none was.
  std::optional<std::uint64_t> answered(const v1::Heartbeat& answer) const {
    if (asked_ == 0 || answer.n() != asked_) return std::nullopt;
    return asked_ms_;
  }
  static v1::Frame answer_to(const v1::Frame& question) {
    v1::Frame answer = question;
    answer.mutable_heartbeat()->set_answer(true);
    return answer;
  }

 private:
  std::uint64_t asked_ = 0, asked_ms_ = 0;
};

}  // namespace feldsher::sync
