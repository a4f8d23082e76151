#!/usr/bin/env python3
"""Central's disk is destroyed at noon, under load. Its standby takes its place, or last night's backup is restored."""
import json
import pathlib
import shutil
import time
import zoneinfo

import scenario  # First: it makes tests/support importable.
from demo import programs
from demo.day import unix_minute, unix_ms
from demo.processes import Failed, Process, free_port, run, wait_until

DAY_SECONDS = 24
CENTRAL = programs.program("central")


class RestoreCentralTest(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.passphrase = self.folder / "passphrase"
        self.passphrase.write_text("correct horse battery staple\n")
        self.backup, self.standby = self.folder / "backup", self.folder / "standby"
        self.standby_port = free_port()
        self.follower: Process | None = None
        self.start()
        wait_until("the schedule is there", lambda: self.status()["feed"]["position"] > 50, self.point.agent)
        self.rounds = 0

    def command(self, *words) -> str:
        return run([CENTRAL, *words, "--passphrase-file", self.passphrase])

    def refused(self, *words) -> str:
        with self.assertRaises(Failed) as failed:
            self.command(*words)
        return str(failed.exception)

    def back_up(self):
        self.assertIn("none was made yet", run([CENTRAL, "status", "--config", self.network.central.config]))
        said = self.command("backup", self.backup, "--config", self.network.central.config)
        self.assertIn("every one verified", said)
        told = self.network.api.ask("/api/v1/status")[1]["backup"]
        self.assertEqual(0, told["age_hours"])
        self.assertIn(f"{told['records']} records", said)

    def book_at_central(self) -> set[str]:
        """One appointment in each shift of the point, in minutes that central holds, as the call-centre would."""
        clinic, made = self.network.clinic, set()
        minutes = {service["id"]: service["minutes"] for service in clinic["services"]}
        spare = clinic["patients"][len(clinic["appointments"]):]
        ledger = self.network.folder / "audit/ledgers/central.jsonl"
        for number, shift in enumerate(each for each in clinic["shifts"] if each["point"] == self.point.id):
            service = shift["services"][0]
            free = unix_minute(shift["leased"][-1]["until"], zoneinfo.ZoneInfo(self.point.entry["zone"]))
            wanted = {"patient": spare[(7 * self.rounds + number) % len(spare)]["id"], "shift": shift["id"],
                      "service": service, "minute": free + 30 * self.rounds, "minutes": minutes[service]}
            status, answer = self.network.api.ask("/api/v1/appointments", wanted)
            self.assertEqual(201, status, answer)
            made.add(answer["id"])
            entry = {"t": unix_ms(), "who": "registrar", "event": "booked", "where": "central",
                     "appointment": answer["id"], "requested": False, **wanted}
            with ledger.open("a", encoding="utf-8") as out:
                out.write(json.dumps(entry) + "\n")
        self.rounds += 1
        return made

    def play(self):
        """People and wearables, from now on for the rest of the day."""
        self.players = [self.network.start_patients(self.point, DAY_SECONDS * 0.8, 7),
                        self.network.start_wearables(self.point, DAY_SECONDS * 0.8, 8, interval_ms=200)]

    def check_ins_happen(self, more: int):
        """Waits until the point has done some more, so that what follows hits it at work."""
        acts = self.status()["journal"]["acts"] + more
        wait_until("the point works", lambda: self.status()["journal"]["acts"] >= acts, self.point.agent)

    def central_says(self) -> dict:
        status, answer = self.network.api.ask("/api/v1/status")
        self.assertEqual(200, status)
        return answer

    def follow(self):
        """A standby of the running central, made from the backup."""
        self.command("restore", self.backup, self.standby, "--standby-of", f"localhost:{self.network.sync_port}")
        programs.set_keys(self.standby / "central.toml", sync_port=self.standby_port)
        self.follower = self.network.processes.start(
            "standby", [CENTRAL, "standby", "--config", self.standby / "central.toml"])
        self.in_step()

    def in_step(self):
        wait_until("the standby is in step", lambda: self.central_says()["standby"]["status"] == "in-step", self.follower)

    def destroy_central(self):
        self.network.central_process.kill()
        shutil.rmtree(self.network.central.folder)

    def to_the_end(self):
        """Until everybody has gone home and central has all that the point has."""
        for player in self.players:
            wait_until(f"{player.name} is done", lambda player=player: not player.running, seconds=90)
            self.assertEqual(0, player.process.returncode, player.tail())
        self.network.settle()

    def incidents(self) -> list[str]:
        status, answer = self.network.api.ask("/api/v1/incidents")
        self.assertEqual(200, status)
        return [each["kind"] for each in answer]

    def everything_agrees(self):
        finding = self.end_and_audit([])
        self.assertEqual([], finding.complaints)
        for name in ("records_lost", "records_duplicated", "double_bookings"):
            self.assertEqual(0, finding.report[name], name)
        for name in ("check_ins", "tickets_called", "bookings_at_central", "readings_receipted", "journals_verified"):
            self.assertGreater(finding.report[name], 0, name)
        self.assertEqual(finding.report["readings_sent"], finding.report["readings_at_central"])
        for folder in (self.network.central.folder, self.point.edge.folder):
            self.assertIn("records", programs.verify(folder))

    def morning(self):
        """Last night's backup, a standby, a working day; at noon central and its disk are gone."""
        self.book_at_central()
        self.back_up()
        self.play()
        self.check_ins_happen(20)
        self.follow()
        self.check_ins_happen(20)
        self.book_at_central()
        wait_until("acts are safe", lambda: self.status()["acts_safe"] > 0, self.point.agent)
        self.destroy_central()

    def test_the_standby_is_promoted(self):
        """[N10][X11][S1][X7] It goes on where central ended: nothing that anybody was told is missing."""
        self.morning()
        self.check_ins_happen(10)  # The point works on.
        self.assertIsNone(self.follower.stop())
        programs.set_keys(self.standby / "central.toml", sync_port=self.network.sync_port)
        said = run([CENTRAL, "promote", "--dir", self.standby])
        self.assertIn("This folder is central's now", said)
        self.standby.rename(self.network.central.folder)
        began = time.monotonic()
        self.network.start_central()
        wait_until("the point is connected", lambda: self.status()["connected"], self.point.agent)
        print(f"the point was back {time.monotonic() - began:.1f} s after the promoted standby was started")
        self.book_at_central()
        self.to_the_end()
        self.assertEqual({"branch"}, set(self.incidents()))  # That it took the place, and nothing else.
        self.everything_agrees()

    def test_the_backup_is_restored_and_the_standby_asked(self):
        """[N10][X11][S1][X7] Last night's backup, and what the standby holds since: the same as before."""
        self.morning()
        said = self.command("restore", self.backup, self.network.central.folder, "--pull", f"localhost:{self.standby_port}")
        self.assertRegex(said, r"Pulled [1-9]\d* records")
        self.network.start_central()
        wait_until("the point is connected", lambda: self.status()["connected"], self.point.agent)
        self.in_step()  # The standby follows the restored one.
        self.book_at_central()
        self.to_the_end()
        self.assertEqual({"branch"}, set(self.incidents()))
        self.everything_agrees()

    def test_the_backup_alone_is_restored(self):
        """[N10][X11][X7] What points and devices were told is there; what central alone said since is named."""
        self.book_at_central()
        self.back_up()
        self.play()
        self.check_ins_happen(20)
        central_alone = self.book_at_central()
        wait_until("the point has heard of it", self.feed_applied, self.network.central_process)
        self.destroy_central()
        said = self.command("restore", self.backup, self.network.central.folder)
        self.assertIn("is not in it: bookings and cancellations by its API", said)
        self.assertIn("Who was erased after that moment is in it again", said)
        self.network.start_central()
        wait_until("the point is connected", lambda: self.status()["connected"], self.point.agent)
        self.to_the_end()
        # A manager sees that it happened, and how much the point had heard that is missing.
        self.assertEqual({"branch", "forgotten"}, set(self.incidents()))
        table = run([CENTRAL, "incidents", "--config", self.network.central.config])
        self.assertRegex(table, r"it has heard [1-9]\d* acts of central that are not held here")
        finding = self.end_and_audit([])
        # "lost: booking ID", and "lost: booking ID is not in the API".
        lost = {each.split()[2] for each in finding.complaints}
        self.assertEqual({each.replace("-", "") for each in central_alone}, lost, finding.complaints)
        self.assertEqual((0, 0), (finding.report["records_duplicated"], finding.report["double_bookings"]))
        self.assertEqual(finding.report["readings_sent"], finding.report["readings_at_central"])

    def feed_applied(self) -> bool:
        _, points = self.network.api.ask("/api/v1/points")
        point = next(each for each in points if each["id"] == self.point.id)
        return point["feed_items"] == point["feed_acknowledged"]

    def test_what_is_no_good_backup_is_told(self):
        """[X7][X11] Unfinished, changed, foreign: nothing is made of it, and nothing is written over."""
        self.back_up()
        self.assertIn("is there already", self.refused("backup", self.backup, "--config", self.network.central.config))
        self.assertIn("Good:", self.command("restore", self.backup, "--verify"))
        into = self.folder / "into"
        self.assertIn("is there already", self.refused("restore", self.backup, self.network.central.folder))

        self.passphrase.write_text("another one altogether\n")
        self.assertIn("the passphrase is another", self.refused("restore", self.backup, "--verify"))
        self.passphrase.write_text("correct horse battery staple\n")

        def broken(name: str, change) -> str:
            copy = self.folder / f"broken-{name}"
            shutil.copytree(self.backup, copy)
            change(copy)
            said = self.refused("restore", copy, into)
            self.assertFalse(into.exists() or pathlib.Path(f"{into}.part").exists())
            return said

        def flip(path: pathlib.Path, place: int):
            octets = bytearray(path.read_bytes())
            octets[place] ^= 1
            path.write_bytes(octets)

        self.assertIn("was not finished", broken("unfinished", lambda copy: (copy / "manifest.json").unlink()))
        self.assertIn("not signed by this central", broken("manifest", lambda copy: flip(copy / "manifest.json", 400)))
        self.assertIn("was changed", broken("secrets", lambda copy: flip(copy / "secrets.sealed", 300)))
        broken("journal", lambda copy: flip(copy / "journal.db", (copy / "journal.db").stat().st_size // 2))

        # A folder of a standby does not serve by mistake.
        self.command("restore", self.backup, self.standby, "--standby-of", "localhost:1")
        with self.assertRaises(Failed) as failed:
            run([CENTRAL, "serve", "--config", self.standby / "central.toml"])
        self.assertIn("is a standby's folder", str(failed.exception))
        # No patient's name is in a backup in clear.
        names = [each["family_name"].encode() for each in self.network.clinic["patients"]]
        for path in self.backup.iterdir():
            octets = path.read_bytes()
            self.assertFalse(any(name in octets for name in names if len(name) >= 7), path.name)


if __name__ == "__main__":
    scenario.main()
