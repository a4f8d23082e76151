#include "protocol/record/record.hpp"

#include <boost/endian/conversion.hpp>

namespace feldsher {
namespace {

void put_u64(Octets& to, std::uint64_t value) {
  boost::endian::native_to_big_inplace(value);
  to.append(reinterpret_cast<const char*>(&value), sizeof value);
}

bool is_complete(const v1::HeaderCore& header) {
  const bool named =
      header.tenant().size() == 16 && header.origin().size() == 16 && header.subject().size() == 16;
  const bool placed = (header.stream() == v1::ACTS || header.stream() == v1::READINGS) &&
                      header.epoch() != 0 && header.seq() != 0 && header.has_at();
  // Unknown verbs, types and actor kinds are kept: a later version knows them. Zero is never one of them.
  const bool told = header.verb() != v1::VERB_UNSPECIFIED &&
                    header.subject_type() != v1::ENTITY_UNSPECIFIED &&
                    header.actor().kind() != v1::ACTOR_UNSPECIFIED;
  for (const v1::RecordKey& base : header.bases())
    if (!RecordKey::from(base)) return false;
  if (header.cause().has_record() && !RecordKey::from(header.cause().record())) return false;
  return named && placed && told;
}

}  // namespace

std::optional<RecordKey> RecordKey::from(const v1::RecordKey& wire) {
  auto origin = NodeId::from_octets(wire.origin());
  if (!origin || wire.stream() == v1::STREAM_UNSPECIFIED || wire.epoch() == 0 || wire.seq() == 0)
    return std::nullopt;
  return RecordKey{*origin, wire.stream(), Epoch{wire.epoch()}, wire.seq()};
}

v1::RecordKey RecordKey::to_wire() const {
  v1::RecordKey wire;
  wire.set_origin(origin.to_octets());
  wire.set_stream(stream);
  wire.set_epoch(epoch.value);
  wire.set_seq(seq);
  return wire;
}

Octets RecordKey::to_octets() const {
  Octets octets = origin.to_octets();
  octets += static_cast<char>(stream);
  put_u64(octets, epoch.value);
  put_u64(octets, seq);
  return octets;
}

OctetsView StoredRecord::message() const {
  return body && body->size() >= body_salt_octets ? OctetsView(*body).substr(body_salt_octets) : OctetsView{};
}

const char* to_text(RecordFault fault) {
  switch (fault) {
    case RecordFault::none:
      return "no fault";
    case RecordFault::core_too_large:
      return "the header is larger than a header may be";
    case RecordFault::body_too_large:
      return "the body is larger than a body may be";
    case RecordFault::core_unreadable:
      return "the header cannot be read";
    case RecordFault::core_incomplete:
      return "the header lacks a field that every header has";
    case RecordFault::body_without_salt:
      return "the body is shorter than its random octets";
    case RecordFault::body_mismatch:
      return "the body is not the one that its digest names";
  }
  return "unknown fault";
}

Digest header_hash(OctetsView core, const Digest& body_digest, const Digest& prev) {
  return sha256({core, view_of(body_digest), view_of(prev)});
}

Digest leaf_hash(const StoredRecord& record) {
  return sha256({OctetsView("\0", 1), record.core, view_of(record.body_digest), view_of(record.prev)});
}

RecordFault read_record(Octets core, std::optional<Octets> body, std::optional<Digest> body_digest,
                        const Digest& prev, Record& out) {
  if (core.size() > max_core_octets) return RecordFault::core_too_large;
  if (body && body->size() > max_body_octets) return RecordFault::body_too_large;
  if (body && body->size() < body_salt_octets) return RecordFault::body_without_salt;
  if (!out.header.ParseFromString(core)) return RecordFault::core_unreadable;
  if (!is_complete(out.header)) return RecordFault::core_incomplete;
  if (body) {
    Digest actual = sha256(*body);
    if (body_digest && *body_digest != actual) return RecordFault::body_mismatch;
    out.stored.body_digest = actual;
  } else {
    if (!body_digest) return RecordFault::core_incomplete;
    out.stored.body_digest = *body_digest;
  }
  out.key = {*NodeId::from_octets(out.header.origin()), out.header.stream(), Epoch{out.header.epoch()},
             out.header.seq()};
  out.subject = {out.header.subject_type(), *Uuid::from_octets(out.header.subject())};
  out.tenant = *TenantId::from_octets(out.header.tenant());
  out.stored.prev = prev;
  out.stored.hash = header_hash(core, out.stored.body_digest, prev);
  out.stored.core = std::move(core);
  out.stored.body = std::move(body);
  return RecordFault::none;
}

}  // namespace feldsher
