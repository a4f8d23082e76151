#!/usr/bin/env python3
"""`./run demo` as a newcomer meets it: it shows a clinic at work, lets whoever signs in work, and leaves nothing behind."""
import itertools
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import unittest

from scenario import programs, wait_until  # First: it makes tests/support importable.
import audit_disk
from demo.network import make
from demo.windows import place_of

SECONDS = 12


def processes_of(folder: pathlib.Path) -> list[str]:
    """What runs with its log or one of its words in the folder."""
    found = []
    for entry in pathlib.Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace") if entry.name.isdigit() else ""
            if words and (str(folder) in words or os.readlink(entry / "fd/1").startswith(f"{folder}/")):
                found.append(words.replace("\0", " "))
        except OSError:
            pass  # It has ended, or is somebody else's.
    return found


class FrontDoorTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="feldsher-")
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name) / "demo"
        self.said = pathlib.Path(place.name) / "said"

    def demo(self, *words: object) -> subprocess.Popen:
        """As `./run demo` starts it once all is built, where there is no display."""
        environment = {**os.environ, "PYTHONPATH": str(programs.ROOT / "tests/support"), "LC_ALL": "C.UTF-8"}
        environment.pop("DISPLAY", None)
        with self.said.open("wb") as out:
            demo = subprocess.Popen([sys.executable, "-B", "-m", "demo", "--folder", self.folder, *map(str, words)],
                                    env=environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.addCleanup(lambda: demo.poll() is None and (demo.terminate(), demo.wait(60)))
        return demo

    def ends_well(self, demo: subprocess.Popen) -> str:
        status = demo.wait(120)
        said = self.said.read_text(encoding="utf-8")
        self.assertEqual(0, status, said)
        self.assertEqual([], processes_of(self.folder), said)
        return said

    def pictures(self, terminal: str) -> list[str]:
        """What its window showed, in that order."""
        saved = sorted((self.folder / "pictures" / terminal).glob("*.png"), key=lambda each: each.stat().st_mtime_ns)
        return [picture.stem.removesuffix("-en") for picture in saved]

    def test_a_clinic_at_work_is_seen_and_whoever_signs_in_keeps_the_screen(self):
        """[O1] Pictures of staff at work, no second sign-in, no process left; every journal of what was kept verifies."""
        said = self.ends_well(self.demo("--keep", "--seconds", SECONDS))
        complaints: list[str] = []
        self.assertEqual(1, audit_disk.pictures([str(self.folder / "pictures/001.png")], complaints), complaints)
        for terminal in ("room-12", "reception-1"):
            self.assertEqual(1, said.count(f"signs in at {terminal}\n"), said)
        self.assertEqual("reception-list", self.pictures("reception-1")[-1])
        self.assertIn(self.pictures("room-12")[-1], ("room-free", "room-ticket"))
        self.assertIn("room-ticket", self.pictures("room-12"))
        self.assertIn("check-in-ticket", self.pictures("checkin-1"))
        self.assertTrue(any(each.startswith("board-announcing") for each in self.pictures("board-1")))

        journals = [path.parent for path in self.folder.rglob("journal.db")]
        self.assertEqual(4, len(journals), journals)    # Central's, and each point's.
        for journal in journals:
            programs.verify(journal)

    def test_ctrl_c_ends_it_and_every_terminal_had_a_window(self):
        """[O1] With --all-windows each terminal of both points shows its screen; then all is gone but the pictures."""
        demo = self.demo("--all-windows")
        terminals = [name for _, name, _, _ in make.TERMINALS]

        def all_show() -> bool:
            self.assertIsNone(demo.poll(), self.said.read_text(encoding="utf-8"))
            return all(set(self.pictures(name)) - {f"{name}-starting"} for name in terminals)

        wait_until("a picture of every terminal", all_show, seconds=120)
        wait_until("the demo to play", lambda: "Stop with Ctrl-C" in self.said.read_text(encoding="utf-8"), seconds=60)
        demo.send_signal(signal.SIGINT)
        said = self.ends_well(demo)
        self.assertIn("Stopped.", said)
        self.assertEqual(["pictures"], [entry.name for entry in self.folder.iterdir()])

    def test_no_window_lies_on_another_one_s_place(self):
        rooms = 3
        terminals = [(role, number, storey) for storey in (0, 1) for role in ("check-in", "board", "room", "reception", "survey")
                     for number in range(rooms if role == "room" else 1)]
        for one, other in itertools.combinations(terminals, 2):
            self.assertNotEqual(place_of(*one, hidden=False)[:2], place_of(*other, hidden=False)[:2], (one, other))
            x, y, width, height = place_of(*one, hidden=True)
            left, top, wide, high = place_of(*other, hidden=True)
            self.assertTrue(x + width <= left or left + wide <= x or y + height <= top or top + high <= y, (one, other))


if __name__ == "__main__":
    unittest.main()
