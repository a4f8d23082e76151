#!/usr/bin/env python3
"""Ports of a network that is being made: the demos of one test run do not take each other's."""
import pathlib
import socket
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from demo.processes import free_port, listens  # noqa: E402


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


if __name__ == "__main__":
    unittest.main()
