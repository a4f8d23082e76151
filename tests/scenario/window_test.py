#!/usr/bin/env python3
"""The real check-in screen under Xvfb: by itself as the package sets it up, and against a real broker, agent and central,
driven by real X events. It has the whole screen, and no window manager, as on a box."""
import ctypes
import hashlib
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

import scenario  # First: it makes tests/support importable.
import audit_disk
from demo import programs
from demo.processes import Process, Processes, free_port, wait_until
from demo.windows import Display
from demo.xvfb import start_xvfb

LANGUAGE = "uk"
WIDTH, HEIGHT = 540, 960
TICKET_SECONDS = 20
PAPER = bytes.fromhex("f4f6f4")     # What each screen of ours is drawn on.


class Glass:
    """The window as a person meets it: fingers, a scanner, eyes."""

    KEYS = "123456789+0"

    def __init__(self, test: "WindowTest"):
        self.network = test.network
        self.display = Display(self.network, hidden=True, screen=(WIDTH, HEIGHT))
        self.window, = self.display.open(test.point, ("check-in",), fullscreen=True, size="", idle=6, countdown=5)
        self.album = self.network.folder / "pictures/checkin-1"
        self.seen = self.network.folder / "pictures/seen"
        self.seen.mkdir()

    def sees(self, screen: str, seconds: float = 20) -> pathlib.Path:
        """Waits until the window shows that screen; returns its picture."""
        picture = self.album / f"check-in-{screen}-{LANGUAGE}.png"
        wait_until(f"the screen '{screen}'", picture.exists, self.window, seconds)
        return picture.rename(self.next_name(screen))

    def next_name(self, screen: str) -> pathlib.Path:
        return self.seen / f"{len(list(self.seen.iterdir())) + 1:02d}-{screen}.png"

    def x(self, *words: object):
        subprocess.run(["xdotool", *(str(word) for word in words)], env=self.display.environment(), check=True, timeout=60)

    def tap(self, x: float, y: float):
        """`x`, `y` in units: 1,080 on the short side, as kiosk/theme lays screens out."""
        self.x("mousemove", round(x * WIDTH / 1080), round(y * WIDTH / 1080), "click", 1)

    def have_appointment(self):
        self.tap(540, 751)

    def forward(self):
        self.tap(540, 1666)

    def key(self, character: str):
        """A key of the pad; returns when the screen shows that it was pressed."""
        place = self.KEYS.index(character)
        before = self.pixels()
        self.tap(215 + 325 * (place % 3), 782 + 206 * (place // 3))
        wait_until(f"the key {character} to be seen", lambda: self.pixels() != before, self.window)

    def pixels(self) -> str:
        """What stands in the field above the pad now."""
        return hashlib.sha256(pixels(self.display.name, "476x112+32+192")).hexdigest()

    def type(self, text: str):
        """As a USB scanner does: it is a keyboard that ends with Enter."""
        self.x("type", "--delay", 4, "--args", 1, text, "key", "Return")


def pixels(display: str, place: str) -> bytes:
    """What is seen there, `place` being ImageMagick's WIDTHxHEIGHT+LEFT+TOP: three octets a pixel."""
    return subprocess.run(["import", "-display", display, "-window", "root", "-crop", place, "-depth", "8", "rgb:-"],
                          capture_output=True, check=True, timeout=60).stdout


def seconds_until_dark(display: str) -> int:
    """Of the X server's own saver; 0: it never comes."""
    x = ctypes.CDLL("libX11.so.6")
    x.XOpenDisplay.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(x.XOpenDisplay(display.encode()))
    told = [ctypes.c_int(-1) for _ in range(4)]
    x.XGetScreenSaver(connection, *map(ctypes.byref, told))
    x.XCloseDisplay(connection)
    return told[0].value


def pixels_below_the_clock(picture: pathlib.Path) -> str:
    done = subprocess.run(["convert", str(picture), "-crop", f"{WIDTH}x{HEIGHT - 80}+0+80", "rgb:-"],
                          capture_output=True, check=True, timeout=60)
    return hashlib.sha256(done.stdout).hexdigest()


class ShippedTest(unittest.TestCase):
    """The package's own configuration, but that nobody is at the broker."""

    def setUp(self):
        place = tempfile.TemporaryDirectory(prefix="feldsher-")
        self.addCleanup(place.cleanup)
        self.folder = pathlib.Path(place.name)
        self.processes = Processes(self.folder / "logs")
        self.addCleanup(self.processes.stop)

    def start(self, width: int, height: int, **keys) -> tuple[Process, str]:
        """A screen on a glass of that size. `keys` go before what the package configures."""
        config = self.folder / "kiosk.toml"
        shutil.copyfile(programs.ROOT / "images/config/kiosk.toml", config)
        programs.set_keys(config, broker=f"tcp://127.0.0.1:{free_port()}", ca="", certificate="", key="", **keys)
        _, display = start_xvfb(self.processes, f"xvfb-{width}", (width, height))
        self.assertLess(0, seconds_until_dark(display), "or this test would not see who puts it off")
        return self.processes.start(f"kiosk-{width}", [programs.program("kiosk"), "--config", config],
                                    {"DISPLAY": display}), display

    def test_it_fills_the_screen_that_is_there_and_never_goes_dark(self):
        """[K4]"""
        for width, height in ((1920, 1080), (1080, 1920), (1280, 800)):
            with self.subTest(width=width, height=height):
                kiosk, display = self.start(width, height)
                tree = ["xwininfo", "-display", display, "-root", "-tree"]
                title = re.compile(r'"Feldsher: check-in \(checkin-1\)": .*?(\d+x\d+\+\d+\+\d+)')
                window = wait_until("the window", lambda: title.search(programs.run(tree)), kiosk)
                self.assertEqual(f"{width}x{height}+0+0", window.group(1))
                wait_until("it reaches the last corner",
                           lambda: pixels(display, f"1x1+{width - 1}+{height - 1}") == PAPER, kiosk)
                self.assertEqual(0, seconds_until_dark(display))

    def test_its_log_is_the_one_log_of_all_programs(self):
        """[X10] Time, level, event, fields: there is none of a text that somebody wrote. Of a fault that ends it too."""
        kiosk, _ = self.start(640, 480)
        wait_until("it says why nobody is there", lambda: self.logged(kiosk, ' warning broker: no connection reason="'), kiosk)
        # A folder that takes no picture.
        kiosk, _ = self.start(480, 640, pictures="/proc")
        self.assertEqual(1, kiosk.process.wait(30))
        self.processes.all.remove(kiosk)
        self.assertTrue(self.logged(kiosk, ' error fault reason="cannot write /proc/'), kiosk.tail())

    def logged(self, kiosk: Process, words: str) -> bool:
        """Whether a line has these words; each has the log's form."""
        lines = kiosk.log.read_text(encoding="utf-8").splitlines()
        for line in lines:
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT[\d:.]+[+-]\d\d:\d\d (info|warning|error) ")
        return any(words in line for line in lines)


class WindowTest(scenario.Scenario):
    def setUp(self):
        super().setUp()
        self.start()
        self.board = self.client("board-1", "ops/board")
        self.glass = Glass(self)
        self.addCleanup(self.keep)

    def waits(self, count: int) -> list[str]:
        """The labels on the board once so many wait."""
        self.assertTrue(self.board.wait_until(lambda: len(scenario.board(self.board)[scenario.WAITING]) == count),
                        f"{count} should wait: {scenario.board(self.board)}")
        return scenario.board(self.board)[scenario.WAITING]

    def visit_of(self, appointment: dict) -> list:
        """The records of that appointment's visit at central."""
        mine = bytes.fromhex(appointment["id"].replace("-", ""))
        journals, = self.journals(self.network.central.folder)
        return [record for journal in journals for record in journal.records
                if record.subject_type == scenario.VISIT and scenario.records.one(record.message(), 2) == mine]

    def check_in_by_phone(self, patient: dict) -> pathlib.Path:
        """From welcome to the ticket, by finger. Returns the picture of the first, empty phone screen."""
        self.glass.have_appointment()
        empty = self.glass.sees("phone")
        for character in patient["phone"]:
            self.glass.key(character)
        shutil.copy(self.glass.display.picture("phone-typed"), self.glass.next_name("phone-typed"))
        self.glass.forward()
        self.glass.sees("birth-date")
        year, month, day = patient["birth_date"].split("-")
        for character in day + month + year:
            self.glass.key(character)
        self.glass.forward()
        return empty

    def test_from_welcome_to_the_ticket_and_back(self):
        """[K4][K5][K8][Q1][X7] Phone and birth date, a scanned pass, a forged one; nothing of one patient waits for the next."""
        welcome = self.glass.sees("welcome")
        self.assertEqual([], self.waits(0))

        appointment, patient = self.appointment(0)
        empty = self.check_in_by_phone(patient)
        self.glass.sees("ticket")
        first, = self.waits(1)
        self.assertRegex(first, r"^[A-Z]\d{3}$")
        wait_until("central has the visit", lambda: self.visit_of(appointment), self.network.central_process)

        # The ticket goes by itself; what an abandoned screen was told goes with it.
        again = self.glass.sees("welcome", TICKET_SECONDS + 15)
        self.assertEqual(pixels_below_the_clock(welcome), pixels_below_the_clock(again))
        self.glass.have_appointment()
        self.assertEqual(pixels_below_the_clock(empty), pixels_below_the_clock(self.glass.sees("phone")))
        self.glass.key("5")
        self.glass.sees("welcome", 30)
        self.glass.have_appointment()
        self.assertEqual(pixels_below_the_clock(empty), pixels_below_the_clock(self.glass.sees("phone")))

        appointment, _ = self.appointment(1)
        self.glass.type(self.network.passes[appointment["id"]])
        self.glass.sees("ticket")
        self.assertEqual({first}, {first} & set(self.waits(2)))
        wait_until("central has the visit", lambda: self.visit_of(appointment), self.network.central_process)

        appointment, _ = self.appointment(2)
        real = self.network.passes[appointment["id"]]
        self.glass.type(real[:-9] + ("A" if real[-9] != "A" else "B") + real[-8:])
        self.glass.sees("refused")
        self.assertEqual(2, len(self.waits(2)))
        self.assertEqual([], self.visit_of(appointment))

        pictures = sorted(self.glass.seen.iterdir())
        complaints: list[str] = []
        self.assertEqual(len(pictures), audit_disk.pictures([str(picture) for picture in pictures], complaints), complaints)
        names = {"welcome", "phone", "birth-date", "ticket", "refused"}
        self.assertLessEqual(names, {picture.stem[3:] for picture in pictures})
        one_each = [next(picture for picture in pictures if picture.stem[3:] == name) for name in names]
        self.assertEqual(len(names), len({pixels_below_the_clock(picture) for picture in one_each}))

    def keep(self):
        """The pictures, in build/pictures: for whoever wants to look, also when it failed."""
        to = scenario.programs.BIN.parent / "pictures/window"
        shutil.rmtree(to, ignore_errors=True)
        self.glass.display.picture("the-end")
        shutil.copytree(self.network.folder / "pictures", to)


if __name__ == "__main__":
    scenario.main()
