#!/usr/bin/env python3
"""Agents, brokers and central are killed with -9 at random moments under a flood of readings; then every reading that was
receipted is counted at central, by code that shares nothing with the product.

  chaos.py [--kills 60] [--seed N] [--interval-ms 6] [--report FILE] [--folder DIR]

Each sixty kills have a network of their own, so that what is counted fits in memory. Exit: 0 nothing lost, nothing twice;
1 something was; 2 it could not be run.
"""
import pathlib
import random
import statistics
import sys
import time
from collections import Counter, defaultdict

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from demo import trial  # noqa: E402
from demo.network import Network, Point  # noqa: E402
from demo.processes import Failed, wait_until  # noqa: E402
from demo.trial import FLOOD_SECONDS, PATIENCE, Trial  # noqa: E402

KINDS = ("agent", "broker", "central")
WEIGHTS = (5, 4, 3)
LEAST_RATE = 2_000             # Readings a second that the wearables of a network make.


class Chaos:
    """One network, flooded, and its kills."""

    def __init__(self, folder: pathlib.Path, dice: random.Random, interval_ms: int):
        self.network = Network(folder, say=lambda *_: None)
        self.dice, self.interval_ms = dice, interval_ms
        self.kills: Counter = Counter()
        self.recoveries: dict[str, list[float]] = defaultdict(list)
        self.seconds = 0.0

    def receipted(self, point: Point) -> int:
        return point.edge.status().get("readings_receipted", 0)

    def receipts_flow(self, point: Point, more: int):
        target = self.receipted(point) + more
        wait_until(f"more receipts at {point.name}", lambda: self.receipted(point) >= target, point.agent, PATIENCE)

    def kill(self, kind: str, point: Point):
        """Once, or a second time while it starts; recovered is what serves again."""
        process = {"agent": point.agent, "broker": point.broker, "central": self.network.central_process}[kind]
        process.kill()
        self.kills[kind] += 1
        began = time.monotonic()
        if self.dice.randrange(4) == 0:
            process.start()
            time.sleep(self.dice.uniform(0, 0.3))  # The moment is what is random.
            process.kill()
            self.kills[kind] += 1
        if kind == "agent":
            point.start_agent(connected=False)
        elif kind == "broker":
            point.start_broker()
        else:
            self.network.start_central()
        self.receipts_flow(point, 1)
        self.recoveries[kind].append(time.monotonic() - began)

    def run(self, kills: int):
        self.network.make()
        self.network.start()
        wearables = [self.network.start_wearables(point, FLOOD_SECONDS, number, self.interval_ms)
                     for number, point in enumerate(self.network.points)]
        for point in self.network.points:
            self.receipts_flow(point, 100)
        began = time.monotonic()
        while sum(self.kills.values()) < kills:
            point = self.dice.choice(self.network.points)
            self.kill(self.dice.choices(KINDS, WEIGHTS)[0], point)
            self.receipts_flow(point, self.dice.randrange(10, 1500))
            if ended := [process.tail() for process in wearables if not process.running]:
                raise Failed(f"the flood ended:\n{ended[0]}")
        self.seconds = time.monotonic() - began
        self.network.processes.stop(*wearables)
        self.network.settle(600)


class Total(trial.Total):
    counted = ("readings_sent", "readings_receipted", "readings_at_central", "records_lost", "records_duplicated")

    def __init__(self):
        super().__init__()
        self.kills, self.seconds = Counter(), 0.0
        self.recoveries = defaultdict(list)

    @property
    def done(self) -> int:
        return sum(self.kills.values())

    def one_network(self, folder: pathlib.Path, dice: random.Random, count: int, interval_ms: int):
        chaos = Chaos(folder, dice, interval_ms)
        with trial.at_work(chaos.network):
            chaos.run(count)
            self.count(*trial.audit(chaos.network, chaos.kills["agent"]))
        self.kills.update(chaos.kills)
        self.seconds += chaos.seconds
        for kind, seconds in chaos.recoveries.items():
            self.recoveries[kind] += seconds

    @property
    def rate(self) -> float:
        return self.counts["readings_sent"] / max(self.seconds, 0.001)

    def wrong(self) -> list[str]:
        why = list(self.complaints)
        why += self.found("records_lost", "records_duplicated")
        if self.counts["readings_receipted"] == 0:
            why.append("nothing was receipted: nothing was tried")
        if self.rate < LEAST_RATE:
            why.append(f"{self.rate:.0f} readings a second are no flood: {LEAST_RATE} are promised")
        return why

    def line(self) -> str:
        return (f"{self.done} kills, {self.counts['readings_receipted']:,} receipted, lost {self.counts['records_lost']}, "
                f"doubled {self.counts['records_duplicated']}")

    def table(self) -> str:
        rows = [f"{'killed':10}{'kills':>8}{'recovered in, median':>24}{'longest':>10}"]
        for kind in KINDS:
            times = self.recoveries[kind] or [0.0]
            rows.append(f"{kind:10}{self.kills[kind]:>8}{statistics.median(times):>22.2f} s{max(times):>8.2f} s")
        rows += [f"readings sent {self.counts['readings_sent']:,} ({self.rate:,.0f} a second over {self.seconds:.0f} s), "
                 f"receipted {self.counts['readings_receipted']:,}, at central {self.counts['readings_at_central']:,}",
                 f"lost {self.counts['records_lost']}, doubled {self.counts['records_duplicated']}"]
        return "\n".join(rows)

    def figures(self) -> dict:
        return {"kills": dict(self.kills), **self.counts, "readings_per_s": round(self.rate),
                "recovery_s": {kind: {"median": statistics.median(times), "longest": max(times)}
                               for kind, times in self.recoveries.items() if times}}


if __name__ == "__main__":
    sys.exit(Trial("chaos", "kills", count=60, each=60, interval_ms=6).main(__doc__, Total()))
