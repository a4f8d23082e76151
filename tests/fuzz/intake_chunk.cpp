#include <cstddef>
#include <cstdint>

#include "edge-agent/ingest/intake_chunk.hpp"
#include "protocol/record/result.hpp"

using namespace feldsher;

/// A row of the intake, from a disk that may lie.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const OctetsView octets(reinterpret_cast<const char*>(data), size);
  const auto messages = ingest::decode_chunk(octets);
  if (!messages || messages->empty()) return 0;
  ingest::ChunkWriter writer;
  for (const auto& message : *messages) writer.add(message);
  ensure(writer.take() == octets, "a chunk that changes when it is written again");
  return 0;
}
