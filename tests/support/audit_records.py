"""Exported journals, read without a line of the product's code: wire format, records, chains, heads.

The octets are those of protocol/README.md; an export is JSON lines (see `read_export`).
"""
import base64
import hashlib
import json
import struct
from dataclasses import dataclass, field

try:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
except ImportError as missing:  # pragma: no cover
    raise SystemExit("The audit needs python3-cryptography and Debian's /usr/bin/python3.") from missing

ACTS, READINGS = 1, 2
SALT = 16
STREAM_NAMES = {ACTS: "acts", READINGS: "readings"}


class Malformed(Exception):
    """Octets that are not what they should be."""


def varint(octets: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        if at >= len(octets) or shift > 63:
            raise Malformed("a varint that does not end")
        value |= (octets[at] & 0x7F) << shift
        shift += 7
        at += 1
        if not octets[at - 1] & 0x80:
            return value & (1 << 64) - 1, at


def fields(octets: bytes) -> dict[int, list]:
    """Field number → values in order: int for varints and fixed widths, bytes for what has a length."""
    found: dict[int, list] = {}
    at = 0
    while at < len(octets):
        tag, at = varint(octets, at)
        kind = tag & 7
        if kind == 0:
            value, at = varint(octets, at)
        elif kind in (1, 5):
            width = 8 if kind == 1 else 4
            if at + width > len(octets):
                raise Malformed("a fixed field that is cut")
            value = int.from_bytes(octets[at:at + width], "little")
            at += width
        elif kind == 2:
            length, at = varint(octets, at)
            if at + length > len(octets):
                raise Malformed("a field longer than its message")
            value = octets[at:at + length]
            at += length
        else:
            raise Malformed(f"wire type {kind}")
        found.setdefault(tag >> 3, []).append(value)
    return found


def one(message: dict, number: int, default=b""):
    """The last value of a field, as protobuf says; `default` when it is absent."""
    return message[number][-1] if number in message else default


def packed(message: dict, number: int, signed: bool = False) -> list[int]:
    """A repeated integer field, packed or not. `signed`: zigzag (sint)."""
    values = []
    for piece in message.get(number, []):
        if isinstance(piece, int):
            values.append(piece)
            continue
        at = 0
        while at < len(piece):
            value, at = varint(piece, at)
            values.append(value)
    return [value >> 1 ^ -(value & 1) for value in values] if signed else values


def int64(value: int) -> int:
    return value - (1 << 64) if value >> 63 else value


@dataclass
class Record:
    origin: str
    stream: int
    epoch: int
    seq: int
    core: bytes
    body: bytes | None
    body_digest: bytes
    prev: bytes = b""      # Worked out from the record before.
    hash: bytes = b""
    header: dict = field(default_factory=dict)

    @property
    def key(self):
        return self.origin, self.stream, self.epoch, self.seq

    @property
    def name(self) -> str:
        return f"{self.origin[-6:]}/{STREAM_NAMES.get(self.stream, self.stream)}/{self.epoch:016x}/{self.seq}"

    @property
    def subject_type(self) -> int:
        return one(self.header, 10, 0)

    @property
    def subject(self) -> str:
        return one(self.header, 11).hex()

    @property
    def verb(self) -> int:
        return one(self.header, 13, 0)

    @property
    def wall_ms(self) -> int:
        return int64(one(fields(one(self.header, 7)), 1, 0))

    def message(self) -> dict:
        return fields(self.body[SALT:]) if self.body is not None else {}


@dataclass
class Journal:
    origin: str
    stream: int
    epoch: int
    records: list[Record] = field(default_factory=list)
    heads: list[dict] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.origin[-6:]}/{STREAM_NAMES.get(self.stream, self.stream)}/{self.epoch:016x}"


def key_id(public_key: bytes) -> bytes:
    return hashlib.sha256(public_key).digest()[:8]


def read_export(lines) -> list[Journal]:
    """The journals of an export, in their order. Raises Malformed with the line's number.

    {"record":{"origin":hex,"stream":1|2,"epoch":hex16,"seq":n,"core":b64,"body":b64|null,"body_digest":hex}}
    {"head":{"head":b64,"key_id":b64,"signature":b64,"counter_key_id":b64,"countersignature":b64}}
    """
    journals: dict[tuple, Journal] = {}

    def journal(origin, stream, epoch):
        return journals.setdefault((origin, stream, epoch), Journal(origin, stream, epoch))

    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
            if "record" in entry:
                wire = entry["record"]
                body = wire.get("body")
                record = Record(wire["origin"].replace("-", ""), wire["stream"], int(wire["epoch"], 16), wire["seq"],
                                base64.b64decode(wire["core"], validate=True),
                                None if body is None else base64.b64decode(body, validate=True),
                                bytes.fromhex(wire["body_digest"]))
                journal(*record.key[:3]).records.append(record)
            elif "head" in entry:
                head = {name: base64.b64decode(value or "", validate=True) for name, value in entry["head"].items()}
                said = fields(head["head"])
                journal(one(said, 2).hex(), one(said, 3, 0), one(said, 4, 0)).heads.append(head)
            else:
                raise Malformed("neither a record nor a head")
        except (Malformed, ValueError, KeyError, TypeError, AttributeError) as fault:
            raise Malformed(f"line {number}: {fault}") from None
    return list(journals.values())


def head_keys(journals: list[Journal]) -> dict[bytes, tuple[str, bytes]]:
    """Key id → (origin, raw public key): what the `opened` records say."""
    keys = {}
    for journal in journals:
        for record in journal.records:
            try:
                header = fields(record.core)
                if journal.stream == ACTS and one(header, 10, 0) == 1 and one(header, 13, 0) == 1 and record.body:
                    public = one(fields(record.body[SALT:]), 5)
                    keys[key_id(public)] = (journal.origin, public)
            except Malformed:
                pass  # `verify` names it.
    return keys


class Tree:
    """The RFC 9162 tree root of a growing list of leaves."""

    def __init__(self):
        self.peaks: list[tuple[int, bytes]] = []  # (leaves, hash), largest first.

    def add(self, leaf: bytes):
        self.peaks.append((1, leaf))
        while len(self.peaks) > 1 and self.peaks[-1][0] == self.peaks[-2][0]:
            count, right = self.peaks.pop()
            _, left = self.peaks.pop()
            self.peaks.append((2 * count, hashlib.sha256(b"\1" + left + right).digest()))

    def root(self) -> bytes:
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        root = self.peaks[-1][1]
        for _, left in reversed(self.peaks[:-1]):
            root = hashlib.sha256(b"\1" + left + root).digest()
        return root


def _signed(keys: dict, signer: bytes, signature: bytes, octets: bytes) -> str | None:
    """The origin whose key signed the octets, or nothing."""
    if signer not in keys:
        return None
    origin, public = keys[signer]
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, octets)
    except (InvalidSignature, ValueError):
        return None
    return origin


def verify(journal: Journal, keys: dict, complaints: list[str]) -> bool:
    """Whether chain, digests and heads hold. Fills in each record's header, prev and hash.

    Says the first bad record only: what follows a broken link is not evidence of anything.
    """
    tree, prev, at_seq = Tree(), bytes(32), {}
    signed_at = {one(fields(head["head"]), 5, 0) for head in journal.heads}

    def bad(why: str) -> bool:
        complaints.append(why)
        return False

    for place, record in enumerate(journal.records, start=1):
        if record.seq != place:
            return bad(f"{journal.name}: record {place} is missing or out of order (seq {record.seq} stands there)")
        try:
            record.header = fields(record.core)
        except Malformed as fault:
            return bad(f"{record.name}: its header cannot be read: {fault}")
        said = (one(record.header, 2).hex(), one(record.header, 3, 0), one(record.header, 4, 0), one(record.header, 5, 0))
        if said != record.key:
            return bad(f"{record.name}: its header names another record")
        if record.body is not None and hashlib.sha256(record.body).digest() != record.body_digest:
            return bad(f"{record.name}: its body is not the one that its digest names")
        header = record.core + record.body_digest + prev
        record.prev, record.hash = prev, hashlib.sha256(header).digest()
        tree.add(hashlib.sha256(b"\0" + header).digest())
        prev = record.hash
        if record.seq in signed_at:
            at_seq[record.seq] = (record.hash, tree.root())

    if journal.records and not journal.heads:
        return bad(f"{journal.name}: no head signs it")
    highest = 0
    for head in journal.heads:
        said = fields(head["head"])
        seq = one(said, 5, 0)
        highest = max(highest, seq)
        if seq and seq not in at_seq:
            return bad(f"{journal.name}: a head signs {seq} records, {len(journal.records)} are here")
        if seq and (one(said, 6), one(said, 7)) != at_seq[seq]:
            return bad(f"{journal.name}: the head at {seq} signs another history")
        if _signed(keys, head.get("key_id", b""), head.get("signature", b""), head["head"]) != journal.origin:
            return bad(f"{journal.name}: the head at {seq} is not signed by the journal's node")
        if head.get("countersignature") and \
                _signed(keys, head["counter_key_id"], head["countersignature"], head["head"]) is None:
            return bad(f"{journal.name}: the countersignature at {seq} does not hold")
    if highest < len(journal.records):
        return bad(f"{journal.name}: no head signs the records after {highest}")
    return True


@dataclass
class Block:
    """A sealed block of readings: which messages it holds, and the first 8 octets of each one's digest."""
    device: str
    epoch: int
    digests: dict[int, bytes]

    @staticmethod
    def of(record: Record) -> "Block":
        message = record.message()
        seqs, seq = [], 0
        for delta in packed(message, 3):
            seq += delta
            seqs.append(seq)
        digests = one(message, 5)
        if len(digests) != 8 * len(seqs):
            raise Malformed(f"{record.name}: {len(seqs)} messages, {len(digests)} octets of digests")
        return Block(one(message, 1).hex(), one(message, 2, 0),
                     {seq: digests[8 * i:8 * i + 8] for i, seq in enumerate(seqs)})


def put_varint(value: int) -> bytes:
    out = bytearray()
    value &= (1 << 64) - 1
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def put(number: int, value) -> bytes:
    """A field of a message: int as a varint, bytes with a length. For tests, and for planted faults."""
    if isinstance(value, int):
        return put_varint(number << 3) + put_varint(value)
    return put_varint(number << 3 | 2) + put_varint(len(value)) + value


def put_fixed64(number: int, value: int) -> bytes:
    return put_varint(number << 3 | 1) + struct.pack("<Q", value)
