#pragma once
#include "protocol/journal/writer.hpp"
#include "protocol/readings/pack_text.hpp"
#include "tests/unit/central/commands/core_world.hpp"

namespace feldsher::test {

/// A point that writes: what its agent would send to central.
class PointJournal {
 public:
  explicit PointJournal(CoreWorld& world)
      : world_(world), writer_(world.tenant, NodeId{uuid(point_node_id)}, Epoch{77}, world.random) {}

  Record act(v1::EntityType type, const Uuid& id, v1::Verb verb, const google::protobuf::MessageLite& state) {
    return write(v1::ACTS, type, id, verb, state);
  }
  /// What no true agent writes, unless it is a block.
  Record among_readings(v1::EntityType type, const Uuid& id, v1::Verb verb,
                        const google::protobuf::MessageLite& state) {
    return write(v1::READINGS, type, id, verb, state);
  }
  Record write(v1::Stream stream, v1::EntityType type, const Uuid& id, v1::Verb verb,
               const google::protobuf::MessageLite& state) {
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_NODE);
    draft.actor.set_id(uuid(point_node_id).to_octets());
    draft.subject = {type, id};
    draft.verb = verb;
    draft.message = state.SerializeAsString();
    return writer_.seal(stream, {&draft, 1}, world_.clock.at).front();
  }
  Record visit(const Uuid& id, const char* patient, v1::VisitStatus status) {
    v1::Visit visit;
    visit.set_patient(uuid(patient).to_octets());
    visit.set_appointment(uuid(appointment_id).to_octets());
    visit.set_status(status);
    return act(v1::VISIT, id, v1::ARRIVED, visit);
  }
  Record ticket(const Uuid& id, const Uuid& visit) {
    v1::Ticket ticket;
    ticket.set_visit(visit.to_octets());
    ticket.set_label("A001");
    return act(v1::TICKET, id, v1::QUEUED, ticket);
  }
  /// Messages `from` … `until`, ten minutes apart from `start_ms`, each a pulse of its number.
  Record block(std::uint64_t from, std::uint64_t until, std::int64_t start_ms) {
    std::vector<readings::BlockMessage> messages;
    for (std::uint64_t seq = from; seq <= until; ++seq) {
      const std::int64_t at = start_ms + static_cast<std::int64_t>(seq) * 600'000;
      readings::BlockMessage message{
          seq, at, {}, {{"8867-4", "/min", at, readings::Decimal{static_cast<std::int64_t>(seq), 0}, 0}}};
      message.octets = readings::write_pack({device(), Epoch{5}, seq, message.readings});
      messages.push_back(message);
    }
    Draft draft;
    draft.actor.set_kind(v1::ACTOR_NODE);
    draft.actor.set_id(uuid(point_node_id).to_octets());
    draft.subject = {v1::READING_BLOCK, world_.random.uuid_v7(3)};
    draft.verb = v1::SEALED;
    draft.message = readings::write_block(device(), Epoch{5}, messages, std::nullopt).SerializeAsString();
    return writer_.seal(v1::READINGS, {&draft, 1}, world_.clock.at).front();
  }
  static DeviceId device() { return DeviceId{uuid(device_id)}; }

 private:
  CoreWorld& world_;
  JournalWriter writer_;
};

}  // namespace feldsher::test
