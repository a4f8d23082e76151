#pragma once
#include <boost/system/result.hpp>
#include <stdexcept>
#include <vector>

#include "protocol/record/ids.hpp"

namespace feldsher::ingest {

/// A message as it lies in the intake until it is sealed.
struct IntakeMessage {
  DeviceId device;
  Epoch epoch;
  std::uint64_t seq = 0;
  std::int64_t received_ms = 0;  ///< Unix ms.
  Octets octets;                 ///< As the device sent them.

  bool operator==(const IntakeMessage&) const = default;
};

/// One row of the intake: all messages of one commit. It may be deleted once each of them is sealed.
struct IntakeChunk {
  std::uint64_t id = 0;  ///< Ascending from 1.
  Octets octets;         ///< `encode_chunk` of the messages.
};

enum class ChunkError { wrong_form = 1, cut_short, wrong_message };
/// `value()` of a refusal is a bug of ours.
[[noreturn]] inline void throw_exception_from_error(ChunkError, const boost::source_location&) {
  throw std::logic_error("bug: the value of a refused chunk");
}

/// A form octet (1), then for each message: device 16, epoch 8, seq 8, received_ms 8, length 4, octets;
/// numbers little endian.
class ChunkWriter {
 public:
  void add(const IntakeMessage& message);
  bool empty() const { return octets_.size() <= 1; }
  std::size_t size() const { return octets_.size(); }
  /// What was added since the last time.
  Octets take();

 private:
  Octets octets_;
};

boost::system::result<std::vector<IntakeMessage>, ChunkError> decode_chunk(OctetsView octets);

}  // namespace feldsher::ingest
