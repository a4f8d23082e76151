#include "central/store/views_statements.hpp"

namespace feldsher::central {

std::vector<PatientView> ViewsFile::patients(const std::string& typed, bool archived, std::size_t limit) {
  const auto words = search_words(typed);
  std::vector<PatientView> found;
  for (auto rows = run_->patients.ask(archived ? 1 : 0); found.size() < limit && rows.next();) {
    const OctetsView text = rows.octets(3);
    bool fits = true;
    for (const auto& word : words) fits = fits && text.find(word) != OctetsView::npos;
    if (fits)
      found.push_back({.id = id_of(rows.octets(0)),
                       .patient = message_of<v1::Patient>(rows.octets(1)),
                       .archived = rows.integer(2) != 0});
  }
  return found;
}

std::optional<PatientView> ViewsFile::patient(const Uuid& id) {
  const Octets octets = id.to_octets();
  auto rows = run_->patient.ask(octets);
  if (!rows.next()) return std::nullopt;
  return PatientView{
      .id = id, .patient = message_of<v1::Patient>(rows.octets(0)), .archived = rows.integer(1) != 0};
}

std::vector<HistoryEntry> ViewsFile::history(const Uuid& patient) {
  const Octets octets = patient.to_octets();
  std::vector<HistoryEntry> all;
  for (auto rows = run_->history.ask(octets); rows.next();) {
    HistoryEntry entry;
    entry.intake = static_cast<std::uint64_t>(rows.integer(0));
    entry.record = {NodeId{id_of(rows.octets(1))}, static_cast<v1::Stream>(rows.integer(2)),
                    Epoch{static_cast<std::uint64_t>(rows.integer(3))},
                    static_cast<std::uint64_t>(rows.integer(4))};
    entry.subject = {static_cast<v1::EntityType>(rows.integer(5)), id_of(rows.octets(6))};
    entry.verb = static_cast<v1::Verb>(rows.integer(7));
    entry.proof = static_cast<v1::Proof>(rows.integer(8));
    entry.at = message_of<v1::Stamp>(rows.octets(9));
    entry.actor = message_of<v1::Actor>(rows.octets(10));
    if (!rows.is_null(11)) entry.message = Octets(rows.octets(11));
    all.push_back(std::move(entry));
  }
  return all;
}

namespace {

AppointmentView appointment_of(const sqlcipher::Statement::Rows& rows) {
  AppointmentView view{.id = id_of(rows.octets(0)),
                       .appointment = message_of<v1::Appointment>(rows.octets(1)),
                       .status = {},
                       .visit = {}};
  const bool visited = !rows.is_null(2);
  if (visited) view.visit = id_of(rows.octets(2));
  view.status = fhir_status(view.appointment.status(),
                            visited ? static_cast<v1::VisitStatus>(rows.integer(3)) : v1::VISIT_UNSPECIFIED);
  return view;
}

}  // namespace

std::vector<AppointmentView> ViewsFile::appointments(const std::string& day, const Uuid& point) {
  std::vector<AppointmentView> all;
  for (auto rows = run_->day.ask(day); rows.next();) {
    AppointmentView view = appointment_of(rows);
    if (point.is_nil() || view.appointment.point() == point.to_octets()) all.push_back(std::move(view));
  }
  return all;
}

std::optional<AppointmentView> ViewsFile::appointment(const Uuid& id) {
  const Octets octets = id.to_octets();
  auto rows = run_->appointment.ask(octets);
  return rows.next() ? std::optional(appointment_of(rows)) : std::nullopt;
}

std::vector<BlockView> ViewsFile::blocks(DeviceId device, History::Span span, std::size_t limit) {
  const Octets id = device.to_octets();
  std::vector<BlockView> all;
  for (auto rows = run_->blocks.ask(id, span.from_ms, span.until_ms, static_cast<std::uint64_t>(limit));
       rows.next();)
    all.push_back({.record = {NodeId{id_of(rows.octets(0))}, v1::READINGS,
                              Epoch{static_cast<std::uint64_t>(rows.integer(1))},
                              static_cast<std::uint64_t>(rows.integer(2))},
                   .stat = {Octets(rows.octets(3)), Octets(rows.octets(4)), rows.integer(5), rows.integer(6),
                            static_cast<std::uint64_t>(rows.integer(7)), from_bits(rows.integer(8)),
                            from_bits(rows.integer(9)), from_bits(rows.integer(10))}});
  return all;
}

std::vector<HourView> ViewsFile::hours(DeviceId device, History::Span span) {
  const Octets id = device.to_octets();
  std::vector<HourView> all;
  for (auto rows = run_->hours.ask(id, span.from_ms, span.until_ms); rows.next();)
    all.push_back({.hour_ms = rows.integer(0),
                   .stat = {Octets(rows.octets(1)), Octets(rows.octets(2)), rows.integer(3), rows.integer(4),
                            static_cast<std::uint64_t>(rows.integer(5)), from_bits(rows.integer(6)),
                            from_bits(rows.integer(7)), from_bits(rows.integer(8))}});
  return all;
}

std::vector<Wearing> ViewsFile::wearers(DeviceId device) {
  const Octets id = device.to_octets();
  std::vector<Wearing> all;
  std::int64_t ended = for_ever;  // Of the last of `all`, by itself.
  const auto end_before = [&](std::int64_t next_ms) {
    if (ended < next_ms) all.push_back({.from_ms = ended, .patient = {}});
  };
  for (auto rows = run_->wearers.ask(id); rows.next();) {
    const std::int64_t from = rows.integer(0);
    end_before(from);
    ended = rows.integer(2);
    const bool never = ended <= from;
    all.push_back({.from_ms = from, .patient = never ? Uuid{} : id_of(rows.octets(1))});
    if (never) ended = for_ever;
  }
  end_before(for_ever);
  return all;
}

std::vector<IncidentView> ViewsFile::incidents(std::size_t limit) {
  std::vector<IncidentView> all;
  for (auto rows = run_->incidents.ask(static_cast<std::uint64_t>(limit)); rows.next();)
    all.push_back({.id = id_of(rows.octets(0)),
                   .at_ms = rows.integer(1),
                   .incident = message_of<v1::Incident>(rows.octets(2))});
  return all;
}

}  // namespace feldsher::central
