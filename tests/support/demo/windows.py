"""The screens: on the display that is there, or on Xvfb, with pictures."""
import os
import pathlib
import subprocess

from . import programs
from .network import Network, Point
from .processes import Failed, Process, wait_until
from .xvfb import start_xvfb

# Where each role's window goes, and how large it is: on a screen of 2560 × 1200, made smaller where ours is.
SCREEN = (2560, 1200)
PLACES = {"check-in": (0, 0, 588, 1180), "board": (600, 0, 1388, 608), "room": (600, 620, 628, 560),
          "reception": (1240, 620, 748, 560), "survey": (2000, 0, 560, 1180)}
ROOM_STEP = (48, 48)    # From one room of a point to the next: they lie on one another, and each can be seen.
POINT_STEP = (90, 60)   # From one point to the next, likewise.
WALL = "#c8d3cf"        # What is between the windows when nobody's own desktop is.


def place_of(role: str, number: int, storey: int, hidden: bool) -> tuple[int, int, int, int]:
    """Left, top, width and height of the window of the point's `number`-th terminal of that role, from 0 on."""
    x, y, width, height = PLACES[role]
    if not hidden:
        return (x + number * ROOM_STEP[0] + storey * POINT_STEP[0], y + number * ROOM_STEP[1] + storey * POINT_STEP[1],
                width, height)
    if number > 0:  # A screen of our own is as large as we like: other rooms stand on the right.
        x, y = SCREEN[0] + 12, (number - 1) * (height + 12)
    return x, y + storey * SCREEN[1], width, height


class Display:
    """The display that is there, or one of our own that nobody sees. `every`: for every terminal of two points, not for
    one of each role of one. `screen`: how large our own is."""

    def __init__(self, network: Network, hidden: bool, speaks: str = "uk", every: bool = False,
                 screen: tuple[int, int] = SCREEN):
        self.network, self.speaks, self.every = network, speaks, every
        self.name = "" if hidden else os.environ.get("DISPLAY", "")
        self.hidden = not self.name
        self.scale = 1.0
        self.opened: list[dict] = []    # Terminals, those of the newest windows first.
        self._window_of: dict[str, str] = {}
        if self.hidden:
            size = (SCREEN[0] + 640, SCREEN[1] * 2) if every else screen
            _, self.name = start_xvfb(network.processes, "xvfb", size)
            self._x("display", "-size", "%dx%d" % size, "-window", "root", f"xc:{WALL}")
        else:
            said = self._x("xdotool", "getdisplaygeometry").split()
            if len(said) != 2:
                raise Failed(f"the display {self.name} does not answer; without one (unset DISPLAY) there are pictures")
            width, height = (int(side) for side in said)
            # A desktop has bars, and windows have titles.
            self.scale = min(1.0, width / (SCREEN[0] + POINT_STEP[0]), (height - 120) / SCREEN[1])

    def open(self, point: Point, roles: tuple[str, ...] = tuple(PLACES), **keys) -> list[Process]:
        """One window for each role of the point, and the first room's; or every terminal's. `keys` go before what the demo
        configures."""
        chosen, seen = [], []
        for terminal in point.terminals:
            if terminal["role"] in roles and (self.every or terminal["role"] not in seen):
                chosen.append((terminal, seen.count(terminal["role"])))
                seen.append(terminal["role"])
        # The last one opened lies on top: the first room's.
        return [self._open(point, terminal, number, keys) for terminal, number in reversed(chosen)]

    def _open(self, point: Point, terminal: dict, number: int, keys: dict) -> Process:
        folder = self.network.terminals / terminal["name"]
        pictures = self.network.folder / "pictures" / terminal["name"]
        pictures.mkdir(exist_ok=True)
        place = place_of(terminal["role"], number, self.network.points.index(point), self.hidden)
        x, y, width, height = (int(side * self.scale) for side in place)
        config = programs.write_toml(folder / "kiosk.toml", **{
            "role": terminal["role"], "terminal": terminal["name"], "room": terminal["room"] or "",
            "broker": f"ssl://127.0.0.1:{point.broker_port}", "ca": str(folder / "ca.pem"),
            "certificate": str(folder / "certificate.pem"), "key": str(folder / "key.pem"), "fullscreen": False,
            "size": f"{width}x{height}", "language": self.speaks, "pictures": str(pictures) if self.hidden else "", **keys})
        self.opened.insert(0, terminal)
        before = self._windows()
        process = self.network.processes.start(f"kiosk-{terminal['name']}", [programs.program("kiosk"), "--config", config],
                                               {"DISPLAY": self.name})
        for window in wait_until(f"the window of {process.name}", lambda: self._windows() - before, process):
            self._x("xdotool", "windowmove", window, x, y)
            self._window_of[terminal["name"]] = window
        return process

    def _windows(self) -> set[str]:
        return set(self._x("xdotool", "search", "--onlyvisible", "--name", "").split())

    def _x(self, *words: object) -> str:
        """What a program says that uses the display; nothing when it fails."""
        return subprocess.run([str(word) for word in words], env=self.environment(), capture_output=True, text=True,
                              timeout=60).stdout

    def tap(self, terminal: str, x: int, y: int):
        """A finger on that terminal's window, so many pixels from its upper left corner."""
        self._x("xdotool", "mousemove", "--window", self._window_of[terminal], x, y, "click", 1)

    def type(self, terminal: str, text: str):
        """A keyboard, or a scanner, at that terminal's window; with Enter."""
        self._x("xdotool", "windowfocus", "--sync", self._window_of[terminal],
                "type", "--delay", 4, "--args", 1, text, "key", "Return")

    def environment(self) -> dict:
        """For programs that are to use it."""
        return {**os.environ, "DISPLAY": self.name}

    def picture(self, name: str) -> pathlib.Path:
        """A picture of the screen, as far as there are windows on it."""
        to = self.network.folder / "pictures" / f"{name}.png"
        subprocess.run(["import", "-display", self.name, "-window", "root", "-trim", f"png24:{to}"], check=True, timeout=60)
        return to
