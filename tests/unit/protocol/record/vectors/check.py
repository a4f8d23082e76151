#!/usr/bin/env python3
"""The golden vectors of the record, worked out a second time.

Written from protocol/record/README.md and the RFCs alone; it shares no code with the product and needs nothing
but Python. Without arguments it works every vector out again and compares it with the files beside it; with
--write it writes them. A format that has been released never changes: a difference is a bug, here or there.
"""
import base64
import hashlib
import json
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


# --- protobuf, as much as a header needs (proto3: default values are left out)

def varint(value):
    value &= (1 << 64) - 1
    out = bytearray()
    while value > 0x7F:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)


def number(field, value):
    return b"" if value == 0 else varint(field << 3) + varint(value)


def fixed64(field, value):
    return b"" if value == 0 else varint(field << 3 | 1) + value.to_bytes(8, "little")


def octets(field, value):
    return b"" if not value else varint(field << 3 | 2) + varint(len(value)) + value


def message(field, value):
    """A message that is there is written even when it is empty."""
    return varint(field << 3 | 2) + varint(len(value)) + value


def key_message(key):
    return octets(1, key["origin"]) + number(2, key["stream"]) + fixed64(3, key["epoch"]) + number(4, key["seq"])


def stamp_message(at):
    return (number(1, at["wall_ms"]) + number(2, at["logical"]) + fixed64(3, at["boot"])
            + number(4, at["since_boot_ms"]) + number(5, at["trust"]) + number(6, at["uncertainty_ms"]))


def core_of(header):
    out = octets(1, header["tenant"]) + octets(2, header["origin"]) + number(3, header["stream"])
    out += fixed64(4, header["epoch"]) + number(5, header["seq"]) + number(6, header["more"])
    out += message(7, stamp_message(header["at"]))
    actor = header["actor"]
    out += message(8, number(1, actor["kind"]) + octets(2, actor["id"]) + octets(3, actor["rule"].encode()))
    out += number(9, header["proof"]) + number(10, header["subject_type"]) + octets(11, header["subject"])
    for base in header["bases"]:
        out += message(12, key_message(base))
    out += number(13, header["verb"]) + number(14, header["schema"])
    if header["cause"]:
        cause = header["cause"]
        body = message(1, key_message(cause["record"])) if "record" in cause else b""
        out += message(15, body + number(2, cause.get("due_ms", 0)))
    return out


# --- the journal

def key_octets(key):
    return key["origin"] + bytes([key["stream"]]) + key["epoch"].to_bytes(8, "big") + key["seq"].to_bytes(8, "big")


def tree_root(leaves):
    """RFC 9162, 2.1.1, by its own recursive definition."""
    if not leaves:
        return sha256()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01", tree_root(leaves[:k]), tree_root(leaves[k:]))


def tree_edge(leaves):
    """The roots of the perfect subtrees, from left to right."""
    edge, at = b"", 0
    for bit in reversed(range(64)):
        if len(leaves) & 1 << bit:
            edge += tree_root(leaves[at:at + (1 << bit)])
            at += 1 << bit
    return edge


TENANT = bytes.fromhex("0190c0de000070008000000000000001")
NODE = bytes.fromhex("0190c0de0000700080000000000000aa")
EPOCH = 0x8899AABBCCDDEEFF


def pattern(name, count):
    """Octets that look random and are the same everywhere."""
    out = b""
    while len(out) < count:
        out += sha256(name.encode(), len(out).to_bytes(4, "big"))
    return out[:count]


def journal_headers():
    actor_node = {"kind": 5, "id": NODE, "rule": ""}
    at = {"wall_ms": 1700000000000, "logical": 0, "boot": 0x1122334455667788, "since_boot_ms": 60000, "trust": 3,
          "uncertainty_ms": 12}
    plain = {"tenant": TENANT, "origin": NODE, "stream": 1, "epoch": EPOCH, "more": 0, "at": at, "actor": actor_node,
             "proof": 0, "bases": [], "schema": 1, "cause": None}
    ticket, patient = pattern("ticket", 16), pattern("patient", 16)
    first = {"origin": NODE, "stream": 1, "epoch": EPOCH, "seq": 2}
    return [
        # A node's new life, with a clock that nobody has set.
        {**plain, "seq": 1, "subject_type": 1, "subject": NODE, "verb": 1,
         "at": {**at, "wall_ms": 0, "logical": 1, "trust": 0, "uncertainty_ms": 0}},
        # A patient takes a ticket by a pass: two records of one transaction.
        {**plain, "seq": 2, "more": 1, "subject_type": 10, "subject": pattern("visit", 16), "verb": 10, "proof": 1,
         "actor": {"kind": 1, "id": patient, "rule": ""}},
        {**plain, "seq": 3, "subject_type": 11, "subject": ticket, "verb": 11, "proof": 1,
         "actor": {"kind": 1, "id": patient, "rule": ""}, "at": {**at, "logical": 1}},
        # A rule, from two bases, because of a record and at a due time.
        {**plain, "seq": 4, "subject_type": 11, "subject": ticket, "verb": 17,
         "actor": {"kind": 6, "id": b"", "rule": "absent@1"}, "at": {**at, "wall_ms": 1700000900000},
         "bases": [first, {**first, "seq": 3}], "cause": {"record": first, "due_ms": 1700000900000}},
        # A verb, a type and a schema that only a later version knows.
        {**plain, "seq": 5, "subject_type": 200, "subject": pattern("later", 16), "verb": 300, "schema": 70000},
    ]


def hexed(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {k: (f"{v:016x}" if k in ("epoch", "boot") else hexed(v)) for k, v in value.items()}
    if isinstance(value, list):
        return [hexed(v) for v in value]
    return value


def records_vector():
    prev, leaves, records = bytes(32), [], []
    messages = [b"", b"a visit", "билет А-17".encode(), bytes(range(256)), b"x" * 3000]
    for header, text in zip(journal_headers(), messages):
        core = core_of(header)
        body = pattern(f"salt {header['seq']}", 16) + text
        digest = sha256(body)
        whole = core + digest + prev
        leaves.append(sha256(b"\x00", whole))
        key = {k: header[k] for k in ("origin", "stream", "epoch", "seq")}
        records.append({"header": header, "core": core, "body": body, "body_digest": digest, "prev": prev,
                        "hash": sha256(whole), "leaf": leaves[-1], "key": key_octets(key),
                        "tree_root": tree_root(leaves)})
        prev = sha256(whole)

    good = journal_headers()[2]
    salt = pattern("salt", 16)
    faults = [{"core": core_of(good), "body": salt, "fault": "none", "why": "an empty message is a message"}]

    def fault(name, why, core=None, body=salt, **changes):
        faults.append({"core": core_of({**good, **changes}) if core is None else core, "body": body, "fault": name,
                       "why": why})

    fault("core_incomplete", "no tenant", tenant=b"")
    fault("core_incomplete", "a tenant of 15 octets", tenant=TENANT[:15])
    fault("core_incomplete", "an origin of 17 octets", origin=NODE + b"\x00")
    fault("core_incomplete", "no stream", stream=0)
    fault("core_incomplete", "a stream that is none", stream=3)
    fault("core_incomplete", "epoch 0", epoch=0)
    fault("core_incomplete", "seq 0", seq=0)
    fault("core_incomplete", "no subject", subject=b"")
    fault("core_incomplete", "no subject type", subject_type=0)
    fault("core_incomplete", "no verb", verb=0)
    fault("core_incomplete", "no actor kind", actor={"kind": 0, "id": b"", "rule": ""})
    fault("core_incomplete", "a base without seq", bases=[{"origin": NODE, "stream": 1, "epoch": 1, "seq": 0}])
    fault("core_incomplete", "nothing at all", core=b"")
    fault("core_unreadable", "not protobuf", core=b"\xff\xff\xff")
    fault("core_unreadable", "cut in the middle", core=core_of(good)[:-1])
    fault("body_without_salt", "15 octets", body=salt[:15])
    fault("body_without_salt", "nothing", body=b"")
    return {"records": records, "faults": faults}


def merkle_vector():
    known = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
    # The roots that Certificate Transparency implementations test themselves with (RFC 6962, the same trees).
    published = ["6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
                 "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
                 "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
                 "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
                 "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
                 "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
                 "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
                 "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"]
    leaves, trees = [], [{"leaves": 0, "root": tree_root([]), "edge": b""}]
    for i, entry in enumerate(known):
        leaves.append(sha256(b"\x00", bytes.fromhex(entry)))
        if tree_root(leaves).hex() != published[i]:
            sys.exit(f"this script's tree of {i + 1} leaves is not the published one")
    for i in range(len(known), 70):
        leaves.append(pattern(f"leaf {i}", 32))
    for count in [1, 2, 3, 4, 5, 6, 7, 8, 15, 16, 17, 31, 63, 64, 65, 70]:
        trees.append({"leaves": count, "root": tree_root(leaves[:count]), "edge": tree_edge(leaves[:count])})
    return {"leaves": leaves, "trees": trees}


def state_hash_vector():
    subjects = [(11, pattern("subject a", 16)), (11, pattern("subject b", 16)), (200, pattern("subject c", 16))]
    key = lambda seq: {"origin": NODE, "stream": 1, "epoch": EPOCH, "seq": seq}
    current, steps = {}, []
    for what, subject, seq in [("put", 0, 1), ("put", 1, 2), ("put", 0, 3), ("put", 2, 2**63), ("drop", 1, 0),
                               ("drop", 1, 0), ("put", 1, 4), ("drop", 0, 0), ("drop", 2, 0), ("drop", 1, 0)]:
        if what == "put":
            current[subject] = key(seq)
        else:
            current.pop(subject, None)
        # No subtraction here: the sum over what is there now must come out the same.
        total = sum(int.from_bytes(sha256(bytes([subjects[s][0]]), subjects[s][1], key_octets(k)), "big")
                    for s, k in current.items()) % 2**256
        steps.append({"do": what, "type": subjects[subject][0], "subject": subjects[subject][1], "seq": seq,
                      "hash": total.to_bytes(32, "big")})
    return {"origin": NODE, "epoch": EPOCH, "steps": steps}


def clock_vector():
    wall, logical, steps = 0, 0, []

    def ask(now):
        nonlocal wall, logical
        wall, logical = (now, 0) if now > wall else (wall, logical + 1)
        steps.append({"do": "stamp", "now": now, "wall": wall, "logical": logical})

    def hear(w, l, now, trust):
        nonlocal wall, logical
        taken = not (trust == 3 and w > now + 5 * 60 * 1000)
        if taken:
            wall, logical = max((wall, logical), (w, l))
        steps.append({"do": "hear", "now": now, "trust": trust, "heard_wall": w, "heard_logical": l, "taken": taken})

    ask(1000), ask(1000), ask(999), ask(1001), ask(1001)
    hear(1001, 7, 1001, 3), ask(1001)            # the same millisecond: the counter goes on after the one heard
    hear(1001, 3, 1001, 3), ask(1001)            # an older one changes nothing
    hear(301001, 0, 1001, 3), ask(1001)          # exactly five minutes ahead still pushes
    hear(301002 + 5000, 9, 1001, 3), ask(1001)   # more does not
    hear(10**12, 2, 1001, 1), ask(1001)          # a clock that is not synchronised has no ground to refuse
    ask(10**12 + 1), ask(5)
    return {"steps": steps}


def texts_vector():
    encoded = []
    for count in list(range(0, 8)) + [31, 32, 33]:
        value = pattern(f"text {count}", count)
        encoded.append({"octets": value, "base64url": base64.urlsafe_b64encode(value).decode().rstrip("=")})
    v7 = []
    for ms, name in [(0, "zero"), (1700000000000, "now"), (2**48 - 1, "last")]:
        random = pattern(name, 10)
        raw = bytearray(ms.to_bytes(6, "big") + random)
        raw[6] = raw[6] & 0x0F | 0x70
        raw[8] = raw[8] & 0x3F | 0x80
        h = bytes(raw).hex()
        v7.append({"ms": ms, "random": random, "octets": bytes(raw),
                   "text": f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"})
    return {"encoded": encoded, "not_base64url": ["A", "AAAAA", "AA=", "AA+A", "AB", "AAB", "A A", "ÄÄ"], "uuid_v7": v7,
            "not_uuid": ["", "0190c0de", "0190c0de-0000-7000-8000-00000000000", "0190c0de-0000-7000-8000-0000000000011",
                         "0190c0de0-000-7000-8000-000000000001", "g190c0de-0000-7000-8000-000000000001",
                         "{190c0de-0000-7000-8000-000000000001", "0190c0de 0000 7000 8000 000000000001"]}


VECTORS = {"records": records_vector, "merkle": merkle_vector, "state_hash": state_hash_vector, "clock": clock_vector,
           "texts": texts_vector}


def main():
    bad = 0
    for name, make in VECTORS.items():
        text = json.dumps(hexed(make()), indent=1, ensure_ascii=False) + "\n"
        path = HERE / f"{name}.json"
        if sys.argv[1:] == ["--write"]:
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            print(f"{path.name} is not what this script works out", file=sys.stderr)
            bad += 1
        else:
            print(f"{path.name}: good")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
