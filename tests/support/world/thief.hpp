#pragma once
#include "tests/support/world/network.hpp"

namespace feldsher::testing {

/// Who has the box and its key appends one act to its journal while its program is not running. Returns the
/// act's subject.
inline Uuid append_act(Network& network, Box& box, v1::EntityType type, v1::Verb verb,
                       const google::protobuf::MessageLite& state) {
  network.cut(box);
  JournalWriter writer(tenant_of_tests, box.identity.node, box.node->writer().epoch(), box.random);
  for (v1::Stream stream : {v1::ACTS, v1::READINGS}) writer.resume(box.node->writer().tip(stream));
  box.node.reset();
  Draft draft;
  draft.actor.set_kind(v1::ACTOR_STAFF);
  draft.actor.set_id(network.clinic->id().to_octets());
  draft.subject = {type, type == v1::DAY ? central_of_tests.uuid : network.clinic->id()};
  draft.verb = verb;
  draft.message = state.SerializeAsString();
  Transaction transaction;
  transaction.records = writer.seal(v1::ACTS, {&draft, 1}, network.clock.now());
  box.store.commit({&transaction, 1});
  network.restart(box);
  return draft.subject.id;
}

/// A lease of a whole shift's minutes to that point.
inline v1::Lease lease_of_all(const Uuid& shift, PointId point) {
  v1::Lease lease;
  lease.set_shift(shift.to_octets());
  lease.set_point(point.to_octets());
  v1::MinuteRange& minutes = *lease.add_minutes();
  minutes.set_first(monday_8);
  minutes.set_end(monday_8 + 480);
  return lease;
}

}  // namespace feldsher::testing
