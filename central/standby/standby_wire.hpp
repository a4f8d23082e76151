#pragma once
#include <cstdint>
#include <string>

#include "protocol/contracts/standby.pb.h"

namespace feldsher::central {

/// The protocol between central and its copies that this build speaks (StandbyHello.version).
inline constexpr std::uint32_t standby_version = 1;

/// A connection between central and a copy of its journal. Messages may be lost, repeated or reordered by
/// what lies below: the machines stand it all, although a WebSocket does none of it.
class StandbyWire {
 public:
  virtual ~StandbyWire() = default;
  virtual void send(const v1::StandbyFrame& frame) = 0;
  /// Ends the connection; `disconnected` of the machine is not called for it.
  virtual void close(const std::string& why) = 0;
};

/// Times of the machines, in ms of the monotonic clock.
struct StandbyPatience {
  std::uint64_t resend_ms = 5'000;     ///< Without progress for this long, what was sent is sent again.
  std::uint64_t heartbeat_ms = 5'000;  ///< A copy on a quiet line says "still here" this often.
  std::uint64_t silence_ms = 30'000;   ///< Nothing heard for this long: the connection is dead.
  std::uint64_t wait_ms = 3'000;   ///< Nobody waits longer for a standby: then central goes on without it.
  std::uint64_t rest_ms = 10'000;  ///< Nobody waits for one that was too slow, for so long.
  std::uint64_t away_ms = 30'000;  ///< Out of step for this long: a person is told.
};

}  // namespace feldsher::central
