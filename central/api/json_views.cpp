#include "central/api/json_views.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/json/array.hpp>
#include <chrono>

namespace feldsher::central {
namespace {

namespace json = boost::json;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

/// What nobody outside needs: it would only help somebody who guesses survey codes.
bool is_inner(const FieldDescriptor& field) {
  return field.name() == "survey_digest" || field.name() == "pin_verifier";
}

std::string octets_text(const std::string& octets) {
  return octets.size() == 16 ? id_text(octets) : to_hex(octets);
}

std::string enum_word(const google::protobuf::EnumDescriptor& type, int number) {
  const auto* value = type.FindValueByNumber(number);
  if (!value) return "not known to this version";
  // The names of an enum share the words that their zero begins with: "VISIT_UNSPECIFIED", "VISIT_ARRIVED".
  const std::string& first = type.FindValueByNumber(0)->name();
  const std::string prefix = first.substr(0, first.find('_') + 1);
  const bool shared = !prefix.empty() && value->name().starts_with(prefix);
  return plain_word(value->name(), shared ? prefix : "");
}

json::value scalar(const Message& message, const FieldDescriptor& field, int index) {
  const auto& get = *message.GetReflection();
  const bool many = field.is_repeated();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return many ? get.GetRepeatedInt32(message, &field, index) : get.GetInt32(message, &field);
    case FieldDescriptor::CPPTYPE_INT64:
      return many ? get.GetRepeatedInt64(message, &field, index) : get.GetInt64(message, &field);
    case FieldDescriptor::CPPTYPE_UINT32:
      return many ? get.GetRepeatedUInt32(message, &field, index) : get.GetUInt32(message, &field);
    case FieldDescriptor::CPPTYPE_UINT64:
      // 64 random bits are beyond what a JSON number keeps.
      return json::string(fmt::format(
          "{:016x}", many ? get.GetRepeatedUInt64(message, &field, index) : get.GetUInt64(message, &field)));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return many ? get.GetRepeatedDouble(message, &field, index) : get.GetDouble(message, &field);
    case FieldDescriptor::CPPTYPE_FLOAT:
      return many ? get.GetRepeatedFloat(message, &field, index) : get.GetFloat(message, &field);
    case FieldDescriptor::CPPTYPE_BOOL:
      return many ? get.GetRepeatedBool(message, &field, index) : get.GetBool(message, &field);
    case FieldDescriptor::CPPTYPE_ENUM:
      return json::string(enum_word(*field.enum_type(), many
                                                            ? get.GetRepeatedEnumValue(message, &field, index)
                                                            : get.GetEnumValue(message, &field)));
    case FieldDescriptor::CPPTYPE_STRING: {
      const std::string text =
          many ? get.GetRepeatedString(message, &field, index) : get.GetString(message, &field);
      return json::string(field.type() == FieldDescriptor::TYPE_BYTES ? octets_text(text) : text);
    }
    case FieldDescriptor::CPPTYPE_MESSAGE:
      return to_json(many ? get.GetRepeatedMessage(message, &field, index) : get.GetMessage(message, &field));
  }
  return nullptr;
}

std::string status_text(const PointStatus& status) {
  if (status.waits_for_box) return "decommissioned, waits for a new box";
  if (status.connected) return "connected";
  const std::int64_t heard = std::max(status.last_heard_ms, status.last_act_ms);
  return heard == 0 ? "unknown, never heard" : "unknown, not heard since " + utc_text(heard);
}

template <class State>
json::value state_of(const HistoryEntry& entry) {
  State state;
  return state.ParseFromString(*entry.message) ? to_json(state) : json::value(nullptr);
}

json::value state_of(const HistoryEntry& entry) {
  if (!entry.message) return nullptr;
  switch (entry.subject.type) {
    case v1::PATIENT:
      return state_of<v1::Patient>(entry);
    case v1::APPOINTMENT:
      return state_of<v1::Appointment>(entry);
    case v1::VISIT:
      return state_of<v1::Visit>(entry);
    case v1::TICKET:
      return state_of<v1::Ticket>(entry);
    case v1::REQUEST:
      return state_of<v1::Request>(entry);
    case v1::REQUEST_ANSWER:
      return state_of<v1::RequestAnswer>(entry);
    case v1::DISCLOSURE:
      return state_of<v1::Disclosure>(entry);
    case v1::CUSTODY:
      return state_of<v1::Custody>(entry);
    default:
      return nullptr;
  }
}

}  // namespace

std::string utc_text(std::int64_t unix_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> at{milliseconds(unix_ms)};
  const auto day = floor<days>(at);
  const year_month_day date{day};
  const hh_mm_ss time{at - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

std::string plain_word(std::string_view name, std::string_view prefix) {
  if (name.starts_with(prefix)) name.remove_prefix(prefix.size());
  std::string word(name);
  for (char& c : word) c = c == '_' ? '-' : c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return word.empty() ? "not known to this version" : word;
}

std::string incident_word(v1::IncidentKind kind) {
  return plain_word(v1::IncidentKind_Name(kind), "INCIDENT_");
}

std::string id_text(const Uuid& id) { return id.is_nil() ? "" : id.to_text(); }
std::string id_text(const std::string& octets) { return id_text(Uuid::from_octets(octets).value_or(Uuid{})); }

json::value to_json(const Message& message) {
  if (const auto* text = dynamic_cast<const v1::LocalText*>(&message)) {
    json::object by_language;
    for (const auto& each : text->translations()) by_language[each.language()] = each.text();
    return by_language;
  }
  json::object object;
  const auto& type = *message.GetDescriptor();
  for (int i = 0; i < type.field_count(); ++i) {
    const FieldDescriptor& field = *type.field(i);
    if (is_inner(field)) continue;
    if (field.is_repeated()) {
      json::array all;
      for (int at = 0; at < message.GetReflection()->FieldSize(message, &field); ++at)
        all.push_back(scalar(message, field, at));
      object[field.name()] = std::move(all);
    } else if (field.cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE ||
               message.GetReflection()->HasField(message, &field)) {
      object[field.name()] = scalar(message, field, 0);
    }
  }
  return object;
}

json::object to_json(const PointStatus& status, const v1::Point& point) {
  json::object object{{"id", status.point.to_text()},
                      {"node", id_text(status.node.uuid)},
                      {"short_name", point.short_name()},
                      {"name", to_json(point.name())},
                      {"zone", point.zone()},
                      {"home", point.home()},
                      {"connected", status.connected},
                      {"status", status_text(status)},
                      {"acts", status.acts},
                      {"feed_items", status.feed_items},
                      {"feed_acknowledged", status.feed_acknowledged}};
  object["last_heard"] =
      status.last_heard_ms == 0 ? json::value(nullptr) : json::value(utc_text(status.last_heard_ms));
  object["keys"] = !status.unsealed   ? json::value(nullptr)
                   : *status.unsealed ? json::value("unsealed")
                                      : json::value("sealed");
  object["last_act"] =
      status.last_act_ms == 0 ? json::value(nullptr) : json::value(utc_text(status.last_act_ms));
  return object;
}

json::object to_json(const StandbyStatus& status) {
  const char* stands = !status.known      ? "none"
                       : status.in_step   ? "in-step"
                       : status.connected ? "catching-up"
                                          : "away";
  json::object object{{"status", stands},
                      {"id", id_text(status.id)},
                      {"gone_on", status.gone_on},
                      {"copies", status.copies},
                      {"lag_seconds", static_cast<double>(status.lag_ms) / 1000},
                      {"disk", status.disk ? json::value(words_of(*status.disk)) : json::value(nullptr)}};
  if (status.acknowledged) {
    object["acknowledged"] = *status.acknowledged;
    object["lag_records"] = status.intake - *status.acknowledged;
  } else {
    object["acknowledged"] = nullptr;
    object["lag_records"] = nullptr;
  }
  return object;
}

json::object with_id(const Uuid& id, const Message& message) {
  json::object object{{"id", id.to_text()}};
  const json::value fields = to_json(message);
  for (const auto& field : fields.get_object()) object[field.key()] = field.value();
  return object;
}

json::object to_json(const PatientView& view) {
  json::object object = with_id(view.id, view.patient);
  object["archived"] = view.archived;
  return object;
}

json::object to_json(const AppointmentView& view) {
  const v1::Appointment& appointment = view.appointment;
  return {{"id", view.id.to_text()},
          {"patient", id_text(appointment.patient())},
          {"shift", id_text(appointment.shift())},
          {"service", id_text(appointment.service())},
          {"point", id_text(appointment.point())},
          {"room", id_text(appointment.room())},
          {"practitioner", id_text(appointment.practitioner())},
          {"from", appointment.from().civil()},
          {"zone", appointment.from().zone()},
          {"minute", appointment.from().minute()},
          {"minutes", appointment.minutes()},
          {"status", appointment.status() == v1::APPOINTMENT_BOOKED ? "booked" : "cancelled"},
          {"fhir_status", to_text(view.status)},
          {"visit", id_text(view.visit)},
          {"request", id_text(appointment.request())}};
}

json::object to_json(const Uuid& id, const Row<v1::Task>& row) {
  const v1::Task& task = row.state;
  json::array appointments;
  for (const std::string& appointment : task.appointments())
    appointments.push_back(json::string(id_text(appointment)));
  return {{"id", id.to_text()},
          {"at", utc_text(row.at_ms)},
          {"kind", plain_word(v1::TaskKind_Name(task.kind()), "TASK_")},
          {"status", plain_word(v1::TaskStatus_Name(task.status()), "TASK_")},
          {"point", id_text(task.point())},
          {"patient", id_text(task.patient())},
          {"shift", id_text(task.shift())},
          {"appointments", std::move(appointments)}};
}

json::object to_json(const RecordKey& key) {
  return {{"origin", key.origin.to_text()},
          {"stream", key.stream == v1::ACTS ? "acts" : "readings"},
          {"epoch", fmt::format("{:016x}", key.epoch.value)},
          {"seq", key.seq}};
}

json::object to_json(const HistoryEntry& entry) {
  json::object actor{{"kind", plain_word(v1::ActorKind_Name(entry.actor.kind()), "ACTOR_")},
                     {"id", id_text(entry.actor.id())}};
  if (!entry.actor.rule().empty()) actor["rule"] = entry.actor.rule();
  json::object object{{"at", utc_text(entry.at.wall_ms())},
                      {"trust", plain_word(v1::Trust_Name(entry.at.trust()), "TRUST_")},
                      {"verb", plain_word(v1::Verb_Name(entry.verb))},
                      {"type", plain_word(v1::EntityType_Name(entry.subject.type))},
                      {"subject", entry.subject.id.to_text()},
                      {"actor", std::move(actor)},
                      {"proof", plain_word(v1::Proof_Name(entry.proof), "PROOF_")},
                      {"intake", entry.intake},
                      {"record", to_json(entry.record)},
                      {"erased", !entry.message.has_value()}};
  object["state"] = state_of(entry);
  return object;
}

json::object to_json(const IncidentView& view) {
  return {{"id", view.id.to_text()},
          {"at", utc_text(view.at_ms)},
          {"kind", incident_word(view.incident.kind())},
          {"node", id_text(view.incident.node())},
          {"subject", id_text(view.incident.subject())},
          {"detail", view.incident.detail()}};
}

json::object to_json(const readings::BlockStat& stat) {
  return {{"code", stat.code},
          {"unit", stat.unit},
          {"first", utc_text(stat.first_ms)},
          {"last", utc_text(stat.last_ms)},
          {"n", stat.n},
          {"min", stat.min},
          {"max", stat.max},
          {"sum", stat.sum}};
}

}  // namespace feldsher::central
