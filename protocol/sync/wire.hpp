#pragma once
#include <string>

#include "protocol/contracts/sync.pb.h"
#include "protocol/record/record.hpp"

namespace feldsher::sync {

/// The protocol that this build speaks (Hello.version).
inline constexpr std::uint32_t protocol_version = 1;

/// A connection to the other side. Messages may be lost, repeated or reordered by what lies below: the
/// machines stand it all, although a WebSocket does none of it.
class Wire {
 public:
  virtual ~Wire() = default;
  virtual void send(const v1::Frame& frame) = 0;
  /// Ends the connection; `disconnected` of the machine is not called for it.
  virtual void close(const std::string& why) = 0;
};

/// A record as it goes over the wire. With `chained` the receiver holds the record before it.
v1::WireRecord to_wire(const StoredRecord& record, bool chained);

/// And back. `prev` is the hash of the record before, where the receiver holds it.
RecordFault from_wire(const v1::WireRecord& wire, const Digest* prev, Record& out);

/// The octets that central signs in a mark: tenant ‖ node ‖ feed epoch ‖ n ‖ both state hashes.
Octets mark_place(TenantId tenant, NodeId node, std::uint64_t feed_epoch, const v1::FeedItem& mark);

/// Times of the machines, in ms of the monotonic clock.
struct Patience {
  std::uint64_t resend_ms = 15'000;     ///< Without progress for this long, what was sent is sent again.
  std::uint64_t heartbeat_ms = 10'000;  ///< A quiet connection says "still here" this often.
  std::uint64_t silence_ms = 90'000;    ///< Nothing heard for this long: the connection is dead.
  std::uint64_t mark_ms = 5'000;        ///< State hashes are compared at most this often.
};

}  // namespace feldsher::sync
