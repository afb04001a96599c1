"""Compile everything before the first record arrives.

python -m streams.warm_up     # as `make setup` and the container image do
"""

from __future__ import annotations

import time
from datetime import UTC, datetime

import orjson

from streams.articles.language_model import classify, give_back_model
from streams.articles.page import PageSource, read_page
from streams.detection.parameters import Parameters
from streams.kafka.batch import records_of_many
from streams.pipeline import Pipeline
from streams.sources.raw_events import RawEvent

# Not all ASCII, with a copy of each, and a page: together they exercise every compiled loop.
_TEXTS = ("one two three four five six seven eight nine ten " * 5, "é " + "eleven twelve " * 50) * 2
_PAGE = "A title of a page\nA line that reads like the first one of a story, and one more."
_HTML_PAGE = "".join(f"<p>{line}</p>" for line in _PAGE.split("\n"))


def compile_kernels() -> float:
    """Run a few articles and a page through everything compiled; -> seconds.

    Takes 20 s the first time on a machine, and a second once the machine code is cached."""
    started = time.monotonic()
    pipeline = Pipeline(Parameters(capacity=3))  # the second two push one of the first out
    events = [
        RawEvent(None, orjson.dumps({"id": str(i), "text": t}), 0) for i, t in enumerate(_TEXTS)
    ]
    for some in (events[:2], events[2:]):
        pipeline.take(pipeline.records(some))
    now = datetime(2026, 1, 1, tzinfo=UTC)
    read_page(PageSource(html=None, text=_PAGE, now=now))
    read_page(PageSource(html=_HTML_PAGE, text=None, now=now))
    values = [event.value for event in events]
    records_of_many(values, values, values, [0] * len(values))
    return time.monotonic() - started


def load_language_model() -> None:
    """Now, instead of at the first text that needs it: the first time on a machine that takes a
    second, and 40 MB.
    """
    classify(_TEXTS[1])
    give_back_model()


if __name__ == "__main__":
    compile_kernels()
    load_language_model()
