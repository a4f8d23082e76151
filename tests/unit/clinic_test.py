#!/usr/bin/env python3
"""The clinic data of a day is what its README says, on any day, in any zone."""
import datetime
import json
import pathlib
import re
import sys
import unittest
import uuid

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support" / "clinic"))
import make  # noqa: E402

README = (pathlib.Path(make.__file__).parent / "README.md").read_text(encoding="utf-8")


def clinic(day="2026-11-22", zone="Europe/Kyiv", opens="08:40"):
    return make.clinic(datetime.date.fromisoformat(day), zone, datetime.time.fromisoformat(opens))


def lists(data):
    return {name: entries for name, entries in data.items() if isinstance(entries, list)}


class ClinicTest(unittest.TestCase):
    def test_the_same_day_is_the_same_file(self):
        self.assertEqual(json.dumps(clinic()), json.dumps(clinic()))
        self.assertNotEqual(json.dumps(clinic()), json.dumps(clinic(day="2026-11-23")))

    def test_every_id_is_a_version_7_uuid_and_stands_once(self):
        ids = [each["id"] for entries in lists(clinic()).values() for each in entries]
        self.assertEqual(len(ids), len(set(ids)))
        for text in ids:
            self.assertEqual(7, uuid.UUID(text).version)
            self.assertEqual(uuid.RFC_4122, uuid.UUID(text).variant)

    def test_people_and_places_stay_from_day_to_day(self):
        for name in ("points", "rooms", "practitioners", "patients", "devices", "terminals"):
            self.assertEqual(clinic()[name], clinic(day="2027-03-01")[name], name)

    def test_nothing_names_what_stands_further_down(self):
        data, known = clinic(), {point["node"] for point in clinic()["points"]}
        identifier = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
        for name, entries in lists(data).items():
            for each in entries:
                known.add(each["id"])
                for found in identifier.finditer(json.dumps(each)):
                    self.assertIn(found.group(), known, f"{name}: {each}")

    def test_the_readme_names_every_key(self):
        for name, entries in lists(clinic()).items():
            row = next(line for line in README.splitlines() if line.startswith(f"| `{name}`"))
            for key in entries[0]:
                self.assertIn(f"`{key}`", row, name)

    def test_no_room_doctor_or_patient_is_in_two_places(self):
        data = clinic()
        shifts = {shift["id"]: shift for shift in data["shifts"]}
        self.assertEqual(len(shifts), len({shift["room"] for shift in shifts.values()}))
        self.assertEqual(len(shifts), len({shift["practitioner"] for shift in shifts.values()}))
        taken = set()
        for each in data["appointments"]:
            start = datetime.datetime.fromisoformat(each["from"])
            self.assertIn(each["service"], shifts[each["shift"]]["services"])
            for minute in range(each["minutes"]):
                moment = (each["shift"], start + datetime.timedelta(minutes=minute))
                self.assertNotIn(moment, taken)
                taken.add(moment)

    def test_appointments_lie_in_minutes_that_central_holds(self):
        data = clinic()
        shifts = {shift["id"]: shift for shift in data["shifts"]}
        for each in data["appointments"]:
            start = datetime.datetime.fromisoformat(each["from"])
            end = start + datetime.timedelta(minutes=each["minutes"])
            shift = shifts[each["shift"]]
            self.assertLessEqual(datetime.datetime.fromisoformat(shift["from"]), start)
            for leased in shift["leased"]:
                self.assertLessEqual(end, datetime.datetime.fromisoformat(leased["from"]))

    def test_every_text_is_in_three_languages(self):
        def texts(value):
            if isinstance(value, dict):
                if {"ru", "uk", "en"} & set(value):
                    yield value
                for inner in value.values():
                    yield from texts(inner)
            elif isinstance(value, list):
                for inner in value:
                    yield from texts(inner)
        found = list(texts(clinic()))
        self.assertGreater(len(found), 20)
        for text in found:
            self.assertEqual({"ru", "uk", "en"}, set(text))
            self.assertTrue(all(text.values()))
        self.assertEqual({"ru", "uk", "en"}, {patient["language"] for patient in clinic()["patients"]})

    def test_it_is_morning_somewhere_at_every_hour(self):
        for hour in range(24):
            for minute in (0, 30, 59):
                now = datetime.datetime(2026, 11, 22, hour, minute, tzinfo=datetime.timezone.utc)
                there = now.astimezone(make.zoneinfo.ZoneInfo(make.morning_zone(now)))
                self.assertTrue(7 <= there.hour < 15, f"{now} {there}")

    def test_terminal_names_are_topic_names(self):
        for each in clinic()["terminals"]:
            self.assertRegex(each["name"], r"^[A-Za-z0-9-]{1,64}$")


if __name__ == "__main__":
    unittest.main()
