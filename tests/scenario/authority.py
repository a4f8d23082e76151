"""A certificate authority of a test: a point's own, or one that nobody in the network knows."""
import datetime
import ipaddress
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID


class Authority:
    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test clinic")])
        self.certificate = self.sign(self.name, self.key.public_key(), True)

    def sign(self, name: x509.Name, public, authority: bool):
        hosts = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        return (x509.CertificateBuilder().subject_name(name).issuer_name(self.name).public_key(public)
                .serial_number(x509.random_serial_number()).not_valid_before(datetime.datetime(1970, 1, 2))
                .not_valid_after(datetime.datetime(2049, 1, 1))
                .add_extension(x509.BasicConstraints(authority, None), True)
                .add_extension(x509.SubjectAlternativeName(hosts), False)
                .sign(self.key, hashes.SHA256()))

    def issue(self, folder: pathlib.Path, common_name: str) -> pathlib.Path:
        folder.mkdir(parents=True)
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = self.sign(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)]), key.public_key(), False)
        (folder / "key.pem").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        (folder / "certificate.pem").write_bytes(certificate.public_bytes(Encoding.PEM))
        (folder / "ca.pem").write_bytes(self.certificate.public_bytes(Encoding.PEM))
        return folder
