#!/usr/bin/env python3
"""What feldsher-central's commands do to a running central: the clinic, bookings and minutes, the archive; JSON for programs."""
import http.client
import json
import pathlib
import signal
import sys
import tempfile
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from central_program import CENTRAL, Central, run  # noqa: E402
from demo.processes import Failed, wait_until  # noqa: E402

UNKNOWN = "0190c0de-0000-7000-8000-0000000000ff"


class CentralCommandsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="feldsher-commands-")
        cls.central = Central(pathlib.Path(cls.folder.name))
        cls.central.load()
        cls.central.start()
        cls.clinic = cls.central.clinic

    @classmethod
    def tearDownClass(cls):
        wrong = cls.central.process.stop()
        cls.folder.cleanup()
        assert not wrong, wrong

    def ask(self, command: str, *words, expect: int = 0) -> str:
        return run(CENTRAL, command, "--config", self.central.config, *words, expect=expect)

    def json(self, command: str, *words):
        return json.loads(self.ask(command, *words, "--json"))

    def on_folder(self, *words):
        return json.loads(run(CENTRAL, *words, "--dir", self.central.folder, "--json"))

    def ids(self, entries) -> set[str]:
        return {each["id"] for each in entries}

    def test_what_the_clinic_is_made_of_is_listed(self):
        """[O6] Departments, rooms, services, people and shifts, everywhere or at one point."""
        point = next(each for each in self.clinic["points"] if each["short_name"] == "embankment")
        for part in ("departments", "rooms", "services", "practitioners"):
            with self.subTest(part=part):
                loaded = self.clinic[part]
                here = [each for each in loaded if point["id"] in each.get("points", [each.get("point")])]
                self.assertEqual(self.ids(loaded), self.ids(self.json(part)))
                self.assertEqual(self.ids(here), self.ids(self.json(part, "--point", "embankment")))
                table = self.ask(part, "--point", "embankment")
                self.assertIn("embankment", table)
                self.assertEqual(1 + len(here), len(table.splitlines()))
        day = ("--day", self.clinic["day"])
        self.assertEqual(self.ids(self.clinic["shifts"]), self.ids(self.json("shifts", *day)))
        table = self.ask("shifts", *day, "--point", "embankment")
        self.assertIn("11:00-13:00", table)
        self.assertIn("no point of this short name", self.ask("rooms", "--point", "nowhere", expect=1))
        self.assertNotIn("pin", json.dumps(self.json("practitioners")))

    def test_a_file_with_one_entry_changes_that_one(self):
        """[O6]"""
        room = {**self.clinic["rooms"][0], "label": "12-b"}
        path = self.central.place / "room.json"
        path.write_text(json.dumps({"format": "feldsher-clinic/1", "rooms": [room]}))
        self.assertEqual({"written": {"rooms": 1}}, self.on_folder("load", path))
        self.assertEqual({"written": {}}, self.on_folder("load", path))
        rooms = {each["id"]: each["label"] for each in self.json("rooms")}
        self.assertEqual({each["id"]: each["label"] for each in self.clinic["rooms"]} | {room["id"]: "12-b"}, rooms)

    def test_status_warns_of_a_backup_that_was_left_out(self):
        """[X11] Two days old; what `backup` left for that cannot be read: then there is none."""
        note = self.central.folder / "last-backup.json"
        self.addCleanup(note.unlink)
        for hours, warned in ((47, False), (49, True)):
            note.write_text(json.dumps({"made_ms": int((time.time() - hours * 3600 - 60) * 1000), "records": 7}), encoding="utf-8")
            note.chmod(0o600)
            said = self.ask("status")
            self.assertIn(", 7 records", said)
            self.assertEqual(warned, f"WARNING   the last backup is {hours} hours old" in said)
        for damaged in ("", "{", '{"made_ms": "yesterday", "records": 7}', '{"made_ms": -1, "records": 7}'):
            note.write_text(damaged, encoding="utf-8")
            self.assertIn("none was made yet", self.ask("status"))

    def test_an_appointment_is_booked_and_cancelled(self):
        """[S1]"""
        shift = self.clinic["shifts"][0]
        words = ("--patient", self.clinic["patients"][24]["id"], "--shift", shift["id"], "--service", shift["services"][0])
        booked = self.json("book", *words, "--from", f"{self.clinic['day']}T14:30", "--minutes", "5")
        self.assertEqual(("booked", 5), (booked["status"], booked["minutes"]))
        self.assertIn("taken", self.ask("book", *words, "--from", f"{self.clinic['day']}T14:31", expect=1))
        self.assertIn("cancelled", self.ask("cancel", booked["id"]))
        self.assertIn("cancelled", self.ask("cancel", booked["id"], expect=1))
        # What the point holds is asked of it.
        asked = self.json("book", *words, "--from", f"{self.clinic['day']}T12:50", "--minutes", "5")
        self.assertEqual("asked", self.json("request", asked["request"])["status"])
        self.assertIn("asked", self.ask("request", asked["request"]))

    def test_minutes_are_leased_and_asked_back(self):
        """[S1]"""
        shift, day = self.clinic["shifts"][1], self.clinic["day"]
        span = (shift["id"], "--from", f"{day}T13:30", "--until", f"{day}T13:40")
        self.assertIn("Leased", self.ask("lease", *span))
        self.assertNotEqual("", self.ask("lease", *span, expect=1))
        at_point = next(each for each in self.json("shifts", "--day", day) if each["id"] == shift["id"])["free_at_point"]
        self.assertIn((f"{day}T13:30", f"{day}T13:40"), [(each["from"], each["until"]) for each in at_point])
        asked = self.json("recall", *span)
        self.assertEqual("return", self.json("request", asked["request"])["kind"])

    def test_who_is_archived_is_hidden_over_a_restart_and_a_rebuild_and_comes_back_whole(self):
        """[H11][X4] The history stays readable all the time."""
        patient = self.clinic["patients"][22]["id"]

        def shown():
            return self.ids(self.json("patients")), self.ids(self.json("patients", "--archived"))

        live, archived = shown()
        self.assertIn(patient, live)
        before = next(each for each in self.json("patients") if each["id"] == patient)
        self.assertIn("unarchive", self.ask("archive", patient))
        self.assertIn("archived already", self.ask("archive", patient, expect=1))
        self.assertEqual((live - {patient}, archived | {patient}), shown())
        self.assertIsNone(self.central.process.stop())
        for path in self.central.folder.glob("views.db*"):
            path.unlink()
        self.central.start()
        self.assertEqual((live - {patient}, archived | {patient}), shown())
        self.assertIn("archived already", self.ask("archive", patient, expect=1))
        self.assertRegex(self.ask("history", patient), r"archived +patient")
        self.assertIn("Restored", self.ask("unarchive", patient))
        self.assertIn("not archived", self.ask("unarchive", patient, expect=1))
        self.assertEqual((live, archived), shown())
        self.assertEqual(before, next(each for each in self.json("patients") if each["id"] == patient))
        self.assertIn("still to come", self.ask("archive", self.clinic["appointments"][0]["patient"], expect=1))
        self.assertIn("no such thing", self.ask("archive", UNKNOWN, expect=1))

    def test_the_views_are_made_anew_while_they_answer(self):
        """[H11] By command, on a running central: the same answers before, meanwhile and after."""
        def answers():
            return self.ids(self.json("appointments", "--day", self.clinic["day"])), self.ask("history", self.clinic["patients"][0]["id"])[:200]
        before, log = answers(), self.central.process.log
        done = log.read_text().count("views-rebuilt")
        self.assertEqual({"projected": None}, self.on_folder("rebuild"))
        self.assertEqual(before, answers())
        wait_until("the views are rebuilt", lambda: log.read_text().count("views-rebuilt") == done + 1, self.central.process)
        self.assertEqual(before, answers())

    def test_damaged_views_end_one_run_and_come_again_with_the_next(self):
        """[X11] Where the damage is, opening does not look; what became of it is an incident."""
        def day():
            return self.central.api.ask(f"/api/v1/appointments?day={self.central.clinic['day']}")
        before, views = day(), self.central.folder / "views.db"
        self.assertIsNone(self.central.process.stop())
        with views.open("r+b") as file:
            for at in range(2 * 4096, views.stat().st_size, 4096):
                file.seek(at + 100)
                file.write(b"garbage")
        self.central.process.start()
        try:
            wait_until("central meets the damage", lambda: self.central.api.healthy() and day(), self.central.process)
        except (Failed, OSError, http.client.HTTPException):
            pass  # It ends without an answer.
        self.assertEqual(3, self.central.process.process.wait(20))
        self.central.start()
        self.assertEqual(before, day())
        said = [incident["detail"] for incident in self.central.api.ask("/api/v1/incidents")[1] if "views.db" in incident["detail"]]
        self.assertEqual(1, len(said), said)
        self.assertIn("views.db was damaged, and the next start makes it anew", said[0])
        self.assertNotIn("could not be written", said[0])
        self.assertIn("views.db was damaged", self.central.api.ask("/api/v1/status")[1]["disk_fault_before"])
        self.assertIsNone(self.central.process.stop())
        self.central.start()
        self.assertEqual("", self.central.api.ask("/api/v1/status")[1]["disk_fault_before"])

    def test_what_a_script_needs_comes_as_json(self):
        """[O6] Tokens, codes, certificates, what a lost point leaves."""
        made = self.on_folder("token", "--name", "script")
        self.assertEqual(200, self.central.api.ask("/api/v1/points", token=made["token"])[0])
        listed = {each["name"]: each for each in self.on_folder("token")}
        self.assertEqual(("system", "valid"), (listed["script"]["kind"], listed["script"]["status"]))
        self.assertNotIn(made["token"], json.dumps(list(listed.values())))
        self.assertEqual({"revoked": "script"}, self.on_folder("token", "--revoke", "script"))
        code = self.on_folder("enrol", "--point", "lindens")
        self.assertEqual("lindens", code["point"])
        self.assertGreater(code["code"].count("-"), 10)
        issued = self.on_folder("issue", "--kind", "terminal", "--name", "board-9", "--point", "lindens", "--out", self.central.place / "board-9")
        self.assertTrue((pathlib.Path(issued["folder"]) / "key.pem").is_file())
        self.assertEqual({"revoked": 1}, self.on_folder("revoke", "--terminal", "board-9", "--point", "lindens"))
        lost = self.on_folder("point", "lost", "lindens")
        self.assertIsNone(lost["decommission"])
        self.assertIn("not decommissioned", lost["decommission_detail"])
        self.assertLessEqual({"revoked", "people"}, lost.keys())


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    unittest.main()
