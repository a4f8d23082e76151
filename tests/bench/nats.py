"""NATS with JetStream at both ends of a line: a leaf node at the point, a hub in central's place, and the few words of
NATS's text protocol that publishing and asking take."""
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess

from demo.processes import Failed, Process, Processes, free_port, wait_until

STREAM = "READINGS"
# What it does with the disk is not configured here: 2.9 has no word for it.
DURABILITY = "writes to the kernel's cache, fsync every 2 minutes"


def server() -> str | None:
    return shutil.which("nats-server", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def version() -> str:
    """Of the server; empty where there is none."""
    path = server()
    if path is None:
        return ""
    said = subprocess.run([path, "--version"], capture_output=True, text=True, check=False).stdout
    return said.strip().removeprefix("nats-server: ")


class Client:
    """A connection to a server on this machine."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port), 10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.octets = b""
        self._line()  # INFO
        self.socket.sendall(b'CONNECT {"verbose":false,"pedantic":false}\r\nSUB answers.* 1\r\nPING\r\n')
        while self._line() != b"PONG":
            pass
        self.asked = 0

    def close(self):
        self.socket.close()

    def _more(self):
        found = self.socket.recv(1 << 16)
        if not found:
            raise Failed("a NATS server hung up")
        self.octets += found

    def _line(self) -> bytes:
        while b"\r\n" not in self.octets:
            self._more()
        line, self.octets = self.octets.split(b"\r\n", 1)
        if line.startswith(b"-ERR"):
            raise Failed(f"NATS says {line.decode()}")
        return line

    def ask(self, subject: str, question: dict | None = None) -> dict:
        self.asked += 1
        answer = f"answers.{self.asked}"
        payload = json.dumps(question).encode() if question is not None else b""
        self.socket.sendall(f"PUB {subject} {answer} {len(payload)}\r\n".encode() + payload + b"\r\n")
        while True:
            words = self._line().decode().split()
            if words[:1] == ["PING"]:
                self.socket.sendall(b"PONG\r\n")
            elif words[:2] == ["MSG", answer]:
                length = int(words[-1])
                while len(self.octets) < length + 2:
                    self._more()
                said, self.octets = self.octets[:length], self.octets[length + 2:]
                found = json.loads(said)
                if "error" in found:
                    raise Failed(f"NATS refuses {subject}: {found['error']}")
                return found

    def messages(self) -> int:
        """How many the stream holds."""
        return self.ask(f"$JS.API.STREAM.INFO.{STREAM}")["state"]["messages"]


def packs(path: pathlib.Path):
    """The messages of an outage, one after the other."""
    octets = memoryview(path.read_bytes())
    at = 0
    while at < len(octets):
        length = int.from_bytes(octets[at:at + 4], "big")
        yield octets[at + 4:at + 4 + length]
        at += 4 + length


class Leaf:
    """Hub and leaf node, joined over mutual TLS through a line; a stream at the leaf, its mirror at the hub."""

    def __init__(self, folder: pathlib.Path, processes: Processes, tls: dict[str, pathlib.Path], line):
        """`tls`: folders with ca.pem, certificate.pem and key.pem of "hub" and "leaf". `line(port)` makes a line to it."""
        self.folder, self.processes, self.tls = folder, processes, tls
        self.hub_port, self.leaf_port, self.door = free_port(), free_port(), free_port()
        self.line = line(self.door)
        self.hub: Process | None = None
        self.leaf: Process | None = None

    def _tls(self, who: str) -> str:
        files = self.tls[who]
        return (f'tls {{ cert_file: "{files}/certificate.pem", key_file: "{files}/key.pem", ca_file: "{files}/ca.pem", '
                f'verify: true, timeout: 10 }}')

    def _start(self, who: str, port: int, leafnodes: str) -> Process:
        config = self.folder / f"nats-{who}.conf"
        config.write_text(f'server_name: {who}\nhost: 127.0.0.1\nport: {port}\n'
                          f'jetstream {{ store_dir: "{self.folder}/nats-{who}", domain: {who} }}\n'
                          f'leafnodes {{ {leafnodes} }}\n')
        process = self.processes.start(f"nats-{who}", [server(), "-c", config])
        wait_until(f"NATS ({who}) answers", lambda: self._answers(port), process)
        return process

    @staticmethod
    def _answers(port: int) -> bool:
        try:
            client = Client(port)
            client.ask("$JS.API.INFO")
            client.close()
            return True
        except OSError:
            return False

    def start(self):
        # Told its own address by the hub, the leaf would go round the line.
        self.hub = self._start("hub", self.hub_port, f"host: 127.0.0.1, port: {self.door}, "
                               f"advertise: '127.0.0.1:{self.line.port}', {self._tls('hub')}")
        self.leaf = self._start("leaf", self.leaf_port, "reconnect: 1, remotes: [ { url: "
                                f'"tls://localhost:{self.line.port}", {self._tls("leaf").replace("verify: true, ", "")} }} ]')
        leaf, hub = Client(self.leaf_port), Client(self.hub_port)
        leaf.ask(f"$JS.API.STREAM.CREATE.{STREAM}", {"name": STREAM, "subjects": ["things.>"], "storage": "file"})
        wait_until("the leaf node is joined", self._joined, self.leaf)
        hub.ask(f"$JS.API.STREAM.CREATE.{STREAM}", {
            "name": STREAM, "storage": "file", "mirror": {"name": STREAM, "external": {"api": "$JS.leaf.API"}}})
        leaf.close()
        hub.close()

    def _joined(self) -> bool:
        return "Leafnode connection created" in self.hub.log.read_text(errors="replace")

    def publish(self, path: pathlib.Path, devices: list[str]) -> int:
        """The messages of an outage, into the leaf's stream; returns when it holds them all."""
        client = Client(self.leaf_port)
        before, count, waiting = client.messages(), 0, []
        for count, pack in enumerate(packs(path), 1):
            subject = f"things.{devices[(count - 1) % len(devices)]}.readings"
            waiting += [f"PUB {subject} {len(pack)}\r\n".encode(), pack, b"\r\n"]
            if count % 1000 == 0:
                client.socket.sendall(b"".join(waiting))
                waiting = []
                client.messages()
        client.socket.sendall(b"".join(waiting))
        wait_until("the leaf's stream holds all", lambda: client.messages() == before + count, self.leaf)
        client.close()
        return count

    def stop(self):
        """By SIGINT: to NATS, SIGTERM is a failure."""
        for process in (self.leaf, self.hub):
            if process:
                process.signal(signal.SIGINT)
                process.process.wait(20)
        self.line.close()
