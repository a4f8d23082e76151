"""Every ask that names something by its id, at a screen of ours, with an id that another clinic's point knows and ours does not."""
import datetime
import secrets
import uuid
import zoneinfo

import scenario  # First: it makes tests/support importable.
from audit_records import put
from bus_client import CATALOGUE, Client, ask, field, fields

# Of Ask.act.
WALK_IN, OPEN_SURVEY, ANSWER_SURVEY, SIGN_IN, ROOM, CALL_NEXT, CALL_AGAIN, SKIP, TRANSFER = 12, 14, 15, 16, 18, 19, 20, 21, 22
SERVE, FINISH, MARK_PRESENT, PRIORITISE, UNDO, FREE_MINUTES, BOOK, CANCEL = 23, 24, 26, 27, 28, 29, 30, 31
RETURN_MINUTES, SET_ROOM_READY, ADJUST_SHIFT = 32, 34, 35
# Of Answer.result.
CHECKED_IN, GIVEN_CATALOGUE, SURVEY_OPENED, SIGNED_IN, FREE, BOOKED, DONE = 10, 11, 12, 13, 16, 17, 19
NOT_FOUND, CODE_UNKNOWN, NOT_SIGNED_IN, NOT_ALLOWED = 5, 8, 11, 12      # AskRefusal.
URGENT = 4                                                              # Priority.

# Where, which ask, what it says, what of that is theirs, and the refusal: another room than a screen's own is not asked for.
# In this order a ticket of ours goes from its walk-in to the end of its visit.
ASKS = (
    ("room-12", ROOM, lambda of: put(1, of["room"]), ("room",), NOT_ALLOWED),
    ("reception-1", WALK_IN, lambda of: put(1, of["service"]) + put(2, of["patient"]), ("service", "patient"), NOT_FOUND),
    ("reception-1", PRIORITISE, lambda of: put(1, of["ticket"]) + put(2, URGENT), ("ticket",), NOT_FOUND),
    ("reception-1", UNDO, lambda of: put(1, of["ask"]), ("ask",), NOT_FOUND),
    ("reception-1", TRANSFER, lambda of: put(1, of["ticket"]) + put(2, of["service"]), ("ticket", "service"), NOT_FOUND),
    ("room-12", CALL_NEXT, lambda of: put(1, of["room"]), ("room",), NOT_ALLOWED),
    ("room-12", CALL_AGAIN, lambda of: put(1, of["ticket"]), ("ticket",), NOT_FOUND),
    ("room-12", SKIP, lambda of: put(1, of["ticket"]), ("ticket",), NOT_FOUND),
    ("room-12", CALL_NEXT, lambda of: put(1, of["room"]), ("room",), NOT_ALLOWED),
    ("room-12", SERVE, lambda of: put(1, of["ticket"]), ("ticket",), NOT_FOUND),
    ("room-12", FINISH, lambda of: put(1, of["ticket"]), ("ticket",), NOT_FOUND),
    ("survey-1", OPEN_SURVEY, lambda of: put(1, of["code"]), ("code",), CODE_UNKNOWN),
    ("survey-1", ANSWER_SURVEY, lambda of: put(1, of["code"]) + of["answers"], ("code",), CODE_UNKNOWN),
    ("reception-1", MARK_PRESENT, lambda of: put(1, of["appointment"]), ("appointment",), NOT_FOUND),
    ("reception-1", CANCEL, lambda of: put(1, of["appointment"]), ("appointment",), NOT_FOUND),
    ("reception-1", SET_ROOM_READY, lambda of: put(1, of["room"]) + put(2, 1), ("room",), NOT_FOUND),
    ("reception-1", ADJUST_SHIFT, lambda of: put(1, of["shift"]) + put(2, 1), ("shift",), NOT_FOUND),
    ("reception-1", BOOK, lambda of: put(1, of["patient"]) + put(2, of["shift"]) + put(3, of["service"]) + put(4, of["minute"])
     + put(5, 5), ("patient", "shift", "service"), NOT_FOUND),
    ("reception-1", RETURN_MINUTES, lambda of: put(1, of["shift"]), ("shift",), NOT_FOUND),
)
# With our ids it is refused all the same, for what it is about: the appointment was marked present just before.
KNOWN_BUT_REFUSED = {CANCEL}
# Tried below in another way: (act, field) → by which method.
OTHERWISE = {(SIGN_IN, "practitioner"): "sign_in", (FREE_MINUTES, "service"): "free_minutes_name_nothing"}
# Of Ask itself.
OF_EVERY_ASK = {"id": "repeats_name_nothing", "session": "sessions_name_nothing"}


def octets_of(ident: str) -> bytes:
    return uuid.UUID(ident).bytes


def names_something(ident: object) -> bool:
    """Whether it is an id, or a list of them."""
    try:
        return bool([uuid.UUID(each) for each in (ident if isinstance(ident, list) else [ident])])
    except (AttributeError, TypeError, ValueError):
        return False


class PointAtWork:
    """The screens of a network's first point, and who is signed in at them."""

    def __init__(self, case: "ForeignAsks", network):
        self.case, self.clinic, self.point = case, network.clinic, network.points[0]
        self.terminals, self.screens, self.sessions = network.terminals, {}, {}
        self.shift = self.clinic["shifts"][0]
        people = {each["id"]: each for each in self.clinic["practitioners"]}
        self.people = {"room-12": people[self.shift["practitioner"]],
                       "reception-1": next(each for each in people.values()
                                           if each["roles"] == ["registrar"] and self.point.id in each["points"])}
        opens = datetime.datetime.fromisoformat(self.shift["leased"][0]["from"])
        opens = opens.replace(tzinfo=zoneinfo.ZoneInfo(self.point.entry["zone"]))
        answers = b"".join(put(2, put(1, each["link_id"].encode()) + put(2, 1) + put(3, each["scale"]))
                           for each in self.clinic["surveys"][0]["questions"])
        self.known = {"patient": octets_of(self.clinic["patients"][-1]["id"]), "shift": octets_of(self.shift["id"]),
                      "service": octets_of(self.shift["services"][0]), "room": octets_of(self.shift["room"]),
                      "appointment": octets_of(network.appointments()[-1]["id"]),
                      "minute": int(opens.timestamp()) // 60, "answers": answers}

    def said(self, terminal: str, act: int, body: bytes = b"", session: bytes | None = None,
             ident: bytes | None = None) -> dict[int, object]:
        """The answer to an ask."""
        if terminal not in self.screens:
            self.screens[terminal] = Client(self.point.broker_port, self.terminals / terminal,
                                            f"{terminal}-{secrets.token_hex(4)}", [f"ops/{terminal}/answer"])
            self.case.clients.append(self.screens[terminal])
        client, session = self.screens[terminal], self.sessions.get(terminal, b"") if session is None else session
        ident, octets = ask(act, ident, body)
        client.heard.clear()    # A repeat has the answer of its first time there.
        client.publish(f"ops/{terminal}/ask", octets + (field(2, session) if session else b""))
        said = client.wait_for(lambda topic, payload: fields(payload).get(1) == ident)
        self.case.assertIsNotNone(said, f"{terminal} has no answer")
        return fields(said[1])

    def sign_in(self, *others: "PointAtWork"):
        """Whom only `others` have does not come in, with the right PIN."""
        for terminal, person in self.people.items():
            for other in others:
                stranger = other.people[terminal]
                refused = self.said(terminal, SIGN_IN, put(1, octets_of(stranger["id"])) + put(2, stranger["pin"].encode()))
                self.case.assertEqual(NOT_FOUND, refused.get(2))
            said = self.said(terminal, SIGN_IN, put(1, octets_of(person["id"])) + put(2, person["pin"].encode()))
            self.sessions[terminal] = fields(said[SIGNED_IN])[1]

    def does(self, terminal: str, act: int, body) -> dict[int, object]:
        """What is granted with the ids that are known here; it makes more of them known."""
        ident = secrets.token_bytes(16)
        said = self.said(terminal, act, body(self.known), ident=ident)
        refusals = (NOT_FOUND, NOT_ALLOWED) if act in KNOWN_BUT_REFUSED else range(1, 100)
        self.case.assertNotIn(said.get(2, 0), refusals, act)
        self.known["ask"] = ident
        if act == WALK_IN:
            ticket = fields(said[CHECKED_IN])
            self.known |= {"ticket": ticket[13], "code": ticket[2], "walk-in": ident}
        if act == BOOK:
            self.known["booked"] = fields(said[BOOKED])[1]
        return said


class ForeignAsks(scenario.Scenario):
    """`other`: another clinic's network, whose first point works."""

    def asks_name_nothing(self) -> tuple[PointAtWork, PointAtWork]:
        """Our point and theirs, after a ticket of each has gone from its walk-in to its end."""
        ours, theirs = PointAtWork(self, self.network), PointAtWork(self, self.other)
        theirs.sign_in()
        for terminal, act, body, *_ in ASKS:
            if act not in (ANSWER_SURVEY, RETURN_MINUTES):      # The code stays good, and the minutes theirs.
                theirs.does(terminal, act, body)
        ours.sign_in(theirs)
        for terminal, act, body, names, refusal in ASKS:
            for name in names:
                said = ours.said(terminal, act, body({**ours.known, name: theirs.known[name]}))
                self.assertEqual(refusal, said.get(2, 0), (act, name))
            ours.does(terminal, act, body)
        self.free_minutes_name_nothing(ours, theirs)
        self.sessions_name_nothing(ours, theirs)
        self.repeats_name_nothing(ours, theirs)
        return ours, theirs

    def free_minutes_name_nothing(self, ours: PointAtWork, theirs: PointAtWork):
        for asked, known, found in ((ours, ours, True), (ours, theirs, False), (theirs, theirs, True)):
            said = asked.said("reception-1", FREE_MINUTES, put(1, known.known["service"]))
            self.assertEqual((0, found), (said.get(2, 0), 1 in fields(said[FREE])))

    def sessions_name_nothing(self, ours: PointAtWork, theirs: PointAtWork):
        for session, refusal in ((theirs.sessions["room-12"], NOT_SIGNED_IN), (ours.sessions["room-12"], 0)):
            said = ours.said("room-12", ROOM, put(1, ours.known["room"]), session=session)
            self.assertEqual(refusal, said.get(2, 0))

    def repeats_name_nothing(self, ours: PointAtWork, theirs: PointAtWork):
        """The number of an act that was done there, which there gets the same answer again, is a new one here."""
        for at, result in ((theirs, CHECKED_IN), (ours, GIVEN_CATALOGUE)):
            self.assertIn(result, at.said("reception-1", CATALOGUE, ident=theirs.known["walk-in"]))
