#include "edge-agent/ingest/intake_chunk.hpp"

#include <catch2/catch_test_macros.hpp>

using namespace feldsher;
using namespace feldsher::ingest;

namespace {
const DeviceId device{*Uuid::from_text("0190c0de-0000-7000-8000-0000000000d1")};
}

TEST_CASE("a chunk gives back its messages", "[edge-agent][ingest][W2]") {
  const std::vector<IntakeMessage> messages{
      {device, Epoch{~std::uint64_t{0}}, 1, -5, "one"},
      {device, Epoch{7}, (std::uint64_t{1} << 53) - 1, 1'795'000'000'000, ""},
      {device, Epoch{7}, 3, 0, Octets("\0\xff", 2)}};
  ChunkWriter writer;
  CHECK(writer.empty());
  for (const auto& message : messages) writer.add(message);
  CHECK_FALSE(writer.empty());
  CHECK(decode_chunk(writer.take()).value() == messages);
  CHECK(writer.empty());
}

TEST_CASE("a chunk that is cut or of another form is refused", "[edge-agent][ingest]") {
  ChunkWriter writer;
  writer.add({device, Epoch{7}, 1, 0, "0123456789"});
  const auto whole = writer.take();
  CHECK(decode_chunk("").error() == ChunkError::wrong_form);
  CHECK(decode_chunk("\x02").error() == ChunkError::wrong_form);
  CHECK(decode_chunk(whole.substr(0, 1)).value().empty());
  for (std::size_t size = 2; size < whole.size(); ++size) {
    CHECK(decode_chunk(whole.substr(0, size)).error() == ChunkError::cut_short);
  }
  auto endless = whole;
  endless[44] = '\x7f';  // The length's highest octet.
  CHECK(decode_chunk(endless).error() == ChunkError::wrong_message);
}
