// Orders that go out again: for what came late, and as custody tells it since.
#include <algorithm>

#include "central/registry/erasures.hpp"
#include "protocol/clinic/drawer.hpp"
#include "protocol/record/id_of.hpp"

namespace feldsher::central {
namespace {

constexpr std::int64_t clocks_differ_ms = 24 * 3'600'000;  // A wearable's, from central's, at the most.

/// The time of that block: none of a future in which others may wear the device, whoever wrote the block.
std::optional<v1::ErasedReadings> time_of(const BlockSpan& block, const Instant& now) {
  const auto [first_ms, last_ms] = std::minmax(block.first_ms, block.last_ms);
  if (first_ms >= now.wall_ms + clocks_differ_ms) return std::nullopt;
  const std::int64_t end_ms = std::max(first_ms + 1, now.wall_ms);  // The block itself goes in any case.
  v1::ErasedReadings time;
  time.set_device(block.device);
  time.set_from_ms(first_ms);
  time.set_until_ms(std::max<std::int64_t>(1, last_ms < end_ms ? last_ms + 1 : end_ms));
  return time;
}

/// Adds a time of custody to those that have an end, unless one of them has it whole.
void add_worn(const v1::ErasedReadings& worn, google::protobuf::RepeatedPtrField<v1::ErasedReadings>& known) {
  const bool has_end = worn.until_ms() != 0;
  for (v1::ErasedReadings& each : known) {
    if (!has_end || each.device() != worn.device() || each.from_ms() > worn.from_ms()) continue;
    if (each.until_ms() >= worn.until_ms()) return;
    if (each.from_ms() == worn.from_ms()) return each.set_until_ms(worn.until_ms());
  }
  *known.Add() = worn;
}

}  // namespace

// What had an end keeps it at least, since what lay in it is dropped; the rest is as custody tells it now.
void Erasures::bring_up_to_date(std::int64_t drawers_until_ms, v1::Erasure& erasure) const {
  const Uuid patient = id_of(erasure.patient());
  auto& times = *erasure.mutable_readings();
  times.erase(std::remove_if(times.begin(), times.end(),
                             [](const v1::ErasedReadings& each) { return each.until_ms() <= 0; }),
              times.end());
  for (const v1::ErasedReadings& worn : state_.wearings().worn_by(patient)) add_worn(worn, times);
  for (v1::ErasedReadings& drawer : state_.wearings().in_drawer(patient, drawers_until_ms))
    *times.Add() = std::move(drawer);
}

bool Erasures::is_overtaken(const Row<v1::Erasure>& order) const {
  const Uuid patient = id_of(order.state.patient());
  bool has_drawers = false, is_anothers = false;
  for (const v1::ErasedReadings& each : order.state.readings()) {
    if (!is_drawer(each)) continue;
    has_drawers = true;
    const BlockSpan drawer{.device = each.device(),
                           .patient = order.state.patient(),
                           .first_ms = each.from_ms(),
                           .last_ms = drawer_last_ms(each)};
    is_anothers = is_anothers || state_.wearings().worn_by_another(patient, drawer);
  }
  return has_drawers ? is_anothers : !state_.wearings().in_drawer(patient, order.at_ms).empty();
}

std::vector<Draft> Erasures::overtaken(std::span<const Record> written) const {
  const auto custody = std::find_if(written.begin(), written.end(),
                                    [](const Record& record) { return record.subject.type == v1::CUSTODY; });
  std::vector<Draft> again;
  if (custody == written.end()) return again;
  for (const auto& [id, row] : state_.erasures.rows()) {
    if (row.state.status() != v1::ERASURE_ORDERED || !is_overtaken(row)) continue;
    v1::Erasure erasure = row.state;
    bring_up_to_date(row.at_ms, erasure);
    again.push_back(again_draft(id, erasure, custody->key));
  }
  return again;
}

std::vector<Draft> Erasures::left_over() const {
  std::vector<Draft> again;
  for (const auto& [id, row] : state_.erasures.rows()) {
    if (row.state.status() != v1::ERASURE_ORDERED) continue;
    v1::Erasure present, erasure = row.state;
    collect(id_of(erasure.patient()), present);
    bool is_late = is_overtaken(row);
    for (const v1::ErasedSubject& each : present.subjects()) {
      const SubjectKey subject{each.type(), id_of(each.id())};
      if (!state_.current(subject)) continue;  // Dropped: nothing has come since.
      is_late = true;
      if (!state_.erasure_that_names(subject)) *erasure.add_subjects() = each;
    }
    if (!is_late) continue;
    bring_up_to_date(row.at_ms, erasure);
    again.push_back(again_draft(id, erasure, row.record));
  }
  return again;
}

Draft Erasures::again_draft(const Uuid& id, const v1::Erasure& erasure, const RecordKey& cause) const {
  Draft draft = draft_of(id, v1::ERASED, erasure);
  draft.actor.set_kind(v1::ACTOR_RULE);
  draft.actor.set_rule("erase-late@1");
  draft.bases = {state_.erasures.find(id)->record};
  *draft.cause.emplace().mutable_record() = cause.to_wire();
  return draft;
}

std::vector<Draft> Erasures::late(std::span<const Record> records, const Instant& now) const {
  ById again;
  for (const Record& record : records) {
    if (!record.stored.body) continue;
    if (record.subject.type == v1::READING_BLOCK)
      late_block(record, now, again);
    else
      late_subject(record, again);
  }
  std::vector<Draft> drafts;
  for (const auto& [id, each] : again)
    if (each.cause) drafts.push_back(again_draft(id, each.erasure, *each.cause));
  return drafts;
}

Erasures::Again& Erasures::again_of(const Uuid& id, ById& again) const {
  const auto [at, first] = again.try_emplace(id);
  if (first) {
    const Row<v1::Erasure>& row = *state_.erasures.find(id);
    at->second.erasure = row.state;
    bring_up_to_date(row.at_ms, at->second.erasure);
  }
  return at->second;
}

const Uuid* Erasures::order_about(const Record& record) const {
  if (const Uuid* id = state_.erasure_that_names(record.subject)) return id;
  const auto patient = patient_of(record.subject);
  return patient ? state_.erasure_of(*patient) : nullptr;
}

void Erasures::late_subject(const Record& record, ById& again) const {
  const Uuid* id = order_about(record);
  if (!id) return;
  Again& order = again_of(*id, again);
  if (!order.cause) order.cause = record.key;
  if (!state_.erasure_that_names(record.subject) && order.subjects.insert(record.subject).second)
    add(order.erasure, record.subject.type, record.subject.id);
}

void Erasures::late_block(const Record& record, const Instant& now, ById& again) const {
  const std::set<Uuid>& orders = state_.erasures_about(record.subject.id);
  if (orders.empty()) return;
  const auto block = record.body<v1::ReadingBlock>();
  if (!block) return;
  const BlockSpan span = span_of(*block);
  for (const Uuid& id : orders) {
    // An order is copied for those that it may erase only: a start asks of every block of the device.
    const v1::Erasure& known = state_.erasures.find(id)->state;
    const Uuid patient = id_of(known.patient());
    // The point had not heard that the device was taken back.
    const bool is_named =
        span.patient == known.patient() && !state_.wearings().worn_by_another(patient, span);
    if (!is_named && !erases(known, span) && !state_.wearings().wore(patient, span)) continue;
    Again& order = again_of(id, again);
    if (!erases(order.erasure, span)) {
      const auto time = is_named ? time_of(span, now) : std::nullopt;
      if (!time) continue;
      *order.erasure.add_readings() = *time;
    }
    if (!order.cause) order.cause = record.key;
  }
}

}  // namespace feldsher::central
