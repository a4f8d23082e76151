#pragma once
#include <string>

namespace feldsher::test {

/// One point with a doctor and a registrar, two patients, and one appointment that is elsewhere.
inline const std::string small_clinic = R"({
 "points": [{"id": "0190c0de-0000-7000-8000-000000000001", "short_name": "lindens"},
            {"id": "0190c0de-0000-7000-8000-000000000002", "short_name": "other"}],
 "terminals": [
  {"point": "0190c0de-0000-7000-8000-000000000001", "name": "checkin-1", "role": "check-in", "room": null},
  {"point": "0190c0de-0000-7000-8000-000000000001", "name": "survey-1", "role": "survey", "room": null},
  {"point": "0190c0de-0000-7000-8000-000000000001", "name": "board-1", "role": "board", "room": null},
  {"point": "0190c0de-0000-7000-8000-000000000001", "name": "reception-1", "role": "reception", "room": null},
  {"point": "0190c0de-0000-7000-8000-000000000001", "name": "room-1", "role": "room",
   "room": "0190c0de-0000-7000-8000-000000000011"},
  {"point": "0190c0de-0000-7000-8000-000000000002", "name": "checkin-9", "role": "check-in", "room": null}],
 "services": [{"id": "0190c0de-0000-7000-8000-000000000021", "minutes": 12, "walk_in": true},
              {"id": "0190c0de-0000-7000-8000-000000000022", "minutes": 12, "walk_in": true}],
 "practitioners": [
  {"id": "0190c0de-0000-7000-8000-000000000031", "roles": ["doctor"], "pin": "1234",
   "points": ["0190c0de-0000-7000-8000-000000000001"]},
  {"id": "0190c0de-0000-7000-8000-000000000032", "roles": ["registrar"], "pin": "5678",
   "points": ["0190c0de-0000-7000-8000-000000000001"]},
  {"id": "0190c0de-0000-7000-8000-000000000033", "roles": ["registrar"], "pin": "9999",
   "points": ["0190c0de-0000-7000-8000-000000000002"]}],
 "shifts": [
  {"id": "0190c0de-0000-7000-8000-000000000041", "point": "0190c0de-0000-7000-8000-000000000001",
   "room": "0190c0de-0000-7000-8000-000000000011", "practitioner": "0190c0de-0000-7000-8000-000000000031",
   "services": ["0190c0de-0000-7000-8000-000000000021"]},
  {"id": "0190c0de-0000-7000-8000-000000000042", "point": "0190c0de-0000-7000-8000-000000000002",
   "room": "0190c0de-0000-7000-8000-000000000012", "practitioner": "0190c0de-0000-7000-8000-000000000031",
   "services": ["0190c0de-0000-7000-8000-000000000022"]}],
 "patients": [
  {"id": "0190c0de-0000-7000-8000-000000000051", "phone": "+380445550001", "birth_date": "1956-03-09"},
  {"id": "0190c0de-0000-7000-8000-000000000052", "phone": "+380445550002", "birth_date": "1980-01-01"}],
 "appointments": [
  {"id": "0190c0de-0000-7000-8000-0000000000a1", "patient": "0190c0de-0000-7000-8000-000000000051",
   "shift": "0190c0de-0000-7000-8000-000000000041"},
  {"id": "0190c0de-0000-7000-8000-0000000000a2", "patient": "0190c0de-0000-7000-8000-000000000052",
   "shift": "0190c0de-0000-7000-8000-000000000041"},
  {"id": "0190c0de-0000-7000-8000-0000000000a3", "patient": "0190c0de-0000-7000-8000-000000000052",
   "shift": "0190c0de-0000-7000-8000-000000000042"}]
})";

}  // namespace feldsher::test
