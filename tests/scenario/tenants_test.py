#!/usr/bin/env python3
"""Another clinic's central, with authority, ids, tokens and codes of its own, and every door of ours."""
import json
import pathlib
import secrets

import scenario  # First: it makes tests/support importable.
import audit_records as records
from bad_input import CATALOGUE
from bus_client import ask, fields
from central_program import Central
from demo import programs
from demo.processes import run, wait_until
from enrolment_test import request
from web_socket import WebSocket

HELLO, WELCOME, REFUSAL_FOREIGN = 1, 2, 2


class TenantsTest(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.start()
        self.other = Central(self.folder)
        self.other.load()
        self.other.start()
        self.addCleanup(self.other.process.stop)
        ours = json.loads((self.network.central.folder / "identity.json").read_text(encoding="utf-8"))
        theirs = json.loads((self.other.folder / "identity.json").read_text(encoding="utf-8"))
        self.tenant, self.other_tenant = ours["tenant"], theirs["tenant"]
        self.assertNotEqual(self.tenant, self.other_tenant)

    def refused(self, port: int, text: str, identity):
        """Their certificate, on our door: not a word comes back."""
        try:
            heard = request(port, text, identity, self.network.central.ca)
        except OSError:
            heard = b""
        self.assertEqual(b"", heard)

    def box_of(self, central) -> pathlib.Path:
        """A box that a central has let in as the point lindens."""
        said = run([programs.program("central"), "enrol", "--dir", central, "--point", "lindens"])
        code = next(line.strip() for line in said.splitlines() if line.count("-") > 10)
        folder = self.folder / f"box-{central.parent.name}"
        run([programs.program("edge"), "enrol", code, "--dir", folder])
        return folder

    def test_every_door_is_shut_to_another_tenant(self):
        """[X10][N4][X6] Sync, feed, API, enrolment, renewal, bus: certificate, token, code, topic and id of another clinic."""
        # Codes: theirs is for their door, and ours has another authority.
        point, mine = self.box_of(self.other.folder), self.box_of(self.network.central.folder)
        self.assertEqual(self.other_tenant, json.loads((point / "node.json").read_text(encoding="utf-8"))["tenant"])
        screen = self.other.issue("terminal", "checkin-1")
        before = self.status()

        # Certificates: sync and feed, renewal, bus.
        self.refused(self.network.sync_port, "GET /sync HTTP/1.1\r\nHost: localhost\r\n\r\n", point)
        self.refused(self.network.access_port, "POST /renew HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n", point)
        (screen / "ca.pem").write_bytes(self.network.central.ca.read_bytes())
        with self.assertRaises((OSError, AssertionError)):
            self.client("checkin-1", identity=screen)

        # Tokens: API.
        token = self.other.token("theirs", "--kind", "system")
        for path in ("/api/v1/points", "/api/v1/patients?query=a", "/metrics"):
            self.assertEqual(401, self.network.api.ask(path, token=token)[0], path)
        self.assertEqual(401, self.network.api.ask("/api/v1/access", {"act": "lose-point", "point": "embankment"}, token)[0])

        # A box of theirs that was told of our doors.
        config = point / "edge.toml"
        programs.set_keys(config, central=f"wss://localhost:{self.network.sync_port}", broker=f"ssl://127.0.0.1:{self.point.broker_port}")
        box = self.network.processes.start("foreign-agent", [programs.program("edge"), "serve", "--config", config])
        foreign = programs.Edge(point)
        said = wait_until("it has tried", lambda: (s := foreign.status()) and s["link"]["tries"] > 1 and s, box)
        self.assertFalse(said["connected"] or said["broker"]["ops"] or said["broker"]["things"])
        box.stop()

        # Ids, under a good certificate of ours.
        node = json.loads((mine / "node.json").read_text(encoding="utf-8"))["node"]
        wire = WebSocket(self.network.sync_port, mine)
        self.addCleanup(wire.close)
        wire.send(records.put(HELLO, records.put(1, 1) + records.put(2, bytes.fromhex(self.other_tenant.replace("-", "")))
                              + records.put(3, bytes.fromhex(node.replace("-", ""))) + records.put_fixed64(5, 77)
                              + records.put(7, secrets.token_bytes(16)) + records.put(8, secrets.token_bytes(16))))
        _, answer = wire.receive()
        self.assertEqual(REFUSAL_FOREIGN, records.one(records.fields(records.one(records.fields(answer), WELCOME)), 1, 0))
        patient = self.other.clinic["patients"][0]["id"]
        if patient not in {each["id"] for each in self.network.clinic["patients"]}:
            self.assertEqual(404, self.network.api.ask(f"/api/v1/patients/{patient}")[0])

        # Whoever belongs here was not disturbed.
        self.assertTrue(self.status()["connected"])
        self.assertEqual(before["link"]["tries"], self.status()["link"]["tries"])
        terminal, (ident, octets) = self.client("checkin-1"), ask(CATALOGUE)
        terminal.publish("ops/checkin-1/ask", octets)
        self.assertIsNotNone(terminal.wait_for(lambda topic, payload: fields(payload).get(1) == ident))


if __name__ == "__main__":
    scenario.main()
