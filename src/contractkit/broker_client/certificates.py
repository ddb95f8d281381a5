"""Certificates: whom to trust on the way to a broker, and what to show to one that asks who is there."""

import ssl
from dataclasses import dataclass
from pathlib import Path

from contractkit.errors import SettingsError


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """What the places are called in which somebody names the files."""

    ca: str = "broker_ca"
    certificate: str = "broker_certificate"
    key: str = "broker_key"


_SETTINGS = Names()


def tls_context(
    *, ca: Path | None = None, certificate: Path | None = None, key: Path | None = None, names: Names = _SETTINGS
) -> ssl.SSLContext | None:
    """Give what PEM files say, None where there are none.

    Args:
        ca: Certificate authorities to trust, and no others; those of the environment where None.
        certificate: The client's certificate, its chain and perhaps its key.
        key: The client's key, unencrypted; where None, it stands in `certificate`.
        names: What messages call these.

    Raises:
        SettingsError: A file cannot be read or is not what it should be.
    """
    if ca is None and certificate is None and key is None:
        return None
    if key is not None and certificate is None:
        raise SettingsError(
            "A key for the broker is given without its certificate.", next_step=f"Set {names.certificate} too."
        )
    context = _trusting(ca, names)
    if certificate is not None:
        _show(context, certificate, key, names)
    return context


def unusable_environment(error: Exception) -> SettingsError:
    """Give the error that variables, which say how brokers are reached, make no connection."""
    told = error.strerror if isinstance(error, OSError) and not isinstance(error, ssl.SSLError) else None
    return SettingsError(
        "The way to the broker cannot be used.",
        details=[("reason", told or str(error).partition("\n")[0] or type(error).__name__)],
        next_step="Check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, SSL_CERT_FILE and SSL_CERT_DIR.",
    )


def _trusting(ca: Path | None, names: Names) -> ssl.SSLContext:
    if ca is None:
        from httpx import create_ssl_context

        try:
            return create_ssl_context()
        except OSError as error:
            raise unusable_environment(error) from None
    try:
        return ssl.create_default_context(cafile=ca)
    except OSError as error:  # which ssl.SSLError is
        raise _unusable(names.ca, ca, error, "a PEM file with certificates") from None


def _show(context: ssl.SSLContext, certificate: Path, key: Path | None, names: Names) -> None:
    missing = next((each for each in (certificate, key) if each is not None and not each.is_file()), None)
    try:
        if missing is not None:
            missing.read_bytes()
        context.load_cert_chain(certificate, key, password="")  # without one, the terminal would be asked
    except OSError as error:
        setting = names.key if missing is not None and missing == key else names.certificate
        expected = f"a PEM file with a certificate and its unencrypted key, or the key in {names.key}"
        raise _unusable(setting, missing or certificate, error, expected) from None


def _unusable(setting: str, file: Path, error: OSError, expected: str) -> SettingsError:
    reason = str(error.reason or error) if isinstance(error, ssl.SSLError) else error.strerror or str(error)
    return SettingsError(
        f"The file of {setting} cannot be used.",
        details=[("file", str(file)), ("expected", expected), ("reason", reason)],
    )
