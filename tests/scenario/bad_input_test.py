#!/usr/bin/env python3
"""Foreign certificates, and noise at central's sync port: refused, counted, and nobody else notices."""
import json
import pathlib
import secrets
import socket
import ssl
import threading

import scenario  # First: it makes tests/support importable.
import audit_records as records
from authority import Authority
from bad_input import BadInput
from demo import programs
from demo.processes import wait_until
from web_socket import WebSocket, tls

HELLO, WELCOME = 1, 2                                           # Of Frame.
REFUSAL_FOREIGN, REFUSAL_MALFORMED = 2, 5                       # Refusal.


class CertificateTest(BadInput):
    def refused(self, port: int, identity: pathlib.Path | None):
        """That nobody talks to us: TLS 1.3 tells a client only when it reads."""
        try:
            with tls(port, identity, self.network.central.ca) as connection:
                connection.sendall(b"\x10\x00")
                self.assertEqual(b"", connection.recv(1))
        except (ssl.SSLError, ConnectionError):
            pass

    def test_a_foreign_certificate_opens_nothing(self):
        """[X6] Another CA's certificate with the right name, and none at all, at the broker and at central."""
        foreign = Authority()
        terminal = foreign.issue(self.folder / "terminal", "checkin-1")
        node = foreign.issue(self.folder / "node", "embankment")
        for identity in (terminal, None):
            self.refused(self.point.broker_port, identity)
        for identity in (node, None, self.network.terminals / "checkin-1"):  # The last is ours, and no node's.
            self.refused(self.network.sync_port, identity)
        self.grows("feldsher_sync_refused_total", 3)
        self.assertIn("certificate", self.network.central_process.tail(40))
        self.works()

    def test_a_point_does_not_talk_to_a_foreign_central(self):
        """[X6] Somebody else answers where central should be: the point sends nothing, says why, and comes back."""
        identity = Authority().issue(self.folder / "central", "localhost")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(identity / "certificate.pem", identity / "key.pem")
        heard = []

        def impostor(server: socket.socket):
            while True:
                try:
                    plain, _ = server.accept()
                except OSError:
                    return  # Closed: the test is over.
                try:
                    with context.wrap_socket(plain, server_side=True) as connection:
                        heard.append(connection.recv(1))
                except OSError:
                    plain.close()

        with socket.create_server(("127.0.0.1", 0)) as server:
            listener = threading.Thread(target=impostor, args=(server,))
            listener.start()
            real, self.point.line.to_port = self.point.line.to_port, server.getsockname()[1]
            self.point.line.cut()
            self.point.line.heal()
            try:
                wait_until("the agent to say why", lambda: "certificate" in self.status()["link"]["why_down"], self.point.agent)
                self.assertFalse(self.status()["connected"])
            finally:
                self.point.line.to_port = real
                server.shutdown(socket.SHUT_RDWR)
                listener.join()
        self.assertEqual(set(), set(heard) - {b""})
        self.works()


    def test_a_point_does_not_talk_to_a_foreign_broker(self):
        """[X6] Somebody else's broker where the point's should be: the agent says why, and comes back."""
        foreign = Authority().issue(self.folder / "broker", "localhost")
        pair = {self.point.broker_folder / name: foreign / name for name in ("certificate.pem", "key.pem")}
        ours = {path: path.read_bytes() for path in pair}
        self.point.broker.stop()
        for path, other in pair.items():
            path.write_bytes(other.read_bytes())
        self.point.start_broker()
        wait_until("the agent to say why", lambda: "certificate" in self.status()["broker"]["why_down"], self.point.agent)
        self.assertFalse(self.status()["broker"]["ops"])
        self.assertIn("certificate is not good here", self.point.agent.tail(40))
        self.point.broker.stop()
        for path, content in ours.items():
            path.write_bytes(content)
        self.point.start_broker()
        wait_until("the agent hears its broker", lambda: self.status()["broker"]["ops"], self.point.agent)
        self.assertEqual("", self.status()["broker"]["why_down"])
        self.works()


class SyncPortTest(BadInput):
    def prepare(self):
        """Another point's identity, whose box does not run: ours is not disturbed."""
        self.identity = self.network.folder / "lindens"
        programs.Edge(self.identity).enrol(self.network.central.enrol("lindens"), self.network.folder / "lindens-broker")
        self.node = json.loads((self.identity / "node.json").read_text(encoding="utf-8"))

    def hello(self, **changed: bytes) -> bytes:
        said = {"tenant": bytes.fromhex(self.node["tenant"].replace("-", "")),
                "node": bytes.fromhex(self.node["node"].replace("-", "")),
                "ticket": secrets.token_bytes(16), "next_ticket": secrets.token_bytes(16), **changed}
        return records.put(HELLO, records.put(1, 1) + records.put(2, said["tenant"]) + records.put(3, said["node"])
                           + records.put_fixed64(5, secrets.randbits(63) + 1)
                           + records.put(7, said["ticket"]) + records.put(8, said["next_ticket"]))

    def socket(self) -> WebSocket:
        wire = WebSocket(self.network.sync_port, self.identity)
        self.addCleanup(wire.close)
        return wire

    def refusal(self, frame: bytes) -> int:
        wire = self.socket()
        wire.send(frame)
        _, answer = wire.receive()
        return records.one(records.fields(records.one(records.fields(answer), WELCOME)), 1, 0)

    def test_frames_that_are_none(self):
        """[X6] Noise, a hello cut in the middle, five megabytes, words for a page: each is hung up on, and counted."""
        since = self.status()["journal"]["acts"]
        whole = self.hello()
        noise = (b"\xff" * 100, b"\x0a\x05abc", whole[:-5], whole[:2] + b"\xff" * 40, b"\x0a\xff\xff\xff\xff\x7f")
        for number, octets in enumerate(noise, start=1):
            wire = self.socket()
            wire.send(octets)
            self.assertTrue(wire.is_hung_up_on(), octets[:20])
            self.grows("feldsher_sync_malformed_total", number)
        for octets, kind in ((bytes(5 << 20), 2), (b"hello", 1), (b"x" * 126, 9)):  # Too long; text; an oversized ping.
            wire = self.socket()
            try:
                wire.send(octets, kind)
            except OSError:
                continue  # It hung up before it had all.
            self.assertTrue(wire.is_hung_up_on(), len(octets))
        for octets in (b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\0" * 20_000,
                       b"GET /sync HTTP/1.1\r\nX: " + b"y" * 100_000):
            with tls(self.network.sync_port, self.identity, self.identity / "ca.pem") as wire:
                try:
                    wire.sendall(octets)
                    self.assertNotIn(b" 101 ", wire.recv(1000))
                except OSError:
                    pass
        self.assertEqual(REFUSAL_MALFORMED, self.refusal(self.hello(ticket=b"short")))
        other = bytes.fromhex(self.point.entry["node"].replace("-", ""))
        self.assertEqual(REFUSAL_FOREIGN, self.refusal(self.hello(node=other)))
        self.assertEqual(REFUSAL_FOREIGN, self.refusal(self.hello(tenant=secrets.token_bytes(16))))
        # Whoever was there before is still there, and its journal is what it was.
        status = self.status()
        self.assertTrue(status["connected"])
        self.assertEqual((1, since), (status["link"]["tries"], status["journal"]["acts_at_central"]))
        self.works()


if __name__ == "__main__":
    scenario.main()
