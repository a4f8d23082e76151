#!/usr/bin/env python3
"""Agents, brokers and central are killed with -9 at random moments under a flood of readings; then every reading that was
receipted is counted at central, by code that shares nothing with the product.

  chaos.py [--kills 60] [--seed N] [--interval-ms 8] [--report FILE] [--folder DIR]

Each sixty kills have a network of their own, so that what is counted fits in memory. Exit: 0 nothing lost, nothing twice;
1 something was; 2 it could not be run.
"""
import argparse
import json
import pathlib
import random
import secrets
import shutil
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
from demo import evidence, programs  # noqa: E402
from demo.network import Network, Point  # noqa: E402
from demo.processes import Failed, wait_until  # noqa: E402

KINDS = ("agent", "broker", "central")
WEIGHTS = (5, 4, 3)
KILLS_PER_NETWORK = 60
FLOOD_SECONDS = 24 * 3600      # Longer than any network lives: SIGTERM ends the wearables.
PATIENCE = 120                 # Seconds in which something must have recovered.
LEAST_RATE = 2_000             # Readings a second that the wearables of a network make.
COUNTED = ("readings_sent", "readings_receipted", "readings_at_central", "records_lost", "records_duplicated")


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

    def audit(self) -> tuple[dict, list[str]]:
        evidence.ask_api(self.network)
        self.network.stop()
        evidence.collect(self.network, 0, [], self.kills["agent"], [])
        finding, _ = evidence.examine(self.network.folder / "audit")
        for folder in (self.network.central.folder, *(point.edge.folder for point in self.network.points)):
            programs.verify(folder)
        return finding.report, finding.complaints


def one_network(folder: pathlib.Path, dice: random.Random, kills: int, interval_ms: int) -> dict:
    chaos = Chaos(folder, dice, interval_ms)
    try:
        chaos.run(kills)
        report, complaints = chaos.audit()
    except Failed:
        for process in chaos.network.processes.all:
            print(f"--- {process.name}\n{process.tail(40)}", file=sys.stderr)
        raise
    finally:
        chaos.network.stop()
    return {"kills": dict(chaos.kills), "recoveries": dict(chaos.recoveries), "seconds": chaos.seconds,
            "complaints": complaints, **{name: report[name] for name in COUNTED}}


class Total:
    def __init__(self):
        self.kills, self.counts, self.complaints, self.seconds = Counter(), Counter(), [], 0.0
        self.recoveries = defaultdict(list)

    def add(self, one: dict):
        self.kills.update(one["kills"])
        self.counts.update({name: one[name] for name in COUNTED})
        self.complaints += one["complaints"]
        self.seconds += one["seconds"]
        for kind, seconds in one["recoveries"].items():
            self.recoveries[kind] += seconds

    @property
    def rate(self) -> float:
        return self.counts["readings_sent"] / max(self.seconds, 0.001)

    def wrong(self) -> list[str]:
        why = list(self.complaints)
        why += [f"{name}: {self.counts[name]}" for name in ("records_lost", "records_duplicated") if self.counts[name]]
        if self.counts["readings_receipted"] == 0:
            why.append("nothing was receipted: nothing was tried")
        if self.rate < LEAST_RATE:
            why.append(f"{self.rate:.0f} readings a second are no flood: {LEAST_RATE} are promised")
        return why

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


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32))
    parser.add_argument("--interval-ms", type=int, default=8, help="between two readings of a wearable")
    parser.add_argument("--report", type=pathlib.Path, help="write the figures there, as JSON")
    parser.add_argument("--folder", type=pathlib.Path, help="where the networks are; kept when something is wrong")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    dice, total, began = random.Random(arguments.seed), Total(), time.monotonic()
    place = arguments.folder or pathlib.Path(tempfile.mkdtemp(prefix="feldsher-chaos-"))
    place.mkdir(parents=True, exist_ok=True)
    try:
        while (left := arguments.kills - sum(total.kills.values())) > 0:
            folder = place / f"network-{sum(total.kills.values())}"
            total.add(one_network(folder, dice, min(left, KILLS_PER_NETWORK), arguments.interval_ms))
            if total.complaints:
                break
            shutil.rmtree(folder)
            if arguments.kills > KILLS_PER_NETWORK:
                print(f"{sum(total.kills.values())} kills, {total.counts['readings_receipted']:,} receipted, "
                      f"lost {total.counts['records_lost']}, doubled {total.counts['records_duplicated']}", flush=True)
    except (Failed, KeyboardInterrupt) as failed:
        print(f"chaos: {failed or 'interrupted'}\nwhat is left is in {place}", file=sys.stderr)
        return 2
    print(total.table())
    print(f"{time.monotonic() - began:.0f} s in all")
    if arguments.report:
        arguments.report.write_text(json.dumps(total.figures(), indent=1) + "\n", encoding="utf-8")
    wrong = total.wrong()
    for line in wrong[:50]:
        print(f"WRONG: {line}")
    if wrong:
        print(f"what is left is in {place}")
        return 1
    shutil.rmtree(place)
    return 0


if __name__ == "__main__":
    sys.exit(main())
