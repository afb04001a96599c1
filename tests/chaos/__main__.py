"""`make chaos`: every disturbance, one after the other, with its result.

python -m tests.chaos [--rounds N] [--seed S] [--records N] [--only NAME...]
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import psutil

from deploy.kafka.embedded import EmbeddedKafka
from streams.settings import Settings, load_settings
from tests.chaos import machine, network, scenarios, transactions
from tests.chaos.corpus import RECORD_BYTES, RawRecord
from tests.chaos.crew import Crew, Feed
from tests.chaos.network import SENDER, Network, SpreadCrew, brokers_on
from tests.chaos.private import NotPermittedError, small_disk
from tests.chaos.scenarios import Brokers, Disturbance, Extent, Outcome
from tests.chaos.transactions import TransactionalFeed
from tests.support.cluster import ThreeBrokers

DISK_MB = 256
FOLDERS = "chaos-"


@dataclass(frozen=True, slots=True)
class Site:
    """Where a disturbance takes place."""

    brokers: Brokers
    bootstrap: str
    make_crew: Callable[[Settings, Path, int], Crew] = Crew
    make_feed: Callable[[Settings, list[RawRecord], float], Feed] = Feed


@contextmanager
def _one_broker(_: Path) -> Iterator[Site]:
    with EmbeddedKafka() as one:
        yield Site([one], one.bootstrap)


@contextmanager
def _one_broker_on_linux(folder: Path) -> Iterator[Site]:
    if sys.platform != "linux":
        raise NotPermittedError("it needs Linux")
    with _one_broker(folder) as site:
        yield site


@contextmanager
def _three_brokers(_: Path) -> Iterator[Site]:
    with ThreeBrokers() as three:
        yield Site(three.brokers, three.bootstrap)


@contextmanager
def _on_a_small_disk(folder: Path) -> Iterator[Site]:
    disk = folder / "disk"
    disk.mkdir()
    with small_disk(disk, DISK_MB), EmbeddedKafka(disk / "kafka") as one:
        yield Site([one], one.bootstrap)


@contextmanager
def _one_broker_and_transactions(_: Path) -> Iterator[Site]:
    with EmbeddedKafka() as one:
        yield Site([one], one.bootstrap, make_feed=TransactionalFeed)


@contextmanager
def _on_hosts_of_their_own(_: Path) -> Iterator[Site]:
    with Network() as hosts, brokers_on(hosts) as (brokers, bootstrap), hosts.on(SENDER):
        yield Site(brokers, bootstrap, partial(SpreadCrew, network=hosts))


SCENARIOS: dict[Disturbance, Callable[[Path], AbstractContextManager[Site]]] = {
    scenarios.signals: _one_broker,
    scenarios.membership: _one_broker,
    scenarios.steps: _one_broker,
    scenarios.broker_restarts: _one_broker,
    scenarios.leaders_lost: _three_brokers,
    scenarios.quota: _one_broker,
    machine.clocks: _one_broker,
    machine.starvation: _one_broker_on_linux,
    machine.descriptors: _one_broker_on_linux,
    machine.disk_full: _on_a_small_disk,
    transactions.transactions: _one_broker_and_transactions,
    network.network_faults: _on_hosts_of_their_own,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--rounds", type=int, default=1, help="how often all of it")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--records", type=int, default=20_000, help="in each disturbance")
    parser.add_argument("--strikes", type=int, default=20, help="kills, pauses and so on in each")
    parser.add_argument("--seconds", type=float, default=120.0, help="for which records come")
    names = [scenario.__name__ for scenario in SCENARIOS]
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # cleans up as Ctrl-C does
    # Its brokers are stopped on purpose: what the feed's producer says of that is no news.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    away = min(60.0, chosen.seconds)
    extent = Extent(chosen.records, chosen.seconds, chosen.strikes, away_seconds=away)
    _sweep()
    done: Counter[str] = Counter()
    failed = verdicts = 0
    for seed in range(chosen.seed, chosen.seed + chosen.rounds):
        for disturb in SCENARIOS:
            if disturb.__name__ not in chosen.only:
                continue
            try:
                outcome = _run(disturb, extent, seed)
            except NotPermittedError as error:
                _tell(f"{disturb.__name__}: skipped, {error}")
                continue
            done.update(outcome.done)
            verdicts += outcome.verdicts
            failed += bool(outcome.wrong)
    _tell(f"in all: {verdicts} verdicts, {failed} runs failed; {_listed(done)}")
    sys.exit(bool(failed))


def _run(disturb: Disturbance, extent: Extent, seed: int) -> Outcome:
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix=f"{FOLDERS}{os.getpid()}-") as name,
        SCENARIOS[disturb](Path(name)) as site,
    ):
        folder = Path(name)
        os.environ["TMPDIR"] = name  # so that what workers leave behind is seen
        try:
            outcome = scenarios.run(
                disturb, site.brokers, _settings(site.bootstrap), folder, extent, seed,
                replication=len(site.brokers), make_crew=site.make_crew, make_feed=site.make_feed,
            )  # fmt: skip
        except AssertionError as error:
            newest = max(folder.rglob("worker-*.log"), default=None)  # their names tell the time
            words = newest.read_text()[-4000:] if newest else "no worker was started"
            outcome = Outcome({}, [str(error), words], 0, 0, 0, time.monotonic() - started)
        finally:
            del os.environ["TMPDIR"]
    _tell(
        f"{disturb.__name__}, seed {seed}: {'WRONG' if outcome.wrong else 'all accounted for'};"
        f" {outcome.verdicts} verdicts, {outcome.redeliveries} redeliveries, {outcome.letters} dead"
        f" letters in {outcome.seconds:.0f} s; {_listed(Counter(outcome.done))}"
    )
    for line in outcome.wrong:
        _tell(f"    {line}")
    return outcome


def _sweep() -> None:
    """Remove what killed runs have left. Their namespaces and mounts went with them."""
    for folder in Path(tempfile.gettempdir()).glob(f"{FOLDERS}*-*"):
        pid = folder.name.split("-")[1]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(folder, ignore_errors=True)


def _settings(bootstrap: str) -> Settings:
    name = uuid.uuid4().hex[:8]
    return load_settings(
        bootstrap_servers=bootstrap, topic_prefix=f"{name}.", group=name, http_port=0,
        session_timeout_seconds=5, window_articles=1 << 15, normalising_processes=1,
        record_bytes=RECORD_BYTES, chunk_records=200, canary_seconds=0,
    )  # fmt: skip


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{what}: {count}" for what, count in sorted(counts.items()))


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
