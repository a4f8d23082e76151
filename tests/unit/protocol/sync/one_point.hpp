#pragma once
#include <catch2/catch_test_macros.hpp>

#include "tests/support/world/network.hpp"

namespace feldsher::testing {

/// Long enough for what was lost to be sent again, for state hashes to be compared, for a line to be dead.
inline constexpr int until_resent_s = static_cast<int>(sync::Patience{}.resend_ms / 1000) + 3;
inline constexpr int until_marked_s = static_cast<int>(sync::Patience{}.mark_ms / 1000) + 3;
inline constexpr int silence_s = static_cast<int>(sync::Patience{}.silence_ms / 1000);

/// Central and one point that are connected and quiet; a walk-in ticket is the smallest act.
struct OnePoint : Network {
  OnePoint() : point(add_point("Embankment")), gp(clinic->service("General practitioner")) {
    connect(point);
    settle();
    REQUIRE(point.live());
  }
  /// Somebody takes a ticket: its label, empty when there was no answer.
  std::string ticket(Box& at) {
    v1::Ask ask;
    ask.mutable_walk_in()->set_service(gp.to_octets());
    auto answer = this->ask(at, "checkin-1", ask);
    return answer ? answer->checked_in().ticket_label() : "";
  }
  std::string ticket() { return ticket(point); }
  std::uint64_t acts() const { return point.node->writer().tip(v1::ACTS).seq; }
  /// Acts of the present life that the point knows to be at central.
  std::uint64_t stored() const { return point.node->link().lives().present().acts.outgoing.acknowledged(); }
  void reading(Box& at) {
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_NODE);
    draft.actor.set_id(at.identity.node.to_octets());
    draft.subject = {v1::READING_BLOCK, at.random.uuid_v7(monday_8_ms)};
    draft.verb = v1::SEALED;
    draft.message = at.random.octets(400);
    at.node->write(v1::READINGS, {draft}, {}, [] {});
  }
  std::size_t sent_of(v1::Frame::MessageCase kind) const {
    return static_cast<std::size_t>(std::count_if(
        sent.begin(), sent.end(), [&](const v1::Frame& frame) { return frame.message_case() == kind; }));
  }
  /// Loses the next frame of a kind, once.
  void lose_next(v1::Frame::MessageCase kind) {
    lose = [kind, lost = false](v1::Frame& frame) mutable {
      return !lost && frame.message_case() == kind && (lost = true);
    };
  }
  /// Changes the next frame of a kind, once.
  void change_next(v1::Frame::MessageCase kind, std::function<void(v1::Frame&)> change) {
    lose = [kind, change = std::move(change), done = false](v1::Frame& frame) mutable {
      if (!done && frame.message_case() == kind) {
        done = true;
        change(frame);
      }
      return false;
    };
  }
  void reconnect(Box& box) {
    connect(box);
    settle();
  }

  Box& point;
  Uuid gp;
};

}  // namespace feldsher::testing
