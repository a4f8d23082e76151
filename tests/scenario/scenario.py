"""What every scenario has: a clinic network of real processes in a folder that goes at the end, whatever happens."""
import datetime
import hashlib
import pathlib
import secrets
import signal
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import audit  # noqa: E402
import audit_records as records  # noqa: E402
from bus_client import Client  # noqa: E402
from demo import evidence, programs  # noqa: E402
from demo.network import Network, Point  # noqa: E402
from demo.processes import wait_until  # noqa: E402

VISIT, TICKET, CLOCK = 10, 11, 23           # Entity types of protocol/contracts/record.proto.
ABSENT, LEARNED = 17, 28                    # Verbs.
CUT_SECONDS = 3                             # Three times what is promised of a revocation: this machine does other things too.
REFUSED_PASS = 2                            # AskRefusal.
WAITING, CALLED, SERVING = "waiting", "called", "serving"


class Scenario(unittest.TestCase):
    """`only`: the points that run."""

    only: tuple[str, ...] = ("embankment",)
    maxDiff = None

    def setUp(self, make: bool = True):
        place = tempfile.TemporaryDirectory(prefix="feldsher-")
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)
        self.clients: list[Client] = []
        self.network = Network(self.folder / "network", say=lambda *_: None, only=self.only)
        self.addCleanup(self.network.stop)
        self.addCleanup(self._tell_why)
        self.addCleanup(lambda: [client.close() for client in self.clients])
        if make:
            self.network.make()

    def _tell_why(self):
        """The ends of all logs when the test failed: the folder is about to go."""
        result = self._outcome.result
        if any(test is self for test, _ in [*result.failures, *result.errors]):
            for process in self.network.processes.all:
                print(f"--- {process.name}\n{process.tail()}", file=sys.stderr)

    @property
    def point(self) -> Point:
        return self.network.points[0]

    def start(self):
        self.network.start()

    def status(self) -> dict:
        return wait_until("the agent answers", self.point.edge.status, self.point.agent)

    def client(self, terminal: str, *topics: str, identity: pathlib.Path | None = None) -> Client:
        """A terminal's own session at the first point's broker."""
        client = Client(self.point.broker_port, identity or self.network.terminals / terminal,
                        f"{terminal}-{secrets.token_hex(4)}", list(topics or (f"ops/{terminal}/answer",)))
        self.clients.append(client)
        return client

    def appointment(self, number: int) -> tuple[dict, dict]:
        """The point's n-th appointment of the day, and its patient."""
        appointment = self.network.appointments()[number]
        return appointment, next(each for each in self.network.clinic["patients"] if each["id"] == appointment["patient"])

    @staticmethod
    def said_at(process, *words: str, time: int = 1) -> datetime.datetime | None:
        """When a program's log says a line with all of these, that many times; None: it does not."""
        lines = [line for line in process.log.read_text(encoding="utf-8").splitlines() if all(word in line for word in words)]
        return datetime.datetime.fromisoformat(lines[time - 1].split()[0]) if len(lines) >= time else None

    def end_and_audit(self, cuts: list, kills: int = 0) -> audit.Finding:
        """Asks the API, stops all, and counts from outside."""
        evidence.ask_api(self.network)
        self.network.stop()
        for process in self.network.processes.all:
            self.assertIn(process.process.returncode, (0, -signal.SIGTERM), f"{process.name}:\n{process.tail()}")
        evidence.collect(self.network, sum((until - since) / 1000 for since, until in cuts), cuts, kills, [])
        return evidence.examine(self.network.folder / "audit")[0]

    def journals(self, *folders: pathlib.Path) -> list[list[records.Journal]]:
        """The journals in each folder of a running program, all of them verified by the audit's own code."""
        found = []
        for number, folder in enumerate(folders):
            to = self.folder / f"{number}.jsonl"
            programs.run([programs.program("journal"), "export", folder, "--live", "--out", to])
            with to.open(encoding="utf-8") as lines:
                found.append(records.read_export(lines))
        everything = [journal for journals in found for journal in journals]
        complaints: list[str] = []
        for journal in everything:
            records.verify(journal, records.head_keys(everything), complaints)
        # While a program runs, its last records wait for the next head.
        self.assertEqual([], [each for each in complaints if "no head signs" not in each])
        return found


def digest(octets: bytes) -> bytes:
    return hashlib.sha256(octets).digest()


def newest(client: Client, topic: str) -> bytes | None:
    """The payload that came last on the topic."""
    return next((payload for name, payload, _ in reversed(client.heard) if name == topic), None)


def board(client: Client) -> dict[str, list[str]]:
    """What the board shows: the labels that are called, served, waiting."""
    snapshot = newest(client, "ops/board")
    shown = records.fields(snapshot) if snapshot is not None else {}
    return {name: [records.one(records.fields(line), 1).decode() for line in shown.get(number, [])]
            for name, number in ((CALLED, 4), (SERVING, 5), (WAITING, 6))}


def main():
    # A time-out of the runner is an end like any other: everything is stopped and removed.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    unittest.main()
