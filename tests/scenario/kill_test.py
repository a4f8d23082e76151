#!/usr/bin/env python3
"""Agents, brokers and central are killed with -9, again and again, while wearables send: what was receipted is kept, once."""
import os
import random
import secrets

import scenario  # First: it makes tests/support importable.
from demo import programs
from demo.network import Point
from demo.processes import wait_until

KILLS = 12
SECONDS = 30           # Of measuring; the kills are done before.
INTERVAL_MS = 50       # 20 wearables: 400 readings a second.


class KillTest(scenario.Scenario):
    only = ()

    def setUp(self):
        super().setUp()
        seed = int(os.environ.get("FELDSHER_SEED", secrets.randbelow(1 << 32)))
        print(f"FELDSHER_SEED={seed}")
        self.random = random.Random(seed)
        self.start()
        self.wearables = [self.network.start_wearables(point, SECONDS, 30 + number, INTERVAL_MS)
                          for number, point in enumerate(self.network.points)]
        for point in self.network.points:
            self.receipts_flow(point)

    def receipted(self, point: Point) -> int:
        return point.edge.status().get("readings_receipted", 0)

    def receipts_flow(self, point: Point):
        """Waits until the point has receipted some more, so that the next kill hits something in flight."""
        more = self.receipted(point) + self.random.randrange(5, 60)
        wait_until(f"more receipts at {point.name}", lambda: self.receipted(point) >= more, point.agent)

    def kill_agent(self, point: Point):
        before = self.receipted(point)
        point.agent.kill()
        point.agent.start()
        status = wait_until("the agent answers", point.edge.status, point.agent)
        self.assertGreaterEqual(status["readings_receipted"], before, f"{point.name} forgot what it had receipted")

    def kill_broker(self, point: Point):
        point.broker.kill()
        point.broker.start()

    def kill_central(self, _: Point):
        self.network.central_process.kill()
        self.network.start_central()

    def test_what_was_receipted_is_at_central_once(self):
        """[X7][X11][W2] Twelve kills in half a minute of 400 readings a second."""
        # Each kind is surely among them, the order is chance.
        kinds = [self.kill_agent] * 5 + [self.kill_broker] * 4 + [self.kill_central] * 3
        self.random.shuffle(kinds)
        self.assertEqual(KILLS, len(kinds))
        under_load = 0
        for kill in kinds:
            point = self.random.choice(self.network.points)
            under_load += all(process.running for process in self.wearables)
            kill(point)
            self.receipts_flow(point)
        self.assertGreaterEqual(under_load, 10)

        for process in self.wearables:
            wait_until(f"{process.name} has all its receipts", lambda process=process: not process.running, seconds=60)
            self.assertEqual(0, process.process.returncode, process.tail())
        self.network.settle()

        finding = self.end_and_audit([], sum(kill == self.kill_agent for kill in kinds))
        print({name: finding.report[name] for name in ("readings_sent", "readings_receipted", "readings_at_central")})
        self.assertEqual([], finding.complaints)
        self.assertEqual((0, 0), (finding.report["records_lost"], finding.report["records_duplicated"]))
        self.assertGreater(finding.report["readings_receipted"], 3000)
        self.assertEqual(finding.report["readings_sent"], finding.report["readings_receipted"])
        self.assertEqual(finding.report["readings_sent"], finding.report["readings_at_central"])
        for folder in (self.network.central.folder, *(point.edge.folder for point in self.network.points)):
            self.assertIn("records", programs.verify(folder))


if __name__ == "__main__":
    scenario.main()
