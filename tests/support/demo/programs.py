"""All that the demo knows of the programs: where they are, their commands, their configuration keys."""
import json
import os
import pathlib
import re

from .processes import Failed, run

ROOT = pathlib.Path(__file__).resolve().parents[3]
BIN = pathlib.Path(os.environ.get("FELDSHER_BIN", ROOT / "build/release/bin"))


def program(name: str) -> pathlib.Path:
    path = BIN / f"feldsher-{name}"
    if not path.is_file():
        raise Failed(f"{path} is not there: ./run build")
    return path


def toml(value) -> str:
    """A TOML value; JSON's texts, numbers, booleans and lists are."""
    return json.dumps(value, ensure_ascii=False)


def set_keys(path: pathlib.Path, **keys):
    """Changes keys of a TOML file that a program wrote. A key that it has not is an error, as to the program."""
    text = path.read_text(encoding="utf-8")
    for key, value in keys.items():
        line = re.compile(rf"^(\s*){re.escape(key)}\s*=.*$", re.M)
        if not line.search(text):
            raise Failed(f"{path} has no key '{key}'")
        text = line.sub(lambda found, key=key, value=value: f"{found.group(1)}{key} = {toml(value)}", text, count=1)
    path.write_text(text, encoding="utf-8")


def write_toml(path: pathlib.Path, **keys) -> pathlib.Path:
    path.write_text("".join(f"{key} = {toml(value)}\n" for key, value in keys.items()), encoding="utf-8")
    return path


class Central:
    def __init__(self, folder: pathlib.Path):
        self.folder, self.config, self.ca = folder, folder / "central.toml", folder / "ca.pem"

    def init(self, sync_port: int, access_port: int, api_port: int):
        run([program("central"), "init", "--dir", self.folder, "--name", "Feldsher demo"])
        set_keys(self.config, sync_host="127.0.0.1", sync_port=sync_port, access_host="127.0.0.1", access_port=access_port,
                 api_port=api_port)

    def load(self, clinic: pathlib.Path):
        run([program("central"), "load", "--dir", self.folder, clinic])

    def issue(self, kind: str, name: str, out: pathlib.Path, **options: str):
        extra = [word for key, value in options.items() for word in (f"--{key}", value)]
        run([program("central"), "issue", "--dir", self.folder, "--kind", kind, "--name", name, "--out", out, *extra])

    def enrol(self, point: str) -> str:
        """A one-time code for the point's box."""
        said = run([program("central"), "enrol", "--dir", self.folder, "--point", point])
        return re.search(r"(?m)^ *([0-9A-Z]{5}(?:-[0-9A-Z]{1,5})+)$", said).group(1)

    def make_pass(self, appointment: str) -> str:
        return run([program("central"), "pass", "--dir", self.folder, "--appointment", appointment]).strip().splitlines()[-1]

    def token(self, name: str) -> str:
        return run([program("central"), "token", "--dir", self.folder, "--name", name, "--kind", "system"]).split()[-1]

    def serve(self) -> list:
        return [program("central"), "serve", "--config", self.config]


class Edge:
    def __init__(self, folder: pathlib.Path):
        self.folder, self.config = folder, folder / "edge.toml"

    def enrol(self, code: str, broker_folder: pathlib.Path):
        run([program("edge"), "enrol", code, "--dir", self.folder, "--broker", broker_folder])

    def configure(self, line_port: int, broker_port: int):
        set_keys(self.config, central=f"wss://localhost:{line_port}", broker=f"ssl://127.0.0.1:{broker_port}", seal_seconds=5)

    def serve(self) -> list:
        return [program("edge"), "serve", "--config", self.config]

    def status(self) -> dict:
        """What it says of itself; empty while it says nothing."""
        try:
            return json.loads(run([program("edge"), "status", "--config", self.config, "--json"]))
        except (Failed, ValueError):
            return {}

    def idle(self) -> bool:
        """Whether central has all that it has."""
        status = self.status()
        return (bool(status) and status["connected"] and not status["acts_unsynced"]
                and not status["readings_unsynced"] and not status["readings"]["unsealed"])


def export(folder: pathlib.Path, to: pathlib.Path):
    run([program("journal"), "export", folder, "--out", to])


def verify(folder: pathlib.Path) -> str:
    return run([program("journal"), "verify", folder]).strip()
