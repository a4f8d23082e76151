"""What another clinic could bring to our doors, made by hand: codes, certificates, ids."""
import datetime
import hashlib
import json
import pathlib
import re
import secrets
import uuid

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import scenario  # First of ours: it makes tests/support importable.
from demo.network import Network, Point

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE = re.compile(r"(?m)^ *([0-9A-Z]{5}(?:-[0-9A-Z]{1,5})+)$")
UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
NUMBER_AND_SECRET, KEY, PORT = slice(1, 16), slice(16, 48), slice(52, 54)    # protocol/enrolment/README.md


def read_code(text: str) -> bytearray:
    """The octets of an enrolment code, without its check."""
    bits = "".join(f"{DIGITS.index(digit):05b}" for digit in text if digit != "-")
    octets = bytearray(int(bits[at:at + 8], 2) for at in range(0, len(bits) - 7, 8))
    assert hashlib.sha256(octets[:-3]).digest()[:3] == octets[-3:]
    return octets[:-3]


def write_code(octets: bytes) -> str:
    whole = bytes(octets) + hashlib.sha256(octets).digest()[:3]
    bits = "".join(f"{octet:08b}" for octet in whole)
    bits += "0" * (-len(bits) % 5)
    return "".join(DIGITS[int(bits[at:at + 5], 2)] for at in range(0, len(bits), 5))


def certify(authority: pathlib.Path, urn: str, folder: pathlib.Path, trusted: pathlib.Path) -> pathlib.Path:
    """A certificate of the authority in a folder for whoever the URN names; `trusted`: whom its holder trusts."""
    signing = serialization.load_pem_private_key((authority / "ca.key").read_bytes(), None)
    issuer = x509.load_pem_x509_certificate((authority / "ca.pem").read_bytes())
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.datetime.utcnow()
    made = (x509.CertificateBuilder().subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "guest")]))
            .issuer_name(issuer.subject).public_key(key.public_key()).serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(False, None), True)
            .add_extension(x509.SubjectAlternativeName([x509.UniformResourceIdentifier(urn)]), False)
            .add_extension(x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.CLIENT_AUTH]), False)
            .sign(signing, hashes.SHA256()))
    folder.mkdir(parents=True)
    (folder / "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    (folder / "certificate.pem").write_bytes(
        made.public_bytes(serialization.Encoding.PEM) + (authority / "chain.pem").read_bytes())
    (folder / "ca.pem").write_bytes(trusted.read_bytes())
    return folder


class Neighbour(Network):
    """Another clinic's network on the same day, with an authority and ids of its own. Of `names`, some are its own too."""

    def __init__(self, folder: pathlib.Path, names: dict[str, str]):
        super().__init__(folder, say=lambda *_: None, only=("embankment",))
        text = own_ids(json.dumps(self.clinic))
        for ours, theirs in names.items():
            text = text.replace(json.dumps(ours), json.dumps(theirs))
        self.clinic = json.loads(text)
        self.write_clinic()
        self.points = [Point(self, self.clinic["points"][0])]

    def appointments(self) -> list[dict]:
        """As many as are needed: each has a pass made."""
        return super().appointments()[:2]


def own_ids(clinic: str) -> str:
    """The text of clinic data with other UUIDs (version 7) in the place of all of its own: no two clinics share a patient."""
    others: dict[str, str] = {}

    def other(found: re.Match) -> str:
        if found[0] not in others:
            octets = bytearray(uuid.UUID(found[0]).bytes[:6] + secrets.token_bytes(10))
            octets[6], octets[8] = octets[6] & 0x0F | 0x70, octets[8] & 0x3F | 0x80
            others[found[0]] = str(uuid.UUID(bytes=bytes(octets)))
        return others[found[0]]
    return UUID.sub(other, clinic)
