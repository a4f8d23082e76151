#!/usr/bin/env python3
"""The agent as a program: a real broker over TLS, no central from the moment it has its keys, kills with -9."""
import json
import os
import pathlib
import re
import secrets
import signal
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("FELDSHER_BIN", ROOT / "build/release/bin"))
sys.path.insert(0, str(ROOT / "tests/support"))
from bus_client import CATALOGUE, Client, ask, field, fields  # noqa: E402
from central_program import CENTRAL, Central  # noqa: E402
from demo import broker  # noqa: E402
from demo.processes import Process, free_port, listens, wait_until  # noqa: E402

EDGE, JOURNAL = BIN / "feldsher-edge", BIN / "feldsher-journal"
DEVICE = "0190c0de-0000-7000-8000-000000000004"
SIGN_IN, ASK_POINT = 16, 36      # Fields of Ask.act.


class Point:
    """A point with a broker and an agent, in a folder of its own; nobody answers where its central should be."""

    def __init__(self, root: pathlib.Path, central: Central, terminal: pathlib.Path, gateway: pathlib.Path):
        self.root, self.clients, self.terminal, self.gateway = root, [], terminal, gateway
        self.broker_folder, self.folder = root / "broker", root / "point"
        self.config, self.port = self.folder / "edge.toml", free_port()
        said = run(CENTRAL, "enrol", "--dir", central.folder, "--point", "embankment")
        code = next(line.strip() for line in said.splitlines() if line.count("-") > 10)
        run(EDGE, "enrol", code, "--dir", self.folder, "--broker", self.broker_folder)
        self.node = json.loads((self.folder / "node.json").read_text())["node"]
        text = re.sub(r"(?m)^central = .*$", f'central = "wss://localhost:{free_port()}"', self.config.read_text())
        text = re.sub(r"(?m)^broker = .*$", f'broker = "ssl://localhost:{self.port}"', text)
        self.config.write_text(re.sub(r"(?m)^seal_seconds = .*$", "seal_seconds = 1", text))
        self.mosquitto = Process("mosquitto", [
            "/usr/sbin/mosquitto", "-c",
            broker.configure(self.broker_folder, self.port, {"gateway-1": [DEVICE]}, user="root" if os.geteuid() == 0 else None,
                             revoked=self.folder / "revoked")],
            root / "mosquitto.log")
        self.agent = Process("agent", [EDGE, "serve", "--config", self.config], root / "agent.log")

    def start_broker(self):
        self.mosquitto.start()
        wait_until("the broker listens", lambda: listens(self.port), self.mosquitto)

    def start_agent(self, ready: bool = True) -> dict:
        self.agent.start()
        if not ready:
            return wait_until("the agent answers", self.status, self.agent)
        return wait_until("the agent is ready",
                          lambda: (s := self.status()) and s["broker"]["ops"] and s["broker"]["things"] and s, self.agent)

    def status(self) -> dict:
        done = subprocess.run([EDGE, "status", "--config", self.config, "--json"], capture_output=True, text=True, timeout=20)
        return json.loads(done.stdout) if done.returncode == 0 else {}

    def client(self, who: str = "checkin-1") -> Client:
        if who == "checkin-1":
            topics, identity = ["ops/checkin-1/answer", "ops/board", "ops/pulse"], self.terminal
        else:
            topics, identity = [f"things/{DEVICE}/receipt"], self.gateway
        self.clients.append(Client(self.port, identity, f"{who}-{secrets.token_hex(4)}", topics))
        return self.clients[-1]

    def verify(self) -> subprocess.CompletedProcess:
        return subprocess.run([JOURNAL, "verify", self.folder, "--json"], capture_output=True, text=True, timeout=60)

    def verify_words(self) -> str:
        return run(JOURNAL, "verify", self.folder)

    def stop(self):
        for client in self.clients:
            client.close()
        self.agent.stop()
        self.mosquitto.stop()


def run(*command) -> str:
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, f"{command} ended with {done.returncode}: {done.stderr}"
    return done.stdout


def pack(seq: int) -> bytes:
    return json.dumps([{"epoch": "00000000000000aa", "seq": seq, "n": "heart-rate", "u": "beat/min", "v": 60 + seq % 40}]).encode()


class Wearable:
    """Sends numbered readings through a gateway and keeps what it was told."""

    def __init__(self, gateway: Client):
        self.gateway, self.sent, self.looked_at, self.told = gateway, 0, 0, set()

    def send(self, numbers):
        for number in numbers:
            self.gateway.publish(f"things/{DEVICE}/readings", pack(number))
            self.sent = max(self.sent, number)

    def receipted(self) -> set[int]:
        for _, payload, _ in self.gateway.heard[self.looked_at:]:
            for first, last in json.loads(payload)["stored"]:
                self.told.update(range(first, last + 1))
        self.looked_at = len(self.gateway.heard)
        return self.told

    def missing(self) -> set[int]:
        return set(range(1, self.sent + 1)) - self.receipted()


class EdgeProgramTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        """A central lets the boxes in; none of them ever finds it again."""
        place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(place.cleanup)
        cls.central = Central(pathlib.Path(place.name))
        cls.central.load()
        cls.terminal, cls.gateway = cls.central.issue("terminal", "checkin-1"), cls.central.issue("gateway", "gateway-1")
        cls.central.start()
        cls.addClassCleanup(cls.central.process.stop)

    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.point = self.box(pathlib.Path(place.name))

    def box(self, root: pathlib.Path) -> Point:
        point = Point(root, self.central, self.terminal, self.gateway)
        self.addCleanup(point.stop)
        return point

    def answer(self, client: Client, asked: tuple[bytes, bytes]) -> dict[int, object] | None:
        ident, octets = asked
        client.publish("ops/checkin-1/ask", octets)
        said = client.wait_for(lambda topic, payload: topic == "ops/checkin-1/answer" and fields(payload).get(1) == ident)
        return said and fields(said[1])

    def test_a_point_that_never_saw_its_central_answers(self):
        """[N1][K4] An ask is answered, the board and the pulse are there, the status says what is the matter."""
        self.point.start_broker()
        status = self.point.start_agent()
        self.assertFalse(status["connected"])
        self.assertNotEqual("", status["link"]["why_down"])
        client = self.point.client()
        view = fields(self.answer(client, ask(ASK_POINT))[18])
        self.assertEqual(bytes.fromhex(self.point.node.replace("-", "")), view[10])
        self.assertNotIn(1, view)                                 # Not connected,
        self.assertEqual(1, view[2])                              # and its first record is still here only.
        catalogue = fields(self.answer(client, ask(CATALOGUE))[11])
        self.assertEqual(b"Europe/Kyiv", catalogue[2])
        board = client.wait_for(lambda topic, _: topic == "ops/board")
        self.assertTrue(board[2], "the board is retained")
        pulse = client.wait_for(lambda topic, _: topic == "ops/pulse", 15)
        self.assertEqual(fields(board[1])[1], fields(pulse[1])[1])
        self.assertIn("connected", run(EDGE, "status", "--config", self.point.config))

    def test_what_is_no_ask_gets_no_answer_and_harms_nobody(self):
        self.point.start_broker()
        self.point.start_agent()
        client = self.point.client()
        for rubbish in (b"", b"\xff\xff\xff", field(1, b"short"), field(1, b"x" * 16) + b"\x0a", b"\x0a" + b"\x00" * 70_000):
            client.publish("ops/checkin-1/ask", rubbish)
        self.assertIsNotNone(self.answer(client, ask(ASK_POINT)))  # Answered after all of them, so they were looked at.
        self.assertEqual(1, sum(topic.endswith("answer") for topic, _, _ in client.heard))
        self.assertEqual(5, self.point.status()["desk"]["malformed"])
        # Another person's PIN: refused (no list of screens has come yet), and the program is still there.
        refused = self.answer(client, ask(SIGN_IN, body=field(1, b"y" * 16) + field(2, b"1234")))
        self.assertEqual(12, refused[2])

    def test_a_killed_agent_comes_back_with_the_same_life_and_a_good_journal(self):
        """[X7][X11] kill -9 under readings: everything receipted is there, the chain verifies."""
        self.point.start_broker()
        before = self.point.start_agent()
        wearable = Wearable(self.point.client("gateway-1"))
        for _ in range(3):
            target = len(wearable.receipted()) + 400
            while len(wearable.receipted()) < target:
                wearable.send(range(wearable.sent + 1, wearable.sent + 51))
                wearable.gateway.wait_until(lambda: len(wearable.receipted()) >= wearable.sent - 200, 1)
            self.point.agent.kill()
            told = len(wearable.receipted())
            status = self.point.start_agent()
            self.assertEqual(before["journal"]["life"], status["journal"]["life"])
            self.assertGreaterEqual(status["readings_receipted"], told)
        # Whatever was not receipted is sent again: each number is stored once.
        deadline = time.monotonic() + 60
        while wearable.missing() and time.monotonic() < deadline:
            wearable.send(sorted(wearable.missing()))
            wearable.gateway.wait_until(lambda: not wearable.missing(), 2)
        self.assertFalse(wearable.missing())
        status = wait_until("all is sealed", lambda: (s := self.point.status()) and not s["readings"]["unsealed"] and s,
                            seconds=90)  # No block is sealed in the first minute without central.
        self.assertEqual(wearable.sent, status["readings_receipted"])
        self.assertEqual(0, status["readings"]["conflicts"])
        self.assertGreater(status["journal"]["readings"], 0)
        self.point.agent.kill()
        verified = self.point.verify()
        self.assertEqual(0, verified.returncode, verified.stdout + verified.stderr)

    def test_a_new_box_killed_at_once_is_the_same_box_afterwards(self):
        """[X11] The first transaction of a box's life is on the disk as soon as the agent says that nothing waits."""
        for number in range(15):
            point = self.box(self.point.root / str(number))
            point.start_agent(ready=False)
            status = wait_until("its life is durable",
                                lambda: (s := point.status()) and not s["journal"]["backlog"] and s, point.agent)
            point.agent.kill()
            self.assertEqual(status["journal"]["life"], point.start_agent(ready=False)["journal"]["life"], point.agent.tail())
            point.agent.stop()
            self.assertIn("good: 1 records", point.verify_words())

    def test_the_broker_may_go_and_come(self):
        """[N1] The agent starts without a broker, finds it, loses it to kill -9, and finds it again."""
        status = self.point.start_agent(ready=False)
        self.assertFalse(status["broker"]["ops"])
        self.point.start_broker()
        up = lambda: (s := self.point.status()) and s["broker"]["ops"] and s["broker"]["things"]  # noqa: E731
        wait_until("the agent finds the broker", up, self.point.agent)
        self.point.mosquitto.kill()
        wait_until("the agent misses the broker", lambda: not self.point.status()["broker"]["ops"], self.point.agent)
        self.point.start_broker()
        wait_until("the agent finds the broker again", up, self.point.agent)
        client = self.point.client()
        self.assertIsNotNone(self.answer(client, ask(ASK_POINT)))
        self.assertTrue(client.wait_for(lambda topic, _: topic == "ops/board")[2])  # The new broker has the board too.

    def test_it_stops_when_asked_and_says_ready_once(self):
        self.point.start_broker()
        self.point.start_agent()
        self.point.agent.signal(signal.SIGTERM)
        self.assertEqual(0, self.point.agent.process.wait(15))
        log = self.point.agent.log.read_text()
        self.assertEqual(1, len(re.findall(r"(?m) ready$", log)), log)
        self.assertIn(" stopped acts=", log)
        self.assertFalse((self.point.folder / "control.sock").exists())
        self.assertEqual({}, self.point.status())
        self.assertEqual(0, self.point.verify().returncode)

    def test_a_person_may_ask_for_the_window_to_be_trimmed(self):
        """[X11] What central's standby does not have is not cut, whoever asks."""
        self.point.start_agent(ready=False)
        self.assertIn("window", run(EDGE, "trim", "--config", self.point.config))
        window = self.point.status()["window"]
        self.assertEqual((90, 14, 0, 0), (window["acts_days"], window["readings_days"], window["acts_cut"], window["checkpoint_ms"]))
        self.assertEqual("", self.point.status()["stands_still"])
        self.assertEqual(0o600, (self.point.folder / "trim.sock").stat().st_mode & 0o777)
        self.point.agent.stop()
        done = subprocess.run([EDGE, "trim", "--config", self.point.config], capture_output=True, text=True, timeout=20)
        self.assertEqual((1, True), (done.returncode, "no agent answers" in done.stderr))
        self.assertEqual(0, self.point.verify().returncode)

    def test_two_agents_do_not_share_a_folder(self):
        self.point.start_agent(ready=False)
        second = subprocess.run([EDGE, "serve", "--config", self.point.config], capture_output=True, text=True, timeout=60)
        self.assertEqual(1, second.returncode)
        self.assertNotEqual("", second.stderr)
        self.assertTrue(self.point.status())  # The first one's door is still its own.

    def test_the_files_hold_no_key_that_others_can_read_and_no_plain_page(self):
        self.point.start_agent(ready=False)
        self.point.agent.stop()
        self.assertEqual(0o700, self.point.folder.stat().st_mode & 0o777)
        for path in self.point.folder.iterdir():
            self.assertEqual(0, path.stat().st_mode & 0o077, path)
        self.assertNotIn(b"SQLite format 3", (self.point.folder / "journal.db").read_bytes())

    def test_a_sealed_key_is_opened_by_the_service_manager(self):
        """[X6] As the unit runs it: box.cred, no TPM to be seen, and the key where systemd says; without it no start."""
        folder, manager = self.point.folder, self.point.root / "credentials"
        manager.mkdir()
        (folder / "box.key").rename(manager / "feldsher-box")   # What it sealed is opened; what lies here is no matter.
        (folder / "box.cred").write_bytes(b"sealed to a TPM2")
        (folder / "box.cred").chmod(0o600)
        refused = subprocess.run([EDGE, "serve", "--config", self.point.config], capture_output=True, text=True, timeout=60)
        self.assertEqual(1, refused.returncode, refused.stderr)
        self.point.agent.environment["CREDENTIALS_DIRECTORY"] = str(manager)
        self.assertEqual("sealed", self.point.start_agent(ready=False)["keys"])

    def test_a_wrong_command_says_what_to_do(self):
        for words, expected in ((["serve", "--config", "nowhere.toml"], "nowhere.toml"), (["enrol", "--dir", "x"], "code"),
                                (["status", "--config", str(self.point.config)], "no agent answers"), (["fly"], "fly"), ([], "")):
            done = subprocess.run([EDGE, *words], capture_output=True, text=True, timeout=20)
            self.assertEqual(1 if words and words[0] in ("serve", "status") else 2, done.returncode, words)
            self.assertIn(expected, done.stderr + done.stdout)


if __name__ == "__main__":
    unittest.main()
