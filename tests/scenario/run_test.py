#!/usr/bin/env python3
"""`./run` itself: its words, its exits, and what it does with programs that are there (FELDSHER_BIN): nothing is built here."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

from central_program import BIN, ROOT, Central  # First: it makes tests/support importable.
import audit_disk

sys.path.insert(0, str(ROOT / "tests/unit"))
import arrows  # noqa: E402

RUN = ROOT / "run"
PARTS = {f"feldsher-{name}" for name in ("central", "edge", "kiosk", "virtual", "journal")}
LANGUAGES = ("en", "uk", "ru")


class RunTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="feldsher-")
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)

    def run_it(self, *words: object, **environment: str) -> subprocess.CompletedProcess:
        """Without a display."""
        known = {key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")}
        return subprocess.run([RUN, *map(str, words)], env={**known, "FELDSHER_BIN": str(BIN), **environment}, text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=240)

    def ends(self, status: int, *words: object, **environment: str) -> str:
        done = self.run_it(*words, **environment)
        self.assertEqual(status, done.returncode, done.stdout + done.stderr)
        return done.stdout if status == 0 else done.stderr

    def test_it_says_what_it_can_do_and_can_do_what_it_says(self):
        usage = self.ends(0)
        for word in ("help", "-h", "--help"):
            self.assertEqual(usage, self.ends(0, word))
        self.assertEqual(usage, self.ends(0, "gallery", "--help"))
        labels = re.findall(r"(?m)^    ([a-z][a-z |-]*)\)", RUN.read_text(encoding="utf-8"))
        commands = {name for label in labels for name in label.split(" | ") if not name.startswith("-")} - {"help"}
        self.assertEqual(commands, set(re.findall(r"(?m)^  \./run ([a-z]+)", usage)))

    def test_what_it_cannot_do_ends_with_2_and_says_why(self):
        """[O6]"""
        said = self.ends(2, "nonsense")
        self.assertIn("There is no ./run nonsense.", said)
        self.assertIn("./run demo", said)
        self.assertIn("Which folder? ./run verify DIR", self.ends(2, "verify"))
        self.assertIn(f"There is no journal under {self.folder}.", self.ends(2, "verify", self.folder))
        self.assertIn(f"There is no {self.folder}/feldsher-simulate.", self.ends(2, "simulate", FELDSHER_BIN=str(self.folder)))

    def test_what_it_builds_for_a_network_is_all_that_a_network_takes(self):
        """On a tree where nothing was built before: what a broker loads, too."""
        loaded = re.findall(r"(?m)^\S+ /usr/lib/feldsher/(\S+)$", (ROOT / "images/broker/mosquitto.conf").read_text(encoding="utf-8"))
        self.assertEqual(["feldsher-shut-out.so"], loaded)
        rows = [row.split() for row in re.findall(r"(?m)^      programs ([a-z ]+)$", RUN.read_text(encoding="utf-8"))]
        networks = [row for row in rows if "edge" in row]
        self.assertEqual(3, len(networks))                      # The demo, chaos, restores.
        for names in networks:
            inputs = subprocess.run(["ninja", "-C", BIN.parent, "-t", "inputs", *(f"feldsher-{name}" for name in names)], text=True,
                                    check=True, stdout=subprocess.PIPE).stdout
            self.assertEqual(set(), set(loaded) - {pathlib.Path(each).name for each in inputs.splitlines()}, names)

    def test_the_sanitizers_run_every_test_of_protocol_and_of_the_domain(self):
        """Each time, not only with --deep."""
        pattern = subprocess.run(["bash", "-c", '. tests/support/test.sh && echo "$core_tests"'], cwd=ROOT, text=True, check=True,
                                 stdout=subprocess.PIPE).stdout.strip()
        folders = ["protocol", *arrows.DOMAIN]
        for folder in folders:
            lists = (ROOT / "tests/unit" / folder).rglob("CMakeLists.txt")
            tests = [name for path in lists for name in re.findall(r"feldsher_test\((\w+)", path.read_text(encoding="utf-8"))]
            self.assertNotEqual([], tests, folder)
            self.assertEqual([], [name for name in tests if not re.fullmatch(pattern, name)], folder)

    def test_every_journal_under_a_folder_is_verified(self):
        """[X7] One that does not hold fails the run; the others are verified all the same."""
        central = Central(self.folder)
        central.load()
        journal = next(self.folder.rglob("journal.db")).parent
        self.assertIn("good: ", self.ends(0, "verify", self.folder))
        for name in ("0-broken", "1-whole"):
            shutil.copytree(journal, self.folder / name)
        with (self.folder / "0-broken/journal.db").open("r+b") as file:
            file.seek(4096)
            file.write(bytes(4096))
        done = self.run_it("verify", self.folder)
        self.assertNotEqual(0, done.returncode)
        for folder in (journal, self.folder / "0-broken", self.folder / "1-whole"):
            self.assertIn(f"{folder}\n", done.stdout)
        self.assertEqual(2, done.stdout.count("good: "), done.stdout + done.stderr)

    @unittest.skipUnless(PARTS <= {file.name for file in BIN.iterdir()}, "this build has no demo")
    def test_the_demo_does_not_take_words_that_it_would_not_heed(self):
        """[O6] A report that nobody writes, windows that nobody opens, a fault that nobody looks for."""
        for words, why in ((["--report", self.folder / "report"], "--report needs --headless"),
                           (["--headless", "--all-windows"], "--all-windows opens windows"),
                           (["--break", "lose"], "--break needs --headless")):
            # So few seconds are refused too, later: whatever is taken, no network is made.
            self.assertIn(why, self.ends(2, "demo", "--seconds", 1, *words))

    @unittest.skipUnless((BIN / "feldsher-kiosk").is_file(), "this build has no kiosk")
    def test_the_gallery_needs_no_display(self):
        to = self.folder / "pictures"
        self.assertIn(f"Pictures are in {to}", self.ends(0, "gallery", to))
        files = [str(file) for file in to.glob("*.png")]
        for language in LANGUAGES:
            self.assertTrue([file for file in files if file.endswith(f"-{language}.png")], language)
        complaints: list[str] = []
        self.assertEqual(4, audit_disk.pictures(files[:4], complaints), complaints)


if __name__ == "__main__":
    unittest.main()
