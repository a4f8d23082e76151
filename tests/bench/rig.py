"""What is measured, running: one point of the demo's clinic network, its broker with a gateway for the flood, and
the three that listen to it."""
import json
import os
import pathlib
import shutil
import subprocess
import uuid

from demo import broker, programs
from demo.network import Network
from demo.processes import Failed, Process, run, wait_until

HERE = pathlib.Path(__file__).resolve().parent
TICKS = os.sysconf("SC_CLK_TCK")
SILENT_LINE = "wss://localhost:9"  # The discard service: nobody is there, as when the line to central is down.


def bench(name: str) -> pathlib.Path:
    path = programs.BIN / name
    if not path.is_file():
        raise Failed(f"{path} is not there: ./run build")
    return path


def cpu_seconds(pid: int) -> float:
    """User and system time of a program with all its threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Rig:
    """The network's folder is made anew, and removed when all is well."""

    def __init__(self, folder: pathlib.Path, devices: int, say):
        shutil.rmtree(folder, ignore_errors=True)
        self.folder = folder
        self.network = Network(folder, say=lambda _: None)
        self.network.points = [self.network.point("embankment")]
        self.point = self.network.points[0]
        self.devices = [str(uuid.uuid4()) for _ in range(devices)]
        say("making a point: certificates, broker, clinic data")
        self.network.make()
        self.network.stop()  # Central is not asked for anything more.
        self.gateway = folder / "gateways" / self.point.gateway
        # Each round's agent begins as this box does now; who is no agent listens with its certificate.
        self.bare_box = folder / "bare-box"
        shutil.copytree(self.point.edge.folder, self.bare_box)
        self.bundle = folder / "bundles" / self.point.name
        self.bundle.mkdir(parents=True)
        for file in (self.bare_box / "ca.pem", *(self.bare_box / "bus").iterdir()):
            shutil.copy(file, self.bundle)
        # The shipped configuration; only whom the gateway speaks for is added.
        broker.configure(self.point.broker_folder, self.point.broker_port, {self.point.gateway: self.devices},
                         user="root" if os.geteuid() == 0 else None)

    @property
    def port(self) -> int:
        return self.point.broker_port

    def start(self, name: str, command: list) -> Process:
        return self.network.processes.start(name, command)

    def stop(self):
        self.network.stop()

    def remove(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Listener:
    """Somebody who hears all readings of the point. `flood` are the words that tell the flood when it is heard."""
    name = ""

    def __init__(self, rig: Rig):
        self.rig, self.process, self.rounds = rig, None, 0

    def begin(self):
        self.rounds += 1
        self.counts = self.rig.folder / f"counts-{self.name}-{self.rounds}"
        self.counts.write_bytes(bytes(16))
        self.start()

    def flood(self) -> list:
        return ["--counts", self.counts]

    def end(self) -> dict:
        """Stops it; what it says about itself, for the report."""
        self.process.stop()
        return {}

    def wait_for_word(self, word: str):
        wait_until(f"{self.name} says '{word}'", lambda: word in self.process.log.read_text(errors="replace"), self.process)


class Agent(Listener):
    """The real agent: TLS, parsing, SQLCipher with `synchronous=FULL`, receipts, sealed blocks. No central."""
    name = "agent"

    def start(self):
        self.edge = programs.Edge(self.rig.folder / "points" / f"round-{self.rounds}")
        shutil.copytree(self.rig.bare_box, self.edge.folder)
        programs.set_keys(self.edge.config, central=SILENT_LINE, broker=f"ssl://127.0.0.1:{self.rig.port}")
        self.process = self.rig.start(f"agent-round-{self.rounds}", self.edge.serve())
        wait_until("the agent hears the things", lambda: self.edge.status().get("broker", {}).get("things"), self.process)

    def flood(self) -> list:
        return []  # Receipts.

    def end(self) -> dict:
        status = self.edge.status()
        self.process.stop()
        shutil.rmtree(self.edge.folder)
        return {"dropped": status["broker"]["dropped"], "refused": status["readings"]["refused_busy"],
                "repeats": status["readings"]["repeats"]}


class PahoSubscriber(Listener):
    name = "paho"

    def start(self):
        self.process = self.rig.start(f"paho-round-{self.rounds}", [
            bench("bench_subscriber"), "--port", self.rig.port, "--identity", self.rig.bundle, "--counts", self.counts])
        self.wait_for_word("ready")


class MqttJs(Listener):
    name = "mqttjs"

    def __init__(self, rig: Rig, folder: pathlib.Path):
        super().__init__(rig)
        self.folder = folder

    def start(self):
        self.database = self.rig.folder / f"mqttjs-{self.rounds}.db"
        self.process = self.rig.start(f"mqttjs-round-{self.rounds}", [
            "node", self.folder / "subscriber.js", self.rig.port, self.rig.bundle, self.counts, self.database])
        self.wait_for_word("ready")

    def end(self) -> dict:
        self.process.stop()
        for file in self.rig.folder.glob(f"{self.database.name}*"):
            file.unlink()
        return {}


def install_mqttjs(to: pathlib.Path, say) -> str:
    """Installs it with npm; why it could not be, or nothing. What was installed before is used again."""
    if not shutil.which("npm") or not shutil.which("node"):
        return "npm is not there (apt-get install npm)"
    to.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "mqttjs/subscriber.js", to)
    wanted = (HERE / "mqttjs/package.json").read_text()
    done = to / "installed.json"
    if done.exists() and done.read_text() == wanted:
        return ""
    shutil.copy(HERE / "mqttjs/package.json", to)
    say("npm install: mqtt, better-sqlite3 (compiled here: a minute or two)")
    environment = dict(os.environ)
    if pathlib.Path("/usr/include/node/node.h").exists():
        environment["npm_config_nodedir"] = "/usr"  # Debian's headers, rather than a download of them.
    with (to / "npm.log").open("w") as log:
        try:
            failed = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--no-package-lock"], cwd=to, stdout=log,
                                    stderr=log, stdin=subprocess.DEVNULL, env=environment, timeout=240).returncode
        except subprocess.TimeoutExpired:
            failed = 1
    if failed:
        return f"npm could not install it: {to / 'npm.log'}"
    done.write_text(wanted)
    return ""


def mqttjs_versions(folder: pathlib.Path) -> str:
    names = {name: json.loads((folder / "node_modules" / name / "package.json").read_text())["version"]
             for name in ("mqtt", "better-sqlite3")}
    return f"Node.js {run(['node', '--version']).strip()}, " + ", ".join(f"{name} {it}" for name, it in names.items())


def flood(rig: Rig, listener: Listener, options: dict) -> dict:
    """One round. CPU seconds are of the time that was measured only."""
    words = [bench("bench_flood"), "--port", rig.port, "--identity", rig.gateway, *listener.flood()]
    for device in rig.devices:
        words += ["--device", device]
    for key, value in options.items():
        words += [f"--{key}", value]
    log = rig.folder / "logs/flood.log"
    with log.open("ab") as errors:
        process = subprocess.Popen([str(word) for word in words], stdout=subprocess.PIPE, stderr=errors,
                                   stdin=subprocess.DEVNULL, text=True)
    watched = {"broker": rig.point.broker.process.pid, "listener": listener.process.process.pid, "flood": process.pid}
    at, figures = {}, {}
    try:
        for line in process.stdout:
            if line.startswith("{"):
                figures = json.loads(line)
            else:
                at[line.strip()] = {name: cpu_seconds(pid) for name, pid in watched.items()}
    finally:
        if process.poll() is None:
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()
    if process.returncode or not figures:
        raise Failed(f"the flood failed: {log.read_text(errors='replace').strip()}")
    figures["cpu"] = {name: at["measured"][name] - at["measuring"][name] for name in at["measured"]}
    figures["load"] = os.getloadavg()[0]
    return figures


def check_in(rig: Rig, asks: int) -> dict:
    """Walk-ins at the real agent, which has its clinic data; the line to central is down by then."""
    network, point = rig.network, rig.point
    network.start_central()
    programs.set_keys(point.edge.config, central=f"wss://localhost:{network.sync_port}")  # The demo's line was stopped.
    point.start_agent()
    wait_until("the point has its clinic data", lambda: point.edge.status().get("feed", {}).get("as_of_ms"), point.agent)
    network.central_process.stop()
    terminal = next(each["name"] for each in point.terminals if each["role"] == "check-in")
    service = next(each["id"] for each in network.clinic["services"] if each["walk_in"])
    found = json.loads(run([bench("bench_check_in"), "--port", rig.port, "--identity", network.terminals / terminal,
                            "--terminal", terminal, "--service", service, "--asks", asks]))
    point.agent.stop()
    return found
