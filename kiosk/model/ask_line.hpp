#pragma once
#include <map>
#include <optional>
#include <vector>

#include "kiosk/model/events.hpp"

namespace feldsher::kiosk {

/// The asks of one terminal that have no answer yet.
///
/// The bus promises nothing, so an ask is sent again, with the same id, until it is answered or
/// forgotten: after 2 s, then 3, 5, 8 and each 10 s. The desk answers a repeat as it answered the
/// first, so a person never acts twice. An answer "busy" counts as none.
class AskLine {
 public:
  explicit AskLine(MakeId make_id) : make_id_(std::move(make_id)) {}

  /// Queues `ask` under a new id and returns the id.
  Octets send(v1::Ask ask, Moment now);
  /// The ask that `answer` is for; nothing for a stranger's, a repeat's, a forgotten one's and for "busy".
  std::optional<v1::Ask> answered(const v1::Answer& answer);
  /// Queues what is due again.
  void tick(Moment now);
  /// The line came back: everything unanswered is due now.
  void resend_all(Moment now);
  /// Stops waiting for one, or for all.
  void forget(const Octets& id);
  void forget_all();

  /// How long `id` has been without an answer; nothing when it is not waiting.
  std::optional<Moment> waited(const Octets& id, Moment now) const;
  /// What to publish now, oldest first; empties the queue.
  std::vector<v1::Ask> take_outgoing() { return std::exchange(outgoing_, {}); }

 private:
  struct Waiting {
    v1::Ask ask;
    Moment since{}, due{};
    int sent = 1;
  };
  MakeId make_id_;
  std::map<Octets, Waiting> waiting_;
  std::vector<v1::Ask> outgoing_;
};

}  // namespace feldsher::kiosk
