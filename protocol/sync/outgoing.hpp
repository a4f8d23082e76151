#pragma once
#include <cstdint>

namespace feldsher::sync {

/// The sending side of one numbered log, go-back-N: what is there, what was sent, what was acknowledged.
/// The log is a journal upward and a feed downward.
class Outgoing {
 public:
  /// At most `window` batches wait for an acknowledgement: what is urgent never waits behind more. Patience
  /// doubles `doublings` times at the most.
  explicit Outgoing(int window = 4, int doublings = 4) : window_(window), doublings_(doublings) {}

  /// The other side holds everything up to `acknowledged`; sending starts after it.
  void restart(std::uint64_t acknowledged, std::uint64_t now_ms);
  /// Entries up to `n` exist and may be sent.
  void offer(std::uint64_t n);
  void sent(std::uint64_t n, std::uint64_t now_ms);
  /// Cumulative. True when it was progress.
  bool acknowledge(std::uint64_t n, std::uint64_t now_ms);
  /// Without progress for `patience_ms` (twice that after each fruitless time, on a slow line), sending
  /// starts again after the acknowledged entry: true.
  bool give_up_waiting(std::uint64_t now_ms, std::uint64_t patience_ms);
  /// Something that was sent at `asked_ms`, behind all that is on its way, was answered: the line is not
  /// slow, what is not acknowledged is lost, and waiting is as short as at first.
  void line_answered(std::uint64_t asked_ms);

  std::uint64_t next() const { return sent_ + 1; }
  bool has_more() const { return sent_ < available_; }
  bool in_flight() const { return sent_ > acknowledged_; }
  std::uint64_t acknowledged() const { return acknowledged_; }
  std::uint64_t available() const { return available_; }

  bool window_open() const { return batches_ < window_; }

 private:
  std::uint64_t available_ = 0, sent_ = 0, acknowledged_ = 0;
  std::uint64_t last_sent_ms_ = 0, last_progress_ms_ = 0;
  int window_, doublings_, batches_ = 0;
  int fruitless_ = 0;  // Times that waiting was given up since the last progress: each doubles the patience.
};

}  // namespace feldsher::sync
