"""The settings of one broker for tests, demo and benchmarks."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

HOST = "127.0.0.1"
YEAR_MS = 365 * 24 * 3600 * 1000
MIB = 1024 * 1024


@dataclass(frozen=True)
class Ports:
    """Where the broker listens."""

    clients: int
    internal: int
    controller: int


def single_node_properties(ports: Ports, data: Path) -> dict[str, str]:
    """Return the settings of a broker that is its own controller.

    What the broker sends to itself has a listener of its own, so that the one
    of clients can be secured by four settings and needs no credentials of the
    broker.
    """
    advertised = f"CLIENTS://{HOST}:{ports.clients},INTERNAL://{HOST}:{ports.internal}"
    return {
        "process.roles": "broker,controller",
        "node.id": "1",
        "log.dirs": str(data),
        "listeners": f"{advertised},CONTROLLER://{HOST}:{ports.controller}",
        "advertised.listeners": advertised,
        "listener.security.protocol.map": (
            "CLIENTS:PLAINTEXT,INTERNAL:PLAINTEXT,CONTROLLER:PLAINTEXT"
        ),
        "inter.broker.listener.name": "INTERNAL",
        "controller.listener.names": "CONTROLLER",
        "controller.quorum.voters": f"1@{HOST}:{ports.controller}",
        # After a kill the controller admits the same broker only when its
        # old session has run out: 12 s instead of 5 with Kafka's 9 s.
        "broker.session.timeout.ms": "3000",
        "broker.heartbeat.interval.ms": "500",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "transaction.state.log.num.partitions": "4",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "share.coordinator.state.topic.num.partitions": "4",
        # A group forms at once, and a test may notice a killed member sooner
        # than the 6 s that Kafka would insist on.
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "500",
        # Topics are created explicitly: one created by a misspelt name would have
        # one partition and the wrong retention.
        "auto.create.topics.enable": "false",
        "message.max.bytes": str(3 * MIB),
        # Test records are dated as their articles, often decades ago. The
        # first retention pass, 30 s after the start, would delete them.
        "log.initial.task.delay.ms": str(YEAR_MS),
        "log.retention.check.interval.ms": str(YEAR_MS),
    }


def write_properties(properties: Mapping[str, str], path: Path) -> None:
    """Write a Java properties file; JSON escapes line ends and letters as Java reads them."""
    path.write_text(
        "".join(f"{name}={json.dumps(value)[1:-1]}\n" for name, value in properties.items())
    )
