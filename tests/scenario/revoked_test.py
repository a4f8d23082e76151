#!/usr/bin/env python3
"""Certificates of a point's own bus that are revoked: of a screen, of a gateway."""
import datetime
import json

import scenario  # First: it makes tests/support importable.
from bus_client import catalogue_answer
from demo import programs
from demo.processes import run, wait_until


class RevokedTest(scenario.Scenario):
    def test_a_revoked_terminal_and_gateway_lose_their_sessions_at_the_point(self):
        """[X6][X2] The revocation travels with the feed. Once the agent says that it has heard, the broker ends what is there
        within a second, and lets nobody back in."""
        self.start()
        device = self.point.devices[0]
        identity = self.network.folder / "gateways" / self.point.gateway
        gateway = self.client("gateway", f"things/{device}/receipt", identity=identity)
        screen, other = self.client("checkin-1"), self.client("board-1")
        self.assertIsNotNone(catalogue_answer(screen, "checkin-1"))
        self.revoke_at_point("--terminal", "checkin-1")
        self.cut_off(screen, "checkin-1", 1)
        self.send_reading(gateway, device, 1)
        self.assertIsNotNone(gateway.wait_for(lambda topic, _: topic == f"things/{device}/receipt"))
        self.revoke_at_point("--device", self.point.gateway)
        self.cut_off(gateway, "gateway", 2)
        self.stay_out(device)
        self.assertIsNotNone(catalogue_answer(other, "board-1"))
        # A broker that starts with the list lets nobody in for a moment either.
        self.point.broker.stop()
        self.point.start_broker()
        self.stay_out(device)
        status = self.status()
        self.assertEqual((2, "", 1), (status["broker"]["revoked"], status["broker"]["revoked_fault"], status["readings_receipted"]))

    def test_a_certificate_that_names_no_point_is_cut_at_a_point_that_lets_it_in(self):
        """[X6] Every broker of the network believes it: nobody said where it is used."""
        self.start()
        identity = self.network.folder / "of-no-point"
        self.network.central.issue("terminal", "board-9", identity)
        guest, other = self.client("board-9", identity=identity), self.client("board-1")
        said = run([programs.program("central"), "revoke", "--dir", self.network.central.folder, "--terminal", "board-9"])
        self.assertIn("Revoked 1 ", said)
        self.cut_off(guest, "board-9", 1)
        self.assertIsNotNone(catalogue_answer(other, "board-1"))

    def revoke_at_point(self, *who: str):
        run([programs.program("central"), "revoke", "--dir", self.network.central.folder, *who, "--point", self.point.name])

    def stay_out(self, device: str):
        for topic, who in ((f"things/{device}/receipt", self.network.folder / "gateways" / self.point.gateway),
                           ("ops/checkin-1/answer", self.network.terminals / "checkin-1")):
            with self.assertRaises((AssertionError, OSError)):
                self.client("again", topic, identity=who)

    def cut_off(self, client, name: str, time: int):
        """From the agent's word, as it wrote it down, to the end of the session, as its client sees it."""
        with self.assertRaises(OSError):
            client.wait_for(lambda *_: False, 20)
            self.fail("the session goes on")
        cut = datetime.datetime.now(datetime.timezone.utc)
        self.assertRegex(self.point.broker.log.read_text(encoding="utf-8"), f"Client {name}-[0-9a-f]+ is shut out")
        heard = wait_until("the agent says so", lambda: self.said_at(self.point.agent, "certificates were revoked", time=time))
        seconds = (cut - heard).total_seconds()
        print(f"{name}: cut {seconds:.3f} s after the agent's word")
        self.assertLess(seconds, scenario.CUT_SECONDS)

    @staticmethod
    def send_reading(gateway, device: str, number: int):
        reading = {"epoch": "00000000000000aa", "seq": number, "n": "heart-rate", "u": "beat/min", "v": 60}
        gateway.publish(f"things/{device}/readings", json.dumps([reading]).encode())


if __name__ == "__main__":
    scenario.main()
