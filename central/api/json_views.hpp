#pragma once
#include <google/protobuf/message.h>
#include <boost/json/object.hpp>
#include <string>

#include "central/history/rows.hpp"
#include "central/node/central_node.hpp"

namespace feldsher::central {

/// "2026-11-22T09:43:05.120Z"
std::string utc_text(std::int64_t unix_ms);
/// A name of the contracts as the API writes it: "PROOF_PHONE_BIRTH_DATE" without its prefix,
/// "phone-birth-date".
std::string plain_word(std::string_view name, std::string_view prefix = "");

/// "standby" of INCIDENT_STANDBY.
std::string incident_word(v1::IncidentKind kind);

/// Any message: ids as UUIDs, other octets in hexadecimal, a text in several languages as an object of them.
boost::json::value to_json(const google::protobuf::Message& message);
/// The same with "id" before its fields.
boost::json::object with_id(const Uuid& id, const google::protobuf::Message& message);

boost::json::object to_json(const PointStatus& status, const v1::Point& point);
boost::json::object to_json(const StandbyStatus& status);
boost::json::object to_json(const PatientView& patient);
boost::json::object to_json(const AppointmentView& view);
boost::json::object to_json(const HistoryEntry& entry);
boost::json::object to_json(const IncidentView& incident);
boost::json::object to_json(const readings::BlockStat& stat);
boost::json::object to_json(const Uuid& id, const Row<v1::Task>& task);
boost::json::object to_json(const RecordKey& key);

/// "" for a nil id.
std::string id_text(const Uuid& id);
std::string id_text(const std::string& octets);

}  // namespace feldsher::central
