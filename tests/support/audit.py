#!/usr/bin/env python3
"""Counts from outside what a network did, and says whether it kept its promises.

  audit.py FOLDER [--report FILE]

It shares no code with the product. FOLDER holds what the product gave out and what others wrote down:

  exports/NAME.jsonl    `feldsher-journal export` of central and of each point
  ledgers/*.jsonl       what every virtual patient, member of staff and wearable was told
  api/NAME.json         answers of central's API, as they came
  facts.json            what the one who ran the network saw: see `read`

Exit 0: all holds, and each promise had chances to be broken. 1: it does not. 2: nothing to audit.
"""
import argparse
import json
import pathlib
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field

import audit_disk
import audit_records as records
from audit_records import one

APPOINTMENT, VISIT, TICKET, SURVEY_ANSWER, LEASE, GIVE_BACK, REQUEST, REQUEST_ANSWER, BLOCK = 8, 10, 11, 12, 13, 14, 15, 16, 19
BOOKED, CALLED, STARTED, FINISHED = 8, 12, 15, 16
REQUEST_LAPSED = 2  # A status, those above are verbs.
KEYS = ("check_ins", "tickets_called", "visits_finished", "surveys", "bookings_at_point", "bookings_at_central",
        "requests_settled", "double_bookings", "readings_sent", "readings_receipted", "readings_at_central",
        "records_lost", "records_duplicated", "seconds_cut", "agent_kills", "journals_verified",
        "databases_encrypted", "pictures")
MUST_BE_ZERO = ("double_bookings", "records_lost", "records_duplicated")


@dataclass
class Evidence:
    exports: dict[str, list] = field(default_factory=dict)  # Name → journals.
    people: list[dict] = field(default_factory=list)        # Ledger entries of patients and staff.
    wearables: list[dict] = field(default_factory=list)     # Ledger entries of devices.
    api: dict[str, object] = field(default_factory=dict)
    facts: dict = field(default_factory=dict)


@dataclass
class Finding:
    report: dict
    complaints: list[str]


def read(folder: pathlib.Path) -> Evidence:
    """facts.json: seconds_cut, cut [[from_ms, until_ms]], agent_kills, pictures [file], data [folder of a program],
    logs [file], secrets [words that neither data folders nor logs may hold in clear]."""
    evidence = Evidence(facts=json.loads((folder / "facts.json").read_text(encoding="utf-8")))
    for path in sorted((folder / "exports").glob("*.jsonl")):
        with path.open(encoding="utf-8") as lines:
            evidence.exports[path.stem] = records.read_export(lines)
    for path in sorted((folder / "ledgers").glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue  # The last line of a program that was stopped while it wrote.
            (evidence.wearables if "device" in entry else evidence.people).append(entry)
    for path in sorted((folder / "api").glob("*.json")):
        evidence.api[path.stem] = json.loads(path.read_text(encoding="utf-8"))
    return evidence


def plain(identifier) -> str:
    return (identifier or "").replace("-", "").lower()


class Told:
    """What people were told, as sets: a repeat of an answer is the same fact."""

    def __init__(self, entries: list[dict]):
        self.events = defaultdict(dict)
        for entry in entries:
            name = {"checked_in": "visit", "surveyed": "visit", "booked": "appointment"}.get(entry["event"], "ticket")
            if subject := plain(entry.get(name)):
                self.events[entry["event"]].setdefault(subject, entry)

    def count(self, event: str) -> int:
        return len(self.events[event])


class Kept:
    """What central's journals hold, by subject."""

    def __init__(self, journals: list):
        self.by_subject = defaultdict(list)   # (type, subject) → records, in journal order.
        self.blocks = []
        self.complaints = []
        for journal in journals:
            for record in journal.records:
                if not record.header:
                    continue  # After the first bad record of its journal; `verify` has said so.
                self.by_subject[record.subject_type, record.subject].append(record)
                if record.subject_type == BLOCK or record.stream == records.READINGS:
                    try:
                        self.blocks.append(records.Block.of(record))
                    except records.Malformed as fault:
                        self.complaints.append(str(fault))

    def of_type(self, kind: int):
        return ((subject, found) for (entity, subject), found in self.by_subject.items() if entity == kind)

    def has(self, kind: int, subject: str, verb: int | None = None) -> bool:
        return any(verb is None or record.verb == verb for record in self.by_subject.get((kind, subject), ()))


def lost_acts(told: Told, kept: Kept, complaints: list[str]) -> int:
    """Facts that somebody was told and that central does not hold."""
    lost = 0

    def need(what: str, subject: str, held: bool):
        nonlocal lost
        if not held:
            lost += 1
            complaints.append(f"lost: {what} {subject}")

    surveyed = Counter(one(found[-1].message(), 1).hex() for _, found in kept.of_type(SURVEY_ANSWER))
    for visit, entry in told.events["checked_in"].items():
        need("check-in", visit, kept.has(VISIT, visit))
        need("ticket", plain(entry["ticket"]), kept.has(TICKET, plain(entry["ticket"])))
    for event, verb in (("called", CALLED), ("served", STARTED), ("finished", FINISHED)):
        for ticket in told.events[event]:
            need(f"'{event}' of ticket", ticket, kept.has(TICKET, ticket, verb))
    for visit in told.events["surveyed"]:
        need("survey of visit", visit, surveyed[visit] > 0)
    for appointment, entry in told.events["booked"].items():
        if entry.get("requested"):
            need("request", plain(entry.get("request")), kept.has(REQUEST, plain(entry.get("request"))))
        else:
            need("booking", appointment, kept.has(APPOINTMENT, appointment, BOOKED))
    return lost


def duplicated(exports: dict, kept: Kept, complaints: list[str]) -> int:
    """Records, check-ins, surveys and readings that are there twice."""
    twice = 0

    def count(what: str, counter: Counter):
        nonlocal twice
        for name, number in counter.items():
            if number > 1:
                twice += number - 1
                complaints.append(f"duplicated: {what} {name} is there {number} times")

    for name, journals in exports.items():
        count(f"in {name}, record", Counter(record.name for journal in journals for record in journal.records))
    count("tickets of visit", Counter(one(found[0].message(), 1).hex() for _, found in kept.of_type(TICKET)))
    count("surveys of visit", Counter(one(found[0].message(), 1).hex() for _, found in kept.of_type(SURVEY_ANSWER)))
    visits = Counter()
    for _, found in kept.of_type(VISIT):
        message = found[-1].message()
        if one(message, 2) and one(message, 6, 0) != 5:  # Not taken back.
            visits[f"{one(message, 2).hex()} on {one(message, 5).decode()}"] += 1
    count("visits of appointment", visits)
    readings = Counter((block.device[-6:], f"{block.epoch:016x}", seq) for block in kept.blocks for seq in block.digests)
    count("reading", readings)
    return twice


def overlaps(bookings: list[tuple], complaints: list[str], where: str) -> int:
    """Pairs of (id, first, end, {what cannot be in two places}) that share a minute and one of those."""
    pairs = set()
    taken = defaultdict(dict)
    for identifier, first, end, places in bookings:
        for place in places:
            for minute in range(first, end):
                other = taken[place].setdefault(minute, identifier)
                if other != identifier:
                    pairs.add(frozenset((other, identifier)))
    complaints.extend(f"double booking in {where}: {' and '.join(sorted(pair))}" for pair in pairs)
    return len(pairs)


def booked_in_journals(kept: Kept) -> list[tuple]:
    bookings = []
    for subject, found in kept.of_type(APPOINTMENT):
        message = found[-1].message()
        if one(message, 7, 0) == 1:
            first = records.int64(one(records.fields(one(message, 5)), 3, 0))
            bookings.append((subject, first, first + one(message, 6, 0),
                             {one(message, number) for number in (2, 8, 9)} - {b""}))
    return bookings


def overtaken(kept: Kept, cuts: list):
    """Requests that the asker gave up when the time that was wanted had begun: behind a line that was cut, or at once."""
    at_once_ms = 5_000
    for subject, found in kept.of_type(REQUEST):
        message = found[-1].message()
        wanted = records.fields(one(message, 3))
        minute = records.int64(one(records.fields(one(wanted, 5)), 3, 0))
        asked, lapsed = found[0].wall_ms, found[-1].wall_ms
        was_cut = any(since <= lapsed and asked <= (until or lapsed) for since, until in cuts)
        if (one(message, 5, 0) == REQUEST_LAPSED and 0 < minute * 60_000 <= lapsed
                and (was_cut or lapsed - asked <= at_once_ms)):
            yield subject


def booked_in_api(appointments: list[dict]) -> list[tuple]:
    return [(plain(each["id"]), each["minute"], each["minute"] + each["minutes"],
             {plain(each[name]) for name in ("shift", "room", "practitioner") if each.get(name)})
            for each in appointments if each["status"] == "booked"]


def unheld_bookings(kept: Kept, complaints: list[str]) -> int:
    """Bookings that a point wrote in minutes that no lease ever gave it. (Who leases is central.)"""
    central = {record.origin for _, found in kept.of_type(LEASE) for record in found}
    leased = defaultdict(set)
    for _, found in kept.of_type(LEASE):
        for record in found:
            message = record.message()
            for piece in message.get(3, []):
                span = records.fields(piece)
                leased[one(message, 1)].update(range(one(span, 1, 0), one(span, 2, 0)))
    wrong = 0
    for subject, found in kept.of_type(APPOINTMENT):
        booking = next((record for record in found if record.verb == BOOKED), None)
        if booking is None or booking.origin in central:
            continue
        message = booking.message()
        first = one(records.fields(one(message, 5)), 3, 0)
        if not set(range(first, first + one(message, 6, 0))) <= leased[one(message, 2)]:
            wrong += 1
            complaints.append(f"appointment {subject} was booked by a node that did not hold its minutes")
    return wrong


def readings(evidence: Evidence, kept: Kept, complaints: list[str]) -> tuple[int, int, int, int]:
    """(sent, receipted, at central, lost) messages of wearables."""
    sent, receipted = {}, set()
    for entry in evidence.wearables:
        name = plain(entry["device"]), int(entry["epoch"], 16)
        if entry["event"] == "sent":
            sent[*name, entry["seq"]] = bytes.fromhex(entry["sha256"])[:8]
        elif entry["event"] == "receipted":
            for first, last in entry["ranges"]:
                receipted.update((*name, seq) for seq in range(first, last + 1))
    held = {(block.device, block.epoch, seq): digest for block in kept.blocks for seq, digest in block.digests.items()}
    lost = 0
    for message in sorted(receipted):
        label = f"reading {message[0][-6:]}/{message[1]:016x}/{message[2]}"
        if message not in sent:
            complaints.append(f"{label} was receipted and never sent")
            lost += 1
        elif message not in held:
            complaints.append(f"lost: {label} was receipted and is not at central")
            lost += 1
        elif held[message] != sent[message]:
            complaints.append(f"lost: {label} is at central with another content")
            lost += 1
    for message in held.keys() - sent.keys():
        complaints.append(f"reading {message[0][-6:]}/{message[2]} at central was never sent")
    return len(sent), len(receipted), len(held.keys() & sent.keys()), lost


def both_sides(told: Told, cuts: list, complaints: list[str]):
    """That the minutes had a chance to be given twice: one shift was booked on both sides of a cut."""
    for since, until in cuts:
        shifts = {True: set(), False: set()}
        for entry in told.events["booked"].values():
            if since <= entry["t"] <= until and not entry.get("requested"):
                shifts[entry.get("where") == "central"].add(plain(entry["shift"]))
        if not shifts[True] & shifts[False]:
            complaints.append("nothing was tried: no shift was booked on both sides of the cut")


def copies_agree(exports: dict, complaints: list[str]) -> int:
    """What central holds of a point's journals has to be in the point's own export, with the same hash."""
    lost = 0
    at_central = {record.key: record for journal in exports.get("central", []) for record in journal.records}
    for name, journals in exports.items():
        if name == "central":
            continue
        for journal in journals:
            own = {record.key: record for record in journal.records}
            copied = [record for key, record in at_central.items() if key[:3] == (journal.origin, journal.stream, journal.epoch)]
            for record in copied:
                if record.key not in own:
                    lost += 1
                    complaints.append(f"lost: {record.name} is at central and no longer at {name}")
                elif record.hash and own[record.key].hash and record.hash != own[record.key].hash:
                    complaints.append(f"{record.name} is one thing at central and another at {name}")
    return lost


def audit(evidence: Evidence) -> Finding:
    complaints: list[str] = []
    everything = [journal for journals in evidence.exports.values() for journal in journals]
    keys = records.head_keys(everything)
    verified = sum(records.verify(journal, keys, complaints) for journal in everything)
    kept = Kept(evidence.exports.get("central", []))
    complaints += kept.complaints
    told = Told(evidence.people)

    sent, receipted, at_central, lost_readings = readings(evidence, kept, complaints)
    cuts = evidence.facts.get("cut", [])
    answered = {one(found[-1].message(), 1).hex() for _, found in kept.of_type(REQUEST_ANSWER)}
    settled = answered | set(overtaken(kept, cuts))
    asked = [plain(entry.get("request")) for entry in told.events["booked"].values() if entry.get("requested")]
    complaints += [f"request {request} was never answered" for request in asked if request not in settled]

    double = overlaps(booked_in_journals(kept), complaints, "the journals")
    double += overlaps(booked_in_api(evidence.api.get("appointments", [])), complaints, "the API")
    unheld_bookings(kept, complaints)
    both_sides(told, cuts, complaints)
    booked = [entry for entry in told.events["booked"].values() if not entry.get("requested")]
    in_api = {plain(each["id"]) for each in evidence.api.get("appointments", [])}
    lost = lost_acts(told, kept, complaints) + lost_readings + copies_agree(evidence.exports, complaints)
    for entry in booked:
        if plain(entry["appointment"]) not in in_api:
            lost += 1
            complaints.append(f"lost: booking {plain(entry['appointment'])} is not in the API")

    encrypted = audit_disk.encrypted(evidence.facts.get("data", []), evidence.facts.get("secrets", []), complaints)
    audit_disk.silent(evidence.facts.get("logs", []), evidence.facts.get("secrets", []), complaints)
    return Finding({
        "check_ins": told.count("checked_in"),
        "tickets_called": told.count("called"),
        "visits_finished": told.count("finished"),
        "surveys": told.count("surveyed"),
        "bookings_at_point": sum(entry.get("where") != "central" for entry in booked),
        "bookings_at_central": sum(entry.get("where") == "central" for entry in booked),
        "requests_settled": sum(request in answered for request in asked),
        "double_bookings": double,
        "readings_sent": sent,
        "readings_receipted": receipted,
        "readings_at_central": at_central,
        "records_lost": lost,
        "records_duplicated": duplicated(evidence.exports, kept, complaints),
        "seconds_cut": evidence.facts.get("seconds_cut", 0),
        "agent_kills": evidence.facts.get("agent_kills", 0),
        "journals_verified": verified,
        "databases_encrypted": encrypted,
        "pictures": audit_disk.pictures(evidence.facts.get("pictures", []), complaints),
    }, complaints)


def verdict(finding: Finding) -> list[str]:
    """Why it does not hold; empty when it does, and each zero had chances."""
    why = [f"{name} is {finding.report[name]}" for name in MUST_BE_ZERO if finding.report[name]]
    why += [f"nothing was tried: {name} is 0" for name in KEYS if name not in MUST_BE_ZERO and not finding.report[name]]
    return why + finding.complaints


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("--report", type=pathlib.Path, help="write the figures there, as JSON")
    args = parser.parse_args()
    try:
        finding = audit(read(args.folder))
    except (OSError, ValueError, records.Malformed) as fault:
        print(f"Nothing to audit in {args.folder}: {fault}", file=sys.stderr)
        return 2
    text = json.dumps(finding.report, indent=2)
    print(text)
    if args.report:
        args.report.write_text(text + "\n", encoding="utf-8")
    why = verdict(finding)
    for line in why[:40]:
        print(f"- {line}")
    print("All holds." if not why else f"{len(why)} complaints.")
    return 1 if why else 0


if __name__ == "__main__":
    sys.exit(main())
