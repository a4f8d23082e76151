#!/usr/bin/env python3
"""Certificates of a point's own bus that are revoked: of a screen, of a gateway."""
import json
import time

import scenario  # First: it makes tests/support importable.
from bus_client import catalogue_answer
from demo import programs
from demo.processes import run



class RevokedTest(scenario.Scenario):
    def test_a_revoked_terminal_and_gateway_lose_their_sessions_at_the_point(self):
        """[X6][X2] The revocation travels with the feed; the point's broker ends what is there and lets nobody back in."""
        self.start()
        device = self.point.devices[0]
        identity = self.network.folder / "gateways" / self.point.gateway
        gateway = self.client("gateway", f"things/{device}/receipt", identity=identity)
        screen, other = self.client("checkin-1"), self.client("board-1")
        self.assertIsNotNone(catalogue_answer(screen, "checkin-1"))
        self.revoke_at_point("--terminal", "checkin-1")
        self.cut_off(screen)
        self.send_reading(gateway, device, 1)
        self.assertIsNotNone(gateway.wait_for(lambda topic, _: topic == f"things/{device}/receipt"))
        self.revoke_at_point("--device", self.point.gateway)
        self.cut_off(gateway)
        self.stay_out(device)
        self.assertIsNotNone(catalogue_answer(other, "board-1"))
        # A broker that starts with the list lets nobody in for a moment either.
        self.point.broker.stop()
        self.point.start_broker()
        self.stay_out(device)
        status = self.status()
        self.assertEqual((2, "", 1), (status["broker"]["revoked"], status["broker"]["revoked_fault"], status["readings_receipted"]))

    def revoke_at_point(self, *who: str):
        run([programs.program("central"), "revoke", "--dir", self.network.central.folder, *who, "--point", self.point.name])

    def stay_out(self, device: str):
        for topic, who in ((f"things/{device}/receipt", self.network.folder / "gateways" / self.point.gateway),
                           ("ops/checkin-1/answer", self.network.terminals / "checkin-1")):
            with self.assertRaises((AssertionError, OSError)):
                self.client("again", topic, identity=who)

    def cut_off(self, client):
        told = time.monotonic()
        with self.assertRaises(OSError):
            client.wait_for(lambda *_: False, 20)
            self.fail("the session goes on")
        print(f"cut {time.monotonic() - told:.2f} s after the command")

    @staticmethod
    def send_reading(gateway, device: str, number: int):
        reading = {"epoch": "00000000000000aa", "seq": number, "n": "heart-rate", "u": "beat/min", "v": 60}
        gateway.publish(f"things/{device}/readings", json.dumps([reading]).encode())


if __name__ == "__main__":
    scenario.main()
