"""Every route and ask that names something by its id, with an id that another clinic's central knows and ours does not."""
import datetime
import json
import uuid
import zoneinfo

import scenario  # First: it makes tests/support importable.
from audit_records import put
from bus_client import ask, field, fields
from demo import programs
from demo.processes import run, wait_until

# Of Ask.act.
WALK_IN, SIGN_IN, ROOM, CALL_NEXT, MARK_PRESENT, BOOK, CANCEL = 12, 16, 18, 19, 26, 30, 31
RETURN_MINUTES, SET_ROOM_READY, ADJUST_SHIFT = 32, 34, 35
SIGNED_IN, BOOKED = 13, 17                  # Of Answer.result.
NOT_FOUND, NOT_ALLOWED = 5, 12              # AskRefusal.
KNOWN = (200, 201, 202, 403, 409)           # What a central answers that knows the id, whether or not it may do it.

GETS = ("patients/{patient}", "patients/{patient}/history", "appointments/{appointment}", "requests/{request}",
        "readings?device={device}", "readings/blocks?device={device}", "readings/hours?device={device}")
POSTS = ("points/{point}/accept-older-disk", "patients/{patient}/archive", "patients/{patient}/restore",
         "erasures/{erasure}/order", "decommissions/{decommission}/order", "appointments/{appointment}/cancel",
         "shifts/{shift}/break-lease")
LISTS = ("departments?point={point}", "rooms?point={point}", "services?point={point}", "practitioners?point={point}",
         "shifts?day={day}&point={point}", "appointments?day={day}&point={point}")

# Where, which ask, what it says, what of that is theirs, and the refusal: another room than a screen's own is not asked for.
ASKS = (
    ("room-12", ROOM, lambda of: put(1, of["room"]), ("room",), NOT_ALLOWED),
    ("room-12", CALL_NEXT, lambda of: put(1, of["room"]), ("room",), NOT_ALLOWED),
    ("reception-1", WALK_IN, lambda of: put(1, of["service"]) + put(2, of["patient"]), ("service", "patient"), NOT_FOUND),
    ("reception-1", MARK_PRESENT, lambda of: put(1, of["appointment"]), ("appointment",), NOT_FOUND),
    ("reception-1", CANCEL, lambda of: put(1, of["appointment"]), ("appointment",), NOT_FOUND),
    ("reception-1", SET_ROOM_READY, lambda of: put(1, of["room"]) + put(2, 1), ("room",), NOT_FOUND),
    ("reception-1", ADJUST_SHIFT, lambda of: put(1, of["shift"]) + put(2, 1), ("shift",), NOT_FOUND),
    ("reception-1", BOOK, lambda of: put(1, of["patient"]) + put(2, of["shift"]) + put(3, of["service"]) + put(4, of["minute"])
     + put(5, 5), ("patient", "shift", "service"), NOT_FOUND),
    ("reception-1", RETURN_MINUTES, lambda of: put(1, of["shift"]), ("shift",), NOT_FOUND),
)


def octets_of(ident: str) -> bytes:
    return uuid.UUID(ident).bytes


class ForeignIds(scenario.Scenario):
    """`other`: their central, with data of its own and a box that has enrolled for its second point."""

    def ids_name_nothing(self):
        ours, theirs = ((api, run([programs.program("central"), "token", "--dir", folder, "--name", "ann", "--kind", "person"]).split()[-1])
                        for api, folder in ((self.network.api, self.network.central.folder), (self.other.api, self.other.folder)))
        known = self.ids_of_theirs(*theirs)
        shift = self.other.clinic["shifts"][0]
        leased = shift["leased"][0]
        asked = [*((path, None) for path in GETS), *((path, {}) for path in POSTS),
                 ("shifts/{shift}/lease", {"from": leased["until"], "until": shift["until"]}), ("shifts/{shift}/recall", leased),
                 ("erasures", {"patient": known["patient"], "ground": "asked for"})]
        for path, body in asked:
            path = path.format_map(known)
            self.assertIn(self.tell(theirs, path, body)[0], KNOWN, path)
            status, said = self.tell(ours, path, body)
            self.assertEqual(404, status, path)
            self.assertEqual([], [name for name in known if known[name] in json.dumps(said)], path)
        for path in LISTS:
            path = path.format_map(known)
            status, said = self.tell(theirs, path)
            self.assertTrue(status == 200 and said, path)
            self.assertEqual((200, []), self.tell(ours, path), path)
        self.bookings_name_nothing(ours, known)
        self.tasks_name_nothing(ours, theirs, self.asks_name_nothing(known))

    @staticmethod
    def tell(who: tuple, path: str, body: object = None) -> tuple[int, object]:
        api, token = who
        return api.ask(f"/api/v1/{path}", body, token)

    def ids_of_theirs(self, *theirs) -> dict[str, str]:
        clinic = self.other.clinic
        known = {kind: clinic[f"{kind}s"][0]["id"] for kind in ("patient", "shift", "appointment", "device", "point", "room",
                                                                "service", "practitioner")}
        made = {"erasure": ("erasures", {"patient": known["patient"], "ground": "asked for"}),
                "decommission": ("decommissions", {"point": "lindens", "reason": "dead"}),
                "request": (f"shifts/{known['shift']}/recall", clinic["shifts"][0]["leased"][0])}
        for name, (path, body) in made.items():
            status, said = self.tell(theirs, path, body)
            self.assertIn(status, (201, 202), path)
            known[name] = said["request" if name == "request" else "id"]
        ours = json.dumps(self.network.clinic)
        for name, ident in known.items():
            self.assertNotIn(ident, ours, f"a {name} that is ours too tries no door")
        return {**known, "day": clinic["day"]}

    def bookings_name_nothing(self, ours: tuple, known: dict[str, str]):
        mine = self.network.clinic["shifts"][0]
        good = {"patient": self.network.clinic["patients"][-1]["id"], "shift": mine["id"], "service": mine["services"][0],
                "from": mine["until"][:11] + f"{int(mine['until'][11:13]) - 1:02}" + mine["until"][13:], "minutes": 5}
        for name in ("patient", "shift"):
            self.assertEqual(404, self.tell(ours, "appointments", {**good, name: known[name]})[0], name)
        self.assertEqual(201, self.tell(ours, "appointments", good)[0], "with ours in their place it is a booking")

    def said(self, client, terminal: str, act: int, body: bytes, session: bytes = b"") -> dict[int, object]:
        """The answer to an ask."""
        ident, octets = ask(act, body=body)
        client.publish(f"ops/{terminal}/ask", octets + (field(2, session) if session else b""))
        said = client.wait_for(lambda topic, payload: fields(payload).get(1) == ident)
        self.assertIsNotNone(said, f"{terminal} has no answer")
        return fields(said[1])

    def signed_in(self, terminal: str, person: str):
        """A screen with a session of that person. Whom only their clinic has does not come in, with the right PIN."""
        client = self.client(terminal)
        (mine, pin), (foreign, other_pin) = ((octets_of(each["id"]), each["pin"].encode())
                                             for clinic in (self.network.clinic, self.other.clinic)
                                             for each in clinic["practitioners"] if each["name"]["en"] == person)
        refused = self.said(client, terminal, SIGN_IN, field(1, foreign) + field(2, other_pin))
        self.assertEqual(NOT_FOUND, refused.get(2))
        return client, fields(self.said(client, terminal, SIGN_IN, field(1, mine) + field(2, pin))[SIGNED_IN])[1]

    def asks_name_nothing(self, known: dict[str, str]) -> dict:
        """The booking that was made with our ids in the place of theirs."""
        clinic = self.network.clinic
        shift = clinic["shifts"][0]
        people = {each["id"]: each for each in clinic["practitioners"]}
        registrar = next(each for each in people.values() if each["roles"] == ["registrar"] and self.point.id in each["points"])
        screens = {"room-12": self.signed_in("room-12", people[shift["practitioner"]]["name"]["en"]),
                   "reception-1": self.signed_in("reception-1", registrar["name"]["en"])}
        opens = datetime.datetime.fromisoformat(shift["leased"][0]["from"]).replace(tzinfo=zoneinfo.ZoneInfo(clinic["points"][0]["zone"]))
        theirs = {name: octets_of(ident) for name, ident in known.items() if name != "day"}
        mine = {"patient": clinic["patients"][-1]["id"], "shift": shift["id"], "service": shift["services"][0], "room": shift["room"],
                "appointment": self.network.appointments()[-1]["id"]}
        mine = {name: octets_of(ident) for name, ident in mine.items()} | {"minute": int(opens.timestamp()) // 60}
        booked = {}
        for terminal, act, body, names, refusal in ASKS:
            client, session = screens[terminal]
            for name in names:
                said = self.said(client, terminal, act, body({**mine, name: theirs[name]}), session)
                self.assertEqual(refusal, said.get(2, 0), (act, name))
            said = self.said(client, terminal, act, body(mine), session)
            self.assertNotIn(said.get(2, 0), (NOT_FOUND, NOT_ALLOWED), act)
            booked = said if act == BOOK else booked
        self.assertIn(BOOKED, booked, f"refused: {booked.get(2)}")
        return {"shift": shift["id"], "appointment": str(uuid.UUID(bytes=fields(booked[BOOKED])[1]))}

    def tasks_name_nothing(self, ours: tuple, theirs: tuple, booking: dict):
        """Only a point at work brings a task about, and theirs have none: this once their door is tried with an id of ours."""
        wait_until("the booking reaches central", lambda: self.tell(ours, f"appointments/{booking['appointment']}")[0] == 200)
        status, shift = self.tell(ours, f"shifts/{booking['shift']}/break-lease", {})
        self.assertEqual((200, 1), (status, len(shift["tasks"])))
        path = f"tasks/{shift['tasks'][0]['id']}/complete"
        self.assertEqual(404, self.tell(theirs, path, {})[0])
        self.assertEqual(200, self.tell(ours, path, {})[0])
