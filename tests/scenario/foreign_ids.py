"""Every route that names something by its id, with an id that another clinic's central knows and ours does not."""
import json
import uuid

from foreign_asks import ForeignAsks, PointAtWork, names_something
from demo import programs
from demo.processes import run, wait_until

KNOWN = (200, 201, 202, 403, 409)           # What a central answers that knows the id, whether or not it may do it.
THEIR_POINT, THEIR_SCREEN = "poplars", "their-screen"   # Names that only they have.

GETS = ("patients/{patient}", "patients/{patient}/history", "appointments/{appointment}", "requests/{request}",
        "readings?device={device}", "readings/blocks?device={device}", "readings/hours?device={device}")
POSTS = ("points/{point}/accept-older-disk", "patients/{patient}/archive", "patients/{patient}/restore",
         "erasures/{erasure}/order", "decommissions/{decommission}/order", "appointments/{appointment}/cancel",
         "shifts/{shift}/break-lease", "tasks/{task}/complete")
LISTS = ("departments?point={point}", "rooms?point={point}", "services?point={point}", "practitioners?point={point}",
         "shifts?day={day}&point={point}", "appointments?day={day}&point={point}", "tasks?point={point}&status=any")
# What is posted, where it names something: which of it, and by which method it is tried.
BODIES = {"shifts/{shift}/lease": ((), "routes_name_nothing"), "shifts/{shift}/recall": ((), "routes_name_nothing"),
          "erasures": (("patient",), "routes_name_nothing"), "decommissions": ((), "routes_name_nothing"),
          "appointments": (("patient", "shift", "service"), "bookings_name_nothing"),
          "clinic": ((), "files_name_nothing"), "access": ((), "access_names_nothing")}
# Routes that take no id.
NAMES_NOTHING = {("GET", "incidents"): "how many", ("GET", "patients"): "words of a name, which are looked for in what is here"}

# What `POST access` does with a name that only they have. After the third they have a screen of that name.
ACCESS = (
    {"act": "open-code", "point": THEIR_POINT, "number": "0123456789", "verifier": "00" * 32},
    {"act": "name-broker", "point": THEIR_POINT, "broker_hosts": ["broker.example"]},
    {"act": "record-certificate", "kind": "terminal", "name": THEIR_SCREEN, "point": THEIR_POINT, "serial": "0badcafe",
     "not_after_s": 2_000_000_000},
    {"act": "revoke", "kind": "terminal", "name": THEIR_SCREEN},
    {"act": "lose-point", "point": THEIR_POINT},
)
NAMES_NOBODY = {"pass-keys": "central's own keys"}
# What a file of clinic data names, in some list of it.
FILE_NAMES = {"point", "department", "points", "services", "room", "practitioner", "patient", "shift", "service", "device"}
# A file gives these; nothing that central knows is looked up by them.
FILE_GIVES = {"points.node": "whoever enrols for the point becomes it", "custody.home_node": "the box that a wearable speaks to"}


class ForeignIds(ForeignAsks):
    """`other`: another clinic's network, whose first point works."""

    def ids_name_nothing(self):
        ours, theirs = ((network.api, run([programs.program("central"), "token", "--dir", network.central.folder, "--name", "ann",
                                           "--kind", "person"]).split()[-1]) for network in (self.network, self.other))
        self.files_name_nothing()
        self.bookings_name_nothing(ours, theirs)
        at_ours, at_theirs = self.asks_name_nothing()
        known = self.ids_of_theirs(theirs, at_theirs)
        mine = self.task_of(ours, at_ours)
        self.routes_name_nothing(ours, theirs, known)
        self.assertEqual([mine], [each["id"] for each in self.tell(ours, f"tasks?point={self.point.id}")[1]])
        self.assertEqual(200, self.tell(ours, f"tasks/{mine}/complete", {})[0])
        self.access_names_nothing()

    def routes_name_nothing(self, ours: tuple, theirs: tuple, known: dict[str, str]):
        leased = self.other.clinic["shifts"][0]["leased"][0]
        asked = [*((path, None) for path in GETS), *((path, {}) for path in POSTS),
                 ("shifts/{shift}/lease", {"from": leased["until"], "until": self.other.clinic["shifts"][0]["until"]}),
                 ("shifts/{shift}/recall", leased), ("erasures", {"patient": known["patient"], "ground": "asked for"}),
                 ("decommissions", {"point": THEIR_POINT, "reason": "dead"})]
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

    @staticmethod
    def tell(who: tuple, path: str, body: object = None) -> tuple[int, object]:
        api, token = who
        return api.ask(f"/api/v1/{path}", body, token)

    def ids_of_theirs(self, theirs: tuple, at_theirs: PointAtWork) -> dict[str, str]:
        clinic = self.other.clinic
        known = {kind: clinic[f"{kind}s"][0]["id"] for kind in ("patient", "shift", "appointment", "device", "point", "room",
                                                                "service", "practitioner")}
        made = {"erasure": ("erasures", {"patient": known["patient"], "ground": "asked for"}),
                "decommission": ("decommissions", {"point": THEIR_POINT, "reason": "dead"}),
                "request": (f"shifts/{known['shift']}/recall", clinic["shifts"][0]["leased"][0])}
        for name, (path, body) in made.items():
            status, said = self.tell(theirs, path, body)
            self.assertIn(status, (201, 202), path)
            known[name] = said["request" if name == "request" else "id"]
        known["task"] = self.task_of(theirs, at_theirs)
        ours = json.dumps(self.network.clinic)
        for name, ident in known.items():
            self.assertNotIn(ident, ours, f"a {name} that is ours too tries no door")
        return {**known, "day": clinic["day"]}

    def task_of(self, who: tuple, at: PointAtWork) -> str:
        """Only a point at work brings a task about: a booking of its own, in minutes that are taken from it."""
        booked = uuid.UUID(bytes=at.known["booked"])
        wait_until("the booking reaches central", lambda: self.tell(who, f"appointments/{booked}")[0] == 200)
        status, shift = self.tell(who, f"shifts/{at.shift['id']}/break-lease", {})
        self.assertEqual((200, 1), (status, len(shift["tasks"])))
        return shift["tasks"][0]["id"]

    def bookings_name_nothing(self, ours: tuple, theirs: tuple):
        wanted = []
        for who, network in ((ours, self.network), (theirs, self.other)):
            shift = network.clinic["shifts"][0]
            good = {"patient": network.clinic["patients"][-1]["id"], "shift": shift["id"], "service": shift["services"][0],
                    "from": shift["until"][:11] + f"{int(shift['until'][11:13]) - 1:02}" + shift["until"][13:], "minutes": 5}
            wanted.append((who, network.points[0].id, good))
        for name in BODIES["appointments"][0]:
            self.assertEqual(404, self.tell(ours, "appointments", {**wanted[0][2], name: wanted[1][2][name]})[0], name)
        for who, point, good in wanted:     # With their own in their place it is a booking, and the point knows whose.
            self.assertEqual(201, self.tell(who, "appointments", good)[0])
            wait_until("the point has heard of it", lambda who=who, point=point: self.has_heard(who, point))

    def has_heard(self, who: tuple, point: str) -> bool:
        """Whether the point has all that its central has for it."""
        found = next(each for each in self.tell(who, "points")[1] if each["id"] == point)
        return found["feed_items"] == found["feed_acknowledged"]

    def files_name_nothing(self):
        """A file of clinic data that is good, but for one id in it."""
        tried = set()
        for kind, entries in self.network.clinic.items():
            for number, entry in enumerate(entries if isinstance(entries, list) else ()):
                for name, ident in entry.items():
                    field = f"{kind}.{name}"
                    if name == "id" or field in tried or field in FILE_GIVES or not names_something(ident):
                        continue
                    tried.add(field)
                    foreign = self.other.clinic[kind][number][name]
                    self.assertNotEqual(ident, foreign, field)
                    status, said = self.load({kind: [{**entry, name: foreign}]})
                    self.assertEqual(400, status, field)
                    self.assertIn(f"{kind}[0].{name}", said["detail"])
                    self.assertEqual(200, self.load({kind: [entry]})[0], field)
        self.assertEqual(FILE_NAMES, {field.split(".")[1] for field in tried})

    def load(self, lists: dict) -> tuple[int, dict]:
        return self.network.api.ask("/api/v1/clinic", {"format": self.network.clinic["format"], **lists})

    def access_names_nothing(self):
        for act in ACCESS:
            status, said = self.network.api.ask("/api/v1/access", act)
            self.assertEqual(404, status, act)
            self.assertRegex(said["detail"], "no point of this name|nobody of this kind and name")
            self.assertEqual(200, self.other.api.ask("/api/v1/access", act)[0], act)
