"""Credentials: consistent, from files or the environment, and never on show."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import trustme

from streams.kafka.security import faust_credentials, security_options, ssl_context
from streams.settings import SECRETS, SettingsError, load_settings

SECRET = "correct-horse-battery"


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)


def complaint(**flags: Any) -> str:
    with pytest.raises(SettingsError) as error:
        security_options(load_settings(**flags))
    return str(error.value)


def with_password(monkeypatch: pytest.MonkeyPatch, **flags: Any) -> dict[str, Any]:
    monkeypatch.setenv("ECHOWIRE_SASL_PASSWORD", SECRET)
    return security_options(load_settings(sasl_username="worker", **flags))


def test_by_default_nothing_is_encrypted_and_no_user_is_named() -> None:
    assert security_options(load_settings()) == {"security_protocol": "PLAINTEXT"}
    assert faust_credentials(load_settings()) is None


@pytest.mark.parametrize("protocol", ["plaintext", "ssl"])
def test_a_password_is_not_sent_unless_the_protocol_is_asked_for_by_name(
    monkeypatch: pytest.MonkeyPatch, protocol: str
) -> None:
    monkeypatch.setenv("ECHOWIRE_SASL_PASSWORD", SECRET)
    message = complaint(security_protocol=protocol)
    assert message.startswith(f"sasl_password is set, but security_protocol={protocol}")
    assert "sasl_plaintext if anyone on the network may read the password" in message


def test_a_name_alone_asks_for_the_same() -> None:
    assert complaint(sasl_username="worker").startswith("sasl_username is set, but")


def test_an_unencrypted_connection_is_used_only_if_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = with_password(monkeypatch, security_protocol="sasl_plaintext")
    assert options["sasl_plain_password"] == SECRET
    assert "ssl_context" not in options


def test_consumer_producers_and_admin_get_the_same_settings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    options = with_password(monkeypatch, security_protocol="sasl_ssl")
    credentials = faust_credentials(
        load_settings(sasl_username="worker", security_protocol="sasl_ssl")
    )
    assert credentials is not None
    assert credentials.protocol.value == options["security_protocol"] == "SASL_SSL"
    assert credentials.mechanism.value == options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (credentials.username, credentials.password) == ("worker", SECRET)
    assert SECRET not in repr(credentials)


def test_a_password_file_may_end_its_line(tmp_path: Path) -> None:
    path = tmp_path / "password"
    path.write_text(f"{SECRET}\n")
    flags = {"security_protocol": "sasl_ssl", "sasl_username": "worker"}
    assert (
        security_options(load_settings(**flags, sasl_password_file=path))["sasl_plain_password"]
        == SECRET
    )


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"security_protocol": "sasl_ssl"}, "needs sasl_username and sasl_password(_file)"),
        ({"security_protocol": "sasl_ssl", "sasl_username": "w", "sasl_password_file": "absent"},
         "sasl_password_file: absent: No such file"),
        ({"security_protocol": "sasl_ssl", "sasl_username": "w", "sasl_password_file": "empty"},
         "sasl_password_file: empty: it is empty"),
        ({"security_protocol": "ssl", "ssl_ca_file": "absent"}, "absent: No such file"),
        ({"security_protocol": "ssl", "ssl_ca_file": "empty"}, "expected certificates in PEM"),
        ({"security_protocol": "ssl", "ssl_key_file": "empty"}, "must both be set"),
        ({"security_protocol": "ssl", "ssl_key_file": "empty", "ssl_certificate_file": "empty"},
         "expected a certificate and its key in PEM form"),
        ({"ssl_ca_file": "empty"}, "security_protocol=plaintext does not encrypt"),
    ],
)  # fmt: skip
def test_contradictory_settings_are_reported_in_a_sentence(
    flags: dict[str, Any], said: str
) -> None:
    Path("empty").touch()
    assert said in complaint(**flags)


def test_a_password_that_is_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ECHOWIRE_SASL_PASSWORD", SECRET)
    flags = {"security_protocol": "sasl_ssl", "sasl_username": "w", "sasl_password_file": "f"}
    assert "both set" in complaint(**flags)


def test_tls_asks_for_the_brokers_name_and_signer(tmp_path: Path) -> None:
    signer = tmp_path / "ca.pem"
    trustme.CA().cert_pem.write_to_path(signer)
    context = ssl_context(load_settings(security_protocol="ssl", ssl_ca_file=signer))
    assert context.check_hostname
    assert context.verify_mode.name == "CERT_REQUIRED"
    assert context.minimum_version.name == "TLSv1_2"


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_secret_is_not_taken_from_a_command_line(name: str) -> None:
    message = complaint(**{name: SECRET})
    assert message.startswith(f"{name}: not accepted as a flag")
    assert SECRET not in message


@pytest.mark.parametrize("name", sorted(SECRETS))
def test_a_wrong_secret_is_named_and_not_shown(name: str) -> None:
    Path("echowire.toml").write_text(f'{name} = ["{SECRET}"]')
    message = complaint()
    assert message.startswith(f"{name} (or ")
    assert SECRET not in message


@pytest.mark.parametrize(
    "command", [["settings"], ["worker", "--help"], ["worker"], ["topics", "check"]]
)
def test_no_command_shows_a_secret(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "streams.cli.main", *command],
        env={
            **os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "COLUMNS": "300",
            "ECHOWIRE_BOOTSTRAP_SERVERS": "127.0.0.1:1", "ECHOWIRE_SECURITY_PROTOCOL": "sasl_ssl",
            "ECHOWIRE_SASL_USERNAME": "worker", "ECHOWIRE_SASL_PASSWORD": SECRET,
            "ECHOWIRE_LOG_LEVEL": "debug",
        },
        capture_output=True, check=False, timeout=60,
    )  # fmt: skip
    assert SECRET.encode() not in done.stdout + done.stderr
    assert b"worker" in done.stdout + done.stderr or b"127.0.0.1:1" in done.stderr
