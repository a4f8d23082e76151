"""What the demo leaves to whoever looks on: an appointment that nobody plays, and who signs in where."""
import datetime
import json
import os

from .network import Network, Point, make

YIELD_SECONDS = 90      # Longer than the minute after which a window that is signed in asks again.
WALK_IN_SECONDS = 20


def language() -> str:
    """What the reader's own system speaks, where the screens speak it too."""
    spoken = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return spoken[:2] if spoken[:2] in ("uk", "ru") else "en"


class Newcomer:
    """Has an appointment at the point, now, in its first room. Made before the network is."""

    def __init__(self, network: Network, point: Point, speaks: str):
        self.network, self.point, self.speaks = network, point, speaks
        clinic = network.clinic
        self.rooms = [terminal for terminal in point.terminals if terminal["role"] == "room"]
        shift = self._shift(self.rooms[0])
        opens = datetime.datetime.fromisoformat(shift["from"])
        # All others have come by then: the shifts began an hour ago, and their appointments are over.
        now = opens + datetime.timedelta(minutes=60)
        service = next(each for each in clinic["services"] if each["id"] == shift["services"][0])
        self.patient = clinic["patients"][len(clinic["appointments"])]
        # What the virtual patients of the day are made of: without this one.
        self.others = network.folder / "virtual/clinic.json"
        self.others.write_text(json.dumps(clinic, ensure_ascii=False), encoding="utf-8")
        midnight = datetime.datetime.combine(opens.date(), datetime.time(), datetime.timezone.utc)
        clinic["appointments"].append({
            "id": make.made_id("appointment", f"{opens.date()}/newcomer", int(midnight.timestamp()) * 1000),
            "patient": self.patient["id"], "shift": shift["id"], "service": service["id"],
            "from": now.strftime("%Y-%m-%dT%H:%M"), "minutes": service["minutes"]})
        network.write_clinic()

    def day_keys(self) -> dict:
        """For `feldsher-virtual day`: it lets whoever signs in work, and goes on."""
        return {"clinic": str(self.others), "yield_seconds": YIELD_SECONDS, "walk_in_seconds": WALK_IN_SECONDS}

    def pass_text(self) -> str:
        """What a scanner reads from the newcomer's pass. The network is made."""
        return self.network.passes[self.network.clinic["appointments"][-1]["id"]]

    def staff(self, terminal: dict) -> dict:
        """Who works at a room's terminal, or at reception."""
        if terminal["role"] == "room":
            who = self._shift(terminal)["practitioner"]
            return next(each for each in self.network.clinic["practitioners"] if each["id"] == who)
        return next(each for each in self.network.clinic["practitioners"]
                    if "registrar" in each["roles"] and terminal["point"] in each["points"])

    def _shift(self, room: dict) -> dict:
        return next(each for each in self.network.clinic["shifts"] if each["room"] == room["room"])

    def what_to_do(self, opened: list[dict]) -> str:
        """In words, for the terminals whose windows are open."""
        born = datetime.date.fromisoformat(self.patient["birth_date"])
        label = self._room_label(self.rooms[0])
        phone = "0" + self.patient["phone"].removeprefix("+380")
        lines = [f"check in       at the touchscreen: phone {phone[:3]} {phone[3:6]} {phone[6:8]} {phone[8:]}, born {born:%d.%m.%Y};",
                 f"               the board calls you to room {label}; the code on your slip opens the survey afterwards"]
        for terminal in sorted(opened, key=lambda each: each["role"] == "reception"):
            if terminal["role"] in ("room", "reception"):
                who = self.staff(terminal)
                where = f"in room {self._room_label(terminal)}" if terminal["role"] == "room" else "at reception"
                if terminal["point"] != self.point.id:
                    where += f" of {self._point_name(terminal)}"
                lines.append(f"sign in        {where} as {who['name'][self.speaks]}, PIN {who['pin']}")
        lines.append("               (the screen stays yours until you lock it; when the agent is killed you sign in again)")
        return "\n".join(f"  {line}" for line in lines)

    def _room_label(self, terminal: dict) -> str:
        return next(each["label"] for each in self.network.clinic["rooms"] if each["id"] == terminal["room"])

    def _point_name(self, terminal: dict) -> str:
        return next(each["name"][self.speaks] for each in self.network.clinic["points"] if each["id"] == terminal["point"])
