"""Where nobody can touch the windows: somebody who does, so that their pictures show a clinic at work."""
import time

from .newcomer import Newcomer
from .windows import Display

# Pixels of the windows as windows.py makes them.
FIRST_PERSON = (170, 196)       # Of those who may sign in, at a room and at reception.
CALL_NEXT = (206, 414)          # In a room that is free.
START_OR_FINISH = (206, 342)    # In a room with a patient.
BETWEEN_TAPS = 3.0              # Seconds.


class Visitor:
    """Signs in at the first room and at reception, checks in as the newcomer, then calls, starts and finishes in the room."""

    def __init__(self, newcomer: Newcomer, display: Display, say=print):
        self.newcomer, self.display, self.say = newcomer, display, say
        self.terminals = {terminal["role"]: terminal for terminal in reversed(display.opened)}
        self.room = newcomer.rooms[0]["name"]
        self.checked_in = False
        self._next = 0.0
        self._typed: dict[str, float] = {}  # When the PIN was typed at a terminal.

    def look(self):
        """Does what there is to do; call it often."""
        if time.monotonic() < self._next:
            return
        self._next = time.monotonic() + BETWEEN_TAPS
        if any([self._at_the_door(terminal) for terminal in (self.newcomer.rooms[0], self.terminals["reception"])]):
            self._next = time.monotonic() + 1
            return
        if not self.checked_in and self._screen(self.terminals["check-in"]["name"]) == "welcome":
            self.checked_in = True
            self.display.type(self.terminals["check-in"]["name"], self.newcomer.pass_text())
        elif self._screen(self.room) == "free":
            self.display.tap(self.room, *CALL_NEXT)
        elif self._screen(self.room) == "ticket":
            self.display.tap(self.room, *START_OR_FINISH)

    def _at_the_door(self, terminal: dict) -> bool:
        """Signs in, one step at a call, and says whether there was one to do."""
        name, who = terminal["name"], self.newcomer.staff(terminal)
        screen = self._screen(name)
        if screen == "people":
            self.display.tap(name, *FIRST_PERSON)
        elif screen == "pin" and time.monotonic() > self._typed.get(name, 0) + 5 * BETWEEN_TAPS:
            self._typed[name] = time.monotonic()
            self.say(f"  {who['name'][self.newcomer.speaks]} signs in at {name}")
            self.display.type(name, who["pin"])
        return screen in ("people", "pin")

    def _screen(self, terminal: str) -> str:
        """What its window shows: it saves a picture, ROLE-SCREEN-LANGUAGE, of each new one."""
        pictures = list((self.display.network.folder / "pictures" / terminal).glob("*.png"))
        if not pictures:
            return ""
        newest = max(pictures, key=lambda picture: picture.stat().st_mtime_ns)
        role = next(each["role"] for each in self.display.opened if each["name"] == terminal)
        return newest.stem.removeprefix(f"{role}-").rpartition("-")[0]
