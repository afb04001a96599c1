"""Why no broker could be reached; aiokafka only says "Unable to bootstrap"."""

from __future__ import annotations

import asyncio
import socket
import ssl

from aiokafka.conn import create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)

from streams.kafka.security import security_options, ssl_context
from streams.settings import Settings

_STEP_SECONDS = 2.0
_ALERT_SECONDS = 0.5  # TLS 1.3 rejects our certificate after the handshake, at our first read


async def diagnosis(settings: Settings, error: BaseException) -> str:
    """What is wrong with the first address. `error` is the one that a client of it ended with."""
    address = settings.bootstrap_servers.split(",")[0]
    host, _, port = address.rpartition(":")
    wrong = await _unreachable(host, int(port))
    if wrong:
        return (
            f"No Kafka broker at {settings.bootstrap_servers}: {wrong}. Set --bootstrap-servers or"
            " ECHOWIRE_BOOTSTRAP_SERVERS to a running broker's host:port."
        )
    wrong = await _refused(settings, host, int(port)) or (
        "something listens there but does not speak"
        f" {_spoken(settings)} Kafka ({type(error).__name__}); security_protocol says what we speak"
    )
    return f"No Kafka broker at {settings.bootstrap_servers}: {wrong}."


async def _unreachable(host: str, port: int) -> str | None:
    """What is wrong with name or port, if anything is."""
    try:
        _, writer = await asyncio.wait_for(asyncio.open_connection(host, port), _STEP_SECONDS)
    except socket.gaierror:
        return f"the name {host} does not resolve"
    except TimeoutError:
        return "nothing answers there"
    except OSError as refused:
        return refused.strerror or str(refused)
    writer.close()
    return None


async def _refused(settings: Settings, host: str, port: int) -> str | None:
    """Whether certificates or the password are to blame, if either is."""
    if settings.security_protocol.endswith("ssl") and (wrong := await _tls(settings, host, port)):
        return wrong
    try:
        connection = await asyncio.wait_for(
            create_conn(host, port, **security_options(settings)), _STEP_SECONDS
        )
    except (SaslAuthenticationFailed, AuthenticationFailedError):
        name, mechanism = settings.sasl_username, settings.sasl_mechanism
        return f"it does not know the user {name!r} with this password ({mechanism})"
    except UnsupportedSaslMechanismError:
        return f"it does not take sasl_mechanism={settings.sasl_mechanism}"
    except (KafkaError, OSError, TimeoutError):
        return None
    connection.close()
    return None


async def _tls(settings: Settings, host: str, port: int) -> str | None:
    """The handshake's verdict on both sides' certificates."""
    context = ssl_context(settings)
    try:
        reader, writer = await asyncio.wait_for(
            asyncio.open_connection(host, port, ssl=context, server_hostname=host), _STEP_SECONDS
        )
    except ssl.SSLCertVerificationError as error:
        signers = settings.ssl_ca_file or "the system's signers"
        return f"its certificate is not to be trusted: {error.verify_message} (by {signers})"
    except (ssl.SSLError, OSError, TimeoutError):
        return "something listens there but does not speak TLS; set security_protocol"
    try:
        async with asyncio.timeout(_ALERT_SECONDS):
            await reader.read(1)
    except ssl.SSLError as error:
        given = settings.ssl_certificate_file or "none, and ssl_certificate_file can name one"
        return f"it refuses our certificate ({given}): {error.reason}"
    except (TimeoutError, OSError):
        pass
    finally:
        writer.close()
    return None


def _spoken(settings: Settings) -> str:
    return "plain" if settings.security_protocol == "plaintext" else settings.security_protocol
