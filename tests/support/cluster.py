"""Three brokers that replicate to each other, to test the loss of one."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Self

from deploy.kafka.embedded import EmbeddedKafka, free_ports
from deploy.kafka.properties import HOST, Ports

BROKERS = 3
_REPLICAS, _IN_SYNC = 3, 2


class ThreeBrokers:
    """A context manager. Records are confirmed by two of three brokers at least.

    ports: of each broker; free ones by default.
    settings: broker properties of each that are added to or replace the others.
    """

    def __init__(
        self,
        ports: Sequence[Ports] | None = None,
        settings: Sequence[Mapping[str, str]] = ({},) * BROKERS,
    ) -> None:
        if ports is None:
            found = free_ports(3 * BROKERS)
            ports = [Ports(*found[3 * n : 3 * n + 3]) for n in range(BROKERS)]
        voters = ",".join(f"{n + 1}@{HOST}:{p.controller}" for n, p in enumerate(ports))
        # As Kafka writes one: a UUID in the alphabet of URLs.
        cluster_id = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        self.brokers = [
            EmbeddedKafka(
                ports=own,
                cluster_id=cluster_id,
                settings={
                    "node.id": str(n + 1),
                    "controller.quorum.voters": voters,
                    "min.insync.replicas": str(_IN_SYNC),
                    "offsets.topic.replication.factor": str(_REPLICAS),
                    "transaction.state.log.replication.factor": str(_REPLICAS),
                    "transaction.state.log.min.isr": str(_IN_SYNC),
                    **more,
                },
            )
            for n, (own, more) in enumerate(zip(ports, settings, strict=True))
        ]

    @property
    def bootstrap(self) -> str:
        """Where clients connect: all three, comma-separated."""
        return ",".join(broker.bootstrap for broker in self.brokers)

    def __enter__(self) -> Self:
        # None of them serves before two have found each other.
        with ThreadPoolExecutor(BROKERS) as pool:
            list(pool.map(EmbeddedKafka.start, self.brokers))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for broker in self.brokers:
            broker.kill()  # the last one would wait for the others before it ends in order
            broker.stop()
