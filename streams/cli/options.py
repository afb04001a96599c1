"""Options that several commands share."""

from __future__ import annotations

from typing import Annotated

import typer

BootstrapServers = Annotated[
    str | None,
    typer.Option("--bootstrap-servers", "-b", help="Kafka brokers, host:port, comma-separated."),
]
TopicPrefix = Annotated[
    str | None, typer.Option("--topic-prefix", help="Prefix of every topic's name.")
]
