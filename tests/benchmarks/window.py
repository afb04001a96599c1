"""What a longer window costs one shard: time an article and memory, without Kafka.

python -m tests.benchmarks.window [--days 3 7] [--rate ARTICLES_A_SECOND]
"""

from __future__ import annotations

import argparse
import time
from itertools import islice

from streams.detection.index.state import bytes_an_article
from streams.detection.parameters import Parameters
from streams.pipeline import Detector, normalised, undisturbed_chunk
from streams.sources.raw_events import FileRecord
from tests.benchmarks.articles import make_articles, read_corpus
from tests.detection.newsroom import NOON

DAY_SECONDS = 24 * 3600
# The window is full by then, and this many more are measured.
MEASURED, CHUNK = 5000, 500
RECORD_BYTES = 1 << 20


def measured(days: float, rate: float) -> tuple[int, float, float]:
    """-> (articles in the full window, microseconds and candidates an article in matching and
    verdicts)."""
    filled = round(days * DAY_SECONDS * rate)
    capacity = 1 << (3 * filled // 2).bit_length()
    parameters = Parameters(window_seconds=round(days * DAY_SECONDS), capacity=capacity)
    detector, spent, candidates = Detector(parameters), 0.0, 0
    made = make_articles(read_corpus(None), filled + MEASURED, seed=1)
    while events := list(islice(made, CHUNK)):
        records = [
            FileRecord(e.number, NOON + round(e.number * 1000 / rate), e.event()) for e in events
        ]
        chunk = undisturbed_chunk(normalised(records, RECORD_BYTES, None), records)
        started = time.process_time()
        decision = detector.decide(chunk)
        detector.apply(decision)
        if events[0].number >= filled:
            spent += time.process_time() - started
            candidates += int(decision.match_stats.candidates.sum())
    return filled, spent / MEASURED * 1e6, candidates / MEASURED


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=float, nargs="+", default=[3, 7])
    parser.add_argument("--rate", type=float, default=0.2, help="articles a second (%(default)s)")
    chosen = parser.parse_args()
    for days in chosen.days:
        articles, microseconds, candidates = measured(days, chosen.rate)
        memory = articles * bytes_an_article(Parameters()) / 1e6
        print(
            f"{days:g} days: {articles:,} articles in the window, {memory:,.0f} MB,"
            f" {candidates:.1f} candidates and {microseconds:.0f} us an article"
        )


if __name__ == "__main__":
    main()
