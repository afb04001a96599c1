"""`make soak HOURS=n`: whether a worker that runs for hours stays stable.

python -m tests.soak [--hours H] [--rate EVENTS_A_SECOND] [--seed S] [--csv FILE]
"""

from __future__ import annotations

import argparse
import logging
import random
import signal
import sys
import tempfile
import uuid
from pathlib import Path

from deploy.kafka.embedded import EmbeddedKafka
from streams.settings import load_settings
from tests.chaos.corpus import RECORD_BYTES
from tests.soak.report import missed, slopes_of, table
from tests.soak.run import BROKER_SETTINGS, Plan, Soak, disk_bytes, soak, window_for
from tests.soak.samples import write_samples

LEAST_WRAPS = 3
LEAST_ROUND_SECONDS, MOST_ROUND_SECONDS = 60.0, 300.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--hours", type=float, default=1 / 6)
    parser.add_argument("--rate", type=float, default=250.0, help="events a second")
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 31))
    parser.add_argument("--csv", type=Path, default=Path("soak.csv"), help="for the samples")
    chosen = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # cleans up as Ctrl-C does
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # its brokers are stopped on purpose
    seconds = chosen.hours * 3600
    plan = Plan(
        seconds, chosen.rate,
        round_seconds=min(MOST_ROUND_SECONDS, max(LEAST_ROUND_SECONDS, seconds / 24)),
        sample_seconds=min(5.0, max(1.0, seconds / 1440)), seed=chosen.seed,
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="soak-") as name:
        folder = Path(name)
        with EmbeddedKafka(folder / "kafka", settings=BROKER_SETTINGS) as broker:
            own = uuid.uuid4().hex[:8]
            settings = load_settings(
                bootstrap_servers=broker.bootstrap, topic_prefix=f"{own}.", group=own, http_port=0,
                session_timeout_seconds=6, normalising_processes=1, record_bytes=RECORD_BYTES,
                chunk_records=200, canary_seconds=0,
                window_articles=window_for(seconds, chosen.rate),
            )  # fmt: skip
            print(
                f"{chosen.hours:g} hours at {chosen.rate:g} events/s, windows of"
                f" {settings.window_articles} articles, seed {chosen.seed}", flush=True,
            )  # fmt: skip
            seen = soak(settings, broker, folder, plan)
            disk = disk_bytes(folder / "kafka")
    write_samples(chosen.csv, seen.samples)
    sys.exit(_told(seen, plan, chosen.hours, disk))


def _told(seen: Soak, plan: Plan, hours: float, disk: int) -> int:
    """Print it all; -> exit code."""
    slopes = slopes_of(seen.samples, plan.round_seconds)
    wrong = list(seen.wrong or [])
    if seen.wraps < LEAST_WRAPS:
        wrong.append(f"the windows were filled {seen.wraps:.1f} times; must: {LEAST_WRAPS}")
    wrong += missed(slopes, hours)
    for line in table(slopes):
        print(line)
    balanced = ", ".join(f"{count} {what}s" for what, count in sorted(seen.counts.items()))
    done = ", ".join(f"{what}: {count}" for what, count in sorted(seen.done.items()))
    again = ", ".join(f"{count} {what}s" for what, count in sorted(seen.repeated.items()))
    print(f"{seen.confirmed} records sent; {balanced}, {seen.redeliveries} redeliveries")
    print(f"published more than once, the same bytes: {again or 'nothing'}")
    print(f"every window was filled {seen.wraps:.1f} times; {done}; broker's disk {disk >> 20} MiB")
    for line in wrong:
        print(f"MISSED: {line}")
    print("missed" if wrong else "all held")
    return bool(wrong)


if __name__ == "__main__":
    main()
