"""A terminal or a gateway at a point's broker, without a line of the product's code."""
import pathlib
import secrets
import socket
import ssl
import time


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes(out) + bytes([number])


def field(number: int, octets: bytes) -> bytes:
    return varint(number << 3 | 2) + varint(len(octets)) + octets


def read_varint(octets: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        number |= (octets[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if not octets[at - 1] & 0x80:
            return number, at


def fields(octets: bytes) -> dict[int, object]:
    """Field number → its last value: a number, or octets."""
    found, at = {}, 0
    while at < len(octets):
        tag, at = read_varint(octets, at)
        if tag & 7 == 0:
            found[tag >> 3], at = read_varint(octets, at)
        elif tag & 7 == 1:
            found[tag >> 3], at = int.from_bytes(octets[at:at + 8], "little"), at + 8
        else:
            size, at = read_varint(octets, at)
            found[tag >> 3], at = octets[at:at + size], at + size
    return found


CATALOGUE = 13                  # Of Ask.act.


def ask(act: int, ident: bytes | None = None, body: bytes = b"") -> tuple[bytes, bytes]:
    ident = ident or secrets.token_bytes(16)
    return ident, field(1, ident) + field(act, body)


class Client:
    """One thread only: Python's TLS sockets do not stand two. What has come is read by `wait_for`."""

    def __init__(self, port: int, identity: pathlib.Path, name: str, topics: list[str], host: str = "127.0.0.1"):
        context = ssl.create_default_context(cafile=str(identity / "ca.pem"))
        context.load_cert_chain(identity / "certificate.pem", identity / "key.pem")
        self.socket = context.wrap_socket(socket.create_connection((host, port), 10), server_hostname=host)
        self.heard, self.packet, self.unread = [], 0, b""
        text = lambda word: len(word.encode()).to_bytes(2, "big") + word.encode()  # noqa: E731
        self._send(0x10, text("MQTT") + bytes([4, 2]) + (120).to_bytes(2, "big") + text(name))
        self._expect(2, lambda octets: octets[1] == 0, "refused the connection")
        self._send(0x82, b"\0\1" + b"".join(text(topic) + b"\1" for topic in topics))
        self._expect(9, lambda octets: 0x80 not in octets[2:], "refused a subscription")

    def _send(self, kind: int, octets: bytes):
        self.socket.settimeout(10)
        self.socket.sendall(bytes([kind]) + varint(len(octets)) + octets)

    def _expect(self, kind: int, right, otherwise: str):
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            for found, octets in self._packets(deadline):
                if found >> 4 == kind:
                    assert right(octets), f"the broker {otherwise}: {octets!r}"
                    return
                self._take(found, octets)
        raise AssertionError("the broker says nothing")

    def _packets(self, deadline: float) -> list[tuple[int, bytes]]:
        """The packets that have come whole; waits for more octets until the deadline."""
        self.socket.settimeout(max(0.001, deadline - time.monotonic()))
        try:
            octets = self.socket.recv(1 << 16)
            if not octets:
                raise ConnectionError("the broker hung up")
            self.unread += octets
        except (TimeoutError, ssl.SSLWantReadError):
            pass
        whole = []
        while len(self.unread) >= 2:
            try:
                size, start = read_varint(self.unread, 1)
            except IndexError:
                break
            if len(self.unread) < start + size:
                break
            whole.append((self.unread[0], self.unread[start:start + size]))
            self.unread = self.unread[start + size:]
        return whole

    def _take(self, kind: int, octets: bytes):
        if kind >> 4 != 3:
            return
        end = 2 + int.from_bytes(octets[:2], "big")
        topic, payload = octets[2:end].decode(), octets[end:]
        if kind & 6:
            self._send(0x40, payload[:2])
            payload = payload[2:]
        self.heard.append((topic, payload, bool(kind & 1)))

    def publish(self, topic: str, payload: bytes):
        self.packet = self.packet % 65535 + 1
        name = topic.encode()
        self._send(0x32, len(name).to_bytes(2, "big") + name + self.packet.to_bytes(2, "big") + payload)

    def wait_for(self, right, seconds: float = 10):
        """The first message for which `right(topic, payload)` is true; None when none comes in time."""
        deadline, looked_at = time.monotonic() + seconds, 0
        while True:
            for topic, payload, retained in self.heard[looked_at:]:
                if right(topic, payload):
                    return topic, payload, retained
            looked_at = len(self.heard)
            if time.monotonic() >= deadline:
                return None
            for kind, octets in self._packets(deadline):
                self._take(kind, octets)

    def wait_until(self, true, seconds: float = 10) -> bool:
        """Whether `true()` holds in time."""
        return true() or bool(self.wait_for(lambda *_: true(), seconds)) or true()

    def close(self):
        self.socket.close()


def catalogue_answer(client: Client, terminal: str):
    """To the smallest ask there is; None when none comes in time."""
    ident, octets = ask(CATALOGUE)
    client.publish(f"ops/{terminal}/ask", octets)
    return client.wait_for(lambda topic, payload: topic == f"ops/{terminal}/answer" and fields(payload).get(1) == ident)
