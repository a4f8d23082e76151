// read_record takes octets from any peer: whatever it says "no fault" to must be a record through and
// through.
#include <algorithm>
#include <cstdint>
#include <cstdlib>

#include "protocol/record/record.hpp"

namespace {

void must(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

/// The input: one octet of choices, two of the core's length, the core, the body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace feldsher;
  if (size < 3) return 0;
  const std::uint8_t choices = data[0];
  OctetsView rest(reinterpret_cast<const char*>(data) + 3, size - 3);
  const std::size_t core_size =
      std::min<std::size_t>(rest.size(), static_cast<std::size_t>(data[1]) << 8 | data[2]);
  const Octets core(rest.substr(0, core_size)), body(rest.substr(core_size));
  std::optional<Octets> given_body;
  std::optional<Digest> given_digest;
  if (choices & 1) given_body = body;
  if (choices & 2) given_digest = sha256(body);
  const Digest prev = choices & 4 ? sha256("before") : zero_digest;

  Record record;
  if (read_record(core, given_body, given_digest, prev, record) != RecordFault::none) return 0;
  must(record.stored.core == core && record.stored.body == given_body && record.stored.prev == prev);
  must(record.stored.body_digest == sha256(body));
  must(record.stored.hash == header_hash(core, record.stored.body_digest, prev));
  must(core.size() <= max_core_octets && record.key.seq != 0 && record.key.epoch.value != 0);
  must(record.stored.message().size() + body_salt_octets == body.size() || !given_body);
  must(RecordKey::from(record.key.to_wire()) == record.key && record.key.to_octets().size() == 33);
  (void)leaf_hash(record.stored);
  (void)record.body<v1::HeaderCore>();

  // What is stored is read again as the same, whole or without its body.
  Record again;
  must(read_record(core, given_body, record.stored.body_digest, prev, again) == RecordFault::none);
  must(again.stored.hash == record.stored.hash && again.key == record.key && again.subject == record.subject);
  must(read_record(core, std::nullopt, record.stored.body_digest, prev, again) == RecordFault::none);
  must(again.stored.hash == record.stored.hash);
  return 0;
}
