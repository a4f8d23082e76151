"""The check-in screen and the board beside Chromium in kiosk mode with a page of the same look, each alone on an Xvfb."""
import mmap
import os
import pathlib
import shutil
import statistics
import struct
import subprocess
import time

from demo import programs
from demo.network import Network
from demo.processes import Failed, Processes, wait_until
from demo.xvfb import start_xvfb
from rig import TICKS

POINT = "embankment"
ROLES = {"check-in": (1080, 1920), "board": (1920, 1080)}
BACKGROUND = bytes.fromhex("f4f6f4")
SETTLE_S = 4        # After the first frame, before memory is looked at.
LOOK_S = 0.005

PAGE = """<!doctype html><meta charset="utf-8"><title>{role}</title>
<style>
 body {{ margin: 0; padding: 3vmin; background: #f4f6f4; color: #14262b; font: 500 3vmin Inter, "DejaVu Sans", sans-serif;
        height: 94vh; display: flex; flex-direction: column; gap: 3vmin; cursor: none }}
 header {{ display: flex; justify-content: space-between; font-weight: 600 }}
 h1 {{ font-size: 7vmin; text-align: center }}
 .card {{ background: #fff; border-radius: 3vmin; padding: 4vmin; box-shadow: 0 1vmin 3vmin #0002; font-size: 4vmin;
          display: flex; justify-content: space-between }}
 .green {{ background: #0c6e66; color: #fff }}
</style>
<header><span>Clinic on the Embankment</span><span id="clock"></span></header>
{body}
<script>
 const clock = document.getElementById("clock");
 function tell() {{ const now = new Date().toTimeString().slice(0, 5); if (clock.textContent !== now) clock.textContent = now }}
 tell(); setInterval(tell, 1000);
</script>"""
BODIES = {
    "check-in": '<h1>Welcome</h1><div class="card green">Scan your pass</div><div class="card">Phone and birth date</div>'
                '<div class="card">Without an appointment</div>',
    "board": "".join(f'<div class="card"><b>A{n:03}</b><span>Room {n % 4 + 1}</span></div>' for n in range(1, 6)),
}


class Glass:
    """An Xvfb whose pixels can be read in a file."""

    def __init__(self, folder: pathlib.Path, processes: Processes, role: str):
        self.size = ROLES[role]
        folder.mkdir(parents=True)
        self.process, self.name = start_xvfb(processes, f"xvfb-{role}", self.size, "-fbdir", folder)
        with (folder / "Xvfb_screen0").open("rb") as file:
            self.octets = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
        head = struct.unpack(">25I", self.octets[:100])  # XWD: size of the header, …, octets a line, …, colours.
        self.begins, self.line = head[0] + 12 * head[19], head[12]

    def shows_a_screen(self) -> bool:
        """The background of our screens, and something on it."""
        ground = other = all_looked_at = 0
        for y in range(8, self.size[1], 24):
            for x in range(8, self.size[0], 24):
                at = self.begins + y * self.line + 4 * x
                pixel = self.octets[at:at + 3][::-1]
                all_looked_at += 1
                ground += pixel == BACKGROUND
                other += pixel not in (BACKGROUND, b"\0\0\0")
        return ground > all_looked_at / 25 and other > all_looked_at / 100

    def close(self):
        self.octets.close()
        self.process.stop()


def tree(pid: int) -> list[int]:
    """A program and all that it started."""
    found = [pid]
    try:
        for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
            for child in (task / "children").read_text().split():
                found += tree(int(child))
    except OSError:
        pass  # It ended just now.
    return found


def pss_mb(pids: list[int]) -> float:
    """Proportional set size: what pages are shared counts once in all."""
    total = 0
    for pid in pids:
        try:
            lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue  # It ended just now.
        total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total / 1024


def cpu_s(pids: list[int]) -> float:
    total = 0
    for pid in pids:
        try:
            fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def chromium_version() -> str:
    """Empty where it is not installed."""
    if not shutil.which("chromium"):
        return ""
    # Without its own folder it would make one in the home of whoever runs this.
    done = subprocess.run(["chromium", "--version", "--no-sandbox", "--user-data-dir=/nonexistent"], capture_output=True,
                          text=True, check=False)
    return " ".join(done.stdout.split()[:2])


class Screens:
    """Both programs' commands for a role."""

    def __init__(self, network: Network):
        self.network = network
        self.point = network.points[0]

    def kiosk(self, role: str) -> list:
        terminal = next(each for each in self.point.terminals if each["role"] == role)
        folder = self.network.terminals / terminal["name"]
        config = programs.write_toml(
            folder / "bench.toml", role=role, terminal=terminal["name"], broker=f"ssl://127.0.0.1:{self.point.broker_port}",
            ca=str(folder / "ca.pem"), certificate=str(folder / "certificate.pem"), key=str(folder / "key.pem"),
            fullscreen=True)
        return [programs.program("kiosk"), "--config", config]

    def chromium(self, role: str) -> list:
        page = self.network.folder / f"{role}.html"
        page.write_text(PAGE.format(role=role, body=BODIES[role]), encoding="utf-8")
        sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
        return ["chromium", "--kiosk", "--window-position=0,0", "--window-size=%d,%d" % ROLES[role], "--no-first-run",
                "--disable-session-crashed-bubble", f"--user-data-dir={self.network.folder / f'chromium-{role}'}", *sandbox,
                f"file://{page}"]


def look_at(name: str, command: list, glass: Glass, processes: Processes, idle_s: float) -> dict:
    """One start of a program: seconds to its first frame, its memory; with `idle_s`, its CPU seconds in them."""
    began = time.monotonic()
    process = processes.start(name, command, {"DISPLAY": glass.name})
    while not glass.shows_a_screen():
        if not process.running or time.monotonic() - began > 60:
            raise Failed(f"{name} showed nothing:\n{process.tail()}")
        time.sleep(LOOK_S)
    found = {"first": time.monotonic() - began}
    time.sleep(SETTLE_S)
    pids = tree(process.process.pid)
    found["pss"], found["processes"] = pss_mb(pids), len(pids)
    if idle_s:
        before = cpu_s(pids)
        time.sleep(idle_s)
        found["cpu"] = cpu_s(pids) - before
    process.stop()
    wait_until("the glass is dark", lambda: not glass.shows_a_screen(), None)
    return found


def measure(folder: pathlib.Path, args, say) -> dict:
    """Rounds in turn, after one of each that is not counted: profiles and caches are made then. Idle in the last."""
    shutil.rmtree(folder, ignore_errors=True)
    network = Network(folder, say=lambda _: None, only=(POINT,))
    rounds: dict[tuple[str, str], list[dict]] = {}
    try:
        say("making a point: certificates, broker, clinic data")
        network.make()
        network.points[0].start_broker()
        network.points[0].start_agent()
        screens = Screens(network)
        named = {"kiosk": screens.kiosk} | ({"chromium": screens.chromium} if chromium_version() else {})
        for role in ROLES:
            glass = Glass(folder / "glass" / role, network.processes, role)
            for number in range(args.rounds + 1):
                for name, command in named.items():
                    say(f"{role}, {name}: start {number} of {args.rounds}")
                    last = number == args.rounds
                    found = look_at(f"{name}-{role}", command(role), glass, network.processes, args.idle if last else 0)
                    if number > 0:
                        rounds.setdefault((role, name), []).append(found)
            glass.close()
    finally:
        network.stop()
    shutil.rmtree(folder)
    return rounds


def report(rounds: dict, args, spread) -> None:
    version = chromium_version()
    print(f"\nScreens, each alone on an Xvfb (software, 24 bit): feldsher-kiosk at a working point; {version or 'Chromium'} "
          f"--kiosk with a static page of the same look and a clock, no connection;\n{args.rounds} starts in turn after "
          f"one of each that is not counted; median (least–most); CPU of one core in {args.idle:g} s idle; PSS of all its processes")
    print(f"  {'':26}{'first frame, s':>22}{'PSS, MB':>22}{'idle CPU, s':>14}{'processes':>11}")
    for (role, name), found in rounds.items():
        first, pss = [each["first"] for each in found], [each["pss"] for each in found]
        print(f"  {role + ', ' + name:26}{spread(first, '.2f'):>22}{spread(pss, '.0f'):>22}{found[-1]['cpu']:>14.2f}"
              f"{found[-1]['processes']:>11}")
    if not version:
        print("  Chromium was not measured: not installed (apt-get install chromium)")
        return
    middle = lambda found, key: statistics.median(each[key] for each in found)  # noqa: E731
    for role in ROLES:
        ours, theirs = rounds[role, "kiosk"], rounds[role, "chromium"]
        print(f"  {role}: of Chromium's first frame {middle(ours, 'first') / middle(theirs, 'first'):.2f} (aim: at most 0.33), PSS "
              f"{middle(ours, 'pss') / middle(theirs, 'pss'):.2f} (0.20), idle CPU "
              f"{ours[-1]['cpu'] / max(0.01, theirs[-1]['cpu']):.2f} (1)")
