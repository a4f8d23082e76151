"""A trial by faults: networks one after another until so much was broken in them, then what is said of all of it.

`tests/chaos` and `tests/restores` say what is broken, what is counted and what is wrong with that.
"""
import argparse
import contextlib
import dataclasses
import json
import pathlib
import random
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter

from . import evidence, programs
from .network import Network
from .processes import Failed

FLOOD_SECONDS = 24 * 3600      # Longer than any network lives: SIGTERM ends the wearables.
PATIENCE = 120                 # Seconds in which something must have recovered.


class Total:
    """What the networks of a trial came to; each trial adds its own figures to `counted`."""

    counted: tuple[str, ...] = ()           # Names in the audit's report.

    def __init__(self):
        self.counts: Counter = Counter()
        self.complaints: list[str] = []

    def count(self, report: dict, complaints: list[str]):
        self.counts.update({name: report[name] for name in self.counted})
        self.complaints += complaints

    def found(self, *names: str) -> list[str]:
        """Those of the counts that must be none, and are not."""
        return [f"{name}: {self.counts[name]}" for name in names if self.counts[name]]

    done: int                               # How much was broken so far.

    def one_network(self, folder: pathlib.Path, dice: random.Random, count: int, interval_ms: int):
        """Makes a network in the folder, breaks it so often, audits it, adds what came of it."""
        raise NotImplementedError

    def line(self) -> str:
        """How it stands, in short."""
        raise NotImplementedError

    def table(self) -> str:
        raise NotImplementedError

    def figures(self) -> dict:
        raise NotImplementedError

    def wrong(self) -> list[str]:
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class Trial:
    name: str                   # "chaos"
    what: str                   # What is counted, and the option that says how many: "kills"
    count: int
    each: int                   # In one network: what is counted of it fits in memory.
    interval_ms: int            # Between two readings of a wearable.

    def main(self, description: str, total: Total) -> int:
        """Exit status: 0 nothing was wrong; 1 something was; 2 it could not be run."""
        parser = argparse.ArgumentParser(description=description.splitlines()[0])
        parser.add_argument(f"--{self.what}", dest="count", type=int, default=self.count)
        parser.add_argument("--seed", type=int, default=secrets.randbelow(1 << 32))
        parser.add_argument("--interval-ms", type=int, default=self.interval_ms, help="between two readings of a wearable")
        parser.add_argument("--report", type=pathlib.Path, help="write the figures there, as JSON")
        parser.add_argument("--folder", type=pathlib.Path, help="where the networks are; kept when something is wrong")
        arguments = parser.parse_args()
        print(f"seed {arguments.seed}", flush=True)
        began = time.monotonic()
        place = arguments.folder or pathlib.Path(tempfile.mkdtemp(prefix=f"feldsher-{self.name}-"))
        place.mkdir(parents=True, exist_ok=True)
        try:
            self.play(total, place, arguments)
        except (Failed, KeyboardInterrupt) as failed:
            print(f"{self.name}: {failed or 'interrupted'}\nwhat is left is in {place}", file=sys.stderr)
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

    def play(self, total: Total, place: pathlib.Path, arguments: argparse.Namespace):
        dice = random.Random(arguments.seed)
        while (left := arguments.count - total.done) > 0:
            folder = place / f"network-{total.done}"
            total.one_network(folder, dice, min(left, self.each), arguments.interval_ms)
            if total.complaints:
                break
            shutil.rmtree(folder)
            if arguments.count > self.each:
                print(total.line(), flush=True)


@contextlib.contextmanager
def at_work(network: Network):
    """Stops the network at the end; when it failed, says first what its programs said last."""
    try:
        yield
    except Failed:
        for process in network.processes.all:
            print(f"--- {process.name}\n{process.tail(40)}", file=sys.stderr)
        raise
    finally:
        network.stop()


def audit(network: Network, agent_kills: int = 0) -> tuple[dict, list[str]]:
    """Stops the network; the report and the complaints of the audit that shares no code with the product."""
    evidence.ask_api(network)
    network.stop()
    evidence.collect(network, 0, [], agent_kills, [])
    finding, _ = evidence.examine(network.folder / "audit")
    for folder in (network.central.folder, *(point.edge.folder for point in network.points)):
        programs.verify(folder)
    return finding.report, finding.complaints
