#include "central/commands/clinic_loader.hpp"

#include "central/commands/pin.hpp"
#include "central/registry/archive.hpp"
#include "protocol/civil/civil.hpp"
#include "protocol/record/id_of.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {

std::size_t LoadPlan::records() const {
  std::size_t count = 0;
  for (const auto& transaction : transactions) count += transaction.size();
  return count;
}

PinVerifiers present_verifiers(const NetworkState& state) {
  PinVerifiers present;
  for (const auto& [id, row] : state.practitioners.rows()) present[id] = row.state.pin_verifier();
  return present;
}

PinVerifiers make_verifiers(const ClinicFile& file, const PinVerifiers& present, Random& random) {
  PinVerifiers verifiers;
  for (const auto& entry : file.practitioners) {
    auto at = present.find(entry.id);
    const bool same = at != present.end() && pin_fits(entry.pin, at->second);
    verifiers[entry.id] = same ? at->second : pin_verifier(entry.pin, random);
  }
  return verifiers;
}

ClinicLoader::ClinicLoader(const NetworkState& state, Random& random)
    : state_(state),
      random_(random),
      // Only to make the copy of the state move on: what it seals is never written.
      writer_(TenantId{random.uuid_v7(0)}, state.central(), Epoch{random.u64() | 1}, random),
      scheduling_(state_, random) {}

void ClinicLoader::add(Draft draft, const char* what) {
  const auto records = writer_.seal(v1::ACTS, {&draft, 1}, by_.now);
  ensure(state_.apply(records.front()), "what the loader makes can be read");
  ++plan_.written[what];
  if (plan_.transactions.empty() || plan_.transactions.back().size() >= drafts_a_transaction)
    plan_.transactions.emplace_back();
  plan_.transactions.back().push_back(std::move(draft));
}

void ClinicLoader::know(bool known, const std::string& place, const char* what) const {
  if (!known)
    throw BadInput(place, std::string("no such ") + what + ", neither above in the file nor in central");
}

template <class State>
void ClinicLoader::know_all(const google::protobuf::RepeatedPtrField<std::string>& ids,
                            const Table<State>& table, const std::string& place, const char* what) const {
  for (int i = 0; i < ids.size(); ++i) know(table.find(ids[i]), place + "[" + std::to_string(i) + "]", what);
}

template <class State>
void ClinicLoader::know_unarchived(const Uuid& patient, const Table<State>& table,
                                   const Entry<State>& entry) const {
  const auto* row = table.find(entry.id);
  const bool is_new = !row || row->state.SerializeAsString() != entry.state.SerializeAsString();
  if (is_new && is_archived(state_, patient))
    throw BadInput(entry.place, "this patient is archived: restore them first");
}

template <class State>
void ClinicLoader::put(v1::EntityType type, const Table<State>& table, const Entry<State>& entry,
                       const char* what) {
  const SubjectKey subject{type, entry.id};
  if (auto [at, is_new] = seen_.emplace(subject, entry.place); !is_new)
    throw BadInput(entry.place + ".id", "the same id as " + at->second);
  const auto* row = table.find(entry.id);
  const Octets message = entry.state.SerializeAsString();
  if (row && row->state.SerializeAsString() == message) return;
  Draft draft;
  draft.actor = by_.actor;
  draft.proof = by_.proof;
  draft.subject = subject;
  if (auto current = state_.current(subject)) draft.bases.push_back(*current);
  draft.verb = row ? v1::CHANGED : v1::REGISTERED;
  draft.message = message;
  add(std::move(draft), what);
}

std::int64_t ClinicLoader::minute(OctetsView point, const std::string& civil,
                                  const std::string& place) const {
  const auto* row = state_.points.find(point);
  const auto zone = row ? Zone::named(row->state.zone()) : std::nullopt;
  const auto minute = zone ? zone->minute(civil) : std::nullopt;
  if (!minute) throw BadInput(place, "a local time that exists is expected, like 2026-11-22T09:43");
  return *minute;
}

void ClinicLoader::put_pass_key(const PublicKey& key) {
  const Octets octets(reinterpret_cast<const char*>(key.data()), key.size());
  for (const auto& [id, row] : state_.pass_keys.rows())
    if (row.state.public_key() == octets) return;
  Entry<v1::PassKey> entry{.id = random_.uuid_v7(by_.now.wall_ms), .state = {}, .place = "pass key"};
  entry.state.set_public_key(octets);
  put(v1::PASS_KEY, state_.pass_keys, entry, "pass keys");
}

void ClinicLoader::put_practitioner(const PractitionerEntry& wanted, const PinVerifiers& verifiers) {
  know_all(wanted.state.points(), state_.points, wanted.place + ".points", "point");
  know_all(wanted.state.services(), state_.services, wanted.place + ".services", "service");
  PractitionerEntry entry = wanted;
  entry.state.set_pin_verifier(verifiers.at(entry.id));
  put(v1::PRACTITIONER, state_.practitioners, entry, "practitioners");
}

void ClinicLoader::put_shift(const ShiftEntry& wanted) {
  const std::string& place = wanted.place;
  know(state_.points.find(wanted.state.point()), place + ".point", "point");
  know(state_.rooms.find(wanted.state.room()), place + ".room", "room");
  know(state_.practitioners.find(wanted.state.practitioner()), place + ".practitioner", "practitioner");
  know_all(wanted.state.services(), state_.services, place + ".services", "service");
  if (state_.rooms.find(wanted.state.room())->state.point() != wanted.state.point())
    throw BadInput(place + ".room", "this room is at another point");
  if (auto [at, is_new] = seen_.emplace(SubjectKey{v1::SHIFT, wanted.id}, place); !is_new)
    throw BadInput(place + ".id", "the same id as " + at->second);

  const auto zone = Zone::named(state_.points.find(wanted.state.point())->state.zone());
  v1::Shift shift = wanted.state;
  *shift.mutable_from() = zone->planned(minute(shift.point(), wanted.times.from, place + ".from"));
  *shift.mutable_until() = zone->planned(minute(shift.point(), wanted.times.until, place + ".until"));
  const auto* row = state_.shifts.find(wanted.id);
  const bool was_there = row != nullptr;
  if (!row || row->state.SerializeAsString() != shift.SerializeAsString()) {
    auto draft = scheduling_.shift(wanted.id, shift, by_.actor, by_.proof);
    if (!draft) throw BadInput(place, to_text(draft.error()));
    add(std::move(*draft), "shifts");
  }
  if (was_there) return;  // Who holds its minutes by now is not a file's to say.
  MinuteSet leased;
  for (const CivilRange& range : wanted.leased)
    leased.add({minute(shift.point(), range.from, range.place + ".from"),
                minute(shift.point(), range.until, range.place + ".until")});
  if (leased.empty()) return;
  auto lease = scheduling_.lease(wanted.id, leased, by_.actor, by_.proof, by_.now);
  if (!lease) throw BadInput(place + ".leased", to_text(lease.error()));
  add(std::move(*lease), "leases");
}

void ClinicLoader::put_appointment(const AppointmentEntry& entry) {
  const std::string& place = entry.place;
  const auto* shift = state_.shifts.find(entry.wanted.shift);
  know(state_.patients.find(entry.wanted.patient), place + ".patient", "patient");
  know(shift, place + ".shift", "shift");
  know(state_.services.find(entry.wanted.service), place + ".service", "service");
  if (auto [at, is_new] = seen_.emplace(SubjectKey{v1::APPOINTMENT, entry.wanted.id}, place); !is_new)
    throw BadInput(place + ".id", "the same id as " + at->second);
  WantedBooking wanted = entry.wanted;
  wanted.minute = minute(shift->state.point(), entry.from, place + ".from");
  if (const auto* row = state_.appointments.find(wanted.id)) {
    const bool same = row->state.patient() == wanted.patient.to_octets() &&
                      row->state.shift() == wanted.shift.to_octets() &&
                      row->state.from().minute() == wanted.minute && row->state.minutes() == wanted.minutes;
    if (!same)
      throw BadInput(place + ".id", "this appointment was booked otherwise; cancel it and book another");
    return;
  }
  // A file may be loaded in the middle of its day: what it books was booked before.
  Instant before = by_.now;
  before.wall_ms = std::min(before.wall_ms, wanted.minute * 60'000 - 1);
  auto booking = scheduling_.book(wanted, by_.actor, by_.proof, before);
  if (!booking) throw BadInput(place, to_text(booking.error()));
  if (booking->requested)
    throw BadInput(place, "the point holds these minutes; the file can book central's only");
  for (Draft& draft : booking->drafts) add(std::move(draft), "appointments");
}

LoadPlan ClinicLoader::plan(const ClinicFile& file, const PinVerifiers& verifiers, const PublicKey& pass_key,
                            const LoadBy& by) {
  by_ = by;
  put_pass_key(pass_key);
  for (const auto& entry : file.points) put(v1::POINT, state_.points, entry, "points");
  for (const auto& entry : file.departments) {
    know(state_.points.find(entry.state.point()), entry.place + ".point", "point");
    put(v1::DEPARTMENT, state_.departments, entry, "departments");
  }
  for (const auto& entry : file.rooms) {
    know(state_.points.find(entry.state.point()), entry.place + ".point", "point");
    know(state_.departments.find(entry.state.department()), entry.place + ".department", "department");
    put(v1::ROOM, state_.rooms, entry, "rooms");
  }
  for (const auto& entry : file.services) {
    know_all(entry.state.points(), state_.points, entry.place + ".points", "point");
    put(v1::SERVICE, state_.services, entry, "services");
  }
  for (const auto& entry : file.practitioners) put_practitioner(entry, verifiers);
  for (const auto& entry : file.surveys) put(v1::SURVEY, state_.surveys, entry, "surveys");
  for (const auto& entry : file.terminals) {
    know(state_.points.find(entry.state.point()), entry.place + ".point", "point");
    if (!entry.state.room().empty())
      know(state_.rooms.find(entry.state.room()), entry.place + ".room", "room");
    put(v1::TERMINAL, state_.terminals, entry, "terminals");
  }
  for (const auto& entry : file.shifts) put_shift(entry);
  for (const auto& entry : file.patients) {
    know_unarchived(entry.id, state_.patients, entry);
    put(v1::PATIENT, state_.patients, entry, "patients");
  }
  for (const auto& entry : file.appointments) put_appointment(entry);
  for (const auto& entry : file.devices) put(v1::DEVICE, state_.devices, entry, "devices");
  for (const auto& entry : file.custody) {
    know(state_.devices.find(entry.state.device()), entry.place + ".device", "device");
    if (!entry.state.patient().empty())
      know(state_.patients.find(entry.state.patient()), entry.place + ".patient", "patient");
    know(state_.points.find(entry.state.point()), entry.place + ".point", "point");
    know_unarchived(id_of(entry.state.patient()), state_.custodies, entry);
    put(v1::CUSTODY, state_.custodies, entry, "custody");
  }
  return std::move(plan_);
}

}  // namespace feldsher::central
