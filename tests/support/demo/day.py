"""What happens in the day, and when: people, devices, a line that is cut, an agent that is killed."""
import datetime
import json
import pathlib
import time
import zoneinfo

from .network import Network, Point
from .processes import Failed, wait_until


class Day:
    """Plays in the network. `seconds` is how long people come; what they began is always ended."""

    def __init__(self, network: Network, seconds: float, say=print):
        self.network, self.seconds, self.say = network, seconds, say
        self.began = time.monotonic()
        self.kills = 0
        self.cuts: list[list[int]] = []     # Unix ms.
        self.players: list = []
        self._bookings = 0
        self._ledger = network.folder / "audit/ledgers/central.jsonl"

    def begin(self, open_end: bool = False, **keys):
        """`open_end`: wearables report until they are told to stop. `keys`: for `feldsher-virtual day`."""
        for number, point in enumerate(self.network.points):
            self.players.append(self.network.start_wearables(point, 0 if open_end else self.seconds * 0.9, 100 + number))
            if not point.home:
                self.players.append(self.network.start_patients(point, self.seconds * 0.8, 200 + number, **keys))

    def until(self, share: float, watch=lambda: None):
        """Waits for that share of the day, and notices when something ends that should not."""
        while (left := self.began + share * self.seconds - time.monotonic()) > 0:
            self.network.check_alive()
            watch()
            time.sleep(min(left, 0.25))

    def cut(self, point: Point):
        self.say(f"  {self.clock()} the line of {point.name} is cut")
        point.line.cut()
        self.cuts.append([unix_ms(), 0])

    def heal(self, point: Point):
        point.line.heal()
        self.cuts[-1][1] = unix_ms()
        self.say(f"  {self.clock()} the line of {point.name} is back")

    def kill(self, point: Point):
        """Kill -9, under load, and starts it again."""
        connected = not point.line.is_cut
        self.say(f"  {self.clock()} the agent of {point.name} is killed and started again")
        point.agent.kill()
        self.kills += 1
        point.start_agent(connected)

    def book_at_central(self, point: Point, each_shift: int = 1):
        """Books in minutes that central holds, in every shift of the point, as the call-centre would."""
        clinic = self.network.clinic
        zone = zoneinfo.ZoneInfo(point.entry["zone"])
        minutes = {service["id"]: service["minutes"] for service in clinic["services"]}
        spare = clinic["patients"][len(clinic["appointments"]):]
        for shift in (each for each in clinic["shifts"] if each["point"] == point.id):
            free = unix_minute(shift["leased"][-1]["until"], zone)
            for _ in range(each_shift):
                service = shift["services"][0]
                wanted = {"patient": spare[self._bookings % len(spare)]["id"], "shift": shift["id"], "service": service,
                          "minute": free + 30 * (self._bookings // len(clinic["shifts"])), "minutes": minutes[service]}
                self._bookings += 1
                status, answer = self.network.api.ask("/api/v1/appointments", wanted)
                if status != 201:
                    raise Failed(f"central did not book {wanted}: {status} {answer}")
                self._write({"t": unix_ms(), "who": "registrar", "event": "booked", "where": "central",
                             "appointment": answer["id"], "requested": False, **wanted})

    def end(self, seconds: float = 90):
        """Until everyone has been served and every reading is receipted, and central has it all."""
        for process in self.players:
            wait_until(f"{process.name} is done", lambda process=process: not process.running, seconds=seconds)
            if process.process.returncode:
                raise Failed(f"{process.name} failed:\n{process.tail()}")
        self.network.settle()

    def seconds_cut(self) -> float:
        return sum(point.line.seconds_cut() for point in self.network.points if point.line)

    def clock(self) -> str:
        return f"{time.monotonic() - self.began:4.0f} s"

    def _write(self, entry: dict):
        with self._ledger.open("a", encoding="utf-8") as out:
            out.write(json.dumps(entry) + "\n")


def unix_ms() -> int:
    return time.time_ns() // 1_000_000


def unix_minute(civil: str, zone: zoneinfo.ZoneInfo) -> int:
    return int(datetime.datetime.fromisoformat(civil).replace(tzinfo=zone).timestamp()) // 60


def play_headless(network: Network, seconds: float, picture, say=print) -> tuple[Day, list[pathlib.Path]]:
    """The day by itself: a third of it one point's line is cut; on both sides of the cut the same shifts are booked."""
    day = Day(network, seconds, say)
    first, second = network.point("embankment"), network.point("lindens")
    pictures = []
    day.begin()
    day.until(0.15)
    pictures.append(picture("1-before-the-cut"))
    day.cut(first)
    day.book_at_central(first)
    day.until(0.30)
    day.kill(first)
    pictures.append(picture("2-during-the-cut"))
    day.until(0.15 + 1 / 3)
    day.heal(first)
    day.until(0.65)
    day.kill(second)
    day.until(1.0)
    pictures.append(picture("3-after-the-day"))
    say(f"  {day.clock()} the day is over; waiting for the last patients and readings")
    day.end()
    return day, pictures


def play_for_people(network: Network, seconds: float | None, day_keys: dict, visitor, picture, say=print) -> Day:
    """The day for somebody who looks: slower, and it goes on until it is stopped. With a visitor, for lack of people who
    look: with pictures."""
    day = Day(network, 300, say)
    first, second = network.point("embankment"), network.point("lindens")
    day.begin(open_end=True, **day_keys)
    story = [(40, "cut", first), (55, "book", first), (70, "kill", first), (90, "heal", first), (120, "kill", second),
             (150, "cut", second), (180, "heal", second)]
    acts = {"cut": day.cut, "heal": day.heal, "kill": day.kill, "book": day.book_at_central}
    next_picture, number = 10, 0
    while seconds is None or time.monotonic() - day.began < seconds:
        passed = time.monotonic() - day.began
        if story and passed >= story[0][0]:
            _, what, point = story.pop(0)
            acts[what](point)
        if visitor:
            visitor.look()
        if visitor and passed >= next_picture:
            number, next_picture = number + 1, next_picture + 20
            say(f"  {day.clock()} picture: {picture(f'{number:03d}')}")
        network.check_alive(*day.players)
        time.sleep(0.25)
    return day
