#!/usr/bin/env python3
"""Central is off while a point plays its whole day; then it comes back, and has all that anybody was told."""
import time

import scenario  # First: it makes tests/support importable.
from demo.day import unix_ms
from demo.processes import wait_until

DAY_SECONDS = 14


class CentralOffTest(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.start()  # Once in its life a point hears from central: clinic, schedule, minutes.
        wait_until("the schedule is there", lambda: self.status()["feed"]["position"] > 50, self.point.agent)

    def play(self) -> list[dict]:
        """The day; returns what the point said of itself meanwhile."""
        players = [self.network.start_patients(self.point, DAY_SECONDS, 7),
                   self.network.start_wearables(self.point, DAY_SECONDS, 8)]
        said = []
        for player in players:
            def ended(player=player):
                said.append(self.status())
                return not player.running
            wait_until(f"{player.name} is done", ended, self.point.agent, seconds=60)
            self.assertEqual(0, player.process.returncode, player.tail())
        return [*said, self.status()]

    def test_a_day_without_central(self):
        """[N1][N8][K5][Q1][X7][X11] Nothing that anybody was told is missing afterwards, nothing is there twice."""
        self.network.central_process.stop()
        since = unix_ms()
        wait_until("the agent misses central", lambda: not self.status()["connected"], self.point.agent)
        said = self.play()

        # What central has not got, and since when: it only grew, and was there to be seen.
        self.assertFalse(any(status["connected"] for status in said))
        unsynced = [status["acts_unsynced"] for status in said]
        self.assertEqual(sorted(unsynced), unsynced)
        self.assertGreater(unsynced[-1], 50)
        self.assertGreater(said[-1]["readings_unsynced"], 0)
        oldest = {status["oldest_unsynced_ms"] for status in said if status["acts_unsynced"]}
        self.assertEqual(1, len(oldest), "the oldest unsynced record is the same all day")
        ages = [status["oldest_unsynced_age_s"] for status in said if status["acts_unsynced"]]
        self.assertEqual(sorted(ages), ages)
        self.assertGreaterEqual(ages[-1], DAY_SECONDS - 4)
        self.assertEqual(1, len({status["feed"]["as_of_ms"] for status in said}), "the copy of the schedule is as old as it is")

        self.network.start_central()
        until, began = unix_ms(), time.monotonic()
        self.network.settle()
        print(f"{unsynced[-1]} acts and their readings were at central {time.monotonic() - began:.1f} s after it came back")
        self.assertEqual(0, self.status()["oldest_unsynced_age_s"])

        finding = self.end_and_audit([[since, until]])
        complaints = [each for each in finding.complaints if "both sides" not in each]  # Nobody books at a central that is off.
        self.assertEqual([], complaints)
        for name in ("records_lost", "records_duplicated", "double_bookings"):
            self.assertEqual(0, finding.report[name], name)
        for name in ("check_ins", "tickets_called", "visits_finished", "surveys", "bookings_at_point", "requests_settled",
                     "readings_receipted", "journals_verified", "databases_encrypted"):
            self.assertGreater(finding.report[name], 0, name)
        self.assertGreaterEqual(finding.report["check_ins"], 13)  # The appointments; others walked in.
        self.assertEqual(finding.report["readings_sent"], finding.report["readings_at_central"])


if __name__ == "__main__":
    scenario.main()
