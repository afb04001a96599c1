"""A page of an article on a pier, with dates wherever a test wants them."""

from __future__ import annotations

from datetime import UTC, datetime

from streams.articles.page import PageSource, read_page

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TEXT = """<p>The council voted on Tuesday to rebuild the old pier, after two years of argument over
who should pay for it.</p><p>Work is to begin in May and last eleven months, and fishing boats will
use the inner basin until then.</p><p>The state pays two thirds of the cost, and wants the oak
for its museum.</p>"""
STATED = '{"@type": "Article", "headline": "Pier to be rebuilt", "datePublished": "Nov 05, 2025"}'


def published(head: str, body: str) -> str | None:
    html = f"<html><head><title>Pier to be rebuilt</title>{head}</head><body>{body}</body></html>"
    return read_page(PageSource(html, None, NOW)).metadata.published
