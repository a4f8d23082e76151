#!/usr/bin/env python3
"""The line of the demo passes everything, nothing while it is cut, and drops what stood on it when it heals."""
import pathlib
import socket
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from demo.line import Line  # noqa: E402
from demo.processes import Failed, Process, wait_until  # noqa: E402


class Echo:
    """A server that says again what it hears."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        with connection:
            try:
                while octets := connection.recv(65536):
                    connection.sendall(octets)
            except OSError:
                pass


class LineTest(unittest.TestCase):
    def setUp(self):
        self.echo = Echo()
        self.line = Line("test", self.echo.port)
        self.addCleanup(self.echo.server.close)
        self.addCleanup(self.line.close)

    def connect(self, seconds: float = 5) -> socket.socket:
        connection = socket.create_connection(("127.0.0.1", self.line.port), 5)
        connection.settimeout(seconds)
        self.addCleanup(connection.close)
        return connection

    def said(self, connection: socket.socket, octets: bytes) -> bytes:
        connection.sendall(octets)
        answer = b""
        while len(answer) < len(octets):
            piece = connection.recv(65536)
            if not piece:
                break
            answer += piece
        return answer

    def test_it_passes_every_octet(self):
        octets = bytes(range(256)) * 2000
        connection = self.connect()
        threading.Thread(target=connection.sendall, args=(octets,), daemon=True).start()
        answer = b""
        while len(answer) < len(octets):
            answer += connection.recv(65536)
        self.assertEqual(octets, answer)

    def test_nothing_passes_a_cut_line_and_nobody_is_told(self):
        connection = self.connect(0.3)
        self.assertEqual(b"hello", self.said(connection, b"hello"))
        self.line.cut()
        with self.assertRaises(TimeoutError):
            self.said(connection, b"again")
        with self.assertRaises(TimeoutError):
            self.said(self.connect(0.3), b"new")

    def test_a_healed_line_drops_the_old_and_takes_the_new(self):
        old = self.connect()
        self.said(old, b"hello")
        self.line.cut()
        old.sendall(b"into the cut")
        self.line.heal()
        try:
            self.assertEqual(b"", old.recv(10))
        except ConnectionResetError:
            pass  # Dropped, too.
        self.assertEqual(b"back", self.said(self.connect(), b"back"))

    def test_it_counts_how_long_it_was_cut(self):
        self.assertEqual(0, self.line.seconds_cut())
        began = time.monotonic()
        self.line.cut()
        while time.monotonic() - began < 0.2:
            self.assertLess(self.line.seconds_cut(), 5)
        self.line.heal()
        passed = time.monotonic() - began
        self.assertTrue(0.19 <= self.line.seconds_cut() <= passed)
        self.assertEqual(self.line.seconds_cut(), self.line.seconds_cut())

    def test_a_server_that_is_not_there_ends_the_connection(self):
        lone = Line("nowhere", 1)
        self.addCleanup(lone.close)
        with socket.create_connection(("127.0.0.1", lone.port), 5) as connection:
            connection.settimeout(5)
            try:
                self.assertEqual(b"", connection.recv(10))
            except ConnectionResetError:
                pass


class ProcessTest(unittest.TestCase):
    def setUp(self):
        import tempfile
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.log = pathlib.Path(place.name, "log")

    def start(self, *command) -> Process:
        process = Process("it", list(command), self.log).start()
        self.addCleanup(lambda: process.running and process.kill())
        return process

    def test_one_that_will_not_end_is_killed_with_its_children(self):
        process = self.start("bash", "-c", "trap '' TERM; sleep 1000 & echo ready; while true; do wait; done")
        wait_until("it is ready", lambda: "ready" in self.log.read_text(), process)
        self.assertEqual(process.stop(1), "did not end within 1 s")
        self.assertFalse(process.running)

    def test_one_that_ends_when_asked_is_not_killed(self):
        self.assertIsNone(self.start("sleep", "1000").stop(5))

    def test_one_that_fails_is_said_with_what_it_said(self):
        process = self.start("bash", "-c", "echo no such thing >&2; exit 3")
        with self.assertRaisesRegex(Failed, "no such thing"):
            wait_until("it works", lambda: False, process, 10)
        self.assertEqual(process.stop(), "ended with 3")


if __name__ == "__main__":
    unittest.main()
