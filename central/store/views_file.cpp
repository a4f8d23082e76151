#include "central/store/views_file.hpp"

#include <boost/endian/conversion.hpp>

#include "central/store/views_statements.hpp"
#include "protocol/clinic/drawer.hpp"

namespace feldsher::central {
namespace {

constexpr std::int64_t schema = 3;

// Ids, texts and messages are blobs; floating-point numbers lie as the bits of their doubles, so that
// what comes out is what went in.
constexpr const char* tables = R"(
CREATE TABLE reached(one INTEGER PRIMARY KEY CHECK(one = 1), position INTEGER NOT NULL);
INSERT INTO reached VALUES(1, 0);
CREATE TABLE patients(id BLOB PRIMARY KEY, search BLOB NOT NULL, state BLOB NOT NULL, archived INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX patients_by_name ON patients(search);
CREATE TABLE links(type INTEGER, subject BLOB, patient BLOB NOT NULL, PRIMARY KEY(type, subject)) WITHOUT ROWID;
CREATE TABLE history(patient BLOB, intake INTEGER, at_ms INTEGER NOT NULL, origin BLOB NOT NULL, stream INTEGER NOT NULL,
  epoch INTEGER NOT NULL, seq INTEGER NOT NULL, type INTEGER NOT NULL, subject BLOB NOT NULL, verb INTEGER NOT NULL,
  proof INTEGER NOT NULL, at BLOB NOT NULL, actor BLOB NOT NULL, message BLOB, PRIMARY KEY(patient, intake)) WITHOUT ROWID;
CREATE TABLE appointments(id BLOB PRIMARY KEY, day BLOB NOT NULL, minute INTEGER NOT NULL, point BLOB NOT NULL,
  state BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX appointments_by_day ON appointments(day, minute);
CREATE TABLE visits(appointment BLOB PRIMARY KEY, visit BLOB NOT NULL, status INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE incidents(id BLOB PRIMARY KEY, at_ms INTEGER NOT NULL, state BLOB NOT NULL) WITHOUT ROWID;
CREATE INDEX incidents_by_time ON incidents(at_ms);
CREATE TABLE custody(id BLOB, from_ms INTEGER, device BLOB NOT NULL, patient BLOB NOT NULL, archived_ms INTEGER NOT NULL,
  PRIMARY KEY(id, from_ms)) WITHOUT ROWID;
CREATE INDEX custody_by_device ON custody(device, from_ms, id);
CREATE TABLE blocks(origin BLOB, epoch INTEGER, seq INTEGER, code BLOB, unit BLOB, device BLOB NOT NULL, first_ms INTEGER NOT NULL,
  last_ms INTEGER NOT NULL, n INTEGER NOT NULL, least INTEGER NOT NULL, most INTEGER NOT NULL, total INTEGER NOT NULL,
  patient BLOB NOT NULL, PRIMARY KEY(origin, epoch, seq, code, unit)) WITHOUT ROWID;
CREATE INDEX blocks_by_time ON blocks(device, first_ms);
CREATE TABLE counted(device BLOB, epoch INTEGER, numbers BLOB NOT NULL, PRIMARY KEY(device, epoch)) WITHOUT ROWID;
CREATE TABLE hours(device BLOB, hour_ms INTEGER, code BLOB, unit BLOB, first_ms INTEGER NOT NULL, last_ms INTEGER NOT NULL,
  n INTEGER NOT NULL, least INTEGER NOT NULL, most INTEGER NOT NULL, total INTEGER NOT NULL,
  PRIMARY KEY(device, hour_ms, code, unit)) WITHOUT ROWID;
)";

Octets octets_of(const readings::RangeSet& numbers) {
  Octets octets;
  for (const auto& range : numbers.ranges()) {
    const std::uint64_t pair[2] = {boost::endian::native_to_big(range.first),
                                   boost::endian::native_to_big(range.last)};
    octets.append(reinterpret_cast<const char*>(pair), sizeof pair);
  }
  return octets;
}

readings::RangeSet range_set_of(OctetsView octets) {
  readings::RangeSet numbers;
  const auto* at = reinterpret_cast<const unsigned char*>(octets.data());
  for (std::size_t i = 0; i + 16 <= octets.size(); i += 16)
    numbers.add({boost::endian::load_big_u64(at + i), boost::endian::load_big_u64(at + i + 8)});
  return numbers;
}

}  // namespace

void remove_views(const std::filesystem::path& file) {
  for (const char* tail : {"", "-wal", "-shm", "-journal", "-renewed"})
    std::filesystem::remove(file.string() + tail);
}

void put_in_place(const std::filesystem::path& fresh, const std::filesystem::path& file) {
  // The log of the file that goes must not be taken for the log of the one that comes.
  for (const char* tail : {"-wal", "-shm"}) std::filesystem::remove(file.string() + tail);
  std::filesystem::rename(fresh, file);
}

ViewsFile::ViewsFile(const std::filesystem::path& path, const DatabaseKey& key, NodeId central)
    : central_(central) {
  try {
    open(path, key);
  } catch (const sqlcipher::NoAccess&) {
    throw;  // Nothing is wrong with what is in it, and a new one would need more room than there is.
  } catch (const Fault&) {
    // Another version's tables, or damage: what is here can be made again, and what matters is the journal.
    run_.reset();
    database_.reset();
    remove_views(path);
    open(path, key);
  }
}

ViewsFile::~ViewsFile() = default;

void ViewsFile::open(const std::filesystem::path& path, const DatabaseKey& key) {
  database_ = std::make_unique<sqlcipher::Database>(path, key, sqlcipher::Access::write);
  if (database_->number("SELECT count(*) FROM sqlite_master") == 0) {
    database_->execute("BEGIN");
    database_->execute(tables);
    database_->execute(("PRAGMA user_version=" + std::to_string(schema)).c_str());
    database_->execute("COMMIT");
  }
  if (database_->number("PRAGMA user_version") != schema) throw Fault("views.db is of another version");
  run_ = std::make_unique<Statements>(*database_);
  position_ = static_cast<std::uint64_t>(database_->number("SELECT position FROM reached"));
}

std::uint64_t ViewsFile::position() const { return position_; }

std::size_t ViewsFile::project(std::span<const Record> records) {
  std::size_t unreadable = 0;
  database_->execute("BEGIN");
  Projector projector(*this, central_);
  std::uint64_t intake = position_;
  for (const Record& record : records) unreadable += projector.apply(++intake, record) ? 0U : 1U;
  run_->reach.run(intake);
  database_->execute("COMMIT");
  position_ = intake;
  if (erased_) {
    // Deleted rows lie in the pages still: the file is written anew, and its log with it.
    database_->execute("VACUUM");
    database_->checkpoint();
    erased_ = false;
  }
  return unreadable;
}

void ViewsFile::checkpoint() { database_->checkpoint(); }

void ViewsFile::put_history(const Uuid& patient, const HistoryEntry& entry) {
  const Octets at = entry.at.SerializeAsString(), actor = entry.actor.SerializeAsString();
  run_->put_history.run(patient.to_octets(), entry.intake, std::int64_t{entry.at.wall_ms()},
                        entry.record.origin.to_octets(), int{entry.record.stream}, entry.record.epoch.value,
                        entry.record.seq, int{entry.subject.type}, entry.subject.id.to_octets(),
                        int{entry.verb}, int{entry.proof}, at, actor, entry.message);
}

void ViewsFile::put_link(const SubjectKey& subject, const Uuid& patient) {
  run_->put_link.run(int{subject.type}, subject.id.to_octets(), patient.to_octets());
}

std::optional<Uuid> ViewsFile::patient_of(const SubjectKey& subject) {
  const Octets id = subject.id.to_octets();
  auto rows = run_->link.ask(int{subject.type}, id);
  return rows.next() ? std::optional(id_of(rows.octets(0))) : std::nullopt;
}

void ViewsFile::put_patient(const PatientView& patient) {
  run_->put_patient.run(patient.id.to_octets(), search_text(patient.patient),
                        patient.patient.SerializeAsString(), patient.archived ? 1 : 0);
}

void ViewsFile::archive_patient(const Uuid& patient, bool archived) {
  run_->archive.run(patient.to_octets(), archived ? 1 : 0);
}

void ViewsFile::put_appointment(const Uuid& id, const v1::Appointment& appointment) {
  run_->put_appointment.run(id.to_octets(), Octets(appointment.from().civil().substr(0, 10)),
                            std::int64_t{appointment.from().minute()}, appointment.point(),
                            appointment.SerializeAsString());
}

void ViewsFile::put_visit(const Uuid& appointment, const Uuid& visit, v1::VisitStatus status) {
  run_->put_visit.run(appointment.to_octets(), visit.to_octets(), int{status});
}

void ViewsFile::put_incident(const IncidentView& incident) {
  run_->put_incident.run(incident.id.to_octets(), incident.at_ms, incident.incident.SerializeAsString());
}

// As Wearings of central/registry: a custody that goes on leaves what it said, one put right does not.
void ViewsFile::put_custody(const Uuid& id, const v1::Custody& custody, std::int64_t archived_ms) {
  const Octets octets = id.to_octets();
  const std::int64_t from_ms = custody.from_ms();
  run_->put_custody_right.run(octets, from_ms, custody.device(), custody.patient());
  run_->put_custody.run(octets, from_ms, custody.device(), custody.patient(),
                        archived_ms != 0 ? archived_ms : for_ever);
}

void ViewsFile::put_block(const RecordKey& record, DeviceId device, const Uuid& patient,
                          const readings::BlockStat& stat) {
  run_->put_block.run(record.origin.to_octets(), record.epoch.value, record.seq, stat.code, stat.unit,
                      device.to_octets(), stat.first_ms, stat.last_ms, stat.n, bits(stat.min), bits(stat.max),
                      bits(stat.sum), patient.to_octets());
}

void ViewsFile::erase(const v1::Erasure& erasure) {
  erased_ = true;
  for (const v1::ErasedSubject& each : erasure.subjects()) {
    const int type = each.type();
    run_->put_link.run(type, each.id(), erasure.patient());
    if (each.id() != erasure.patient()) {
      run_->adopt_history.run(each.id(), erasure.patient());
      run_->adopt_links.run(each.id(), erasure.patient());
    }
    run_->erase_history.run(erasure.patient(), type, each.id());
    if (each.type() == v1::PATIENT) run_->erase_patient.run(each.id());
    if (each.type() == v1::APPOINTMENT) run_->erase_appointment.run(each.id());
    if (each.type() == v1::APPOINTMENT || each.type() == v1::VISIT) run_->erase_visit.run(each.id());
  }
  constexpr std::int64_t hour_ms = 3'600'000;
  for (const v1::ErasedReadings& each : erasure.readings()) {
    if (is_drawer(each)) {
      // Of the hours those that hold such a block: they are of others too, as one number.
      run_->erase_drawer_hours.run(each.device(), each.from_ms(), drawer_last_ms(each), erasure.patient());
      run_->erase_drawer_blocks.run(each.device(), each.from_ms(), drawer_last_ms(each), erasure.patient());
      continue;
    }
    const std::int64_t from = each.from_ms(), until = each.until_ms() != 0 ? each.until_ms() : for_ever;
    run_->erase_blocks.run(each.device(), from, until);
    run_->erase_hours.run(each.device(), from - hour_ms, until);
  }
}

readings::RangeSet ViewsFile::counted(DeviceId device, Epoch epoch) {
  const Octets id = device.to_octets();
  auto rows = run_->counted.ask(id, epoch.value);
  return rows.next() ? range_set_of(rows.octets(0)) : readings::RangeSet{};
}

void ViewsFile::put_counted(DeviceId device, Epoch epoch, const readings::RangeSet& numbers) {
  run_->put_counted.run(device.to_octets(), epoch.value, octets_of(numbers));
}

void ViewsFile::add_to_hour(DeviceId device, std::int64_t hour_ms, const readings::BlockStat& stat) {
  readings::BlockStat sum = stat;
  const Octets id = device.to_octets();
  {
    auto rows = run_->hour.ask(id, hour_ms, stat.code, stat.unit);
    if (rows.next()) {
      sum.first_ms = std::min(sum.first_ms, rows.integer(0));
      sum.last_ms = std::max(sum.last_ms, rows.integer(1));
      sum.n += static_cast<std::uint64_t>(rows.integer(2));
      sum.min = std::min(sum.min, from_bits(rows.integer(3)));
      sum.max = std::max(sum.max, from_bits(rows.integer(4)));
      sum.sum += from_bits(rows.integer(5));
    }
  }
  run_->put_hour.run(id, hour_ms, sum.code, sum.unit, sum.first_ms, sum.last_ms, sum.n, bits(sum.min),
                     bits(sum.max), bits(sum.sum));
}

}  // namespace feldsher::central
