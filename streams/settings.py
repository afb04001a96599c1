"""Settings: from flags, then the environment (`ECHOWIRE_*`), then a TOML file, then the defaults.

Each is documented here, where it is defined; `echowire settings` prints them with their values.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from streams.broker_addresses import broker_addresses
from streams.detection.parameters import Parameters
from streams.errors import UserError
from streams.json_object import Json
from streams.renamed_settings import RENAMED, environment_under_new_names, under_new_names

PREFIX = "ECHOWIRE_"
DEFAULT_FILE = "echowire.toml"


class SettingsError(UserError):
    """A setting is wrong; the message names it and says what is expected."""

    exit_code = 78  # sysexits.h: configuration


class Settings(BaseSettings):
    """All settings of all commands."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, validate_default=True
    )

    # ---- Kafka
    bootstrap_servers: Annotated[str, AfterValidator(broker_addresses)] = Field(
        "localhost:9092",
        description="Kafka brokers to connect to first, as host:port, comma-separated.",
    )
    group: Annotated[str, Field(min_length=1, max_length=200)] = Field(
        "echowire",
        description="Consumer group. Workers of one group share the partitions; a new group"
        " reads everything from the beginning.",
    )
    instance_id: Annotated[str, Field(pattern=r"^[a-zA-Z0-9._-]{0,200}$")] = Field(
        "",
        description="Fixed name of this worker within its group, such as its pod's. A worker that"
        " comes back under it within session_timeout_seconds keeps its partitions without a"
        " rebalance. Names must be unique: of two workers with one name, the older is fenced off."
        " Empty: Kafka assigns a name.",
    )
    topic_prefix: Annotated[str, Field(pattern=r"^[a-zA-Z0-9._-]{0,100}$")] = Field(
        "", description="Prefix of all topic names, to run several echowires on one cluster."
    )
    compression: Literal["none", "gzip", "lz4", "zstd"] = Field(
        "lz4",
        description="Compression of what echowire writes. zstd takes a third less space than lz4"
        " for twice the CPU; gzip is for consumers that support nothing newer.",
    )
    isolation_level: Literal["read_committed", "read_uncommitted"] = Field(
        "read_committed",
        description="Whether a transaction's records are read only after it is committed, or at"
        " once even if it is aborted later. Matters only if producers write in transactions.",
    )
    session_timeout_seconds: Annotated[float, Field(ge=2, le=300)] = Field(
        30.0,
        description="A worker that sends no heartbeat for this long loses its partitions. A shorter"
        " timeout moves them sooner after a crash; one too short takes them from a busy worker."
        " By default brokers accept 6 s to 30 minutes: their group.min.session.timeout.ms and"
        " group.max.session.timeout.ms.",
    )

    # ---- security
    security_protocol: Literal["plaintext", "ssl", "sasl_ssl", "sasl_plaintext"] = Field(
        "plaintext",
        description="ssl encrypts, and authenticates with ssl_certificate_file if it is set;"
        " sasl_ssl encrypts and authenticates with name and password. sasl_plaintext sends both"
        " unencrypted: anyone on the network can read them.",
    )
    sasl_mechanism: Literal["SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN"] = Field(
        "SCRAM-SHA-512",
        description="How the password is checked. SCRAM proves that we know it; PLAIN sends it.",
    )
    sasl_username: str | None = Field(None, description="User name, with sasl_ssl.")
    sasl_password: SecretStr | None = Field(
        None, description="Password; set this or sasl_password_file, never a flag."
    )
    sasl_password_file: Path | None = Field(
        None, description="File with the password; white space around it is ignored."
    )
    ssl_ca_file: Path | None = Field(
        None,
        description="PEM file with the certificate authorities of the brokers. Default: those that"
        " the system trusts.",
    )
    ssl_certificate_file: Path | None = Field(
        None, description="PEM file with the client certificate, if brokers ask for one."
    )
    ssl_key_file: Path | None = Field(
        None, description="PEM file with the key of the client certificate."
    )
    ssl_key_password: SecretStr | None = Field(
        None, description="Password of ssl_key_file, if it has one; never a flag."
    )

    # ---- work
    chunk_records: Annotated[int, Field(ge=1, le=10_000)] = Field(
        1000,
        description="Most records in a chunk. More is faster under load and takes more memory.",
    )
    gather_seconds: Annotated[float, Field(ge=0, le=1)] = Field(
        0.02,
        description="From about 200 records a second on, each fetch gathers them at the broker,"
        " from 2,000 on for so long. Longer means fewer and larger chunks, so less CPU, and that"
        " much more latency. Fewer records are not waited for, and high load fills fetches sooner.",
    )
    record_bytes: Annotated[int, Field(ge=1_000, le=64 << 20)] = Field(
        2 << 20,
        description="Largest raw record that is read; larger ones become dead letters. Determines"
        " max.message.bytes of the topics.",
    )
    normalising_processes: Annotated[int, Field(ge=0, le=64)] = Field(
        2,
        description="Processes beside the worker's own that normalise all but the smallest chunks,"
        " reading their pages. 0: the worker does it all, in less memory and more slowly.",
    )
    page_seconds: Annotated[float, Field(ge=0.1, le=60)] = Field(
        10.0,
        description="CPU time for one page; a page that needs more becomes a dead letter,"
        " `timed_out`.",
    )
    outlets_file: str | None = Field(
        None,
        description="Your own table of publishers, TOML as in docs/normalising.md; it extends and"
        " overrides the built-in one.",
    )

    # ---- detection
    window_seconds: Annotated[int, Field(ge=60, le=31 * 86_400)] = Field(
        72 * 3600,
        description="Copies are searched among articles up to this much older, by event time.",
    )
    window_articles: Annotated[int, Field(ge=1024, le=1 << 26)] = Field(
        1 << 18,
        description="Most articles that each shard remembers, some 875 bytes each. Should exceed"
        " what arrives in the window; otherwise copies of older articles are missed.",
    )
    copy_overlap: Annotated[float, Field(ge=0.1, le=1)] = Field(
        0.5,
        description="Share of the longer text that two articles must have in common to be copies."
        " Lower values find more copies, and more that merely share passages.",
    )

    # ---- monitoring
    canary_seconds: Annotated[float, Field(ge=0, le=86_400)] = Field(
        300.0,
        description="Time between rounds of canaries: eight synthetic articles with known verdicts,"
        " which pass through all topics but are kept out of the outputs. 0 sends none.",
    )

    # ---- the worker's own web server
    http_host: Annotated[str, Field(min_length=1)] = Field(
        "127.0.0.1", description="Address of /metrics, /livez, /readyz and /status."
    )
    http_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        6066, description="Port of that server; 0 picks a free one."
    )
    log_format: Literal["console", "json"] = Field(
        "console", description="Log lines for people, or one JSON object per line."
    )
    tracing: bool = Field(
        default=False,
        description="Whether to send an OpenTelemetry span for each chunk to"
        " OTEL_EXPORTER_OTLP_ENDPOINT; needs echowire[tracing].",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="Least severe log messages that are written."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags, environment, file: in this order."""
        path = settings_file()
        file = (_File(settings_cls, path),) if path else ()
        return init_settings, env_settings, *file

    def parameters(self) -> Parameters:
        """The parameters of detection."""
        return Parameters(
            copy_overlap=self.copy_overlap,
            window_seconds=self.window_seconds,
            capacity=self.window_articles,
        )


class _File(TomlConfigSettingsSource):
    """The settings file, in which settings may have the names of earlier versions."""

    def __call__(self) -> Json:
        return under_new_names(super().__call__(), f"in {self.toml_file_path}, ")


# Neither shown nor accepted on the command line.
SECRETS = frozenset({"sasl_password", "ssl_key_password"})


def settings_file() -> Path | None:
    """`$ECHOWIRE_CONFIG`, else `echowire.toml` in the working directory if there is one."""
    named = os.environ.get(f"{PREFIX}CONFIG")
    if named:
        if not Path(named).is_file():
            raise SettingsError(f"{PREFIX}CONFIG names {named}, which is not a file")
        return Path(named)
    default = Path(DEFAULT_FILE)
    return default if default.is_file() else None


def load_settings(**flags: Any) -> Settings:
    """Settings of this process. A flag that is None is not set. Raises SettingsError."""
    known = {f"{PREFIX}{name}".upper() for name in (*Settings.model_fields, *RENAMED)}
    known |= {f"{PREFIX}CONFIG", f"{PREFIX}CACHE"}
    strange = sorted(
        n for n in os.environ if n.upper().startswith(PREFIX) and n.upper() not in known
    )
    if strange:
        raise SettingsError(f"{strange[0]}: no such setting; `echowire settings` lists them")
    given = under_new_names({name: v for name, v in flags.items() if v is not None})
    if on_show := sorted(SECRETS & given.keys()):
        raise SettingsError(
            f"{on_show[0]}: not accepted as a flag, where every process on the machine could read"
            f" it; set {PREFIX}{on_show[0].upper()}, or put it into the settings file"
        )
    try:
        settings = Settings(**{**environment_under_new_names(PREFIX), **given})
    except ValidationError as error:
        raise SettingsError(_sentence(error)) from None
    except (ValueError, OSError) as error:  # the file is not TOML, or not to be read
        raise SettingsError(f"{settings_file()}: {error}") from None
    if contradiction := _contradiction(settings) or _late_heartbeats(settings):
        raise SettingsError(contradiction)
    return settings


def _contradiction(settings: Settings) -> str | None:
    """What is wrong with a combination of settings that are valid one by one, if anything."""
    protocol = settings.security_protocol
    passwords = [n for n in ("sasl_password", "sasl_password_file") if getattr(settings, n)]
    if protocol.startswith("sasl"):
        if not settings.sasl_username or not passwords:
            return f"security_protocol={protocol} needs sasl_username and sasl_password(_file)"
        if len(passwords) > 1:
            return "sasl_password and sasl_password_file are both set: remove one of them"
    elif settings.sasl_username or passwords:
        name = passwords[0] if passwords else "sasl_username"
        return (
            f"{name} is set, but security_protocol={protocol} uses no password: set it to sasl_ssl,"
            " or to sasl_plaintext if anyone on the network may read the password"
        )
    files = ("ssl_ca_file", "ssl_certificate_file", "ssl_key_file")
    named = [name for name in files if getattr(settings, name)]
    if named and not protocol.endswith("ssl"):
        return f"{named[0]} is set, but security_protocol={protocol} does not encrypt"
    if bool(settings.ssl_certificate_file) != bool(settings.ssl_key_file):
        return "ssl_certificate_file and ssl_key_file must both be set: one of them is missing"
    return None


def _late_heartbeats(settings: Settings) -> str | None:
    longest_page = settings.session_timeout_seconds / 3
    if settings.normalising_processes or settings.page_seconds <= longest_page:
        return None
    return (
        f"page_seconds must be at most a third of session_timeout_seconds, {longest_page:g}, where"
        " normalising_processes is 0: heartbeats wait for the page that is being read"
    )


def _sentence(error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    name = str(first["loc"][0]) if first["loc"] else "settings"
    if first["type"] == "extra_forbidden":
        return f"{name}: no such setting; `echowire settings` lists them"
    got = "" if name in SECRETS else f", got {first['input']!r}"
    why = first["msg"].removeprefix("Value error, ")
    return f"{name} (or {PREFIX}{name.upper()}): {why}{got}"
