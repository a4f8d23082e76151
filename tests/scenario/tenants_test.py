#!/usr/bin/env python3
"""Another clinic's central, with authority, ids, tokens and codes of its own, and every door of ours."""
import json
import pathlib
import secrets
import uuid

import foreign
import scenario  # First of ours: it makes tests/support importable.
import audit_records as records
from bad_input import CATALOGUE
from bus_client import ask, field, fields
from central_program import Central
from demo import programs
from demo.processes import run, wait_until
from enrolment_test import request, sentence
from foreign_ids import ForeignIds, octets_of
from web_socket import WebSocket, tls

HELLO, WELCOME, REFUSAL_FOREIGN = 1, 2, 2
STANDBY_FOREIGN = 3
CHECK_IN_BY_PASS = 10           # Of Ask.act.
THEIR_SCREEN = "their-screen"


def first_line(port: int, path: str, identity: pathlib.Path, trusted: pathlib.Path) -> bytes:
    """What a door says to a WebSocket that would come in; empty when it hangs up."""
    try:
        with tls(port, identity, trusted) as line:
            line.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                         "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n".encode())
            return line.recv(4096).split(b"\r\n")[0]
    except OSError:
        return b""


class TenantsTest(ForeignIds):
    def setUp(self):
        super().setUp()
        self.start()
        self.other = Central(self.folder)
        kinds = ("patients", "devices", "shifts", "appointments", "custody", "points", "rooms", "services", "practitioners")
        text = foreign.own_ids(json.dumps(self.other.clinic), [each["id"] for kind in kinds for each in self.other.clinic[kind]])
        self.other.clinic_file.write_text(text, encoding="utf-8")
        self.other.clinic = json.loads(text)
        self.other.load()
        self.other.start()
        self.addCleanup(self.other.process.stop)
        ours = json.loads((self.network.central.folder / "identity.json").read_text(encoding="utf-8"))
        theirs = json.loads((self.other.folder / "identity.json").read_text(encoding="utf-8"))
        self.tenant, self.other_tenant = ours["tenant"], theirs["tenant"]
        self.assertNotEqual(self.tenant, self.other_tenant)

    def tearDown(self):
        """Whoever belongs here was not disturbed."""
        self.assertTrue(self.status()["connected"])
        self.assertEqual(self.before["link"]["tries"], self.status()["link"]["tries"])
        terminal, (ident, octets) = self.client("checkin-1"), ask(CATALOGUE)
        terminal.publish("ops/checkin-1/ask", octets)
        self.assertIsNotNone(terminal.wait_for(lambda topic, payload: fields(payload).get(1) == ident))

    def refused(self, port: int, text: str, identity):
        """Their certificate, on our door: not a word comes back."""
        try:
            heard = request(port, text, identity, self.network.central.ca)
        except OSError:
            heard = b""
        self.assertEqual(b"", heard)

    def code_of(self, central: pathlib.Path) -> str:
        return foreign.CODE.search(run([programs.program("central"), "enrol", "--dir", central, "--point", "lindens"])).group(1)

    def enrol(self, code: str, folder: str) -> list:
        return [programs.program("edge"), "enrol", code, "--dir", self.folder / folder]

    def test_certificates_and_codes_of_another_tenant(self):
        """[N4][X6] Enrolment, sync, feed, renewal, standby, bus: their code and their certificate come in nowhere."""
        self.before = self.status()
        # A box of theirs is theirs.
        run(self.enrol(self.code_of(self.other.folder), "their-box"))
        box = self.folder / "their-box"
        self.assertEqual(self.other_tenant, json.loads((box / "node.json").read_text(encoding="utf-8"))["tenant"])
        # Their code, brought to our door: the box finds another authority there than the one that it names …
        code = foreign.read_code(self.code_of(self.other.folder))
        code[foreign.PORT] = self.network.access_port.to_bytes(2, "big")
        self.assertIn("trusting central", sentence(self.enrol(foreign.write_code(code), "a-box")))
        # … and when it names ours, our central knows nothing of their number and secret.
        mine = foreign.read_code(self.code_of(self.network.central.folder))
        self.assertNotEqual(code[foreign.KEY], mine[foreign.KEY])
        mixed = bytearray(mine)
        mixed[foreign.NUMBER_AND_SECRET] = code[foreign.NUMBER_AND_SECRET]
        self.assertIn("knows no such code", sentence(self.enrol(foreign.write_code(mixed), "a-box")))
        self.assertFalse((self.folder / "a-box").exists())
        run(self.enrol(foreign.write_code(mine), "a-box"))      # Ours was good all the time.

        # Certificates: sync and feed, renewal, bus.
        self.refused(self.network.sync_port, "GET /sync HTTP/1.1\r\nHost: localhost\r\n\r\n", box)
        self.refused(self.network.access_port, "POST /renew HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", box)
        screen = self.other.issue("terminal", "checkin-1")
        (screen / "ca.pem").write_bytes(self.network.central.ca.read_bytes())
        with self.assertRaises((OSError, AssertionError)):
            self.client("checkin-1", identity=screen)

        # Whatever a certificate of theirs says, be it our own tenant. With our authority below it the same comes in.
        node = json.loads((self.point.edge.folder / "node.json").read_text(encoding="utf-8"))["node"]
        for kind, path, ident in (("standby", "/standby", str(uuid.uuid4())), ("node", "/sync", node)):
            for tenant in (self.other_tenant, self.tenant):
                forged = foreign.certify(self.other.folder / "authority", f"urn:feldsher:{tenant}:{kind}:{ident}",
                                         self.folder / f"forged-{kind}-{tenant}", self.network.central.ca)
                self.assertEqual(b"", first_line(self.network.sync_port, path, forged, self.network.central.ca), (kind, tenant))
                self.refused(self.network.access_port,
                             "POST /renew HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", forged)
        guest = foreign.certify(self.network.central.folder / "authority", f"urn:feldsher:{self.tenant}:standby:{uuid.uuid4()}",
                                self.folder / "our-guest", self.network.central.ca)
        self.assertIn(b" 101 ", first_line(self.network.sync_port, "/standby", guest, self.network.central.ca))

        # A box of theirs that was told of our doors.
        config = box / "edge.toml"
        programs.set_keys(config, central=f"wss://localhost:{self.network.sync_port}", broker=f"ssl://127.0.0.1:{self.point.broker_port}")
        agent = self.network.processes.start("foreign-agent", [programs.program("edge"), "serve", "--config", config])
        theirs = programs.Edge(box)
        said = wait_until("it has tried", lambda: (s := theirs.status()) and s["link"]["tries"] > 1 and s, agent)
        self.assertFalse(said["connected"] or said["broker"]["ops"] or said["broker"]["things"])
        agent.stop()

    def test_ids_tokens_topics_and_passes_of_another_tenant(self):
        """[N4][X5][X6] API, sync, standby, bus, check-in: what names something of theirs finds nothing here."""
        run(self.enrol(self.code_of(self.network.central.folder), "our-box"))
        run(self.enrol(self.code_of(self.other.folder), "their-box"))
        self.before = self.status()
        self.tokens_open_nothing()
        self.ids_name_nothing()
        self.tenants_are_not_spoken_for(self.folder / "our-box")
        self.topics_reach_nobody()
        self.passes_check_nobody_in()

    def tokens_open_nothing(self):
        token = self.other.token("theirs", "--kind", "system")
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
        clinic = self.other.clinic
        screen = self.client("checkin-1")
        made = run([programs.program("central"), "pass", "--dir", self.other.folder, "--appointment",
                    clinic["appointments"][1]["id"]]).strip().splitlines()[-1]
        ours = next(iter(self.network.passes.values()))
        for text, refusal in ((made, scenario.REFUSED_PASS), (ours, 0)):
            self.assertEqual(refusal, self.said(screen, "checkin-1", CHECK_IN_BY_PASS, field(1, text.encode())).get(2, 0))


if __name__ == "__main__":
    scenario.main()
