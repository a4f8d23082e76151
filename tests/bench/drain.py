"""What was kept through an outage goes to central: the real agent and central beside NATS with JetStream."""
import json
import os
import pathlib
import shutil
import socket
import statistics
import struct
import time

import nats
from demo import programs
from demo.network import Network
from demo.processes import Failed, Process, free_port, run, wait_until
from rig import bench, cpu_seconds

POINT = "embankment"
LOOK_S = 0.005   # Between two looks at how far either side is.


def look_until(what: str, ready, seconds: float) -> float:
    """When `ready()` became true, by the monotonic clock. Failed at the deadline."""
    deadline = time.monotonic() + seconds
    while not ready():
        if time.monotonic() > deadline:
            raise Failed(f"Waited {seconds:.0f} s in vain: {what}")
        time.sleep(LOOK_S)
    return time.monotonic()


class CountedLine:
    """A line to a port that is there only at times, and counts octets."""

    def __init__(self, folder: pathlib.Path, processes, name: str, to: int):
        self.port, self.to, self.name, self.processes = free_port(), to, name, processes
        self.file = folder / f"line-{name}"
        self.process: Process | None = None

    def heal(self):
        if self.process is None:
            self.process = self.processes.start(f"line-{self.name}", [
                bench("bench_line"), "--port", self.port, "--to", self.to, "--counts", self.file])
        else:
            self.process.start()

    def cut(self):
        self.process.stop()

    def octets(self) -> int:
        """Both ways, since it was made."""
        return sum(struct.unpack("<QQ", self.file.read_bytes())) if self.file.exists() else 0

    def close(self):
        if self.process:
            self.process.stop()


class Feldsher:
    """A point and its central; mutual TLS, SQLCipher, `synchronous=FULL` at both ends."""
    title = "feldsher-edge → feldsher-central"

    def __init__(self, network: Network):
        self.network, self.point = network, network.points[0]
        self.line = CountedLine(network.folder, network.processes, "feldsher", network.sync_port)

    def start(self):
        """Reaches central once, for its clinic data; then there is no line, and the agent does not run."""
        self.line.heal()
        programs.set_keys(self.point.edge.config, central=f"wss://localhost:{self.line.port}", seal_seconds=300)
        self.point.start_broker()
        self.point.start_agent()
        wait_until("the point has its clinic data", lambda: self.status().get("feed", {}).get("as_of_ms"), self.point.agent)
        self.lose_line()

    def lose_line(self):
        self.point.agent.stop()
        self.line.cut()

    def status(self) -> dict:
        """Without the cost of a program for each look."""
        try:
            with socket.socket(socket.AF_UNIX) as door:
                door.connect(str(self.point.edge.folder / "control.sock"))
                said = b""
                while octets := door.recv(1 << 16):
                    said += octets
            return json.loads(said)
        except (OSError, ValueError):
            return {}

    def keep(self, readings: int, acts: int, packs: pathlib.Path | None) -> dict:
        """An outage: that many readings and acts are in the agent's journal afterwards, and it runs."""
        words = [bench("bench_outage_fill"), "--dir", self.point.edge.folder, "--readings", readings, "--acts", acts]
        for device in self.point.devices:
            words += ["--device", device]
        figures = json.loads(run(words + (["--packs", packs] if packs else [])))
        self.point.agent.start()
        wait_until("the agent has read its journal", self.status, self.point.agent)
        return figures

    def drain(self) -> dict:
        """The line is there again; from its first octet until central's word that all is on its disk is at the point."""
        programs_of = {"point": self.point.agent.process.pid, "central": self.network.central_process.process.pid}
        cpu, before = {who: cpu_seconds(pid) for who, pid in programs_of.items()}, self.line.octets()
        self.line.heal()
        began = look_until("the point says something", lambda: self.line.octets() > before, 60)
        took = look_until("central has all of the point", self._all_there, 300) - began
        return {"seconds": took, "octets": self.line.octets() - before,
                "cpu": {who: cpu_seconds(pid) - cpu[who] for who, pid in programs_of.items()}}

    def _all_there(self) -> bool:
        status = self.status()
        return bool(status and status["connected"] and not status["acts_unsynced"] and not status["readings_unsynced"])


class Nats:
    """The same messages in a stream of a leaf node; its hub's mirror fetches them."""
    title = "NATS leaf node → hub (JetStream mirror)"

    def __init__(self, network: Network):
        point = network.points[0]
        self.devices = point.devices
        self.leaf = nats.Leaf(network.folder, network.processes,
                              {"hub": network.central.folder / "server", "leaf": point.edge.folder},
                              lambda port: CountedLine(network.folder, network.processes, "nats", port))
        self.line = self.leaf.line
        self.kept = 0

    def start(self):
        self.line.heal()
        self.leaf.start()
        self.line.cut()

    def keep(self, packs: pathlib.Path):
        self.kept += self.leaf.publish(packs, self.devices)

    def drain(self) -> dict:
        """From the first message at the hub, which tries again after some seconds only, until its stream has all."""
        programs_of = {"point": self.leaf.leaf.process.pid, "central": self.leaf.hub.process.pid}
        cpu = {who: cpu_seconds(pid) for who, pid in programs_of.items()}
        hub = nats.Client(self.leaf.hub_port)
        there, before = hub.messages(), self.line.octets()
        self.line.heal()
        began = look_until("the hub fetches", lambda: hub.messages() > there, 60)
        took = look_until("the hub has all of the leaf", lambda: hub.messages() >= self.kept, 300) - began
        hub.close()
        found = {"seconds": took, "octets": self.line.octets() - before,
                 "cpu": {who: cpu_seconds(pid) - cpu[who] for who, pid in programs_of.items()}}
        self.line.cut()
        return found


def measure(folder: pathlib.Path, args, say) -> dict:
    """Rounds of both in turn: readings alone (the same messages), then at ours acts, then both together."""
    shutil.rmtree(folder, ignore_errors=True)
    network = Network(folder, say=lambda _: None, only=(POINT,))
    rounds: dict[str, list[dict]] = {"readings": [], "acts": [], "both": [], "nats": []}
    theirs = None
    try:
        say("making a point and its central")
        network.make()
        ours = Feldsher(network)
        ours.start()
        if nats.version():
            theirs = Nats(network)
            theirs.start()
        packs = folder / "packs"
        for number in range(args.rounds):
            for part, readings, acts in (("readings", args.readings, 0), ("acts", 0, args.acts),
                                         ("both", args.readings, args.acts)):
                say(f"drain {number + 1} of {args.rounds}: {part}")
                kept = ours.keep(readings, acts, packs if part == "readings" else None)
                rounds[part].append(ours.drain() | {"kept": kept, "load": os.getloadavg()[0]})
                ours.lose_line()
                if part == "readings" and theirs:
                    say(f"drain {number + 1} of {args.rounds}: NATS")
                    theirs.keep(packs)
                    rounds["nats"].append(theirs.drain() | {"load": os.getloadavg()[0]})
    finally:
        if theirs:
            theirs.leaf.stop()
        network.stop()
    shutil.rmtree(folder)
    return rounds


def report(rounds: dict, args, spread) -> None:
    """The table. Ratios are of rounds that stand side by side."""
    version = nats.version()
    hours = rounds["readings"][0]["kept"]["hours"]
    print(f"\nDrain after an outage of {hours:.0f} h: {args.readings:,} readings (four a message), {args.acts:,} acts, one "
          f"point, mutual TLS on loopback;\n{args.rounds} rounds in turn; median (least–most); CPU s of one core; octets on "
          f"the line, both ways, without TCP's headers"
          f"\n  ours: SQLCipher, synchronous=FULL at both ends; NATS: {nats.DURABILITY}")
    print(f"  {'':46}{'a second':>34}{'octets each':>13}{'CPU point':>11}{'central':>9}{'load':>6}")
    rows = [("readings", f"{Feldsher.title}: readings", args.readings), ("nats", f"{Nats.title}", args.readings),
            ("acts", "ours: acts", args.acts)]
    rates: dict[str, list[float]] = {}
    for part, title, count in rows:
        if not rounds[part]:
            continue
        rates[part] = [count / each["seconds"] for each in rounds[part]]
        octets = statistics.median(each["octets"] / count for each in rounds[part])
        cpu = {who: statistics.median(each["cpu"][who] for each in rounds[part]) for who in ("point", "central")}
        load = statistics.median(each["load"] for each in rounds[part])
        print(f"  {title:46}{spread(rates[part]):>34}{octets:>13.2f}{cpu['point']:>11.2f}{cpu['central']:>9.2f}{load:>6.1f}")
    print(f"  ours: both together, s{'':24}{spread([each['seconds'] for each in rounds['both']], '.2f'):>34}")
    if version:
        ratios = [mine / other for mine, other in zip(rates["readings"], rates["nats"])]
        print(f"  ratio to NATS {version.lstrip('v')}: {spread(ratios, '.2f')}   aim: at least 2; octets a reading, aim: at most 6")
    else:
        print("  NATS was not measured: not installed (apt-get install nats-server)")
