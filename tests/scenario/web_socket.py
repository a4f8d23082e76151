"""A node's end of the sync port, as bare as it can be: what is wrong on purpose has to be easy to say."""
import base64
import pathlib
import secrets
import socket
import ssl

BINARY, CLOSE, PING = 2, 8, 9


def tls(port: int, identity: pathlib.Path | None, trusted: pathlib.Path) -> ssl.SSLSocket:
    """A handshake that trusts `trusted`; `identity` is the folder of our own certificate, if we show one."""
    context = ssl.create_default_context(cafile=str(trusted))
    if identity:
        context.load_cert_chain(identity / "certificate.pem", identity / "key.pem")
    plain = socket.create_connection(("127.0.0.1", port), 10)
    try:
        return context.wrap_socket(plain, server_hostname="localhost")
    except OSError:
        plain.close()
        raise


class WebSocket:
    def __init__(self, port: int, identity: pathlib.Path, path: str = "/sync"):
        self.socket = tls(port, identity, identity / "ca.pem")
        self.unread = b""
        self.socket.sendall(b"GET " + path.encode() + b" HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: "
                            + base64.b64encode(secrets.token_bytes(16)) + b"\r\n\r\n")
        while b"\r\n\r\n" not in self.unread:
            self.unread += self._more()
        answer, _, self.unread = self.unread.partition(b"\r\n\r\n")
        assert b" 101 " in answer.splitlines()[0], answer

    def _more(self) -> bytes:
        octets = self.socket.recv(1 << 16)
        if not octets:
            raise ConnectionError("the other end hung up")
        return octets

    def _take(self, count: int) -> bytes:
        while len(self.unread) < count:
            self.unread += self._more()
        taken, self.unread = self.unread[:count], self.unread[count:]
        return taken

    def send(self, payload: bytes, kind: int = BINARY):
        size = len(payload)
        length = (bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big") if size < 1 << 16
                  else b"\xff" + size.to_bytes(8, "big"))
        self.socket.sendall(bytes([0x80 | kind]) + length + bytes(4) + payload)  # A mask of zeros is a mask.

    def receive(self) -> tuple[int, bytes]:
        """The next message or control frame. ConnectionError, or another OSError, when the other end has hung up."""
        kind, size = self._take(2)
        if size == 126:
            size = int.from_bytes(self._take(2), "big")
        elif size == 127:
            size = int.from_bytes(self._take(8), "big")
        return kind & 15, self._take(size)

    def is_hung_up_on(self) -> bool:
        """Whether the other end closes, whatever it says before."""
        self.socket.settimeout(15)
        try:
            while self.receive()[0] != CLOSE:
                pass
            return True
        except TimeoutError:
            return False
        except OSError:
            return True

    def close(self):
        self.socket.close()
