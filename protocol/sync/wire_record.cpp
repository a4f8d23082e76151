#include <boost/endian/conversion.hpp>

#include "protocol/sync/wire.hpp"

namespace feldsher::sync {

v1::WireRecord to_wire(const StoredRecord& record, bool chained) {
  v1::WireRecord wire;
  wire.set_core(record.core);
  if (record.body)
    wire.set_body(*record.body);
  else
    wire.set_body_digest(to_octets(record.body_digest));
  if (!chained) wire.set_prev(to_octets(record.prev));
  return wire;
}

RecordFault from_wire(const v1::WireRecord& wire, const Digest* prev, Record& out) {
  Digest carried{};
  if (!prev && !digest_from(wire.prev(), carried)) return RecordFault::core_incomplete;
  std::optional<Digest> digest;
  std::optional<Octets> body;
  if (wire.body_digest().empty()) {
    body = wire.body();
  } else if (Digest given; digest_from(wire.body_digest(), given)) {
    digest = given;
  } else {
    return RecordFault::core_incomplete;
  }
  return read_record(wire.core(), std::move(body), digest, prev ? *prev : carried, out);
}

Octets mark_place(TenantId tenant, NodeId node, std::uint64_t feed_epoch, const v1::FeedItem& mark) {
  unsigned char place[16];
  boost::endian::store_big_u64(place, feed_epoch);
  boost::endian::store_big_u64(place + 8, mark.n());
  return tenant.to_octets() + node.to_octets() + Octets(reinterpret_cast<const char*>(place), sizeof place) +
         mark.state_hash() + mark.up_state_hash();
}

}  // namespace feldsher::sync
