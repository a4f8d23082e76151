#!/usr/bin/env python3
"""Writes the clinic data of one day: two points and a home point, in Russian, Ukrainian and English.

The same arguments give the same file, ids included. README.md beside this file describes the format.

  make.py [--day YYYY-MM-DD|TODAY] [--zone IANA] [--open HH:MM] [--out FILE]
"""
import argparse
import datetime
import hashlib
import json
import pathlib
import sys
import uuid
import zoneinfo

# One zone an hour round the globe. A day can be played at any hour: where none is asked for, the clinic
# opens where it is morning now. Kyiv comes first, so that it is chosen whenever it will do.
MORNING_ZONES = [
    "Europe/Kyiv", "Europe/London", "Atlantic/Azores", "Atlantic/South_Georgia", "America/Argentina/Buenos_Aires",
    "America/Puerto_Rico", "America/Bogota", "America/Costa_Rica", "America/Phoenix", "America/Los_Angeles",
    "America/Anchorage", "Pacific/Honolulu", "Pacific/Pago_Pago", "Pacific/Tarawa", "Pacific/Noumea",
    "Australia/Brisbane", "Asia/Tokyo", "Asia/Singapore", "Asia/Bangkok", "Asia/Dhaka", "Asia/Tashkent",
    "Asia/Dubai", "Africa/Nairobi",
]
MADE_MS = 1767225600000  # 2026-01-01T00:00Z: ids that do not depend on the day carry this time.

SERVICES = [  # key, letter, minutes, icon, walk-in, preparation
    ("gp", "A", 12, "stethoscope", True, []),
    ("cardiology", "K", 20, "heart", False, []),
    ("ultrasound", "E", 17, "ultrasound", False, ["fasting"]),
    ("blood", "B", 5, "drop", True, ["fasting"]),
    ("vaccination", "C", 7, "syringe", True, []),
]
PRACTITIONERS = [  # key, roles, points, services, PIN
    ("koval", ["doctor"], ["embankment"], ["gp", "vaccination"], "4821"),
    ("sokolov", ["doctor"], ["embankment"], ["cardiology"], "7350"),
    ("melnyk", ["doctor"], ["embankment"], ["ultrasound", "blood"], "1968"),
    ("hughes", ["doctor"], ["lindens"], ["gp", "vaccination"], "6247"),
    ("tkach", ["doctor"], ["lindens"], ["cardiology", "blood"], "5093"),
    ("orlova", ["nurse"], ["embankment", "lindens", "home"], [], "3716"),
    ("lysenko", ["registrar"], ["embankment"], [], "8402"),
    ("brown", ["registrar", "manager"], ["lindens"], [], "2659"),
]
ROOMS = [  # point, department, label
    ("embankment", "therapy", "12"), ("embankment", "therapy", "14"), ("embankment", "diagnostics", "21"),
    ("lindens", "therapy", "1"), ("lindens", "diagnostics", "2"),
]
SHIFTS = [  # practitioner, point, room, services
    ("koval", "embankment", "12", ["gp", "vaccination"]),
    ("sokolov", "embankment", "14", ["cardiology"]),
    ("melnyk", "embankment", "21", ["ultrasound", "blood"]),
    ("hughes", "lindens", "1", ["gp", "vaccination"]),
    ("tkach", "lindens", "2", ["cardiology", "blood"]),
]
TERMINALS = [  # point, name, role, room
    ("embankment", "checkin-1", "check-in", None), ("embankment", "board-1", "board", None),
    ("embankment", "survey-1", "survey", None), ("embankment", "reception-1", "reception", None),
    ("embankment", "room-12", "room", "12"), ("embankment", "room-14", "room", "14"),
    ("embankment", "room-21", "room", "21"),
    ("lindens", "checkin-2", "check-in", None), ("lindens", "board-2", "board", None),
    ("lindens", "survey-2", "survey", None), ("lindens", "reception-2", "reception", None),
    ("lindens", "room-1", "room", "1"), ("lindens", "room-2", "room", "2"),
]
VIRTUAL_PATIENTS = 20  # The first so many of names.json have an appointment today; the rest may be booked.
LAST_AT_LINDENS = 7    # Of these, so many at the second point.


def made_id(kind: str, name: str, at_ms: int = MADE_MS) -> str:
    """A UUIDv7 that is the same for the same kind and name."""
    octets = bytearray(at_ms.to_bytes(6, "big") + hashlib.sha256(f"{kind}:{name}".encode()).digest()[:10])
    octets[6] = octets[6] & 0x0F | 0x70
    octets[8] = octets[8] & 0x3F | 0x80
    return str(uuid.UUID(bytes=bytes(octets)))


def morning_zone(now: datetime.datetime) -> str:
    """Kyiv when it is between 8 and 15 there, else the zone whose clock is nearest to ten."""
    def hour(name: str) -> float:
        there = now.astimezone(zoneinfo.ZoneInfo(name))
        return there.hour + there.minute / 60
    if 8 <= hour(MORNING_ZONES[0]) < 15:
        return MORNING_ZONES[0]
    return min(MORNING_ZONES, key=lambda name: abs(hour(name) - 10))


def clinic(day: datetime.date, zone: str, opens: datetime.time) -> dict:
    here = pathlib.Path(__file__).resolve().parent
    names = json.loads((here / "names.json").read_text(encoding="utf-8"))
    midnight_ms = int(datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.timezone.utc).timestamp() * 1000)
    start = datetime.datetime.combine(day, opens)

    def civil(minutes: int) -> str:
        return (start + datetime.timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M")

    def texts(entry: dict) -> dict:
        return {language: entry[language] for language in ("ru", "uk", "en")}

    def point(short: str) -> str:
        return made_id("point", short)

    def room(short: str, label: str) -> str:
        return made_id("room", f"{short}/{label}")

    last = 6 * 60
    shifts = []
    for who, short, label, services in SHIFTS:
        shifts.append({
            "id": made_id("shift", f"{day}/{who}", midnight_ms), "point": point(short), "room": room(short, label),
            "practitioner": made_id("practitioner", who), "services": [made_id("service", s) for s in services],
            "from": civil(0), "until": civil(last),
            # The point may book the second third by itself; the rest stays with central.
            "leased": [{"from": civil(last // 3), "until": civil(2 * last // 3)}],
        })

    patients = []
    for number, (family, given, born, language) in enumerate(names["patients"], start=1):
        patients.append({
            "id": made_id("patient", str(number)), "family_name": family, "given_name": given, "birth_date": born,
            # 3 and 13 share a phone: a grandmother and her grandchild.
            "phone": f"+38044555{(3 if number == 13 else number):04d}", "language": language, "verified": number % 4 != 0,
        })

    # Appointments lie in the first third, which central holds, at one-minute grain.
    appointments = []
    free_from = {s["id"]: 3 for s in shifts}
    at_embankment = VIRTUAL_PATIENTS - LAST_AT_LINDENS
    minutes_of = {made_id("service", key): minutes for key, _, minutes, *_ in SERVICES}
    for number in range(VIRTUAL_PATIENTS):
        choice = [s for s in shifts
                  if s["point"] == point("embankment" if number < at_embankment else "lindens")]
        shift = choice[number % len(choice)]
        service = shift["services"][(number // len(choice)) % len(shift["services"])]
        begin = free_from[shift["id"]]
        free_from[shift["id"]] = begin + minutes_of[service] + number % 3
        appointments.append({
            "id": made_id("appointment", f"{day}/{number + 1}", midnight_ms), "patient": patients[number]["id"],
            "shift": shift["id"], "service": service, "from": civil(begin), "minutes": minutes_of[service],
        })
    assert max(free_from.values()) <= last // 3, "the appointments run into the leased minutes"

    devices, custody = [], []
    for number in range(1, VIRTUAL_PATIENTS + 1):
        # Two in five are discharged patients at home; the others report through their point's broker.
        home = number % 5 in (1, 2)
        own = "embankment" if number <= at_embankment else "lindens"
        devices.append({"id": made_id("device", str(number)), "model": "Virtual wearable", "udi": f"VW-{number:04d}"})
        custody.append({
            "id": made_id("custody", f"{day}/{number}", midnight_ms), "device": devices[-1]["id"],
            "patient": patients[number - 1]["id"], "home_node": made_id("node", "home" if home else own),
            "point": point(own), "from_ms": midnight_ms - 86400000,
        })

    return {
        "format": "feldsher-clinic/1",
        "day": day.isoformat(),
        "points": [{
            "id": point(p["short_name"]), "node": made_id("node", p["short_name"]), "short_name": p["short_name"],
            "name": texts(p), "zone": zone, "home": p["short_name"] == "home",
            "absent_rule": {"calls": 3, "minutes_between": 2, "grace_minutes": 15},
        } for p in names["points"]],
        "departments": [{"id": made_id("department", f"{short}/{key}"), "point": point(short),
                         "name": texts(names["departments"][key])}
                        for short in ("embankment", "lindens") for key in ("therapy", "diagnostics")],
        "rooms": [{"id": room(short, label), "point": point(short),
                   "department": made_id("department", f"{short}/{department}"), "label": label, "ready": True}
                  for short, department, label in ROOMS],
        "services": [{"id": made_id("service", key), "name": texts(names["services"][key]), "letter": letter,
                      "minutes": minutes, "icon": icon, "walk_in": walk_in,
                      "points": [point("embankment")] + ([point("lindens")] if key != "ultrasound" else []),
                      "preparation": preparation}
                     for key, letter, minutes, icon, walk_in, preparation in SERVICES],
        "practitioners": [{"id": made_id("practitioner", key), "name": texts(names["practitioners"][key]),
                           "roles": roles, "points": [point(p) for p in points],
                           "services": [made_id("service", s) for s in services], "pin": pin}
                          for key, roles, points, services, pin in PRACTITIONERS],
        "surveys": [{
            "id": made_id("survey", "visit"),
            "questions": [{"link_id": key, "text": texts(names["survey"][key]), "scale": scale}
                          for key, scale in (("clear", 5), ("kind", 5), ("recommend", 11))],
            "thanks": texts(names["survey"]["thanks"]),
        }],
        "terminals": [{"id": made_id("terminal", name), "point": point(short), "name": name, "role": role,
                       "room": room(short, label) if label else None}
                      for short, name, role, label in TERMINALS],
        "shifts": shifts,
        "patients": patients,
        "appointments": appointments,
        "devices": devices,
        "custody": custody,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--day", default="TODAY", help="local day of the clinic; TODAY in its zone (default)")
    parser.add_argument("--zone", help="IANA zone of the points (default: one where it is morning now)")
    parser.add_argument("--open", dest="opens", help="start of all shifts, HH:MM (default: an hour ago; 09:00 for another day)")
    parser.add_argument("--out", help="file to write (default: standard output)")
    args = parser.parse_args()

    now = datetime.datetime.now(datetime.timezone.utc)
    zone = args.zone or morning_zone(now)
    local = now.astimezone(zoneinfo.ZoneInfo(zone))
    day = local.date() if args.day == "TODAY" else datetime.date.fromisoformat(args.day)
    if args.opens:
        opens = datetime.time.fromisoformat(args.opens)
    elif day == local.date():
        opens = datetime.time(max(local.hour - 1, 0), local.minute)
    else:
        opens = datetime.time(9, 0)
    if opens > datetime.time(17, 59):
        parser.error("a day of six hours has to open before 18:00; choose another --zone or --open")
    text = json.dumps(clinic(day, zone, opens), ensure_ascii=False, indent=1) + "\n"
    if args.out:
        pathlib.Path(args.out).write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
