"""No text makes a regular expression slow, however it repeats or nearly matches."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest

from streams.articles.outlets import outlets
from streams.articles.pages.reading import read_text_page
from streams.warm_up import compile_kernels
from tests.articles.pages.test_reading import FERRIES, STORY
from tests.articles.records import normalised_chunk, raw

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
# Ten times what any takes on a busy machine; unsafe expressions took up to a minute.
MOST_SECONDS = 1.0  # of the processor's time

UNITS = (
    "a", "A", "1", " ", ".", ",", "-", "(", "[", "<", "&", "/", ":", "'", "*", "_", "“", "©",
    "a ", "A ", "Aa ", "1 ", "a,", "A-", "A.", "A'", "A/", "A--", "A, ", "Ab, Cd ", "Ab-Cd ", "- ",
    "日", "5日", "1月", "(c) ", "2026-", "by ", "the ", "copyright ", "! ", "reporting from ",
    "with inputs from ", "contributed ", "12:30 ", "3 h ", "&a", "&#1;", "[a](", "![", "</a>",
    "http://a.", "source: ", "photo ", " - ", " | ",
)  # fmt: skip
ENDS = ("", "!", " ©", "(")


@pytest.fixture(autouse=True, scope="module")
def _warm() -> None:
    """The first article and page of a process also wait for tables and compiled loops."""
    compile_kernels()
    normalised_chunk(raw(text=FERRIES))
    read_text_page(FERRIES, NOW, outlets())


@pytest.mark.parametrize("unit", UNITS)
def test_an_article_is_normalised_within_its_time_limit(unit: str) -> None:
    texts = [
        f"{start}{(unit * 600)[:600]}{end}"
        for start in ("", "LONDON (Reuters) - ", f"{FERRIES} Reuters ")
        for end in ENDS
    ]
    events = [raw(text=text, title=text[:300], byline=text[:300]) for text in texts]
    started = time.process_time()
    normalised_chunk(*events)
    assert time.process_time() - started < MOST_SECONDS


@pytest.mark.parametrize("unit", UNITS)
def test_a_page_is_read_within_its_time_limit(unit: str) -> None:
    rows = [
        f"{start}{(unit * 120)[:length]}{end}"
        for start in ("", "By Ana Berg and ", "Gulf News 3 hours ago ", "# ", "• ")
        for length in (20, 60, 120)
        for end in ENDS
    ]
    page = "\n".join([*rows[:30], *STORY, "Related articles", *rows[30:], FERRIES, *rows])
    started = time.process_time()
    read_text_page(page, NOW, outlets())
    assert time.process_time() - started < MOST_SECONDS
