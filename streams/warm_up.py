"""Compile what is compiled before the first record comes.

python -m streams.warm_up     # as `make setup` and the container image do
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Any

from streams.articles.page import PageSource, read_page
from streams.articles.seen import seen_in
from streams.articles.settled import settled
from streams.detection.chunk import Chunk
from streams.detection.decide import decide
from streams.detection.entry import entries_of
from streams.detection.parameters import Parameters
from streams.detection.sketch import sketch_texts
from streams.detection.state import ShardState
from streams.detection.verdict import VerdictWriter
from streams.kafka.batch import encode_batch

# Not all of it ASCII, and one a copy of the other: all loops are passed through.
_TEXTS = ("one two three four five six seven eight nine ten " * 5, "é " + "eleven twelve " * 50)
_PAGE = "A title of a page\nA line that reads like the first one of a story, and one more."


def compile_kernels() -> float:
    """Take two articles and a page through everything that is compiled; -> seconds.

    Takes 20 s the first time on a machine, and a second where the machine code has been kept."""
    started = time.monotonic()
    article: dict[str, Any] = {
        "article_id": "0" * 32, "content_digest": "0" * 32, "language": "en", "source": None,
        "title": None, "status": "usable", "embargoed_until": None, "published_at": None,
        "agencies": [], "text": "",
    }  # fmt: skip
    articles = [{**article, "article_id": f"{i:032x}", "text": t} for i, t in enumerate(_TEXTS * 2)]
    parameters = Parameters(capacity=1024)
    state = ShardState(parameters)
    values, count = [b"{}"] * len(articles), len(articles)
    chunk = Chunk(
        values, entries_of(articles, sketch_texts([a["text"] for a in articles])), [0] * count,
        list(range(count)), [False] * count,
    )  # fmt: skip
    state.apply(decide(state, chunk, VerdictWriter(parameters)).segment)
    settled(_TEXTS)
    seen_in(_TEXTS)
    read_page(PageSource(html=None, text=_PAGE, now=datetime(2026, 1, 1, tzinfo=UTC)))
    encode_batch(values, values, values, [0] * count, "lz4")
    return time.monotonic() - started


if __name__ == "__main__":
    compile_kernels()
