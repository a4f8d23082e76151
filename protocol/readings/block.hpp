#pragma once
#include <boost/system/result.hpp>
#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

#include "protocol/contracts/readings.pb.h"
#include "protocol/readings/reading.hpp"

namespace feldsher::readings {

/// A message as it goes into a block and comes out of it.
struct BlockMessage {
  std::uint64_t seq = 0;
  std::int64_t received_ms = 0;   ///< When the agent received it, Unix ms.
  Octets octets;                  ///< The message as the device sent it.
  std::vector<Reading> readings;  ///< What it says, in the order of `sort_for_pack`.

  bool operator==(const BlockMessage&) const = default;
};

/// A sealed block, opened.
struct Block {
  DeviceId device;
  Epoch epoch;
  std::optional<PatientId> patient;
  std::vector<BlockMessage> messages;  ///< Ascending numbers.
};

inline constexpr std::size_t most_block_messages = 1024;
inline constexpr std::size_t digest_octets = 8;  ///< Of each message's SHA-256, kept in the block.

/// The first 8 octets of SHA-256 of a message.
Octets short_digest(OctetsView message);

/// Seals 1 … 1,024 messages, ascending by number, of one life of one device, with at most 2^20 readings
/// in all (a sealer that stops at 1 MiB of messages is far below it).
///
/// Columnar. A message's octets are kept only when its readings, written by `write_pack`, do not give
/// them back: this is tried on the finished columns, so reading the block can be trusted to the octet.
v1::ReadingBlock write_block(DeviceId device, Epoch epoch, std::span<const BlockMessage> messages,
                             std::optional<PatientId> patient);

enum class BlockError {
  wrong_id = 1,  ///< Device, epoch or patient is not one.
  wrong_count,   ///< Parts of the block disagree on how many messages or values there are.
  too_large,     ///< More than a block may hold.
  wrong_number,  ///< Message numbers do not ascend.
  wrong_value,   ///< Not a finite number, or digits that no device could have sent.
  wrong_digest,  ///< A message does not come out as it went in.
};
/// `value()` of a refusal is a bug of ours.
[[noreturn]] inline void throw_exception_from_error(BlockError, const boost::source_location&) {
  throw std::logic_error("bug: the value of a refused block");
}

/// Opens a block from outside: everything is checked, each message against its digest.
boost::system::result<Block, BlockError> read_block(const v1::ReadingBlock& block);

}  // namespace feldsher::readings
