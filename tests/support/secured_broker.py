"""Certificates and settings of brokers that authenticate and authorise their clients."""

from dataclasses import dataclass
from pathlib import Path

import trustme
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from deploy.kafka.properties import HOST

PLAIN_LISTENER = "listener.name.clients.plain.sasl.jaas.config"


@dataclass(frozen=True)
class Certificates:
    """PEM files: who signs, the broker's key and certificate, and a client's."""

    signer: Path
    broker: Path
    client: Path
    client_key: Path


def make_certificates(folder: Path, client_name: str) -> Certificates:
    """Write an authority of one's own, and what it signs for the broker and one client."""
    authority = trustme.CA()
    made = Certificates(
        folder / "ca.pem", folder / "broker.pem", folder / "client.pem", folder / "client-key.pem"
    )
    authority.cert_pem.write_to_path(made.signer)
    broker = authority.issue_cert(HOST, "localhost")
    key = load_pem_private_key(broker.private_key_pem.bytes(), None)
    # Java reads keys as PKCS#8 only.
    pkcs8 = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    made.broker.write_bytes(pkcs8 + b"".join(b.bytes() for b in broker.cert_chain_pems))
    # Java refuses a certificate without any name besides the common one.
    client = authority.issue_cert(f"{client_name}.invalid", common_name=client_name)
    client.private_key_pem.write_to_path(made.client_key)
    made.client.write_bytes(b"".join(b.bytes() for b in client.cert_chain_pems))
    return made


def _tls(certificates: Certificates) -> dict[str, str]:
    name = "listener.name.clients."
    return {
        f"{name}ssl.keystore.type": "PEM",
        f"{name}ssl.keystore.location": str(certificates.broker),
        f"{name}ssl.truststore.type": "PEM",
        f"{name}ssl.truststore.location": str(certificates.signer),
    }


def password_settings(
    certificates: Certificates, plain_users: dict[str, str], superusers: list[str]
) -> dict[str, str]:
    """A broker that takes SCRAM and PLAIN over TLS, and denies what nothing allows.

    SCRAM users are made when the storage is formatted: `EmbeddedKafka(scram_users=...)`.
    """
    users = " ".join(f'user_{name}="{word}"' for name, word in plain_users.items())
    module = "org.apache.kafka.common.security"
    return {
        "listener.security.protocol.map": _protocols("SASL_SSL"),
        "listener.name.clients.sasl.enabled.mechanisms": "SCRAM-SHA-512,PLAIN",
        "listener.name.clients.scram-sha-512.sasl.jaas.config": (
            f"{module}.scram.ScramLoginModule required;"
        ),
        PLAIN_LISTENER: f"{module}.plain.PlainLoginModule required {users};",
        **_tls(certificates),
        **_authorizer(superusers),
    }


def certificate_settings(certificates: Certificates, superusers: list[str]) -> dict[str, str]:
    """A broker that knows clients by their certificates alone (mTLS)."""
    return {
        "listener.security.protocol.map": _protocols("SSL"),
        "listener.name.clients.ssl.client.auth": "required",
        "listener.name.clients.ssl.principal.mapping.rules": "RULE:^.*CN=([^,]+).*$/$1/,DEFAULT",
        **_tls(certificates),
        **_authorizer(superusers),
    }


def _protocols(clients: str) -> str:
    return f"CLIENTS:{clients},INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT"


def _authorizer(superusers: list[str]) -> dict[str, str]:
    """Deny by default; the brokers' own inner listeners are ANONYMOUS."""
    everything = ";".join(f"User:{name}" for name in ["ANONYMOUS", *superusers])
    return {
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "allow.everyone.if.no.acl.found": "false",
        "super.users": everything,
    }
