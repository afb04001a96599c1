"""Different items keep different ids, and one item the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.sources.fields import LONGEST_ID, bounded_id
from tests.sources.reading import articles

LONG = "https://news.example/rss/articles/" + "A" * LONGEST_ID


def rss(*guids: str) -> str:
    items = (f"<item><guid>{g}</guid><title>t</title><description>d</description></item>"
             for g in guids)  # fmt: skip
    return f'<rss version="2.0"><channel><title>t</title>{"".join(items)}</channel></rss>'


def test_ids_that_differ_only_behind_the_limit_stay_different(tmp_path: Path) -> None:
    one, same, other = articles(tmp_path / "a.xml", rss(f"{LONG}1", f"{LONG}1", f"{LONG}2"))
    assert one["id"] == same["id"] != other["id"]
    assert len(other["id"]) == LONGEST_ID
    assert other["id"].startswith(LONG[:400])


@pytest.mark.parametrize("length", [0, 1, LONGEST_ID])
def test_an_id_within_the_limit_stays(length: int) -> None:
    assert bounded_id("A" * length) == "A" * length


def test_a_number_that_readers_round_is_no_id(tmp_path: Path) -> None:
    """Two of them could be one."""
    numbers = "12345678901234567890123", "12345678901234567890124", "1e999", "42", "42.5"
    items = ", ".join(
        f'{{"id": {number}, "url": "https://d.example/{place}", "content_text": "t"}}'
        for place, number in enumerate(numbers[:2] + numbers[3:])
    )
    feed = f'{{"version": "https://jsonfeed.org/version/1.1", "title": "t", "items": [{items}]}}'
    assert [article["id"] for article in articles(tmp_path / "feed.json", feed)] == [
        "https://d.example/0", "https://d.example/1", "42", "42.5"
    ]  # fmt: skip
