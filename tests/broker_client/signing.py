"""Certificates of one throw-away authority."""

import datetime
import ipaddress
from collections.abc import Callable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM
Sign = Callable[..., tuple[Path, Path]]


def signer(directory: Path) -> Sign:
    """Give a function that makes files with a certificate and its key, all of one throw-away authority (`ca`)."""
    now = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    root_key = ec.generate_private_key(ec.SECP256R1())
    root = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "throw-away authority")])

    def make(name: str, *, password: bytes | None = None) -> tuple[Path, Path]:
        is_root = name == "ca"
        key = root_key if is_root else ec.generate_private_key(ec.SECP256R1())
        subject = root if is_root else x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
        builder = (
            x509.CertificateBuilder(issuer_name=root, subject_name=subject, public_key=key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now)
            .not_valid_after(now + datetime.timedelta(days=36500))
            .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        )
        signed = (builder if is_root else builder.add_extension(names, critical=False)).sign(root_key, hashes.SHA256())
        hiding = serialization.BestAvailableEncryption(password) if password else serialization.NoEncryption()
        certificate, private = directory / f"{name}.pem", directory / f"{name}.key"
        certificate.write_bytes(signed.public_bytes(PEM))
        private.write_bytes(key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, hiding))
        return certificate, private

    return make
