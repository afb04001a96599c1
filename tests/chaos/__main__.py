"""`make chaos`: every disturbance, one after the other, and what it came to.

python -m tests.chaos [--rounds N] [--seed S] [--records N] [--only NAME...]
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.kafka.cluster import ThreeBrokers
from deploy.kafka.embedded import EmbeddedKafka
from streams.settings import Settings, load_settings
from tests.chaos import scenarios
from tests.chaos.corpus import RECORD_BYTES
from tests.chaos.scenarios import Brokers, Disturbance, Extent, Outcome

SCENARIOS: tuple[Disturbance, ...] = (
    scenarios.signals,
    scenarios.membership,
    scenarios.steps,
    scenarios.broker_restarts,
    scenarios.leaders_lost,
    scenarios.quota,
)


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
    # Its brokers are stopped on purpose: what the feed's producer says of that is no news.
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    extent = Extent(chosen.records, chosen.seconds, chosen.strikes, away_seconds=60)
    done: Counter[str] = Counter()
    failed = verdicts = 0
    for seed in range(chosen.seed, chosen.seed + chosen.rounds):
        for disturb in SCENARIOS:
            if disturb.__name__ not in chosen.only:
                continue
            outcome = _run(disturb, extent, seed)
            done.update(outcome.done)
            verdicts += outcome.verdicts
            failed += bool(outcome.wrong)
    _tell(f"in all: {verdicts} verdicts, {failed} runs failed; {_listed(done)}")
    sys.exit(bool(failed))


def _run(disturb: Disturbance, extent: Extent, seed: int) -> Outcome:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="chaos-") as name, _cluster(disturb) as found:
        folder, (brokers, bootstrap) = Path(name), found
        os.environ["TMPDIR"] = name  # so that what workers leave behind is seen
        try:
            replication = len(brokers)
            outcome = scenarios.run(
                disturb, brokers, _settings(bootstrap), folder, extent, seed,
                replication=replication,
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


@contextmanager
def _cluster(disturb: Disturbance) -> Iterator[tuple[Brokers, str]]:
    if disturb is scenarios.leaders_lost:
        with ThreeBrokers() as three:
            yield three.brokers, three.bootstrap
    else:
        with EmbeddedKafka() as one:
            yield [one], one.bootstrap


def _settings(bootstrap: str) -> Settings:
    name = uuid.uuid4().hex[:8]
    return load_settings(
        bootstrap_servers=bootstrap, topic_prefix=f"{name}.", group=name, http_port=0,
        session_timeout_seconds=5, window_articles=1 << 15, page_processes=1,
        record_bytes=RECORD_BYTES, chunk_records=200, canary_seconds=0,
    )  # fmt: skip


def _listed(counts: Counter[str]) -> str:
    return ", ".join(f"{what}: {count}" for what, count in sorted(counts.items()))


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
