#!/usr/bin/env python3
"""A disk that fills: what is refused, what is told, what is left. Real programs on small file systems of their own.

Needs root, for a mount namespace that nobody else sees; exit 77 without it.
"""
import json
import os
import pathlib
import subprocess
import sys
import time

import scenario  # First: it makes tests/support importable.
from bus_client import ask, field, fields
from demo import programs
from demo.processes import free_port, wait_until

MIB = 1 << 20
DISK_FULL = 25                                                  # AskRefusal.
WALK_IN, TICKET = 12, 10                                        # Of Ask.act and of Answer.result.
OWN_NAMESPACE = "FELDSHER_DISK_NAMESPACE"


class Disk:
    """A file system in memory, which a file of the test fills."""

    def __init__(self, folder: pathlib.Path, mib: int):
        folder.mkdir(parents=True, mode=0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={mib}m,mode=700", "none", folder], check=True)
        self.folder, self.ballast = folder, folder / "ballast"

    def free(self) -> int:
        about = os.statvfs(self.folder)
        return about.f_bavail * about.f_frsize

    def leave(self, octets: int):
        """As much room as that, and no more."""
        self.clear()
        with self.ballast.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, self.free() - octets)

    def fill(self):
        with self.ballast.open("ab") as file:
            while room := self.free():
                try:
                    os.posix_fallocate(file.fileno(), file.seek(0, os.SEEK_END), room)
                except OSError:
                    pass  # Somebody was faster: what is left now?

    def clear(self):
        self.ballast.unlink(missing_ok=True)


class DiskTest(scenario.Scenario):
    def disk_at(self, folder: pathlib.Path, mib: int) -> Disk:
        # Taken away before the folder around it is removed; whoever still runs there keeps it until it ends.
        self.addCleanup(lambda: subprocess.run(["umount", "--lazy", folder], check=False))
        return Disk(folder, mib)

    def incidents(self) -> list[str]:
        """What a person reads at central of disks."""
        status, said = self.network.api.ask("/api/v1/incidents")
        self.assertEqual(200, status)
        return [each["detail"] for each in said if each["kind"] == "disk"]

    def told(self, what: str):
        wait_until(f"a person is told: {what}", lambda: [detail for detail in self.incidents() if what in detail],
                   self.network.central_process, 60)


class PointDiskTest(DiskTest):
    def setUp(self):
        super().setUp(make=False)
        self.disk = self.disk_at(self.point.edge.folder, 400)
        self.network.make()
        self.start()
        self.device = self.point.devices[0]
        self.gateway = self.client("gateway", f"things/{self.device}/receipt",
                                   identity=self.network.folder / "gateways" / self.point.gateway)
        self.screen = self.client("checkin-1")
        self.sent, self.receipted = 0, set()

    def send(self, count: int, octets: int = 0):
        for number in range(self.sent + 1, self.sent + count + 1):
            self.publish(number, octets)
        self.sent += count

    def publish(self, number: int, octets: int = 0):
        reading = {"epoch": "00000000000000aa", "seq": number, "n": "heart-rate", "u": "beat/min", "v": 60}
        self.gateway.publish(f"things/{self.device}/readings", json.dumps([reading]).encode() + b" " * octets)

    def take_receipts(self) -> set[int]:
        for _, payload, _ in self.gateway.heard:
            for first, last in json.loads(payload)["stored"]:
                self.receipted.update(range(first, last + 1))
        return self.receipted

    def missing(self) -> set[int]:
        return set(range(1, self.sent + 1)) - self.take_receipts()

    def walk_in(self) -> dict[int, object]:
        ident, octets = ask(WALK_IN, body=field(1, bytes.fromhex(self.network.clinic["services"][0]["id"].replace("-", ""))))
        self.screen.publish("ops/checkin-1/ask", octets)
        said = self.screen.wait_for(lambda topic, payload: topic.endswith("answer") and fields(payload).get(1) == ident)
        self.assertIsNotNone(said, "no answer")
        return fields(said[1])

    def until_status(self, what: str, holds) -> dict:
        return wait_until(what, lambda: (s := self.point.edge.status()) and holds(s) and s, self.point.agent, 40)

    def test_a_disk_that_fills_slowly_refuses_one_thing_after_the_other_and_tells_each_time(self):
        """[X11] Under 20 %, 10 %, 5 %, and none: a warning, no readings, nobody new, the reserve; then all of it again."""
        self.send(20)
        self.assertTrue(self.gateway.wait_until(lambda: not self.missing(), 30))
        self.assertIn(TICKET, self.walk_in())
        self.until_status("there is a reserve", lambda s: s["disk_reserve"])

        for percent, mib in ((20, 70), (10, 30), (5, 18)):
            self.disk.leave(mib * MIB)
            self.until_status("the disk is looked at", lambda s, percent=percent: s["disk"] == f"under {percent} % free")
            self.told(f"under {percent} % free")
        self.send(5)
        refused = self.until_status("readings are refused", lambda s: s["readings"]["refused_disk"] >= 5)
        self.assertEqual(20, refused["readings_receipted"])
        self.assertEqual(DISK_FULL, self.walk_in()[2])
        self.disk.leave(8 * MIB)
        self.until_status("the reserve is given up", lambda s: not s["disk_reserve"])

        self.disk.clear()
        self.until_status("there is room again", lambda s: s["disk"] == "ample" and s["disk_reserve"])
        self.assertIn(TICKET, self.walk_in())
        self.assertEqual({21, 22, 23, 24, 25}, self.missing())
        for number in self.missing():
            self.publish(number)
        self.assertTrue(self.gateway.wait_until(lambda: not self.missing(), 30))
        self.assertEqual("", self.status()["disk_fault_before"])
        self.network.settle()
        self.journals(self.point.edge.folder, self.network.central.folder)

    def until_it_cannot_write(self):
        """A full disk between two looks of the agent's: the next commit fails."""
        for _ in range(5):
            self.until_status("there is a reserve", lambda s: s["disk_reserve"])
            self.disk.fill()
            while self.disk.free() < 16 * MIB:
                self.send(1, octets=10_000)
                self.gateway.wait_until(lambda: not self.missing(), 0.05)
            # The reserve is given up: for the next start, or because it looked before it had to write.
            if wait_until("it ends or goes on", lambda: "ends" if not self.point.agent.running
                          else self.point.edge.status() and "goes on") == "ends":
                return
            self.disk.clear()
        self.fail("the journal could always be written")

    def test_a_write_that_fails_ends_the_agent_which_comes_back_with_all_that_it_had_acknowledged(self):
        """[X11] No room for a commit: no receipt, exit 3, a start on the full disk, and a person is told why."""
        self.send(50)
        self.assertTrue(self.gateway.wait_until(lambda: not self.missing(), 30))
        self.until_it_cannot_write()
        self.assertEqual(3, self.point.agent.process.wait(10))
        receipted = set(self.take_receipts())
        print(f"{self.sent} sent, {len(receipted)} receipted when the disk was full")
        self.assertLess(len(receipted), self.sent)
        # The room of the reserve is what it starts with: nobody has cleared anything.
        self.point.start_agent()
        self.assertIn("full", self.status()["disk_fault_before"])
        self.told("the journal could not be written")
        self.assertGreaterEqual(self.status()["readings_receipted"], len(receipted))
        self.disk.clear()
        self.until_status("there is room again", lambda s: s["disk"] == "ample")
        deadline = time.monotonic() + 60
        while self.missing() and time.monotonic() < deadline:
            for number in self.missing():
                self.publish(number, 10_000 if number > 50 else 0)
            self.gateway.wait_until(lambda: not self.missing(), 2)
        self.assertEqual(set(), self.missing())
        self.network.settle()
        self.assertEqual((self.sent, 0), (self.status()["readings_receipted"], self.status()["readings"]["conflicts"]))
        self.journals(self.point.edge.folder, self.network.central.folder)

        # It was told; the next run has no fault before it.
        self.point.agent.stop()
        self.point.start_agent()
        self.assertEqual("", self.status()["disk_fault_before"])
        self.assertEqual(1, sum("could not be written" in detail for detail in self.incidents()))


class CentralDiskTest(DiskTest):
    def setUp(self):
        super().setUp(make=False)
        self.disk = self.disk_at(self.network.central.folder, 400)
        self.network.make()

    def status(self) -> dict:
        return self.network.api.ask("/api/v1/status")[1]

    def until_disk(self, what: str, holds) -> dict:
        return wait_until(what, lambda: (s := self.status()["disk"]) and holds(s) and s, self.network.central_process, 40)

    def load_again(self):
        """Every patient's name is written once more."""
        for person in self.network.clinic["patients"]:
            person["family_name"] = person.get("family_name", "") + " again"
        self.network.write_clinic()
        self.network.central.load(self.network.clinic_file)

    def until_it_cannot_write(self):
        """A full disk between two looks of central's: the next commit fails, and nobody is told that it was done."""
        for _ in range(5):
            self.until_disk("there is room, and a reserve", lambda disk: disk["class"] == "ample" and disk["reserve"])
            self.disk.fill()
            try:
                self.load_again()
            except programs.Failed:
                return
            self.disk.clear()  # It looked before it wrote, and gave the reserve up.
        self.fail("the journal could always be written")

    def test_a_write_that_fails_ends_central_which_comes_back_and_says_why(self):
        """[X11] Nearly full: no readings, and it is told; full: no false answer, and the reserve is what it goes on with."""
        central = self.network.central
        self.disk.leave(30 * MIB)
        self.until_disk("no readings are taken in", lambda disk: not disk["takes_readings"] and disk["reserve"])
        self.told("under 10 % free")
        self.assertIn("no readings are taken in", programs.run([programs.program("central"), "status", "--config", central.config]))
        self.disk.clear()
        self.until_it_cannot_write()
        self.assertEqual(3, self.network.central_process.process.wait(20))
        # Nobody has cleared anything.
        self.network.start_central()
        self.told("the journal could not be written")
        self.assertIn("full", self.status()["disk_fault_before"])
        self.assertFalse(self.status()["disk"]["reserve"])
        self.assertIn("disk-failed-before", self.network.central_process.log.read_text(encoding="utf-8"))
        self.load_again()
        self.disk.clear()
        self.network.central_process.stop()
        self.network.start_central()
        self.assertEqual("", self.status()["disk_fault_before"])
        self.assertEqual(1, sum("could not be written" in detail for detail in self.incidents()))
        self.journals(central.folder)


class StandbyDiskTest(DiskTest):
    def setUp(self):
        super().setUp(make=False)
        self.network.make()
        self.disk = self.disk_at(self.network.folder / "second", 400)
        self.folder, self.port = self.disk.folder / "standby", free_port()
        passphrase, backup = self.network.folder / "passphrase", self.network.folder / "backup"
        passphrase.write_text("correct horse battery staple\n", encoding="utf-8")
        self.command("backup", backup, "--config", self.network.central.config, "--passphrase-file", passphrase)
        self.command("restore", backup, self.folder, "--passphrase-file", passphrase,
                     "--standby-of", f"localhost:{self.network.sync_port}")
        programs.set_keys(self.folder / "central.toml", sync_port=self.port)
        self.standby = self.network.processes.start(
            "standby", [programs.program("central"), "standby", "--config", self.folder / "central.toml"])
        self.until_standby("the standby follows", lambda standby: standby["status"] == "in-step")

    def command(self, *words) -> str:
        return programs.run([programs.program("central"), *words])

    def about_standby(self) -> dict:
        return self.network.api.ask("/api/v1/status")[1]["standby"]

    def until_standby(self, what: str, holds):
        wait_until(what, lambda: holds(self.about_standby()), self.standby, 40)

    def test_its_disk_is_told_at_central_where_a_person_looks(self):
        """[X11] Its own log is on a box at which nobody looks: nearly full, full and failed, and why it ended."""
        self.disk.leave(30 * MIB)
        self.told("the standby's disk: under 10 % free")
        self.assertIn("WARNING   the standby's disk: under 10 % free",
                      self.command("status", "--config", self.network.central.config))
        self.assertIn("\nfeldsher_standby_disk_class 2\n", self.network.api.ask("/metrics")[1])
        self.disk.clear()
        self.until_standby("there is room again", lambda standby: standby["disk"] == "ample")
        self.until_it_cannot_write()
        self.assertEqual(3, self.standby.process.wait(20))
        # The room of the reserve is what it starts with: nobody has cleared anything.
        self.standby.start()
        self.told("the standby's disk failed")
        self.disk.clear()
        self.until_standby("it is in step again", lambda standby: standby["status"] == "in-step")
        wait_until("it knows that it was heard", lambda: not (self.folder / "disk-fault").read_text(encoding="utf-8").strip("\0 \n"),
                   self.standby, 40)
        self.standby.stop()
        self.standby.start()
        self.until_standby("it is in step once more", lambda standby: standby["status"] == "in-step")
        self.assertEqual(1, sum("disk failed" in detail for detail in self.incidents()))
        self.standby.stop()
        self.journals(self.network.central.folder, self.folder)

    def until_it_cannot_write(self):
        """A full disk between two looks of the standby's: what central writes does not become safe."""
        for _ in range(5):
            wait_until("there is a reserve", (self.folder / "reserve").exists, self.standby, 40)
            self.disk.fill()
            for person in self.network.clinic["patients"]:
                person["family_name"] = person.get("family_name", "") + " again"
            self.network.write_clinic()
            self.network.central.load(self.network.clinic_file)
            if wait_until("it ends or goes on", lambda: "ends" if not self.standby.running
                          else self.about_standby()["lag_records"] == 0 and "goes on") == "ends":
                return
            self.disk.clear()
        self.fail("the standby could always write")


def enter_namespace():
    """This process once more, where its mounts are its own."""
    if os.environ.get(OWN_NAMESPACE):
        return
    if os.geteuid() != 0 or subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode != 0:
        print("left out: a file system of its own needs root", file=sys.stderr)
        sys.exit(77)
    os.environ[OWN_NAMESPACE] = "1"
    os.execvp("unshare", ["unshare", "--mount", "--propagation", "private", sys.executable, "-B", *sys.argv])


if __name__ == "__main__":
    enter_namespace()
    scenario.main()
