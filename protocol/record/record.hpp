#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "protocol/contracts/record.pb.h"
#include "protocol/record/digest.hpp"
#include "protocol/record/ids.hpp"
#include "protocol/record/world.hpp"

namespace feldsher {

/// Names one record, for good: (origin, stream, epoch, seq).
struct RecordKey {
  NodeId origin;
  v1::Stream stream = v1::STREAM_UNSPECIFIED;
  Epoch epoch;
  std::uint64_t seq = 0;

  static std::optional<RecordKey> from(const v1::RecordKey& wire);
  v1::RecordKey to_wire() const;
  /// origin ‖ stream octet ‖ epoch ‖ seq (big-endian): 33 octets.
  Octets to_octets() const;
  auto operator<=>(const RecordKey&) const = default;
};

/// Names one journal of one life of a node.
struct JournalId {
  NodeId origin;
  v1::Stream stream = v1::STREAM_UNSPECIFIED;
  Epoch epoch;
  auto operator<=>(const JournalId&) const = default;
};

/// Names the subject of a record.
struct SubjectKey {
  v1::EntityType type = v1::ENTITY_UNSPECIFIED;
  Uuid id;
  auto operator<=>(const SubjectKey&) const = default;
};

/// Every body begins with this many random octets, so that a digest cannot confirm a guess at its content.
inline constexpr std::size_t body_salt_octets = 16;
/// The largest body that a journal takes: files are never in a journal.
inline constexpr std::size_t max_body_octets = 1 << 20;
/// The largest header core.
inline constexpr std::size_t max_core_octets = 4096;

/// A record as it is stored: octets, and what follows from them.
struct StoredRecord {
  Octets core;                 ///< HeaderCore, exactly as hashed.
  std::optional<Octets> body;  ///< Salt ‖ protobuf; absent once erased or dropped.
  Digest body_digest{};        ///< SHA-256 of the body.
  Digest prev{};               ///< Header hash of the record before; zero for seq 1.
  Digest hash{};               ///< SHA-256 of this header.

  /// The protobuf octets of the body (without the salt); empty when the body is absent.
  OctetsView message() const;
};

/// A record that has been read: the header's fields, checked, beside the octets.
struct Record {
  StoredRecord stored;
  v1::HeaderCore header;
  RecordKey key;
  SubjectKey subject;
  TenantId tenant;

  JournalId journal() const { return {key.origin, key.stream, key.epoch}; }
  /// Parses the body as `Message`; nothing when the body is absent or not one.
  template <class Message>
  std::optional<Message> body() const {
    Message message;
    if (!stored.body) return std::nullopt;
    OctetsView octets = stored.message();
    if (!message.ParseFromArray(octets.data(), static_cast<int>(octets.size()))) return std::nullopt;
    return message;
  }
};

/// Why octets are not a record.
enum class RecordFault {
  none,
  core_too_large,
  body_too_large,
  core_unreadable,    ///< Not a HeaderCore.
  core_incomplete,    ///< A field that every header has is missing or has the wrong length.
  body_without_salt,  ///< Shorter than its salt.
  body_mismatch,      ///< Both a body and another digest were given.
};
const char* to_text(RecordFault fault);

/// What a record says, before its place in a journal is known.
struct Draft {
  v1::Actor actor;
  v1::Proof proof = v1::PROOF_NONE;
  SubjectKey subject;
  std::vector<RecordKey> bases;
  v1::Verb verb = v1::VERB_UNSPECIFIED;
  std::uint32_t schema = 1;
  std::optional<v1::Cause> cause;
  Octets message;  ///< The subject's whole new state, serialised.
};

/// SHA-256 of core ‖ body_digest ‖ prev: the header's hash, which the next header carries.
Digest header_hash(OctetsView core, const Digest& body_digest, const Digest& prev);

/// Leaf hash of the journal's tree (RFC 9162 §2.1.1): SHA-256(0x00 ‖ header).
Digest leaf_hash(const StoredRecord& record);

/// Reads and checks octets from outside. `prev` is the hash of the record before. On a fault `out` is
/// not to be used. With an absent body `body_digest` must be given.
RecordFault read_record(Octets core, std::optional<Octets> body, std::optional<Digest> body_digest,
                        const Digest& prev, Record& out);

}  // namespace feldsher
