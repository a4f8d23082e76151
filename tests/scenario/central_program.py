#!/usr/bin/env python3
"""feldsher-central as a program: from an empty folder to answers, its two doors, a kill with -9, a rebuild."""
import base64
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
BIN = pathlib.Path(os.environ.get("FELDSHER_BIN", ROOT / "build/release/bin"))
sys.path.insert(0, str(ROOT / "tests/support"))
from demo.api import Api  # noqa: E402
from demo.processes import Process, free_port, wait_until  # noqa: E402

CENTRAL, JOURNAL = BIN / "feldsher-central", BIN / "feldsher-journal"


def run(*words, expect: int = 0) -> str:
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert done.returncode == expect, f"{words} ended with {done.returncode}: {done.stdout}{done.stderr}"
    return done.stdout if expect == 0 else done.stdout + done.stderr


class Central:
    """A central in a folder of its own, with the data of a clinic's day."""

    def __init__(self, place: pathlib.Path):
        self.place, self.folder, self.config = place, place / "central", place / "central/central.toml"
        self.clinic_file = place / "clinic.json"
        run("/usr/bin/python3", "-B", ROOT / "tests/support/clinic/make.py", "--day", "2031-03-03", "--zone", "Europe/Kyiv",
            "--out", self.clinic_file)
        self.clinic = json.loads(self.clinic_file.read_text())
        run(CENTRAL, "init", "--dir", self.folder, "--name", "Test")
        self.sync_port, self.access_port, self.api_port = free_port(), free_port(), free_port()
        text = self.config.read_text()
        text = text.replace("sync_port = 8443", f"sync_port = {self.sync_port}").replace("api_port = 8444", f"api_port = {self.api_port}")
        text = text.replace("access_port = 8445", f"access_port = {self.access_port}")
        self.config.write_text(text)
        self.process = Process("central", [CENTRAL, "serve", "--config", self.config], place / "central.log")
        self.api: Api | None = None

    def load(self) -> str:
        return run(CENTRAL, "load", "--dir", self.folder, self.clinic_file)

    def token(self, name: str, *more: str) -> str:
        return run(CENTRAL, "token", "--dir", self.folder, "--name", name, *more).split()[-1]

    def start(self):
        if self.api is None:
            self.api = Api(self.api_port, str(self.folder / "ca.pem"), self.token("test"))
        self.process.start()
        wait_until("central is healthy", self.api.healthy, self.process)

    def issue(self, kind: str, name: str, *more: str) -> pathlib.Path:
        out = self.place / "issued" / name
        run(CENTRAL, "issue", "--dir", self.folder, "--kind", kind, "--name", name, "--out", out, *more)
        return out

    def box(self, point: str) -> pathlib.Path:
        """A box that has enrolled for the point."""
        out = self.place / "boxes" / point
        said = run(CENTRAL, "enrol", "--dir", self.folder, "--point", point)
        code = next(line.strip() for line in said.splitlines() if line.count("-") > 10)
        run(BIN / "feldsher-edge", "enrol", code, "--dir", out)
        return out


class Socket:
    """A WebSocket of binary messages (RFC 6455), just enough of it."""

    def __init__(self, port: int, identity: pathlib.Path | None):
        context = ssl.create_default_context(cafile=identity / "ca.pem" if identity else None)
        context.check_hostname = identity is not None
        if identity is None:
            context.verify_mode = ssl.CERT_NONE
        else:
            context.load_cert_chain(identity / "certificate.pem", identity / "key.pem")
        self.socket = context.wrap_socket(socket.create_connection(("127.0.0.1", port), 10), server_hostname="localhost")
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(f"GET /sync HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
        self.status = int((self.socket.recv(4096).split(b" ") + [b"0", b"0"])[1])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, octets: bytes):
        assert len(octets) < 126
        mask = os.urandom(4)
        self.socket.sendall(bytes([0x82, 0x80 | len(octets)]) + mask + bytes(o ^ mask[i % 4] for i, o in enumerate(octets)))

    def opcode(self) -> int:
        """Of the next frame; 8 = the other side says good-bye."""
        head = self.socket.recv(1)
        return head[0] & 15 if head else -1


class CentralProgramTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory(prefix="feldsher-central-")
        cls.central = Central(pathlib.Path(cls.folder.name))
        cls.loaded = cls.central.load()
        cls.central.start()

    @classmethod
    def tearDownClass(cls):
        wrong = cls.central.process.stop()
        verified = run(JOURNAL, "verify", cls.central.folder)
        log = cls.central.process.log.read_text()
        cls.folder.cleanup()
        assert not wrong, wrong
        assert "good" in verified, verified
        for patient in cls.central.clinic["patients"]:
            assert patient["family_name"] not in log and patient["phone"] not in log, "a patient is in the log"

    @property
    def api(self) -> Api:
        return self.central.api

    def metric(self, name: str) -> float:
        status, text = self.api.ask("/metrics")
        self.assertEqual(200, status)
        return float(re.search(rf"(?m)^{re.escape(name)} (\S+)$", text).group(1))

    def test_what_was_loaded_is_answered(self):
        self.assertIn("20 appointments", self.loaded)
        status, points = self.api.ask("/api/v1/points")
        self.assertEqual(200, status)
        self.assertEqual({point["id"] for point in self.central.clinic["points"]}, {point["id"] for point in points})
        status, appointments = self.api.ask(f"/api/v1/appointments?day={self.central.clinic['day']}")
        self.assertEqual(200, status)
        loaded = {each["id"]: each["from"] for each in self.central.clinic["appointments"]}
        self.assertEqual(loaded, {each["id"]: each["from"] for each in appointments if each["id"] in loaded})

    def test_a_second_init_changes_nothing(self):
        before = (self.central.folder / "identity.json").read_bytes()
        self.assertIn("there already", run(CENTRAL, "init", "--dir", self.central.folder, "--name", "x", expect=1))
        self.assertEqual(before, (self.central.folder / "identity.json").read_bytes())

    def test_loading_while_it_runs_goes_through_the_api_and_is_harmless(self):
        said = self.central.load()
        self.assertIn("through its API", said)
        self.assertIn("Nothing to write", said)

    def test_a_bad_file_names_its_place_and_changes_nothing(self):
        intake = self.metric("feldsher_intake")
        clinic = json.loads(self.central.clinic_file.read_text())
        clinic["rooms"][2]["departmnet"] = clinic["rooms"][2].pop("department")
        bad = self.central.place / "bad.json"
        bad.write_text(json.dumps(clinic))
        self.assertIn("rooms[2].department", run(CENTRAL, "load", "--dir", self.central.folder, bad, expect=1))
        self.assertEqual(intake, self.metric("feldsher_intake"))

    def test_a_token_is_shown_once_and_ends_when_it_is_revoked(self):
        token = self.central.token("ada", "--kind", "person")
        self.assertEqual(200, self.api.ask("/api/v1/points", token=token)[0])
        self.assertEqual(403, self.api.ask("/metrics", token=token)[0])
        listed = run(CENTRAL, "token", "--dir", self.central.folder)
        self.assertIn("ada", listed)
        self.assertNotIn(token, listed)
        run(CENTRAL, "token", "--dir", self.central.folder, "--revoke", "ada")
        self.assertEqual(401, self.api.ask("/api/v1/points", token=token)[0])

    def test_the_commands_answer_tables_and_json(self):
        day = self.central.clinic["day"]
        self.assertIn("embankment", run(CENTRAL, "points", "--config", self.central.config))
        self.assertEqual(3, len(json.loads(run(CENTRAL, "points", "--config", self.central.config, "--json"))))
        shown = json.loads(run(CENTRAL, "appointments", "--config", self.central.config, "--day", day, "--json"))
        self.assertLessEqual({each["id"] for each in self.central.clinic["appointments"]}, {each["id"] for each in shown})
        patient = self.central.clinic["patients"][0]
        found = json.loads(run(CENTRAL, "patients", "--config", self.central.config, patient["family_name"].upper(), "--json"))
        self.assertIn(patient["id"], [each["id"] for each in found])
        history = run(CENTRAL, "history", "--config", self.central.config, patient["id"])
        self.assertRegex(history, r"booked +appointment")
        self.assertRegex(history, r"read +disclosure")
        self.assertIn("KIND", run(CENTRAL, "incidents", "--config", self.central.config))

    def test_boxes_come_in_while_it_runs(self):
        out = self.central.box("embankment")
        node = json.loads((out / "node.json").read_text())
        point = next(each for each in self.central.clinic["points"] if each["short_name"] == "embankment")
        self.assertEqual((point["id"], point["node"]), (node["point"], node["node"]))
        self.assertEqual(f"wss://localhost:{self.central.sync_port}", node["central"])
        passed = run(CENTRAL, "pass", "--dir", self.central.folder, "--appointment", self.central.clinic["appointments"][0]["id"])
        self.assertTrue(passed.startswith("FP1:"))

    def test_a_message_that_is_no_frame_closes_its_connection_and_is_counted(self):
        before = self.metric("feldsher_sync_malformed_total")
        with Socket(self.central.sync_port, self.central.box("lindens")) as line:
            self.assertEqual(101, line.status)
            line.send(b"\xff\xff\xff\xff")
            self.assertEqual(8, line.opcode())
        self.assertEqual(before + 1, self.metric("feldsher_sync_malformed_total"))

    def test_only_nodes_of_this_network_come_in(self):
        with Socket(self.central.sync_port, self.central.issue("terminal", "checkin-1")) as line:
            self.assertEqual(403, line.status)
        with self.assertRaises((ssl.SSLError, ConnectionError)):
            with Socket(self.central.sync_port, None) as line:  # TLS 1.3 refuses after the handshake.
                if line.status == 0:
                    raise ConnectionError

    def test_after_a_kill_everything_acknowledged_is_there(self):
        shift = self.central.clinic["shifts"][0]
        wanted = {"patient": self.central.clinic["patients"][-1]["id"], "shift": shift["id"], "service": shift["services"][0],
                  "from": shift["until"][:11] + f"{int(shift['until'][11:13]) - 1:02}" + shift["until"][13:], "minutes": 7}
        status, booked = self.api.ask("/api/v1/appointments", body=wanted)
        self.assertEqual(201, status, booked)
        self.central.process.kill()
        self.central.start()
        status, found = self.api.ask(f"/api/v1/appointments/{booked['id']}")
        self.assertEqual((200, "booked"), (status, found["status"]))
        self.assertEqual(409, self.api.ask("/api/v1/appointments", body=wanted)[0])

    def test_a_booking_that_is_sent_again_after_a_kill_gets_the_same_answer(self):
        """[I5][X11] The answer of an Idempotency-Key is as durable as what it tells of."""
        shift = self.central.clinic["shifts"][0]
        wanted = {"patient": self.central.clinic["patients"][-2]["id"], "shift": shift["id"], "service": shift["services"][0],
                  "from": shift["until"][:11] + f"{int(shift['until'][11:13]) - 1:02}:50", "minutes": 5}
        first = self.ask_once("one-booking", wanted)
        self.assertEqual(201, first[0], first)
        self.central.process.kill()
        self.central.start()
        self.assertEqual(first, self.ask_once("one-booking", wanted))
        self.assertEqual(422, self.ask_once("one-booking", {**wanted, "minutes": 4})[0])
        self.assertEqual(409, self.ask_once("another", wanted)[0])

    def ask_once(self, key: str, body: dict) -> tuple[int, object]:
        context = ssl.create_default_context(cafile=self.central.folder / "ca.pem")
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.central.api_port}/api/v1/appointments", json.dumps(body).encode(),
            {"Authorization": f"Bearer {self.api.token}", "Idempotency-Key": f'"{key}"', "Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, context=context, timeout=20) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as refused:
            return refused.code, json.load(refused)

    def test_a_lease_is_broken_by_command_in_the_name_of_who_asks(self):
        """[S1] And what a person must look at is a table."""
        day = self.central.clinic["day"]
        shifts = self.api.ask(f"/api/v1/shifts?day={day}")[1]
        leased = next(shift for shift in shifts if shift["free_at_point"])
        token = self.central.place / "ada.token"
        token.touch(0o600)
        token.write_text(self.central.token("ada-breaks", "--kind", "person"))
        words = ("--config", self.central.config)
        self.assertIn("KIND", run(CENTRAL, "break-lease", *words, "--token-file", token, leased["id"]))
        self.assertIn("none of the minutes", run(CENTRAL, "break-lease", *words, leased["id"], expect=1))
        after = next(s for s in self.api.ask(f"/api/v1/shifts?day={day}")[1] if s["id"] == leased["id"])
        self.assertEqual([], after["free_at_point"])
        self.assertIn("KIND", run(CENTRAL, "tasks", *words))
        self.assertEqual([], json.loads(run(CENTRAL, "tasks", *words, "--all", "--json")))
        self.assertIn("no such thing", run(CENTRAL, "complete-task", *words, leased["id"], expect=1))

    def test_views_that_were_deleted_come_again(self):
        def answers():
            day = self.api.ask(f"/api/v1/appointments?day={self.central.clinic['day']}")
            return day, self.api.ask("/api/v1/incidents")
        before = answers()
        self.assertIsNone(self.central.process.stop())
        for path in self.central.folder.glob("views.db*"):
            path.unlink()
        self.central.start()
        self.assertEqual(before, answers())
        self.assertIsNone(self.central.process.stop())
        self.assertRegex(run(CENTRAL, "rebuild", "--dir", self.central.folder), r"Projected \d+ records")
        self.central.start()
        self.assertEqual(before, answers())

    def test_a_second_central_in_the_folder_is_refused(self):
        self.assertIn("another feldsher process", run(CENTRAL, "serve", "--config", self.central.config, expect=1))
        self.assertEqual(200, self.api.ask("/healthz")[0])

    def test_a_misspelt_key_is_an_error_with_its_line(self):
        path = self.central.place / "bad.toml"
        path.write_text("\n\napi_prot = 1\n")
        self.assertIn("bad.toml:3: unknown key 'api_prot'", run(CENTRAL, "serve", "--config", path, expect=1))


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    unittest.main()
