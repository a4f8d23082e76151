"""Makes the network's folder, starts its programs in order, stops them."""
import datetime
import getpass
import json
import os
import pathlib
import sys
import time
import zoneinfo

from . import broker, programs
from .api import Api
from .line import Line
from .processes import Failed, Process, Processes, free_port, listens, wait_until

sys.path.insert(0, str(programs.ROOT / "tests/support/clinic"))
import make  # noqa: E402


class Point:
    """A point: its broker, its line to central, its agent."""

    def __init__(self, network: "Network", entry: dict):
        self.network, self.entry, self.name = network, entry, entry["short_name"]
        self.id, self.home = entry["id"], entry["home"]
        self.broker_folder = network.folder / "brokers" / self.name
        self.edge = programs.Edge(network.folder / "points" / self.name)
        self.broker_port = free_port()
        self.seconds_to_work = 0.0      # From its code to work.
        self.gateway = f"gateway-{self.name}"
        self.devices = [each["device"] for each in network.clinic["custody"] if each["home_node"] == entry["node"]]
        self.line: Line | None = None
        self.broker: Process | None = None
        self.agent: Process | None = None

    @property
    def terminals(self) -> list[dict]:
        return [each for each in self.network.clinic["terminals"] if each["point"] == self.id]

    def prepare(self):
        """What has no program of its own to enrol with gets its certificate from central's command."""
        network, central = self.network, self.network.central
        central.issue("gateway", self.gateway, network.folder / "gateways" / self.gateway, point=self.name)
        for terminal in self.terminals:
            central.issue("terminal", terminal["name"], network.terminals / terminal["name"], point=self.name, id=terminal["id"])

    def enrol(self):
        """Central runs: a code is printed there, and typed in at the point's bare box."""
        code, began = self.network.central.enrol(self.name), time.monotonic()
        self.edge.enrol(code, self.broker_folder)
        broker.configure(self.broker_folder, self.broker_port, {self.gateway: self.devices},
                         user=getpass.getuser() if os.geteuid() == 0 else None, revoked=self.edge.folder / "revoked")
        self.line = Line(self.name, self.network.sync_port)
        self.edge.configure(self.line.port, self.broker_port)
        self.seconds_to_work = time.monotonic() - began

    def start_broker(self):
        if self.broker is None:
            self.broker = self.network.processes.start(
                f"broker-{self.name}", ["/usr/sbin/mosquitto", "-c", self.broker_folder / "mosquitto.conf"])
        else:
            self.broker.start()
        wait_until("its broker listens", lambda: self.broker.running and listens(self.broker_port), self.broker)

    def start_agent(self, connected: bool = True):
        if self.agent is None:
            self.agent = self.network.processes.start(f"agent-{self.name}", self.edge.serve())
        else:
            self.agent.start()
        # Before it has subscribed, the broker drops what anybody asks.
        def hears() -> bool:
            broker_says = self.edge.status().get("broker", {})
            return bool(broker_says.get("ops") and broker_says.get("things"))
        wait_until("the agent hears its broker", hears, self.agent)
        if connected:
            wait_until("the agent reaches central", lambda: self.edge.status().get("connected"), self.agent)


class Network:
    """`only`: names of the points that are to run; central knows all of them."""

    def __init__(self, folder: pathlib.Path, say=print, only: tuple[str, ...] = ()):
        self.folder, self.say = folder, say
        for part in ("audit/exports", "audit/ledgers", "audit/api", "virtual", "pictures", "brokers", "points",
                     "gateways", "terminals"):
            (folder / part).mkdir(parents=True, mode=0o700)
        folder.chmod(0o700)
        self.terminals = folder / "terminals"
        self.processes = Processes(folder / "logs")
        self.sync_port, self.access_port, self.api_port = free_port(), free_port(), free_port()
        self.clinic_file = folder / "clinic.json"
        now = datetime.datetime.now(datetime.timezone.utc)
        self.zone = make.morning_zone(now)
        local = now.astimezone(zoneinfo.ZoneInfo(self.zone))
        self.clinic = make.clinic(local.date(), self.zone, datetime.time(max(local.hour - 1, 0), local.minute))
        self.write_clinic()
        self.central = programs.Central(folder / "central")
        self.central_process: Process | None = None
        self.points = [Point(self, entry) for entry in self.clinic["points"] if not only or entry["short_name"] in only]
        self.api: Api | None = None
        self.passes: dict[str, str] = {}    # Appointment → the text of its pass.

    def point(self, name: str) -> Point:
        return next(point for point in self.points if point.name == name)

    def write_clinic(self):
        """Again when somebody changes `clinic` before it is made."""
        self.clinic_file.write_text(json.dumps(self.clinic, ensure_ascii=False, indent=1), encoding="utf-8")

    def appointments(self) -> list[dict]:
        """Of the day, at the points that run."""
        here = {point.id for point in self.points}
        shifts = {shift["id"] for shift in self.clinic["shifts"] if shift["point"] in here}
        return [each for each in self.clinic["appointments"] if each["shift"] in shifts]

    def make(self):
        self.say("  central: authority, keys, clinic data")
        self.central.init(self.sync_port, self.access_port, self.api_port)
        self.central.load(self.clinic_file)
        self.api = Api(self.api_port, str(self.central.ca), self.central.token("demo"))
        for point in self.points:
            self.say(f"  {point.name}: broker, agent, {len(point.terminals)} terminals, {len(point.devices)} wearables")
            point.prepare()
        self.passes = {each["id"]: self.central.make_pass(each["id"]) for each in self.appointments()}
        path = self.folder / "virtual/passes.json"
        path.write_text(json.dumps(self.passes), encoding="utf-8")
        self.start_central()
        for point in self.points:
            point.enrol()

    def start(self):
        for point in self.points:
            began = time.monotonic()
            point.start_broker()
            point.start_agent()
            self.say(f"  {point.name} works: from its code to work in {point.seconds_to_work + time.monotonic() - began:.1f} s")

    def start_central(self):
        if self.central_process is None:
            self.central_process = self.processes.start("central", self.central.serve())
        else:
            self.central_process.start()
        wait_until("central is healthy", self.api.healthy, self.central_process)
        self.say("  central works")

    def start_patients(self, point: Point, seconds: float, seed: int, **keys) -> Process:
        """`keys` go before what the demo configures."""
        config = programs.write_toml(self.folder / f"virtual/day-{point.name}.toml", **{
            "clinic": str(self.clinic_file), "point": point.name, "broker": f"ssl://127.0.0.1:{point.broker_port}",
            "ca": str(self.central.ca), "terminals": str(self.terminals),
            "passes": str(self.folder / "virtual/passes.json"),
            "ledger": str(self.folder / f"audit/ledgers/people-{point.name}.jsonl"), "seed": seed,
            "seconds": round(seconds), **keys})
        return self.processes.start(f"people-{point.name}", [programs.program("virtual"), "day", "--config", config])

    def start_wearables(self, point: Point, seconds: float, seed: int, interval_ms: int = 500) -> Process:
        identity = self.folder / "gateways" / point.gateway
        config = programs.write_toml(
            self.folder / f"virtual/wearables-{point.name}.toml", broker=f"ssl://127.0.0.1:{point.broker_port}",
            ca=str(self.central.ca), certificate=str(identity / "certificate.pem"), key=str(identity / "key.pem"),
            devices=point.devices, ledger=str(self.folder / f"audit/ledgers/wearables-{point.name}.jsonl"), seed=seed,
            interval_ms=interval_ms, seconds=round(seconds))
        return self.processes.start(f"wearables-{point.name}", [programs.program("virtual"), "wearables", "--config", config])

    def settle(self, seconds: float = 45):
        """Waits until central has all that every point has."""
        for point in self.points:
            wait_until(f"central has all of {point.name}", point.edge.idle, point.agent, seconds)

    def stop(self):
        self.processes.stop()
        for point in self.points:
            if point.line:
                point.line.close()
                point.line = None

    def check_alive(self, *others: Process):
        """Failed when a program that should run has ended."""
        servers = [self.central_process, *(p.broker for p in self.points), *(p.agent for p in self.points), *others]
        for process in servers:
            if process is not None and not process.running:
                raise Failed(f"{process.name} has ended:\n{process.tail()}")
