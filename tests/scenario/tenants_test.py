#!/usr/bin/env python3
"""Another clinic's central, with authority, ids, tokens and codes of its own, and every door of ours."""
import json
import pathlib
import secrets
import shutil
import uuid

import foreign
import scenario  # First of ours: it makes tests/support importable.
import audit_records as records
from bad_input import CATALOGUE
from bus_client import Client, ask, catalogue_answer, field, fields
from demo import programs
from demo.processes import Process, free_port, run, wait_until
from enrolment_test import sentence
from every_door import EveryDoorTest  # noqa: F401  Runs here.
from foreign_asks import octets_of
from foreign_ids import THEIR_POINT, THEIR_SCREEN, ForeignIds
from web_socket import WebSocket, tls

HELLO, WELCOME, REFUSAL_FOREIGN = 1, 2, 2
STANDBY_FOREIGN = 3
CHECK_IN_BY_PASS = 10           # Of Ask.act.
KINDS = ("node", "terminal", "device", "broker", "server", "standby")   # Of who a certificate is for.


WEB_SOCKET = ("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
              "Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n")


def first_line(port: int, asked: str, identity: pathlib.Path, trusted: pathlib.Path, headers: str = WEB_SOCKET) -> bytes:
    """What a door says to "GET /sync", which would be a WebSocket; empty when it hangs up."""
    try:
        with tls(port, identity, trusted) as line:
            line.sendall(f"{asked} HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n".encode())
            return line.recv(4096).split(b"\r\n")[0]
    except TimeoutError:
        raise                   # It was let in, and nothing is said: that is no refusal.
    except OSError:
        return b""


class TenantsTest(ForeignIds):
    def setUp(self):
        super().setUp()
        self.start()
        self.other = foreign.Neighbour(self.folder / "other", {"lindens": THEIR_POINT})
        self.addCleanup(self.other.stop)
        self.other.make()
        ours = json.loads((self.network.central.folder / "identity.json").read_text(encoding="utf-8"))
        theirs = json.loads((self.other.central.folder / "identity.json").read_text(encoding="utf-8"))
        self.tenant, self.other_tenant = ours["tenant"], theirs["tenant"]
        self.assertNotEqual(self.tenant, self.other_tenant)

    def tearDown(self):
        """Whoever belongs here was not disturbed."""
        self.assertTrue(self.status()["connected"])
        self.assertEqual(self.before["link"]["tries"], self.status()["link"]["tries"])
        self.assertIsNotNone(catalogue_answer(self.client("checkin-1"), "checkin-1"))

    def enrol(self, code: str, folder: str) -> list:
        return [programs.program("edge"), "enrol", code, "--dir", self.folder / folder]

    def test_certificates_and_codes_of_another_tenant(self):
        """[N4][X6] Enrolment, sync, renewal, standby, a standby's own door, bus: their code and their certificate open nothing."""
        self.before = self.status()
        standby, their_standby, port = self.standbys()
        pulls = self.pulls(port)
        self.codes_and_boxes_come_in_nowhere()
        self.certificates_open_nothing(standby, port, self.certificates_of_theirs(their_standby))
        self.nothing_was_pulled(pulls)

    def codes_and_boxes_come_in_nowhere(self):
        # A box of theirs is theirs.
        run(self.enrol(self.other.central.enrol(THEIR_POINT), "their-box"))
        box = self.folder / "their-box"
        self.assertEqual(self.other_tenant, json.loads((box / "node.json").read_text(encoding="utf-8"))["tenant"])
        # Their code, brought to our door: the box finds another authority there than the one that it names …
        code = foreign.read_code(self.other.central.enrol(THEIR_POINT))
        code[foreign.PORT] = self.network.access_port.to_bytes(2, "big")
        self.assertIn("trusting central", sentence(self.enrol(foreign.write_code(code), "a-box")))
        # … and when it names ours, our central knows nothing of their number and secret.
        mine = foreign.read_code(self.network.central.enrol("lindens"))
        self.assertNotEqual(code[foreign.KEY], mine[foreign.KEY])
        mixed = bytearray(mine)
        mixed[foreign.NUMBER_AND_SECRET] = code[foreign.NUMBER_AND_SECRET]
        self.assertIn("knows no such code", sentence(self.enrol(foreign.write_code(mixed), "a-box")))
        self.assertFalse((self.folder / "a-box").exists())
        run(self.enrol(foreign.write_code(mine), "a-box"))      # Ours was good all the time.

        # A box of theirs that was told of our doors.
        config = box / "edge.toml"
        programs.set_keys(config, central=f"wss://localhost:{self.network.sync_port}", broker=f"ssl://127.0.0.1:{self.point.broker_port}")
        agent = self.network.processes.start("foreign-agent", [programs.program("edge"), "serve", "--config", config])
        theirs = programs.Edge(box)
        said = wait_until("it has tried", lambda: (s := theirs.status()) and s["link"]["tries"] > 1 and s, agent)
        self.assertFalse(said["connected"] or said["broker"]["ops"] or said["broker"]["things"])
        agent.stop()

    def certificates_open_nothing(self, standby: pathlib.Path, port: int, certificates: dict[str, pathlib.Path]):
        # With our authority below it the same comes in.
        guest = foreign.certify(self.network.central.folder / "authority", f"urn:feldsher:{self.tenant}:standby:{uuid.uuid4()}",
                                self.folder / "our-guest", self.network.central.ca)
        line = self.folder / "a-box"
        sync, access, trusted = self.network.sync_port, self.network.access_port, self.network.central.ca
        doors = ((sync, "GET /sync", line, WEB_SOCKET, b" 101 "), (sync, "GET /standby", guest, WEB_SOCKET, b" 101 "),
                 (sync, "GET /standby", standby / "standby", WEB_SOCKET, b" 101 "), (port, "GET /standby", guest, WEB_SOCKET, b" 101 "),
                 (access, "POST /renew", line, "Content-Length: 0\r\n", b"HTTP/1.1 "))
        for at, asked, ours, headers, welcome in doors:
            self.assertIn(welcome, first_line(at, asked, ours, trusted, headers), asked)
            for name, identity in certificates.items():
                self.assertEqual(b"", first_line(at, asked, identity, trusted, headers), (asked, name))
        for name, identity in certificates.items():
            with self.assertRaises((OSError, AssertionError), msg=name):
                self.client("checkin-1", identity=identity)
        self.client("guest", identity=guest)        # Whoever our authority certified connects at our broker.
        self.other.points[0].start_broker()
        for name in ("agent", "terminal", "gateway"):   # And theirs at theirs.
            shutil.copy(self.other.central.ca, certificates[name] / "ca.pem")
            self.clients.append(Client(self.other.points[0].broker_port, certificates[name], f"own-{secrets.token_hex(4)}", ["ops/board"]))

    def standbys(self) -> tuple[pathlib.Path, pathlib.Path, int]:
        """A standby of ours that works, one of theirs that was told to follow our central, and the port of ours."""
        self.passphrase = self.folder / "passphrase"
        self.passphrase.write_text("correct horse battery staple\n", encoding="utf-8")
        made, port = [], free_port()
        for network, name, at in ((self.network, "ours", port), (self.other, "theirs", free_port())):
            backup, folder = self.folder / f"{name}-backup", self.folder / f"{name}-standby"
            self.copy("backup", backup, "--config", network.central.config)
            self.copy("restore", backup, folder, "--standby-of", f"localhost:{self.network.sync_port}")
            programs.set_keys(folder / "central.toml", sync_port=at)
            made.append((folder, network.processes.start(
                f"standby-{name}", [programs.program("central"), "standby", "--config", folder / "central.toml"])))
        (ours, follows), (theirs, strays) = made
        wait_until("our standby is in step", lambda: self.standby_status()["status"] == "in-step", follows)
        self.assertTrue(wait_until("theirs has tried", lambda: self.said_at(strays, "central-away"), strays))
        self.assertIsNone(self.said_at(strays, "following"))
        self.assertIsNotNone(self.said_at(follows, "following"))
        return ours, theirs, port

    def standby_status(self) -> dict:
        status, said = self.network.api.ask("/api/v1/status")
        self.assertEqual(200, status)
        return said["standby"]

    def copy(self, *words) -> str:
        return run([programs.program("central"), *words, "--passphrase-file", self.passphrase])

    def pulls(self, port: int) -> list[tuple[pathlib.Path, Process]]:
        """What came after a backup, from somebody else's central and standby; each takes its time to give up."""
        begun = []
        for name, at in (("theirs", self.network.sync_port), ("theirs", port), ("ours", self.other.sync_port)):
            into, backup = self.folder / f"pulled-{len(begun)}", self.folder / f"pulling-{len(begun)}"
            shutil.copytree(self.folder / f"{name}-backup", backup)     # One program at a time has it open.
            words = ["restore", backup, into, "--pull", f"localhost:{at}", "--passphrase-file", self.passphrase]
            begun.append((into, Process("pull", [programs.program("central"), *words], self.folder / f"{into.name}.log").start()))
            self.addCleanup(begun[-1][1].stop)
        own = self.copy("restore", self.folder / "ours-backup", self.folder / "good", "--pull", f"localhost:{port}")
        self.assertIn("A central is in", own)
        return begun

    def nothing_was_pulled(self, pulls: list[tuple[pathlib.Path, Process]]):
        for into, process in pulls:
            wait_until("it gives up", lambda process=process: not process.running, seconds=90)
            self.assertEqual(1, process.process.returncode)
            self.assertIn("nothing comes from", process.tail())
            self.assertFalse(into.exists() or pathlib.Path(f"{into}.part").exists())
        self.assertEqual(0, self.standby_status()["copies"])

    def certificates_of_theirs(self, standby: pathlib.Path) -> dict[str, pathlib.Path]:
        """Those that they have, and whatever a certificate of their authority says, be it our own tenant."""
        point = self.other.points[0]
        own = {"node": point.edge.folder, "agent": point.edge.folder / "bus", "standby": standby / "standby",
               "terminal": self.other.terminals / "checkin-1", "gateway": self.other.folder / "gateways" / point.gateway}
        shown = {}
        for name, folder in own.items():
            shown[name] = self.folder / "shown" / name
            shown[name].mkdir(parents=True)
            for file in ("certificate.pem", "key.pem"):
                shutil.copy(folder / file, shown[name])
            shutil.copy(self.network.central.ca, shown[name] / "ca.pem")
        node = json.loads((self.point.edge.folder / "node.json").read_text(encoding="utf-8"))["node"]
        for kind in KINDS:
            for tenant in (self.other_tenant, self.tenant):
                ident = node if kind == "node" else str(uuid.uuid4())
                name = f"forged {kind} of {'ours' if tenant == self.tenant else 'theirs'}"
                shown[name] = foreign.certify(self.other.central.folder / "authority", f"urn:feldsher:{tenant}:{kind}:{ident}",
                                              self.folder / "shown" / name.replace(" ", "-"), self.network.central.ca)
        return shown

    def test_ids_tokens_topics_and_passes_of_another_tenant(self):
        """[N4][X5][X6] API, sync, standby, bus, check-in: what names something of theirs finds nothing here."""
        self.other.start()
        run(self.enrol(self.network.central.enrol("lindens"), "our-box"))
        self.before = self.status()
        self.tokens_open_nothing()
        self.ids_name_nothing()
        self.tenants_are_not_spoken_for(self.folder / "our-box")
        self.topics_reach_nobody()
        self.passes_check_nobody_in()

    def tokens_open_nothing(self):
        token = self.other.api.token
        self.assertEqual(200, self.other.api.ask("/metrics", token=token)[0])
        for path in ("/api/v1/points", "/api/v1/patients?query=a", "/metrics"):
            self.assertEqual(401, self.network.api.ask(path, token=token)[0], path)
        self.assertEqual(401, self.network.api.ask("/api/v1/access", {"act": "lose-point", "point": "embankment"}, token)[0])

    def tenants_are_not_spoken_for(self, box: pathlib.Path):
        """Their tenant's id, under a good certificate of ours."""
        node = json.loads((box / "node.json").read_text(encoding="utf-8"))["node"]
        wire = WebSocket(self.network.sync_port, box)
        self.addCleanup(wire.close)
        wire.send(records.put(HELLO, records.put(1, 1) + records.put(2, octets_of(self.other_tenant))
                              + records.put(3, octets_of(node)) + records.put_fixed64(5, 77)
                              + records.put(7, secrets.token_bytes(16)) + records.put(8, secrets.token_bytes(16))))
        _, answer = wire.receive()
        self.assertEqual(REFUSAL_FOREIGN, records.one(records.fields(records.one(records.fields(answer), WELCOME)), 1, 0))
        ident = str(uuid.uuid4())
        guest = foreign.certify(self.network.central.folder / "authority", f"urn:feldsher:{self.tenant}:standby:{ident}",
                                self.folder / "our-guest", self.network.central.ca)
        wire = WebSocket(self.network.sync_port, guest, "/standby")
        self.addCleanup(wire.close)
        wire.send(records.put(HELLO, records.put(1, 1) + records.put(2, octets_of(self.other_tenant))
                              + records.put(3, octets_of(ident)) + records.put(4, b"feldsher-central")))
        _, answer = wire.receive()
        self.assertEqual(STANDBY_FOREIGN, records.one(records.fields(records.one(records.fields(answer), WELCOME)), 1, 0))

    def topics_reach_nobody(self):
        """Names of theirs, under good certificates of ours: the broker passes none of it on."""
        device, before = self.other.clinic["devices"][0]["id"], self.status()
        self.assertNotIn(device, self.point.devices)
        screen = self.client("checkin-1")
        gateway = self.client(self.point.gateway, f"things/{device}/receipt",
                              identity=self.network.folder / "gateways" / self.point.gateway)
        for client in (screen, gateway):
            for topic in (f"ops/{THEIR_SCREEN}/ask", f"ops/{THEIR_SCREEN}/answer", f"things/{device}/readings"):
                client.publish(topic, ask(CATALOGUE)[1])
        ident, octets = ask(CATALOGUE)
        screen.publish("ops/checkin-1/ask", octets)     # After all of these.
        self.assertIsNotNone(screen.wait_for(lambda topic, payload: fields(payload).get(1) == ident))
        after = self.status()
        self.assertEqual(before["desk"]["asks"] + 1, after["desk"]["asks"])
        self.assertEqual(before["readings"], after["readings"])
        self.assertEqual([], gateway.heard)

    def passes_check_nobody_in(self):
        """A pass that their central signed, at our screen: theirs is none, ours is."""
        screen = self.client("checkin-1")
        made, ours = (next(iter(network.passes.values())) for network in (self.other, self.network))
        for text, refusal in ((made, scenario.REFUSED_PASS), (ours, 0)):
            ident, octets = ask(CHECK_IN_BY_PASS, body=field(1, text.encode()))
            screen.publish("ops/checkin-1/ask", octets)
            said = screen.wait_for(lambda topic, payload, ident=ident: fields(payload).get(1) == ident)
            self.assertEqual(refusal, fields(said[1]).get(2, 0))


if __name__ == "__main__":
    scenario.main()
