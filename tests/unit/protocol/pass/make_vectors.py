"""Writes vectors.json: passes made with Python's `cryptography`, sharing no code with protocol/pass.

Run by hand when the layout gets a new version: python3 make_vectors.py > vectors.json
"""

import base64
import datetime
import hashlib
import json
import uuid

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

# The secret keys of RFC 8032 section 7.1, tests 1 and 2.
SEEDS = [
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
]
PASSES = [
    (0, "0190c0de-0000-7000-8000-000000000001", "0190c0de-0000-7000-8000-000000000002",
     "0190c0de-0000-7000-8000-000000000003", "2026-03-02"),
    (1, "ffffffff-ffff-7fff-bfff-ffffffffffff", "01234567-89ab-7def-8123-456789abcdef",
     "0190c0de-1234-7abc-9def-001122334455", "1970-01-01"),
    (1, "01234567-89ab-7def-8123-456789abcdef", "ffffffff-ffff-7fff-bfff-ffffffffffff",
     "0190c0de-1234-7abc-9def-001122334455", "2149-06-06"),
]


def vector(seed_index, appointment, patient, point, day):
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SEEDS[seed_index]))
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key_id = hashlib.sha256(public).digest()[:8]
    days = (datetime.date.fromisoformat(day) - datetime.date(1970, 1, 1)).days
    payload = (b"\x01" + uuid.UUID(appointment).bytes + uuid.UUID(patient).bytes + uuid.UUID(point).bytes
               + days.to_bytes(2, "big") + key_id)
    signature = key.sign(b"feldsher pass 1\x00" + payload)
    text = "FP1:" + base64.urlsafe_b64encode(payload + signature).decode().rstrip("=")
    return {"seed": SEEDS[seed_index], "public_key": public.hex(), "key_id": key_id.hex(), "appointment": appointment,
            "patient": patient, "point": point, "day": day, "text": text}


print(json.dumps([vector(*entry) for entry in PASSES], indent=2))
