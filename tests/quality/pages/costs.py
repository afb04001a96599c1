"""What it takes to normalise a plain article, a page as plain text, and an HTML page."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from functools import partial
from statistics import mean, median
from typing import TypeVar

from streams.articles.normalise import decode_chunk, normalise_chunk
from streams.articles.outlets import outlets
from streams.articles.page import PageSource, read_page
from streams.articles.pages.reading import read_text_page
from streams.heap import freeze_gc, keep_freed_memory
from streams.settings import load_settings
from streams.sources.raw_events import FileRecord
from tests.benchmarks.articles import make_articles, read_corpus
from tests.quality.detection import fastest
from tests.quality.pages import layouts
from tests.quality.pages.built import ingredients
from tests.quality.pages.corpus import ARTICLES, NOW, benchmark_pages, stories
from tests.quality.pages.stripped import WAYS

T = TypeVar("T")

ROUNDS = 5
CHUNK, CHUNKS = 500, 8
TEXT_PAGE = range(8_000, 12_001)  # characters


def costs() -> dict[str, float]:
    """The fastest of some rounds each, on one core, as a worker sets its memory up."""
    made = make_articles(read_corpus(ARTICLES), CHUNK * CHUNKS, seed=1)
    records = [FileRecord(a.number, 1_772_452_800_000 + a.number, a.event()) for a in made]
    stripped = [strip(page.html) for page in benchmark_pages() for strip in WAYS.values()]
    built = list(_built())
    keep_freed_memory()
    freeze_gc()
    limit_bytes = load_settings().record_bytes

    def normalise(first: int) -> None:
        chunk = records[first : first + CHUNK]
        normalise_chunk(chunk, decode_chunk(chunk, limit_bytes), [])

    articles = mean(fastest_each(normalise, range(0, len(records), CHUNK))) / CHUNK
    html = fastest_each(lambda page: read_page(PageSource(page.html, None, NOW)), benchmark_pages())
    return {
        "us, plain article of 2 KB, JSON to normalised": articles * 1e6,
        "ms, built page as text, 8 to 12 KB": mean(_read(built)) * 1e3,
        "ms, real page as text, 8 to 12 KB": mean(_read(stripped)) * 1e3,
        "ms, HTML page, median": median(html) * 1e3,
        "ms, HTML page, mean": mean(html) * 1e3,
    }


def fastest_each(work: Callable[[T], object], over: Iterable[T]) -> list[float]:
    """Seconds that each takes, at best."""
    return [fastest(partial(work, one), ROUNDS) for one in over]


def _read(texts: Iterable[str]) -> list[float]:
    table = outlets()
    some = [text for text in texts if len(text) in TEXT_PAGE]
    return fastest_each(lambda text: read_text_page(text, NOW, table), some)


def _built() -> Iterable[str]:
    for layout in layouts.WITH_EMBEDDED.values():
        rng = random.Random(layout.__name__)
        for _ in range(20):
            yield layout(ingredients(stories()[1::2], rng, NOW, rng.randint(1, 4)))
