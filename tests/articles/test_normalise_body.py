"""Where an article's text comes from, what identifies it, and what cancels it."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import Reason
from streams.articles.normalise import decode_chunk, normalise_chunk
from streams.articles.page import Page
from tests.articles.records import (
    HTML,
    LIMIT_BYTES,
    NO_ARTICLE,
    TEXT,
    FakeRecord,
    normalised,
    normalised_chunk,
    raw,
    refused,
)

# ---- text or page


def test_the_page_is_preferred_over_the_text() -> None:
    article = normalised(html=HTML, text="Home\nBridge\nSubscribe")
    assert TEXT in article.text
    assert "Subscribe" not in article.text


@pytest.mark.parametrize("html", [NO_ARTICLE, "", " ", "<"])
def test_the_text_is_used_where_the_page_has_no_article(html: str) -> None:
    assert normalised(html=html, text=TEXT).text == TEXT


def test_the_page_supplies_what_the_event_lacks() -> None:
    article = normalised(html=HTML)
    assert (article.title, article.byline, article.source) == (
        "Bridge",
        "Ana Berg",
        "daily.example",
    )
    assert article.canonical_url == "https://daily.example/from-page"
    assert article.published_at == "2026-03-01T00:00:00Z"


def test_the_event_takes_precedence_over_the_page() -> None:
    article = normalised(
        html=HTML,
        title="Own",
        byline="Bo",
        url="https://daily.example/own",
        published_at="2026-03-02T00:00:00Z",
    )
    assert (article.title, article.byline, article.canonical_url, article.published_at) == (
        "Own",
        "Bo",
        "https://daily.example/own",
        "2026-03-02T00:00:00Z",
    )


@pytest.mark.parametrize(
    ("fields", "reason", "detail"),
    [
        ({}, Reason.NO_BODY, "text: expected text or html, got no field"),
        ({"title": "Bridge"}, Reason.NO_BODY, "text: expected text or html, got `title`"),
        ({"text": ""}, Reason.EMPTY_BODY, "text: expected some text, got only white space"),
        (
            {"text": " \n\0"},
            Reason.EMPTY_BODY,
            "text: expected some text, got only white space",
        ),
        ({"html": " "}, Reason.EMPTY_BODY, "html: expected some text, got only white space"),
        (
            {"html": NO_ARTICLE},
            Reason.NO_ARTICLE,
            "html: expected a page with an article, got nothing that reads like an article",
        ),
        (
            {"html": NO_ARTICLE, "text": " "},
            Reason.NO_ARTICLE,
            "html: expected a page with an article, got nothing that reads like an article",
        ),
    ],
)
def test_an_event_without_a_body_is_refused(
    fields: dict[str, Any], reason: Reason, detail: str
) -> None:
    assert refused(**fields) == (reason, detail)


def test_a_page_that_breaks_the_parser_is_rejected_with_the_error() -> None:
    records = [FakeRecord(raw(html=HTML))]
    pages = [Page(failure="RecursionError: too deep")]
    chunk = normalise_chunk(records, decode_chunk(records, LIMIT_BYTES), pages)
    assert chunk.rejections[0][1].reason == Reason.NO_ARTICLE
    assert chunk.rejections[0][1].detail.endswith("got RecursionError: too deep")


# ---- kills


def test_a_kill_needs_no_text() -> None:
    article = normalised(id="a-1", status="canceled")
    assert (article.status, article.text) == ("canceled", "")


def test_a_kill_may_name_its_item_by_address_only() -> None:
    url = "https://www.daily.example/bridge?utm_source=x"
    killed = normalised(url=url, status="canceled")
    assert killed.article_id == normalised(url="https://daily.example/bridge", text=TEXT).article_id


@pytest.mark.parametrize("fields", [{}, {"text": TEXT}, {"url": "nowhere"}, {"source": "Daily"}])
def test_a_kill_without_id_and_address_is_refused(fields: dict[str, Any]) -> None:
    """Otherwise it would kill whatever has the same text, or nothing."""
    assert refused(status="canceled", **fields) == (
        Reason.INVALID_FIELD,
        "id: expected the id or address of the item to cancel, got neither",
    )


def test_the_page_of_a_kill_is_not_read() -> None:
    """It often says only that the article is gone."""
    decoded = decode_chunk([FakeRecord(raw(id=1, status="canceled", html=HTML))], LIMIT_BYTES)
    assert decoded.pages == []


# ---- identity


@pytest.mark.parametrize(
    "url",
    [
        "https://www.daily.example/bridge",
        "http://m.daily.example/bridge/",
        "https://daily.example/bridge?utm_source=feed&fbclid=1",
        "https://daily.example/amp/bridge#top",
        "https://www.google.com/amp/s/www.daily.example/bridge",
    ],
)
def test_an_article_has_one_id_under_all_variants_of_its_address(url: str) -> None:
    one = normalised(url="https://daily.example/bridge", text=TEXT)
    assert normalised(url=url, text=f"Corrected. {TEXT}").article_id == one.article_id


def test_source_and_id_take_precedence_over_the_address() -> None:
    one = normalised(source="Daily", id="a-1", url="https://daily.example/old", text=TEXT)
    moved = normalised(source="Daily", id="a-1", url="https://daily.example/new", text=TEXT)
    other = normalised(source="Daily", id="a-2", url="https://daily.example/old", text=TEXT)
    elsewhere = normalised(source="Weekly", id="a-1", url="https://daily.example/old", text=TEXT)
    assert moved.article_id == one.article_id
    assert len({one.article_id, other.article_id, elsewhere.article_id}) == 3


def test_without_id_and_address_the_content_names_the_article() -> None:
    one = normalised(source="Daily", text=TEXT)
    assert normalised(source="Daily", text=f" {TEXT}\r\n").article_id == one.article_id
    assert normalised(source="Daily", text=f"{TEXT}!").article_id != one.article_id
    assert normalised(source="Weekly", text=TEXT).article_id != one.article_id


def test_a_separator_in_the_source_does_not_forge_another_item() -> None:
    forged = normalised(source="a\x1fb", id="c", text=TEXT)
    assert forged.article_id != normalised(source="a", id="b\x1fc", text=TEXT).article_id


def test_the_same_record_gives_the_same_bytes_again() -> None:
    """Replays after a crash must not look like corrections."""
    values = [raw(html=HTML, url="https://daily.example/a"), raw(text=TEXT, credit="AP")]
    assert normalised_chunk(*values).values == normalised_chunk(*values).values
