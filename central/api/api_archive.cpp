#include "central/api/api.hpp"
#include "central/registry/archive.hpp"

namespace feldsher::central {
namespace {

Refused refused(ArchiveRefusal why) {
  switch (why) {
    case ArchiveRefusal::not_found:
      return {Refusal::not_found};
    case ArchiveRefusal::archived:
      return {Refusal::archived, to_text(why)};
    case ArchiveRefusal::not_archived:
      return {Refusal::not_archived, to_text(why)};
    case ArchiveRefusal::still_booked:
    case ArchiveRefusal::asked_for:
    case ArchiveRefusal::here:
    case ArchiveRefusal::wears_device:
      return {Refusal::in_care, to_text(why)};
  }
  return {Refusal::malformed, to_text(why)};
}

}  // namespace

void Api::archive_patient(ById input, const Caller& caller, Reply reply) {
  write_archive(
      input.id,
      Archive(world_.node.state()).archive(input.id, caller.actor, v1::PROOF_TOKEN, world_.node.now()),
      caller, std::move(reply));
}

void Api::restore_patient(ById input, const Caller& caller, Reply reply) {
  write_archive(input.id, Archive(world_.node.state()).restore(input.id, caller.actor, v1::PROOF_TOKEN),
                caller, std::move(reply));
}

void Api::write_archive(const Uuid& patient, const Archived<Draft>& draft, const Caller& caller,
                        Reply reply) {
  if (!draft && draft.error() == ArchiveRefusal::not_found) return reply(absent(patient));
  if (!draft) return reply(refused(draft.error()));
  write({*draft}, caller, std::move(reply), [this, patient]() -> Answer {
    return {.status = 200,
            .body = boost::json::object{{"id", patient.to_text()},
                                        {"archived", is_archived(world_.node.state(), patient)}}};
  });
}

}  // namespace feldsher::central
