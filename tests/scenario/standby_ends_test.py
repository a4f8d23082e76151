#!/usr/bin/env python3
"""How a standby ends: what another start may mend, and what only a person can."""
import pathlib
import shutil
import signal
import socket
import sys
import tempfile
import unittest

from central_program import CENTRAL, Central, Socket, run
from demo import programs
from demo.processes import free_port

MAY_BEGIN_LATER, HOLDS_OTHER_RECORDS = 1, 4


class StandbyEndsTest(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="feldsher-standby-")
        self.addCleanup(place.cleanup)
        self.place = pathlib.Path(place.name)
        self.passphrase = self.place / "passphrase"
        self.passphrase.write_text("correct horse battery staple\n", encoding="utf-8")
        self.central = Central(self.place)
        self.addCleanup(self.central.process.stop)
        self.central.start()
        self.assertIsNone(self.central.process.stop())
        self.back_up("early")
        self.central.load()
        self.back_up("late")
        self.standby, self.port = self.place / "standby", free_port()
        self.restore("late", self.standby, "--standby-of", f"localhost:{self.central.sync_port}")
        programs.set_keys(self.standby / "central.toml", sync_port=self.port)

    def back_up(self, name: str):
        run(CENTRAL, "backup", self.place / name, "--config", self.central.config, "--passphrase-file", self.passphrase)

    def restore(self, name: str, into: pathlib.Path, *more: object):
        run(CENTRAL, "restore", self.place / name, into, "--passphrase-file", self.passphrase, *more)

    def follows_until(self, status: int) -> str:
        return run(CENTRAL, "standby", "--config", self.standby / "central.toml", expect=status)

    def test_it_stops_for_good_where_it_holds_other_records_than_central(self):
        """[X11][X7] Central is an older one than its copy: which of the two is right is for a person to say."""
        self.central.folder.rename(self.place / "destroyed")
        self.restore("early", self.central.folder)
        self.central.start()
        self.assertIn("holds more than central", self.follows_until(HOLDS_OTHER_RECORDS))

    def test_what_may_be_otherwise_at_the_next_start_has_another_status(self):
        """[X11] A port that is taken, a configuration that cannot be read."""
        with socket.create_server(("", self.port)):
            self.follows_until(MAY_BEGIN_LATER)
        (self.standby / "central.toml").rename(self.place / "aside.toml")
        self.follows_until(MAY_BEGIN_LATER)

    def test_its_former_certificate_ends_when_central_sees_the_next(self):
        """[X6] Who is on the line with it is cut, and does not come in again."""
        former, present = self.place / "former", self.standby / "standby"
        shutil.copytree(present, former)
        self.central.start()
        with Socket(self.central.sync_port, former) as line:
            self.assertEqual(101, line.status)
            run(CENTRAL, "keys", "rotate", "--dir", self.standby, "--key", "standby")
            with Socket(self.central.sync_port, present) as next_line:
                self.assertEqual(101, next_line.status)
                self.assertEqual(8, line.opcode())
        with Socket(self.central.sync_port, former) as line:
            self.assertEqual(403, line.status)
        with Socket(self.central.sync_port, present) as line:
            self.assertEqual(101, line.status)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    unittest.main()
