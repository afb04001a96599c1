"""Authentication to and of the brokers: for consumer, producers and admin alike."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import TYPE_CHECKING

from streams.json_object import Json
from streams.settings import Settings, SettingsError

if TYPE_CHECKING:
    import faust


def security_options(settings: Settings) -> Json:
    """Options for aiokafka's clients. Raises SettingsError if a file cannot be used."""
    options: Json = {"security_protocol": settings.security_protocol.upper()}
    if settings.security_protocol.endswith("ssl"):
        options["ssl_context"] = ssl_context(settings)
    if settings.security_protocol.startswith("sasl"):
        options["sasl_mechanism"] = settings.sasl_mechanism
        options["sasl_plain_username"] = settings.sasl_username
        options["sasl_plain_password"] = _password(settings)
    return options


def faust_credentials(settings: Settings) -> faust.Credentials | None:
    """The same, for Faust's consumer. None if there are no credentials."""
    # Importing takes a second, which the other commands do not need.
    import faust  # noqa: PLC0415

    options = security_options(settings)
    if settings.security_protocol == "ssl":
        return faust.SSLCredentials(options["ssl_context"])
    if settings.security_protocol.startswith("sasl"):
        return faust.SASLCredentials(
            username=options["sasl_plain_username"],
            password=options["sasl_plain_password"],
            mechanism=settings.sasl_mechanism,
            ssl_context=options.get("ssl_context"),
        )
    return None


def ssl_context(settings: Settings) -> ssl.SSLContext:
    """TLS 1.2 or newer, with the broker's name and signer checked. Raises SettingsError."""
    signers, certificate = settings.ssl_ca_file, settings.ssl_certificate_file
    try:
        context = ssl.create_default_context(cafile=signers)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"ssl_ca_file: {signers}: {_why(error, 'certificates')}") from None
    if certificate and settings.ssl_key_file:
        secret = settings.ssl_key_password
        # Without a function, OpenSSL would ask for the password on the terminal.
        word = secret.get_secret_value() if secret else ""
        try:
            context.load_cert_chain(certificate, settings.ssl_key_file, lambda: word)
        except (OSError, ssl.SSLError, ValueError) as error:
            raise SettingsError(
                f"ssl_certificate_file: {certificate} with {settings.ssl_key_file}:"
                f" {_why(error, 'a certificate and its key')}"
            ) from None
    return context


def _why(error: Exception, expected: str) -> str:
    if isinstance(error, ssl.SSLError):
        return f"expected {expected} in PEM form ({error.reason or error.args[-1]})"
    return getattr(error, "strerror", None) or str(error)


def _password(settings: Settings) -> str:
    if settings.sasl_password is not None:
        return settings.sasl_password.get_secret_value()
    path = settings.sasl_password_file or Path()
    try:
        password = path.read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        why = getattr(error, "strerror", None) or "it is not text"
        raise SettingsError(f"sasl_password_file: {path}: {why}") from None
    if not password:
        raise SettingsError(f"sasl_password_file: {path}: it is empty")
    return password
