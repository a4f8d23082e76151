"""What the scenarios of bad input share: a point that somebody lies to, and the questions whether it minds."""
import re

import scenario  # First: it makes tests/support importable.
from bus_client import CATALOGUE, Client, ask, fields
from demo.processes import wait_until

UNKNOWN_DEVICE = "0190c0de-0000-7000-8000-00000000dead"
NO_DEVICE = "no-device"


class BadInput(scenario.Scenario):
    def setUp(self):
        super().setUp(make=False)
        # Two that the gateway may speak for and that no clinic data names.
        self.device, = self.point.devices[:1]
        self.point.devices += [UNKNOWN_DEVICE, NO_DEVICE]
        self.network.make()
        self.prepare()
        self.start()

    def prepare(self):
        """Before anything runs."""

    def metric(self, name: str) -> float:
        status, text = self.network.api.ask("/metrics")
        self.assertEqual(200, status)
        return float(re.search(rf"(?m)^{name} (\S+)$", text).group(1))

    def grows(self, name: str, by: int):
        """Waits until central's counter has grown by at least so much since the start."""
        wait_until(f"{name} to be {by}", lambda: self.metric(name) >= by, self.network.central_process)

    def answer(self, client: Client, octets: bytes, ident: bytes, terminal: str = "checkin-1") -> bytes:
        client.publish(f"ops/{terminal}/ask", octets)
        mine = lambda topic, payload: topic == f"ops/{terminal}/answer" and fields(payload).get(1) == ident  # noqa: E731
        already = len(client.heard)
        said = client.wait_for(lambda topic, payload: mine(topic, payload) and len(client.heard) > already)
        self.assertIsNotNone(said, "no answer")
        return [payload for topic, payload, _ in client.heard if mine(topic, payload)][-1]

    def works(self):
        """A terminal is answered, the line is up, central is healthy."""
        ident, octets = ask(CATALOGUE)
        self.answer(self.client("checkin-1"), octets, ident)
        wait_until("the agent reaches central", lambda: self.status()["connected"], self.point.agent)
        self.network.check_alive()
        self.assertTrue(self.network.api.healthy())
