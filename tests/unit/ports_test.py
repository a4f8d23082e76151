#!/usr/bin/env python3
"""Ports and programs of a network that is being made: the demos of one test run do not take each other's, and leave none."""
import os
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from demo.processes import Processes, free_port, listens  # noqa: E402


class PortsTest(unittest.TestCase):
    def test_a_port_stays_reserved_until_its_server_starts(self):
        port = free_port()
        with socket.socket() as other, self.assertRaises(OSError):
            other.bind(("127.0.0.1", port))

    def test_a_server_takes_the_port_that_was_reserved_for_it_and_takes_it_again_when_it_is_started_anew(self):
        port = free_port()
        for _ in range(2):
            with socket.create_server(("127.0.0.1", port)):  # It sets SO_REUSEADDR, as every server does.
                self.assertTrue(listens(port))
            self.assertFalse(listens(port))

    def test_two_servers_cannot_have_one_port(self):
        port = free_port()
        with socket.create_server(("127.0.0.1", port)), self.assertRaises(OSError):
            socket.create_server(("127.0.0.1", port)).close()

    def test_ctrl_c_while_a_program_is_started_waits_until_it_can_be_stopped_with_the_others(self):
        popen = subprocess.Popen

        def interrupted(*words, **options):
            os.kill(os.getpid(), signal.SIGINT)
            begun = popen(*words, **options)
            os.kill(os.getpid(), signal.SIGINT)
            return begun

        with tempfile.TemporaryDirectory() as folder, unittest.mock.patch("subprocess.Popen", interrupted):
            processes = Processes(pathlib.Path(folder) / "logs")
            with self.assertRaises(KeyboardInterrupt):
                processes.start("sleeper", ["sleep", "1000"])
            self.assertTrue(processes.all[0].running)
            processes.stop()
            self.assertFalse(processes.all[0].running)


if __name__ == "__main__":
    unittest.main()
