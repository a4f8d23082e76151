"""Which doors there are at which something is named: read from the sources, so that a new one is noticed."""
import dataclasses
import pathlib
import re
import unittest

import foreign_asks
import foreign_ids  # Before what lies in tests/support: it makes that importable.
from demo import programs

API, ACCESS = "central/api", "central/commands/access_act.cpp"
FILES, BUS = "central/commands/clinic_file.cpp", "protocol/contracts/bus.proto"

ROUTE = re.compile(r'route\("(\w+)",\s*"/api/v1/([^"]+)",\s*(\w+),')
READER = re.compile(r"\bApi::(read_\w+)\(RouteInput& in\) \{(.*?)\}\n(?=\n|\Z)", re.S)
IN_PATH, IN_QUERY = re.compile(r"\{(\w+)\}"), re.compile(r'query_id\("(\w+)"')
IN_BODY = re.compile(r'(?:in|each|fields)\.(?:optional_)?ids?\("(\w+)"')
ACT = re.compile(r'what == "([a-z-]+)"')
MESSAGE = re.compile(r"^message (\w+) \{(?:\}|\n(.*?)^\})", re.M | re.S)
OCTETS = re.compile(r"^  (?:repeated )?bytes (\w+) = \d+;", re.M)
MEMBER = re.compile(r"^    (\w+) \w+ = (\d+);", re.M)


def source(path: str) -> str:
    """Of a file, or of all that lie in a folder."""
    place = programs.ROOT / path
    found = [place] if place.is_file() else sorted(place.glob("*.cpp"))
    assert found, path
    return "".join(pathlib.Path(each).read_text(encoding="utf-8") for each in found)


@dataclasses.dataclass(frozen=True)
class Route:
    method: str
    path: str                   # "shifts/{id}/lease".
    reader: str
    names: frozenset[str]       # Ids that it takes in the query and in the body.

    @property
    def key(self) -> tuple[str, str]:
        return self.method, self.path


def routes(text: str) -> list[Route]:
    readers = dict(READER.findall(text))
    found = []
    for method, path, reader in ROUTE.findall(text):
        body = readers.get(reader, "")
        assert body or reader in ("nothing", "id"), f"the reader {reader} is not where it was"
        found.append(Route(method, path, reader, frozenset(IN_QUERY.findall(body)) | frozenset(IN_BODY.findall(body))))
    assert len(found) == text.count('route("'), "a route that is written in another way"
    return found


def tried_path(template: str) -> tuple[str, frozenset[str]]:
    """Of "shifts/{shift}?point={point}": as the route says it, and what it tries in the query."""
    path, _, query = template.partition("?")
    return IN_PATH.sub("{id}", path), frozenset(part.partition("=")[0] for part in query.split("&") if "{" in part)


def access_acts(text: str) -> set[str]:
    return set(ACT.findall(text))


def ids_in_files(text: str) -> set[str]:
    return set(IN_BODY.findall(text)) - {"id"}


def ids_in_asks(text: str) -> tuple[set[str], set[tuple[int, str]]]:
    """Of Ask itself, and (number in the oneof, field) of each of its acts."""
    messages = dict(MESSAGE.findall(text))
    acts = MEMBER.findall(messages["Ask"])
    assert len(acts) == len(re.findall(r"^    ", messages["Ask"], re.M)), "an act that is written in another way"
    return set(OCTETS.findall(messages["Ask"])), {(int(number), name) for kind, number in acts
                                                  for name in OCTETS.findall(messages[kind])}


class EveryDoorTest(unittest.TestCase):
    """What the tenants' test tries is all that there is to try: a new route, act or id has to be added to its lists."""

    def untried_routes(self, text: str) -> list[str]:
        tried: dict[tuple[str, str], frozenset[str]] = {}
        for method, templates in (("GET", (*foreign_ids.GETS, *foreign_ids.LISTS)), ("POST", foreign_ids.POSTS)):
            tried |= {(method, path): names for path, names in map(tried_path, templates)}
        for template, (names, _) in foreign_ids.BODIES.items():
            tried["POST", tried_path(template)[0]] = frozenset(names)
        there = routes(text)
        self.assertLessEqual({*tried, *foreign_ids.NAMES_NOTHING}, {route.key for route in there}, "one that has gone")
        return [f"{route.method} {route.path}" for route in there
                if route.reader != "nothing" and route.key not in foreign_ids.NAMES_NOTHING
                and not (route.key in tried and route.names <= tried[route.key])]

    @staticmethod
    def untried_asks(text: str) -> set:
        of_ask, of_acts = ids_in_asks(text)
        tried = {(act, name) for _, act, _, names, _ in foreign_asks.ASKS for name in names}
        return (of_ask - foreign_asks.OF_EVERY_ASK.keys()) | (of_acts - tried - foreign_asks.OTHERWISE.keys())

    def test_every_route_that_names_something_is_tried(self):
        """[N4] And an untried one is noticed."""
        text = source(API)
        self.assertEqual([], self.untried_routes(text))
        tail = "\n\nApi::New Api::read_new(RouteInput& in) {\n  return {in.optional_query_id(\"room\")};\n}\n"
        for new in ('route("GET", "/api/v1/rooms/{id}", id, &Api::room);', 'route("GET", "/api/v1/beds", read_new, &Api::beds);'):
            self.assertEqual(1, len(self.untried_routes(new + text + tail)), new)
        self.assertEqual(["GET rooms"], self.untried_routes(text.replace('"/api/v1/rooms", read_point', '"/api/v1/rooms", read_new') + tail))

    def test_every_ask_that_names_something_is_tried(self):
        """[N4] And an untried one is noticed."""
        text = source(BUS)
        self.assertEqual(set(), self.untried_asks(text))
        self.assertEqual({(19, "person")}, self.untried_asks(text.replace("message CallNext {", "message CallNext {\n  bytes person = 2;")))
        self.assertEqual({"device"}, self.untried_asks(text.replace("message Ask {", "message Ask {\n  bytes device = 4;")))
        self.assertEqual({(37, "ticket")}, self.untried_asks(text.replace("  oneof act {", "  oneof act {\n    Serve new = 37;")))

    def test_every_act_of_access_is_tried(self):
        """[N4] By whoever has a good token."""
        acts = access_acts(source(ACCESS))
        self.assertEqual(acts, {each["act"] for each in foreign_ids.ACCESS} | foreign_ids.NAMES_NOBODY.keys())

    def test_every_id_in_a_file_of_clinic_data_is_tried(self):
        """[N4] By its name, in whichever list it is."""
        self.assertEqual(ids_in_files(source(FILES)), foreign_ids.FILE_NAMES | {each.split(".")[1] for each in foreign_ids.FILE_GIVES})

    def test_what_is_tried_in_another_way_is(self):
        for method in (*foreign_asks.OTHERWISE.values(), *foreign_asks.OF_EVERY_ASK.values(), *(way for _, way in foreign_ids.BODIES.values())):
            self.assertTrue(hasattr(foreign_ids.ForeignIds, method) or hasattr(foreign_asks.PointAtWork, method), method)
