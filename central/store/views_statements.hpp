#pragma once
#include <bit>
#include <limits>

#include "central/store/views_file.hpp"
#include "protocol/record/id_of.hpp"
#include "protocol/record/result.hpp"

namespace feldsher::central {

// For the sources of ViewsFile only.

/// The end of what has none.
inline constexpr std::int64_t for_ever = std::numeric_limits<std::int64_t>::max();

inline std::int64_t bits(double value) { return std::bit_cast<std::int64_t>(value); }
inline double from_bits(std::int64_t value) { return std::bit_cast<double>(value); }

template <class Message>
Message message_of(OctetsView octets) {
  Message message;
  if (!message.ParseFromArray(octets.data(), static_cast<int>(octets.size())))
    throw Fault("views.db holds what is no message: delete it, it is made again from the journal");
  return message;
}

/// Every statement of the file, prepared once.
struct ViewsFile::Statements {
  explicit Statements(sqlcipher::Database& db) : database(db) {}
  sqlcipher::Database& database;
#define STATEMENT(name, sql) \
  sqlcipher::Statement name { database, sql }
  STATEMENT(reach, "UPDATE reached SET position = ?1");
  STATEMENT(put_patient, "INSERT OR REPLACE INTO patients VALUES(?1, ?2, ?3, ?4)");
  STATEMENT(archive, "UPDATE patients SET archived = ?2 WHERE id = ?1");
  STATEMENT(put_link, "INSERT OR REPLACE INTO links VALUES(?1, ?2, ?3)");
  STATEMENT(link, "SELECT patient FROM links WHERE type = ?1 AND subject = ?2");
  STATEMENT(
      put_history,
      "INSERT OR REPLACE INTO history VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)");
  STATEMENT(put_appointment, "INSERT OR REPLACE INTO appointments VALUES(?1, ?2, ?3, ?4, ?5)");
  STATEMENT(put_visit, "INSERT OR REPLACE INTO visits VALUES(?1, ?2, ?3)");
  STATEMENT(put_incident, "INSERT OR REPLACE INTO incidents VALUES(?1, ?2, ?3)");
  STATEMENT(put_custody_right,
            "DELETE FROM custody WHERE id = ?1 AND (from_ms >= ?2 OR (device = ?3 AND patient = ?4 AND "
            "archived_ms > ?2 AND from_ms = (SELECT max(from_ms) FROM custody WHERE id = ?1)))");
  STATEMENT(put_custody, "INSERT INTO custody VALUES(?1, ?2, ?3, ?4, ?5)");
  STATEMENT(put_block,
            "INSERT OR REPLACE INTO blocks VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
  STATEMENT(counted, "SELECT numbers FROM counted WHERE device = ?1 AND epoch = ?2");
  STATEMENT(put_counted, "INSERT OR REPLACE INTO counted VALUES(?1, ?2, ?3)");
  STATEMENT(
      hour,
      "SELECT first_ms, last_ms, n, least, most, total FROM hours WHERE device = ?1 AND hour_ms = ?2 AND "
      "code = ?3 AND unit = ?4");
  STATEMENT(put_hour, "INSERT OR REPLACE INTO hours VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)");
  STATEMENT(patients,
            "SELECT id, state, archived, search FROM patients WHERE archived = ?1 ORDER BY search, id");
  STATEMENT(patient, "SELECT state, archived FROM patients WHERE id = ?1");
  STATEMENT(history,
            "SELECT intake, origin, stream, epoch, seq, type, subject, verb, proof, at, actor, message FROM "
            "history WHERE patient = ?1 ORDER BY at_ms, intake");
  STATEMENT(day,
            "SELECT id, state, visit, status FROM appointments LEFT JOIN visits ON appointment = id "
            "WHERE day = ?1 ORDER BY minute, id");
  STATEMENT(appointment,
            "SELECT id, state, visit, status FROM appointments LEFT JOIN visits ON appointment = id "
            "WHERE id = ?1");
  STATEMENT(blocks,
            "SELECT origin, epoch, seq, code, unit, first_ms, last_ms, n, least, most, total FROM blocks "
            "WHERE device = ?1 AND first_ms <= ?3 AND last_ms >= ?2 ORDER BY first_ms, origin, epoch, seq, "
            "code, unit "
            "LIMIT ?4");
  STATEMENT(
      hours,
      "SELECT hour_ms, code, unit, first_ms, last_ms, n, least, most, total FROM hours WHERE device = ?1 "
      "AND hour_ms >= ?2 AND hour_ms <= ?3 ORDER BY hour_ms, code, unit");
  STATEMENT(wearers,
            "SELECT from_ms, patient, min(archived_ms, ifnull((SELECT min(next.from_ms) FROM custody AS next "
            "WHERE next.id = custody.id AND next.from_ms > custody.from_ms), archived_ms)) FROM custody "
            "WHERE device = ?1 ORDER BY from_ms, id");
  STATEMENT(incidents, "SELECT id, at_ms, state FROM incidents ORDER BY at_ms DESC, id DESC LIMIT ?1");
  STATEMENT(adopt_history, "UPDATE history SET patient = ?2 WHERE patient = ?1");
  STATEMENT(adopt_links, "UPDATE links SET patient = ?2 WHERE patient = ?1");
  STATEMENT(erase_history,
            "UPDATE history SET message = NULL WHERE patient = ?1 AND type = ?2 AND subject = ?3");
  STATEMENT(erase_patient, "DELETE FROM patients WHERE id = ?1");
  STATEMENT(erase_appointment, "DELETE FROM appointments WHERE id = ?1");
  STATEMENT(erase_visit, "DELETE FROM visits WHERE appointment = ?1 OR visit = ?1");
  STATEMENT(erase_blocks, "DELETE FROM blocks WHERE device = ?1 AND last_ms >= ?2 AND first_ms < ?3");
  STATEMENT(erase_hours, "DELETE FROM hours WHERE device = ?1 AND hour_ms > ?2 AND hour_ms < ?3");
  STATEMENT(erase_drawer_blocks,
            "DELETE FROM blocks WHERE device = ?1 AND first_ms >= ?2 AND last_ms <= ?3 AND patient = ?4");
  STATEMENT(erase_drawer_hours,
            "DELETE FROM hours WHERE device = ?1 AND hour_ms > ?2 - 3600000 AND hour_ms <= ?3 AND "
            "EXISTS(SELECT 1 FROM blocks WHERE blocks.device = ?1 AND blocks.first_ms >= ?2 AND "
            "blocks.last_ms <= ?3 AND patient = ?4 AND blocks.first_ms < hour_ms + 3600000 AND "
            "blocks.last_ms >= hour_ms)");
#undef STATEMENT
};

}  // namespace feldsher::central
