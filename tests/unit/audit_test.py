#!/usr/bin/env python3
"""The audit finds each fault that it is there to find, and none in a good network."""
import base64
import copy
import hashlib
import json
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))

import audit  # noqa: E402
import audit_disk  # noqa: E402
import audit_records as records  # noqa: E402
from audit_records import put, put_fixed64  # noqa: E402
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: E402
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: E402


def identifier(number: int) -> bytes:
    return number.to_bytes(16, "big")


class Node:
    """Writes journals as protocol/README.md says, in Python."""

    def __init__(self, number: int, epoch: int):
        self.origin, self.epoch = identifier(number), epoch
        self.private = Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
        self.public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.records = {records.ACTS: [], records.READINGS: []}
        self.prev = {records.ACTS: bytes(32), records.READINGS: bytes(32)}
        self.headers = {records.ACTS: [], records.READINGS: []}
        self.append(1, self.origin, 1, put(5, self.public))

    def append(self, kind: int, subject: bytes, verb: int, message: bytes, stream: int = records.ACTS,
               wall_ms: int | None = None):
        seq = len(self.records[stream]) + 1
        wall_ms = 1_800_000_000_000 + seq if wall_ms is None else wall_ms
        core = (put(1, identifier(99)) + put(2, self.origin) + put(3, stream) + put_fixed64(4, self.epoch) + put(5, seq) +
                put(7, put(1, wall_ms)) + put(8, put(1, 5)) + put(10, kind) + put(11, subject) + put(13, verb))
        body = b"saltsaltsaltsalt" + message
        digest = hashlib.sha256(body).digest()
        header = core + digest + self.prev[stream]
        self.prev[stream] = hashlib.sha256(header).digest()
        self.headers[stream].append(header)
        self.records[stream].append({"record": {
            "origin": self.origin.hex(), "stream": stream, "epoch": f"{self.epoch:016x}", "seq": seq,
            "core": base64.b64encode(core).decode(), "body": base64.b64encode(body).decode(), "body_digest": digest.hex()}})

    def tree(self, leaves: list[bytes]) -> bytes:
        """RFC 9162 §2.1.1, as the RFC writes it: recursively."""
        if len(leaves) == 1:
            return hashlib.sha256(b"\0" + leaves[0]).digest()
        split = 1
        while split * 2 < len(leaves):
            split *= 2
        return hashlib.sha256(b"\1" + self.tree(leaves[:split]) + self.tree(leaves[split:])).digest()

    def export(self, countersigner: "Node | None" = None) -> list[dict]:
        lines = []
        for stream, entries in self.records.items():
            if not entries:
                continue
            head = (put(1, identifier(99)) + put(2, self.origin) + put(3, stream) + put_fixed64(4, self.epoch) +
                    put(5, len(entries)) + put(6, self.prev[stream]) + put(7, self.tree(self.headers[stream])))
            signed = {"head": head, "key_id": records.key_id(self.public), "signature": self.private.sign(head),
                      "counter_key_id": b"", "countersignature": b""}
            if countersigner:
                signed["counter_key_id"] = records.key_id(countersigner.public)
                signed["countersignature"] = countersigner.private.sign(head)
            lines += copy.deepcopy(entries)
            lines.append({"head": {name: base64.b64encode(value).decode() for name, value in signed.items()}})
        return lines


FIRST = 30_000_000  # Minutes since 1970.
SHIFT, ROOM, DOCTOR = identifier(50), identifier(51), identifier(52)
DEVICE, DEVICE_EPOCH = identifier(60), 0xABCDEF


def span(first: int, end: int) -> bytes:
    return put(1, first) + put(2, end)


def appointment(first: int, minutes: int, status: int = 1, request: bytes = b"") -> bytes:
    return (put(1, identifier(70)) + put(2, SHIFT) + put(5, put(3, first)) + put(6, minutes) + put(7, status) +
            put(8, ROOM) + put(9, DOCTOR) + (put(10, request) if request else b""))


def block(first: int, contents: list[bytes]) -> bytes:
    seqs = b"".join(records.put_varint(first if i == 0 else 1) for i in range(len(contents)))
    return (put(1, DEVICE) + put_fixed64(2, DEVICE_EPOCH) + put(3, seqs) +
            put(5, b"".join(hashlib.sha256(each).digest()[:8] for each in contents)))


class Network:
    """A good network: central (node 1) and a point (node 2)."""

    def __init__(self):
        self.central, self.point = Node(1, 0x11), Node(2, 0x22)
        central, point = self.central, self.point
        central.append(audit.LEASE, identifier(80), 19, put(1, SHIFT) + put(3, span(FIRST + 60, FIRST + 120)))
        central.append(audit.APPOINTMENT, identifier(81), audit.BOOKED, appointment(FIRST + 10, 12))
        central.append(audit.REQUEST_ANSWER, identifier(82), 23, put(1, identifier(92)) + put(2, 1))
        point.append(audit.VISIT, identifier(90), 10, put(2, identifier(81)) + put(5, b"2026-11-22") + put(6, 1))
        point.append(audit.TICKET, identifier(91), 11, put(1, identifier(90)))
        for verb in (audit.CALLED, audit.STARTED, audit.FINISHED):
            point.append(audit.TICKET, identifier(91), verb, put(1, identifier(90)))
        point.append(audit.SURVEY_ANSWER, identifier(93), 18, put(1, identifier(90)))
        point.append(audit.REQUEST, identifier(92), 22, put(1, 1))
        point.append(audit.APPOINTMENT, identifier(94), audit.BOOKED, appointment(FIRST + 60, 12))
        point.append(audit.BLOCK, DEVICE, 26, block(1, [b"a", b"b", b"c"]), records.READINGS)
        self.ledger = [
            {"event": "checked_in", "visit": identifier(90).hex(), "ticket": identifier(91).hex()},
            *({"event": event, "ticket": identifier(91).hex()} for event in ("called", "served", "finished")),
            {"event": "surveyed", "visit": identifier(90).hex()},
            {"event": "booked", "t": 1500, "shift": SHIFT.hex(), "appointment": identifier(94).hex(), "requested": False},
            {"event": "booked", "t": 1600, "shift": SHIFT.hex(), "appointment": identifier(81).hex(), "requested": False,
             "where": "central"},
            {"event": "booked", "t": 1700, "shift": SHIFT.hex(), "appointment": identifier(95).hex(), "requested": True,
             "request": identifier(92).hex()},
        ]
        self.wearables = [{"device": DEVICE.hex(), "epoch": f"{DEVICE_EPOCH:016x}", "event": "sent", "seq": i + 1,
                           "sha256": hashlib.sha256(each).hexdigest()} for i, each in enumerate([b"a", b"b", b"c"])]
        self.wearables.append({"device": DEVICE.hex(), "epoch": f"{DEVICE_EPOCH:016x}", "event": "receipted",
                               "ranges": [[1, 2]]})
        self.api = [{"id": identifier(81).hex(), "shift": SHIFT.hex(), "room": ROOM.hex(), "practitioner": DOCTOR.hex(),
                     "status": "booked", "minute": FIRST + 10, "minutes": 12},
                    {"id": identifier(94).hex(), "shift": SHIFT.hex(), "room": ROOM.hex(), "practitioner": DOCTOR.hex(),
                     "status": "booked", "minute": FIRST + 60, "minutes": 12}]
        self.facts = {"seconds_cut": 20, "agent_kills": 1, "cut": [[1000, 2000]]}
        self.change = lambda exports: None  # Applied to the exports before they are read.

    def find(self) -> audit.Finding:
        with tempfile.TemporaryDirectory() as place:
            folder = pathlib.Path(place)
            data = folder / "data"
            for part in ("exports", "ledgers", "api", "data"):
                (folder / part).mkdir()
            (data / "journal.db").write_bytes(hashlib.shake_256(b"cipher").digest(4096))
            exports = {"central": self.central.export() + self.point.export(self.central), "point": self.point.export()}
            self.change(exports)
            for name, lines in exports.items():
                (folder / f"exports/{name}.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
            (folder / "ledgers/people.jsonl").write_text("".join(json.dumps(line) + "\n" for line in self.ledger) + '{"event":')
            (folder / "ledgers/things.jsonl").write_text("".join(json.dumps(line) + "\n" for line in self.wearables))
            (folder / "api/appointments.json").write_text(json.dumps(self.api))
            (folder / "facts.json").write_text(json.dumps({**self.facts, "data": [str(data)], "secrets": ["Шевчук"]}))
            finding = audit.audit(audit.read(folder))
        finding.report["pictures"] = 1
        return finding


class AuditTest(unittest.TestCase):
    def setUp(self):
        self.network = Network()

    def complaints(self) -> str:
        return "\n".join(audit.verdict(self.network.find()))

    def test_a_good_network_holds(self):
        finding = self.network.find()
        self.assertEqual([], audit.verdict(finding))
        self.assertEqual(set(audit.KEYS), set(finding.report))
        self.assertEqual({"check_ins": 1, "tickets_called": 1, "visits_finished": 1, "surveys": 1, "bookings_at_point": 1,
                          "bookings_at_central": 1, "requests_settled": 1, "readings_sent": 3, "readings_receipted": 2,
                          "readings_at_central": 3, "journals_verified": 5, "databases_encrypted": 1},
                         {name: finding.report[name] for name in finding.report
                          if name not in audit.MUST_BE_ZERO + ("pictures", "seconds_cut", "agent_kills")})

    def test_a_network_where_nothing_happened_does_not_hold(self):
        self.network.ledger, self.network.facts = [], {}
        self.assertIn("nothing was tried: check_ins is 0", self.complaints())
        self.assertIn("nothing was tried: agent_kills is 0", self.complaints())

    def test_a_lost_act_is_found(self):
        for place, event in enumerate(self.network.ledger):
            with self.subTest(event["event"]):
                network = Network()
                for name in {"visit", "ticket", "appointment", "request"} & set(event):
                    network.ledger[place][name] = identifier(7777).hex()
                self.assertGreater(network.find().report["records_lost"], 0)

    def test_a_lost_reading_is_found(self):
        self.network.wearables[-1]["ranges"] = [[1, 2], [4, 4]]
        self.network.wearables.append({"device": DEVICE.hex(), "epoch": f"{DEVICE_EPOCH:016x}", "event": "sent", "seq": 4,
                                       "sha256": hashlib.sha256(b"d").hexdigest()})
        self.assertEqual(1, self.network.find().report["records_lost"])

    def test_a_reading_with_another_content_is_found(self):
        self.network.wearables[0]["sha256"] = hashlib.sha256(b"other").hexdigest()
        self.assertEqual(1, self.network.find().report["records_lost"])

    def test_a_doubled_record_is_found(self):
        self.network.change = lambda exports: exports["central"].insert(3, exports["central"][2])
        self.assertGreater(self.network.find().report["records_duplicated"], 0)

    def test_a_reading_in_two_blocks_is_found(self):
        self.network.point.append(audit.BLOCK, DEVICE, 26, block(3, [b"c"]), records.READINGS)
        self.assertEqual(1, self.network.find().report["records_duplicated"])

    def test_a_second_check_in_of_one_appointment_is_found(self):
        self.network.point.append(audit.VISIT, identifier(190), 10,
                                  put(2, identifier(81)) + put(5, b"2026-11-22") + put(6, 1))
        self.assertEqual(1, self.network.find().report["records_duplicated"])

    def test_a_second_answer_to_a_survey_is_found(self):
        self.network.point.append(audit.SURVEY_ANSWER, identifier(193), 18, put(1, identifier(90)))
        self.assertEqual(1, self.network.find().report["records_duplicated"])

    def test_a_double_booking_in_the_journals_is_found(self):
        self.network.point.append(audit.APPOINTMENT, identifier(96), audit.BOOKED, appointment(FIRST + 71, 5))
        self.assertEqual(1, self.network.find().report["double_bookings"])

    def test_bookings_that_only_touch_are_not_double(self):
        self.network.point.append(audit.APPOINTMENT, identifier(96), audit.BOOKED, appointment(FIRST + 72, 5))
        self.assertEqual([], audit.verdict(self.network.find()))

    def test_a_cancelled_booking_takes_no_minute(self):
        self.network.point.append(audit.APPOINTMENT, identifier(96), audit.BOOKED, appointment(FIRST + 71, 5))
        self.network.point.append(audit.APPOINTMENT, identifier(96), 9, appointment(FIRST + 71, 5, status=2))
        self.assertEqual(0, self.network.find().report["double_bookings"])

    def test_a_double_booking_in_the_api_is_found(self):
        self.network.api.append({**self.network.api[0], "id": identifier(97).hex(), "minute": FIRST + 21})
        self.assertEqual(1, self.network.find().report["double_bookings"])

    def test_a_booking_without_the_minutes_is_found(self):
        self.network.point.append(audit.APPOINTMENT, identifier(96), audit.BOOKED, appointment(FIRST + 118, 5))
        self.assertIn("did not hold its minutes", self.complaints())

    def test_an_unanswered_request_is_found(self):
        self.network.ledger.append({"event": "booked", "t": 0, "appointment": identifier(98).hex(), "requested": True,
                                    "request": identifier(99).hex()})
        self.assertIn("was never answered", self.complaints())

    def ask_in_vain(self, minute: int, status: int, waited_ms: int = 60_000):
        """A booking at `minute` that was asked for and that its owner never answered."""
        self.network.ledger.append({"event": "booked", "t": 0, "appointment": identifier(98).hex(), "requested": True,
                                    "request": identifier(99).hex()})
        for each, wall_ms in ((1, FIRST * 60_000 - waited_ms), (status, FIRST * 60_000)):
            self.network.point.append(audit.REQUEST, identifier(99), 22,
                                      put(1, 1) + put(3, appointment(minute, 12)) + put(5, each), wall_ms=wall_ms)

    def cut_until(self, wall_ms: int):
        self.network.facts["cut"].append([FIRST * 60_000 - 30_000, wall_ms])

    def test_a_request_that_its_time_overtook_behind_a_cut_line_is_no_answer_and_no_complaint(self):
        self.ask_in_vain(FIRST, audit.REQUEST_LAPSED)
        self.cut_until(FIRST * 60_000 + 1)
        self.assertNotIn("was never answered", self.complaints())
        self.assertEqual(1, self.network.find().report["requests_settled"])

    def test_one_that_was_asked_a_moment_before_its_time_is_no_complaint(self):
        self.ask_in_vain(FIRST, audit.REQUEST_LAPSED, waited_ms=4_000)
        self.assertEqual([], self.network.find().complaints)

    def test_a_request_that_its_time_overtook_over_a_good_line_is_found(self):
        self.ask_in_vain(FIRST, audit.REQUEST_LAPSED)
        self.assertIn("was never answered", self.complaints())

    def test_a_request_that_lapsed_before_its_time_is_found(self):
        self.ask_in_vain(FIRST + 1, audit.REQUEST_LAPSED)
        self.cut_until(FIRST * 60_000 + 1)
        self.assertIn("was never answered", self.complaints())

    def test_a_request_that_is_open_when_its_time_begins_is_found(self):
        self.ask_in_vain(FIRST, 1)
        self.cut_until(FIRST * 60_000 + 1)
        self.assertIn("was never answered", self.complaints())

    def test_a_cut_without_bookings_on_both_sides_proves_nothing(self):
        self.network.facts["cut"] = [[1000, 1550]]
        self.assertIn("no shift was booked on both sides", self.complaints())

    def test_every_flipped_octet_of_a_journal_is_found(self):
        lines = len(self.network.point.export())
        for line in range(lines):
            for name in ("core", "body", "head", "signature"):
                network = Network()
                reached = []

                def flip(exports, line=line, name=name, reached=reached):
                    entry = next(iter(exports["point"][line].values()))
                    if entry.get(name):
                        octets = bytearray(base64.b64decode(entry[name]))
                        octets[len(octets) // 2] ^= 1
                        entry[name] = base64.b64encode(octets).decode()
                        reached.append(True)

                network.change = flip
                with self.subTest(line=line, name=name):
                    try:
                        bad = bool(audit.verdict(network.find()))
                    except records.Malformed:
                        bad = True
                    self.assertEqual(bool(reached), bad)

    def test_a_cut_journal_is_found(self):
        self.network.change = lambda exports: exports["point"].pop(4)
        self.assertIn("missing or out of order", self.complaints())

    def test_a_cut_tail_with_its_head_is_found(self):
        def cut(exports):
            exports["central"] = [line for line in exports["central"] if line.get("record", {}).get("stream") != 2]
            exports["central"].pop()  # The head of the readings.
        self.network.change = cut
        self.assertEqual(2, self.network.find().report["records_lost"])

    def test_a_foreign_signature_is_found(self):
        self.network.point.private = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
        self.assertIn("not signed by the journal's node", self.complaints())

    def test_a_rewritten_and_signed_history_is_found(self):
        first = Node(2, 0x22)
        first.append(audit.VISIT, identifier(90), 10, put(6, 1))
        self.network.change = lambda exports: exports.update(point=first.export())
        self.assertIn("one thing at central and another at point", self.complaints())

    def test_what_central_holds_and_the_point_lost_is_found(self):
        shorter = Network().point.export()
        self.network.point.append(audit.VISIT, identifier(501), 10, put(6, 1))
        self.network.change = lambda exports: exports.update(point=shorter)
        self.assertEqual(1, self.network.find().report["records_lost"])


class DiskTest(unittest.TestCase):
    def encrypted(self, name: str, octets: bytes, mode: int = 0o600) -> tuple[int, list]:
        with tempfile.TemporaryDirectory() as place:
            path = pathlib.Path(place, name)
            path.write_bytes(octets)
            path.chmod(mode)
            complaints: list[str] = []
            return audit_disk.encrypted([place], ["Шевчук"], complaints), complaints

    def test_a_plain_database_is_found(self):
        count, complaints = self.encrypted("journal.db", b"SQLite format 3\0" + bytes(4096))
        self.assertEqual(0, count)
        self.assertIn("is not encrypted", complaints[0])

    def test_a_name_in_any_file_is_found(self):
        for form in audit_disk.forms("Шевчук"):
            self.assertIn("in clear", self.encrypted("journal.db-wal", b"x" * 99 + form)[1][0])

    def test_a_key_that_others_can_read_is_found(self):
        self.assertIn("read by others", self.encrypted("database.key", b"k" * 32, 0o644)[1][0])

    def test_a_folder_without_a_database_is_found(self):
        self.assertIn("no database", self.encrypted("edge.toml", b"")[1][0])

    def test_a_blank_picture_is_not_a_picture(self):
        import struct
        import zlib

        def png(rows: bytes) -> bytes:
            data = zlib.compress(rows)
            return b"\x89PNG\r\n\x1a\n" + struct.pack(">I4s", len(data), b"IDAT") + data + b"crc!"

        with tempfile.TemporaryDirectory() as place:
            blank, drawn = pathlib.Path(place, "blank.png"), pathlib.Path(place, "drawn.png")
            blank.write_bytes(png(bytes(100_000)))
            drawn.write_bytes(png(hashlib.shake_256(b"picture").digest(100_000)))
            complaints: list[str] = []
            self.assertEqual(1, audit_disk.pictures([str(blank), str(drawn), place + "/none.png"], complaints))
            self.assertEqual(2, len(complaints))


if __name__ == "__main__":
    unittest.main()
