"""The screens: on the display that is there, or on Xvfb, with pictures."""
import os
import pathlib
import subprocess

from . import programs
from .network import Network, Point
from .processes import Process, wait_until
from .xvfb import start_xvfb

# Where each role's window goes, and how large it is: on a screen of 2560 × 1200, or three quarters of that.
PLACES = {"check-in": (0, 0, 600, 1180), "board": (600, 0, 1400, 620), "room": (600, 620, 640, 560),
          "reception": (1240, 620, 760, 560), "survey": (2000, 0, 560, 1180)}


class Display:
    """The display that is there, or one of our own that nobody sees."""

    def __init__(self, network: Network, hidden: bool):
        self.network = network
        self.name = "" if hidden else os.environ.get("DISPLAY", "")
        self.hidden = not self.name
        if self.hidden:
            _, self.name = start_xvfb(network.processes, "xvfb", (2560, 1200))

    def open(self, point: Point, roles: tuple[str, ...] = tuple(PLACES), **keys) -> list[Process]:
        """One window for each role of the point, and the first room's. `keys` go before what the demo configures."""
        opened, seen = [], set()
        for terminal in point.terminals:
            role = terminal["role"]
            if role not in roles or role in seen:
                continue
            seen.add(role)
            folder = self.network.terminals / terminal["name"]
            pictures = self.network.folder / "pictures" / terminal["name"]
            pictures.mkdir(exist_ok=True)
            _, _, width, height = self._place_of(role)
            config = programs.write_toml(folder / "kiosk.toml", **{
                "role": role, "terminal": terminal["name"], "room": terminal["room"] or "",
                "broker": f"ssl://127.0.0.1:{point.broker_port}", "ca": str(folder / "ca.pem"),
                "certificate": str(folder / "certificate.pem"), "key": str(folder / "key.pem"), "size": f"{width}x{height}",
                "language": "uk", "pictures": str(pictures) if self.hidden else "", **keys})
            before = self._windows()
            process = self.network.processes.start(f"kiosk-{terminal['name']}", [programs.program("kiosk"), "--config", config],
                                                   {"DISPLAY": self.name})
            opened.append(process)
            self._place(process, role, before)
        return opened

    def _place_of(self, role: str) -> tuple[int, ...]:
        """People's displays are 1920 wide; ours is as wide as the windows want."""
        return PLACES[role] if self.hidden else tuple(side * 3 // 4 for side in PLACES[role])

    def _windows(self) -> set[str]:
        done = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", ""], env=self.environment(),
                              capture_output=True, text=True)
        return set(done.stdout.split())

    def environment(self) -> dict:
        """For programs that are to use it."""
        return {**os.environ, "DISPLAY": self.name}

    def _place(self, process: Process, role: str, before: set[str]):
        """Side by side, so that one look shows them all."""
        x, y, *_ = self._place_of(role)
        found = wait_until(f"the window of {process.name}", lambda: self._windows() - before, process)
        for window in found:
            subprocess.run(["xdotool", "windowmove", window, str(x), str(y)], env=self.environment(), check=False)

    def picture(self, name: str) -> pathlib.Path:
        """A picture of the screen, as far as there are windows on it."""
        to = self.network.folder / "pictures" / f"{name}.png"
        subprocess.run(["import", "-display", self.name, "-window", "root", "-trim", f"png24:{to}"], check=True, timeout=60)
        return to
