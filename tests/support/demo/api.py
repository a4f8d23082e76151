"""Central's HTTPS API and health page, as an outsider asks them."""
import json
import ssl
import urllib.error
import urllib.request


class Api:
    def __init__(self, port: int, ca: str, token: str = ""):
        self.base, self.token = f"https://localhost:{port}", token
        self.context = ssl.create_default_context(cafile=ca)

    def ask(self, path: str, body: object = None, token: str | None = None) -> tuple[int, object]:
        """(status, answer). The answer is parsed when it is JSON, else text."""
        request = urllib.request.Request(self.base + path)
        if token := (self.token if token is None else token):
            request.add_header("Authorization", f"Bearer {token}")
        data = None
        if body is not None:
            data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, data, timeout=10, context=self.context) as answer:
                status, text, kind = answer.status, answer.read(), answer.headers.get("Content-Type", "")
        except urllib.error.HTTPError as refused:
            status, text, kind = refused.code, refused.read(), refused.headers.get("Content-Type", "")
        return status, json.loads(text) if "json" in kind and text else text.decode(errors="replace")

    def healthy(self) -> bool:
        try:
            return self.ask("/healthz", token="")[0] == 200
        except OSError:
            return False
