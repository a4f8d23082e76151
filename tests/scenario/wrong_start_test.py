#!/usr/bin/env python3
"""Programs that are started wrongly say what is wrong, where, and do not start."""
import os
import pathlib
import re
import subprocess

import scenario  # First: it makes tests/support importable.
from demo import programs


class WrongStartTest(scenario.unittest.TestCase):
    """Programs that are started wrongly: no network is needed."""

    def setUp(self):
        place = scenario.tempfile.TemporaryDirectory(prefix="feldsher-")
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)

    def run_with(self, text: str, program: str, *words: object, **environment: str) -> subprocess.CompletedProcess:
        config = self.folder / "a.toml"
        config.write_text(text, encoding="utf-8")
        return subprocess.run([programs.program(program), *words, "--config", config], capture_output=True, text=True,
                              timeout=60, env={**os.environ, **environment}, cwd=self.folder)

    def test_a_misspelt_key_is_an_error_with_its_line(self):
        """[O6] Each program names file, line and key, and does not start."""
        cases = [("central", ["serve"], ["--print-default-config"], "api_port", 1),
                 ("edge", ["serve"], ["--print-default-config"], "seal_seconds", 1),
                 ("virtual", ["day"], ["day", "--print-default-config"], "terminals", 1),
                 ("virtual", ["wearables"], ["wearables", "--print-default-config"], "interval_ms", 1)]
        if (programs.BIN / "feldsher-kiosk").is_file():
            cases.append(("kiosk", [], ["--print-default-config"], "fullscreen", 1))
        for program, words, default, key, status in cases:
            with self.subTest(program=program, words=words):
                manual = programs.run([programs.program(program), *default])
                wrong, count = re.subn(rf"(?m)^{key} =", f"{key}z =", manual)
                self.assertEqual(1, count)
                line = next(n for n, each in enumerate(wrong.splitlines(), start=1) if each.startswith(f"{key}z"))
                done = self.run_with(wrong, program, *words)
                self.assertEqual(status, done.returncode, done.stderr)
                self.assertIn(f"a.toml:{line}: ", done.stderr)
                self.assertIn(f"{key}z", done.stderr)
                self.assertEqual(1, len(done.stderr.strip().splitlines()), done.stderr)
                for value in ("[[1]]", "= 1"):  # A value of the wrong kind, and what is no TOML, likewise.
                    wrong = re.sub(rf"(?m)^{key} =.*$", f"{key} = {value}", manual)
                    self.assertIn(f"a.toml:{line}: ", self.run_with(wrong, program, *words).stderr)

    def test_a_kiosk_without_a_display_says_so(self):
        """[O6]"""
        if not (programs.BIN / "feldsher-kiosk").is_file():
            self.skipTest("this build has no kiosk")
        text = programs.run([programs.program("kiosk"), "--print-default-config"])
        for display in ("", ":12345"):
            done = self.run_with(text, "kiosk", DISPLAY=display, WAYLAND_DISPLAY="")
            self.assertEqual(1, done.returncode)
            self.assertEqual("feldsher-kiosk: no display: set DISPLAY to a running X server "
                             "(on a machine without a screen: xvfb-run)\n", done.stderr)


if __name__ == "__main__":
    scenario.main()
