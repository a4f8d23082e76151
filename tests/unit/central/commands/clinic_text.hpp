#pragma once
#include <string>

namespace feldsher::test {

/// One point, one doctor, two patients on 2030-05-14 in Kyiv (UTC+3). The shift is 09:00 to 12:00; the point
/// holds 10:00 to 11:00.
inline std::string clinic_text() {
  return R"({
 "format": "feldsher-clinic/1", "day": "2030-05-14",
 "points": [{"id": "0190c0de-0000-7000-8000-000000000001", "node": "0190c0de-0000-7000-8000-000000000002",
   "short_name": "embankment", "name": {"uk": "Клініка", "en": "Clinic"}, "zone": "Europe/Kyiv", "home": false,
   "absent_rule": {"calls": 3, "minutes_between": 2, "grace_minutes": 15}}],
 "departments": [{"id": "0190c0de-0000-7000-8000-000000000003", "point": "0190c0de-0000-7000-8000-000000000001",
   "name": {"en": "Therapy"}}],
 "rooms": [{"id": "0190c0de-0000-7000-8000-000000000004", "point": "0190c0de-0000-7000-8000-000000000001",
   "department": "0190c0de-0000-7000-8000-000000000003", "label": "12", "ready": true}],
 "services": [{"id": "0190c0de-0000-7000-8000-000000000005", "name": {"en": "General practitioner"}, "letter": "A",
   "minutes": 12, "icon": "stethoscope", "walk_in": true, "points": ["0190c0de-0000-7000-8000-000000000001"],
   "preparation": []}],
 "practitioners": [{"id": "0190c0de-0000-7000-8000-000000000006", "name": {"en": "Dr Koval"}, "roles": ["doctor"],
   "points": ["0190c0de-0000-7000-8000-000000000001"], "services": ["0190c0de-0000-7000-8000-000000000005"],
   "pin": "4821"}],
 "surveys": [], "terminals": [{"id": "0190c0de-0000-7000-8000-000000000007",
   "point": "0190c0de-0000-7000-8000-000000000001", "name": "checkin-1", "role": "check-in", "room": null}],
 "shifts": [{"id": "0190c0de-0000-7000-8000-000000000008", "point": "0190c0de-0000-7000-8000-000000000001",
   "room": "0190c0de-0000-7000-8000-000000000004", "practitioner": "0190c0de-0000-7000-8000-000000000006",
   "services": ["0190c0de-0000-7000-8000-000000000005"], "from": "2030-05-14T09:00", "until": "2030-05-14T12:00",
   "leased": [{"from": "2030-05-14T10:00", "until": "2030-05-14T11:00"}]}],
 "patients": [
  {"id": "0190c0de-0000-7000-8000-00000000000a", "family_name": "Коваль", "given_name": "Олена",
   "birth_date": "1956-03-09", "phone": "+380441234567", "language": "uk", "verified": true},
  {"id": "0190c0de-0000-7000-8000-00000000000b", "family_name": "Ёлкин", "given_name": "Пётр",
   "birth_date": "1980-02-29", "phone": "+380447654321", "language": "ru", "verified": false}],
 "appointments": [{"id": "0190c0de-0000-7000-8000-00000000000c", "patient": "0190c0de-0000-7000-8000-00000000000a",
   "shift": "0190c0de-0000-7000-8000-000000000008", "service": "0190c0de-0000-7000-8000-000000000005",
   "from": "2030-05-14T09:13", "minutes": 12}],
 "devices": [{"id": "0190c0de-0000-7000-8000-0000000000d1", "model": "Virtual wearable", "udi": "VW-1"}],
 "custody": [{"id": "0190c0de-0000-7000-8000-0000000000d2", "device": "0190c0de-0000-7000-8000-0000000000d1",
   "patient": "0190c0de-0000-7000-8000-00000000000a", "home_node": "0190c0de-0000-7000-8000-000000000002",
   "point": "0190c0de-0000-7000-8000-000000000001", "from_ms": 1904000000000}]
})";
}

inline constexpr const char* point_id = "0190c0de-0000-7000-8000-000000000001";
inline constexpr const char* point_node_id = "0190c0de-0000-7000-8000-000000000002";
inline constexpr const char* service_id = "0190c0de-0000-7000-8000-000000000005";
inline constexpr const char* shift_id = "0190c0de-0000-7000-8000-000000000008";
inline constexpr const char* olena_id = "0190c0de-0000-7000-8000-00000000000a";
inline constexpr const char* petr_id = "0190c0de-0000-7000-8000-00000000000b";
inline constexpr const char* appointment_id = "0190c0de-0000-7000-8000-00000000000c";
inline constexpr const char* device_id = "0190c0de-0000-7000-8000-0000000000d1";

/// `text` with the first `from` replaced.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  text.replace(text.find(from), from.size(), to);
  return text;
}

}  // namespace feldsher::test
