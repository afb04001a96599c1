"""When an HTML page's story was published: what stands near its headline, and in its address."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.articles.page import PageSource, read_page
from streams.articles.pages.page_date import in_address

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TEXT = """<p>The council voted on Tuesday to rebuild the old pier, after two years of argument over
who should pay for it.</p><p>Work is to begin in May and last eleven months, and fishing boats will
use the inner basin until then.</p><p>The state pays two thirds of the cost, and wants the oak
for its museum.</p>"""
STATED = '{"@type": "Article", "headline": "Pier to be rebuilt", "datePublished": "Nov 05, 2025"}'


def published(head: str, body: str) -> str | None:
    html = f"<html><head><title>Pier to be rebuilt</title>{head}</head><body>{body}</body></html>"
    return read_page(PageSource(html, None, NOW)).metadata.published


@pytest.mark.parametrize(
    ("address", "day"),
    [
        ("https://paper.example/world/2026/mar/02/pier", "2026-03-02"),
        ("https://paper.example/blog/2025/october/3/pier", "2025-10-03"),
        ("https://paper.example/2026/03/02/pier", "2026-03-02"),
        ("https://paper.example/2026/maritime/02/pier", None),
        ("https://paper.example/2026/feb/31/pier", None),
    ],
)
def test_an_address_may_name_the_day(address: str, day: str | None) -> None:
    assert in_address(address) == day


def test_a_date_near_the_headline_counts_more_than_a_site_builder_s() -> None:
    script = f'<script type="application/ld+json">{STATED}</script>'
    below = f"<h1>Pier to be rebuilt</h1><p>April 26, 2023</p>{TEXT}"
    assert published(script, below) == "2023-04-26T00:00:00Z"
    assert published(script, f"<h1>Pier to be rebuilt</h1>{TEXT}") == "Nov 05, 2025"


def test_a_date_below_a_heading_far_above_the_text_is_found() -> None:
    between = "".join(f"<div>Button {n}</div>" for n in "abcdefghijkl")
    body = f"<h1>All about piers</h1><div>3 October 2025</div>{between}{TEXT}"
    assert published("", body) == "2025-10-03T00:00:00Z"


def test_a_date_a_few_lines_below_the_text_is_found() -> None:
    body = f"<h1>Pier to be rebuilt</h1>{TEXT}<div>Share</div><div>Mail</div><div>Print</div>"
    assert published("", f"{body}<div>Ana Berg</div><div>April 8, 2024</div>") is not None
