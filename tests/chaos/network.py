"""Three brokers, two workers and whoever sends, each on a host of its own: a network namespace with
one device. What the network does to them a switch does, see `switch.py`."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import permutations, product
from pathlib import Path
from threading import Thread
from typing import Any, Self

import orjson

from deploy.kafka.embedded import EmbeddedKafka
from deploy.kafka.properties import Ports
from streams.settings import Settings
from tests.chaos.crew import Crew, FaultyWorker
from tests.chaos.faulty_worker import Fault
from tests.chaos.private import NotPermittedError, entered, new_network, tunnel
from tests.chaos.scenarios import Extent
from tests.kafka.service import Worker
from tests.support.cluster import ThreeBrokers

BROKERS, WORKERS, SENDER = (1, 2, 3), (4, 5), 6
HOSTS = (*BROKERS, *WORKERS, SENDER)
MTU = 9000  # few packets for the switch
PORTS = Ports(clients=9092, internal=9093, controller=9094)

Direction = tuple[int, int]  # from a host, to a host


def address(host: int) -> str:
    """Only inside of these namespaces, and the same in every run."""
    return f"10.99.0.{host}"


class Network:
    """The hosts and the switch between them; a context manager that leaves nothing."""

    def __init__(self) -> None:
        self._namespaces: dict[int, int] = {}
        self._devices: dict[int, int] = {}

    def __enter__(self) -> Self:
        try:
            for host in HOSTS:
                self._make(host)
        except NotPermittedError:
            self._close()
            raise
        devices = list(self._devices.values())
        self._switch = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.switch", *map(str, devices)],
            stdin=subprocess.PIPE, pass_fds=devices,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        assert self._switch.stdin is not None
        self._switch.stdin.close()
        self._switch.kill()
        self._switch.wait()
        self._close()

    def _make(self, host: int) -> None:
        failures: list[Exception] = []

        def make() -> None:
            try:
                self._namespaces[host] = new_network()
                self._devices[host] = tunnel(address(host), MTU)
            except (NotPermittedError, OSError) as error:
                failures.append(error)

        thread = Thread(target=make)  # it alone is in the namespace, and ends
        thread.start()
        thread.join()
        if failures:
            raise NotPermittedError(f"no hosts of our own: {failures[0]}") from failures[0]

    def _close(self) -> None:
        for fd in (*self._namespaces.values(), *self._devices.values()):
            os.close(fd)

    @contextmanager
    def on(self, host: int) -> Iterator[None]:
        """The calling thread, and whatever it starts, is on this host."""
        with entered(self._namespaces[host]):
            yield

    @contextmanager
    def worse(
        self,
        directions: Sequence[Direction],
        delay_ms: float = 0.0,
        loss: float = 0.0,
        *,
        cut: bool = False,
    ) -> Iterator[None]:
        """These directions are slow, lossy or cut for a while. Nobody is told that they are."""
        self._tell([[*way, delay_ms, loss, cut] for way in directions])
        try:
            yield
        finally:
            self._tell([[*way, 0, 0, False] for way in directions])

    def _tell(self, links: list[list[float]]) -> None:
        assert self._switch.stdin is not None
        self._switch.stdin.write(orjson.dumps(links) + b"\n")
        self._switch.stdin.flush()


@contextmanager
def brokers_on(network: Network) -> Iterator[tuple[list[EmbeddedKafka], str]]:
    """-> three brokers that replicate to each other, and where clients connect."""
    voters = ",".join(f"{host}@{address(host)}:{PORTS.controller}" for host in BROKERS)
    with ExitStack() as stack:
        cluster = ThreeBrokers(
            [PORTS] * len(BROKERS),
            [
                {
                    "controller.quorum.voters": voters,
                    # On all addresses, as whoever starts a broker asks at 127.0.0.1.
                    "listeners": f"CLIENTS://0.0.0.0:{PORTS.clients},"
                    f"INTERNAL://{address(host)}:{PORTS.internal},"
                    f"CONTROLLER://{address(host)}:{PORTS.controller}",
                    "advertised.listeners": f"CLIENTS://{address(host)}:{PORTS.clients},"
                    f"INTERNAL://{address(host)}:{PORTS.internal}",
                }
                for host in BROKERS
            ],
        )

        def start(host: int, broker: EmbeddedKafka) -> None:
            with network.on(host):
                broker.start()
            stack.callback(broker.stop)
            stack.callback(broker.kill)

        with ThreadPoolExecutor(len(BROKERS)) as pool:
            list(pool.map(start, BROKERS, cluster.brokers))
        yield cluster.brokers, ",".join(f"{address(host)}:{PORTS.clients}" for host in BROKERS)


class SpreadCrew(Crew):
    """Its workers are on hosts of their own."""

    def __init__(self, settings: Settings, folder: Path, size: int, network: Network) -> None:
        super().__init__(settings, folder, size)
        self.network = network

    def join(self, faults: list[Fault] | None = None) -> Worker:
        taken = {worker.settings.http_host for worker in self.workers if not worker.ended()}
        host = next(host for host in WORKERS if address(host) not in taken)
        mine = self.settings.model_copy(update={"http_host": address(host)})
        made = FaultyWorker(mine, self.folder, faults or [])
        with self.network.on(host):
            self.workers.append(made.launch())
        return made


def network_faults(
    crew: Crew, chance: random.Random, extent: Extent, _: Sequence[EmbeddedKafka]
) -> None:
    """The network delays and loses, is cut in one direction and in both, silently, for less and for
    more than a session lasts; and is well again."""
    assert isinstance(crew, SpreadCrew)
    crew.one_ready()
    timeout = crew.settings.session_timeout_seconds
    kinds = chance.sample(sorted(_KINDS), len(_KINDS))
    for strike in range(max(len(kinds), extent.strikes // 2)):
        kind = kinds[strike % len(kinds)]
        worker, broker = chance.choice(WORKERS), chance.choice(BROKERS)
        directions, harm = _KINDS[kind]
        with crew.network.worse(directions(worker, broker), **harm):
            crew.done[kind] += 1
            crew.wait(chance.uniform(0.5, 2.5) * timeout)
        crew.wait(extent.seconds / extent.strikes / 2)


def _everywhere(_worker: int, _broker: int) -> list[Direction]:
    return list(permutations(HOSTS, 2))


def _from_worker(worker: int, _broker: int) -> list[Direction]:
    return list(product([worker], BROKERS))


def _to_worker(worker: int, _broker: int) -> list[Direction]:
    return list(product(BROKERS, [worker]))


def _to_and_from_worker(worker: int, broker: int) -> list[Direction]:
    return _from_worker(worker, broker) + _to_worker(worker, broker)


def _to_broker(_worker: int, broker: int) -> list[Direction]:
    return [(host, broker) for host in HOSTS if host != broker]


def _from_broker(_worker: int, broker: int) -> list[Direction]:
    return [(broker, host) for host in HOSTS if host != broker]


def _to_and_from_broker(worker: int, broker: int) -> list[Direction]:
    return _to_broker(worker, broker) + _from_broker(worker, broker)


_KINDS: dict[str, tuple[Callable[[int, int], list[Direction]], dict[str, Any]]] = {
    "all delayed": (_everywhere, {"delay_ms": 80.0}),
    "all lossy": (_everywhere, {"loss": 0.05}),
    "a worker is not heard": (_from_worker, {"cut": True}),
    "a worker hears nothing": (_to_worker, {"cut": True}),
    "a worker half open": (_to_and_from_worker, {"cut": True}),
    "a broker is not heard": (_from_broker, {"cut": True}),
    "a broker hears nothing": (_to_broker, {"cut": True}),
    "a broker half open": (_to_and_from_broker, {"cut": True}),
}
