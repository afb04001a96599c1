"""Raw records to normalised articles, record by record and field by field."""

from __future__ import annotations

from typing import Any

import pytest

from schemas import NormalisedArticle
from streams.articles.address import SOURCE_BYTES
from streams.articles.normalise import NormalisedChunk, decode_chunk, normalise_chunk
from tests.articles.records import (
    HTML,
    LIMIT_BYTES,
    NO_ARTICLE,
    TEXT,
    FakeRecord,
    normalised,
    normalised_chunk,
    raw,
)

# ---- a chunk


def column(chunk: NormalisedChunk, name: str) -> list[object]:
    return [dict(article)[name] for article in chunk.articles]


@pytest.mark.parametrize(
    "bad",
    [
        None,
        b"\xff",
        b"[]",
        b"[" * 50_000,
        raw(text=7),
        raw(text=" "),
        raw(title="no body"),
        raw(html=NO_ARTICLE),
        raw(status="canceled"),
        raw(text="x" * LIMIT_BYTES),
    ],
    ids=[
        "tombstone",
        "bytes",
        "array",
        "deep",
        "kind",
        "empty",
        "bodiless",
        "page",
        "kill",
        "huge",
    ],
)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_one_bad_record_leaves_the_others_unharmed(bad: bytes | None, place: int) -> None:
    good = [raw(id=1, text=TEXT), raw(id=2, html=HTML)]
    alone = normalised_chunk(*good)
    chunk = normalised_chunk(*good[:place], bad, *good[place:])
    assert [at for at, _ in chunk.rejections] == [place]
    assert chunk.places == [p for p in range(3) if p != place]
    assert column(chunk, "article_id") == column(alone, "article_id")
    assert column(chunk, "text") == column(alone, "text")


def test_the_lists_of_a_chunk_describe_the_same_articles() -> None:
    chunk = normalised_chunk(
        raw(id=1, text=TEXT), b"[]", raw(id=2, html=HTML), raw(id=3, status="canceled")
    )
    articles = [NormalisedArticle.model_validate_json(value) for value in chunk.values]
    assert chunk.places == [article.raw.offset for article in articles] == [0, 2, 3]
    assert chunk.articles == [article.model_dump() for article in articles]
    assert column(chunk, "status") == ["usable", "usable", "canceled"]


def test_pages_go_to_their_own_records() -> None:
    chunk = normalised_chunk(
        raw(text="plain one"), raw(html=HTML), raw(text="plain two"), raw(html=HTML, title="Own")
    )
    titles = [NormalisedArticle.model_validate_json(value).title for value in chunk.values]
    assert titles == [None, "Bridge", None, "Own"]
    assert [TEXT in str(text) for text in column(chunk, "text")] == [False, True, False, True]


def test_an_empty_chunk_is_normalised() -> None:
    assert normalised_chunk() == NormalisedChunk()


def test_a_missing_page_is_an_exception() -> None:
    records = [FakeRecord(raw(html=HTML))]
    with pytest.raises(ValueError, match="zip"):
        normalise_chunk(records, decode_chunk(records, LIMIT_BYTES), [])


def test_unknown_fields_of_a_chunk_are_counted() -> None:
    records = [FakeRecord(raw(text=TEXT, a=1, b=2)), FakeRecord(b"{"), FakeRecord(raw(c=3))]
    assert decode_chunk(records, LIMIT_BYTES).unknown_fields == 3


# ---- the article


def test_everything_that_came_is_in_the_normalised_article() -> None:
    article = normalised(
        id=42,
        version=3,
        source="www.daily.example",
        url="https://www.daily.example/news/bridge?utm_source=feed",
        canonical_url="https://daily.example/news/bridge/",
        title=" Old bridge\nto be rebuilt ",
        byline="By Ana Berg, AP",
        credit="Reuters",
        language="en-GB",
        text=f"{TEXT}\r\n\r\n\r\n\r\nWork begins in autumn. ",
        published_at="2026-03-02T10:00:00+01:00",
        fetched_at="2026-03-02T09:00:00.5Z",
        embargoed_until="2026-03-02T12:00:00Z",
        status="withheld",
        attributes={"section": "Town"},
        unknown="ignored",
    )
    assert article.model_dump(exclude={"article_id", "content_digest"}) == {
        "producer_id": "42",
        "version": 3,
        "parent_id": None,
        "position": None,
        "source": "daily.example",
        "url": "https://www.daily.example/news/bridge?utm_source=feed",
        "canonical_url": "https://daily.example/news/bridge",
        "title": "Old bridge to be rebuilt",
        "byline": "Ana Berg, AP",
        "credit": "Reuters",
        "dateline": None,
        "text_confidence": None,
        "truncated": False,
        "published_precision_seconds": None,
        "parts": 0,
        "kind": "article",
        "syndicated_from": None,
        "language": "en",
        "text": f"{TEXT}\n\nWork begins in autumn.",
        "published_at": "2026-03-02T09:00:00Z",
        "fetched_at": "2026-03-02T09:00:00.500Z",
        "embargoed_until": "2026-03-02T12:00:00Z",
        "status": "withheld",
        "agencies": [
            {"name": "Reuters", "role": "provider", "evidence": "credit"},
            {"name": "AP", "role": "provider", "evidence": "byline"},
        ],
        "attributes": {"section": "Town"},
        "dropped": [],
        "raw": {
            "topic": "articles.raw",
            "partition": 3,
            "offset": 0,
            "timestamp": "2026-03-02T10:00:00.040Z",
        },
    }


@pytest.mark.parametrize(
    "fields",
    [
        {"text": TEXT},
        {"html": HTML},
        {"id": "k", "status": "canceled"},
        {"text": "x", "title": "t" * 5000, "source": "s" * 500, "url": "u" * 5000},
        {"text": "x", "title": "\0", "source": "\0", "byline": " ", "credit": "", "language": "ü"},
        {"text": "x", "source": "ü" * 500, "url": "", "published_at": "", "attributes": {"": ""}},
        {"text": "😀 " * 100, "id": "\x1f\0", "language": "english"},
    ],
)
def test_normalised_articles_keep_the_contract(fields: dict[str, Any]) -> None:
    normalised(**fields)


def test_a_record_time_of_any_size_does_not_stop_the_chunk() -> None:
    records = [FakeRecord(raw(text=TEXT), timestamp=2**63 - 1)]
    chunk = normalise_chunk(records, decode_chunk(records, LIMIT_BYTES), [])
    NormalisedArticle.model_validate_json(chunk.values[0])


def test_long_fields_are_cut() -> None:
    article = normalised(text=TEXT, source="Daily " * 100, title="word " * 1000)
    assert article.source is not None
    assert article.title is not None
    assert len(article.source) <= SOURCE_BYTES
    assert len(article.title) <= 1024


def test_control_characters_are_removed_and_reported() -> None:
    article = normalised(text="The\0 bridge\x1b reopens.", title="Bridge\0")
    assert (article.text, article.title) == ("The bridge reopens.", "Bridge")
    assert article.dropped == ["control_characters"]


def test_lone_surrogates_are_replaced_and_reported() -> None:
    chunk = normalised_chunk(rb'{"text":"The bridge reopens \ud83d"}')
    article = NormalisedArticle.model_validate_json(chunk.values[0])
    assert (article.text, article.dropped) == ("The bridge reopens \ufffd", ["surrogates"])


@pytest.mark.parametrize(
    ("fields", "dropped"),
    [
        ({"url": "javascript:void(0)"}, ["url"]),
        ({"canonical_url": "/bridge"}, ["canonical_url"]),
        ({"canonical_url": "/bridge", "url": "nowhere"}, ["canonical_url", "url"]),
        ({"published_at": "yesterday"}, ["published_at"]),
        ({"fetched_at": "17737311"}, ["fetched_at"]),
        ({"embargoed_until": "2026-02-30T00:00:00Z"}, ["embargoed_until"]),
        (
            {"url": "x", "published_at": "x", "fetched_at": "x"},
            ["url", "fetched_at", "published_at"],
        ),
    ],
)
def test_a_bad_field_is_dropped_and_named_and_nothing_else_is_lost(
    fields: dict[str, Any], dropped: list[str]
) -> None:
    article = normalised(text=TEXT, **fields)
    assert article.dropped == dropped
    assert article.canonical_url is None
    assert (article.published_at, article.fetched_at, article.embargoed_until) == (None,) * 3
    assert article.text == TEXT


def test_what_was_dropped_is_counted_over_the_chunk() -> None:
    chunk = normalised_chunk(
        raw(text=TEXT, url="x"), raw(text=TEXT, url="y", fetched_at="z"), raw(text=" ", url="x")
    )
    assert chunk.dropped == {"url": 2, "fetched_at": 1}


def test_a_bad_canonical_address_gives_way_to_the_address() -> None:
    url = "https://daily.example/bridge?ref=x"
    article = normalised(text=TEXT, canonical_url="/bridge", url=url)
    assert (article.canonical_url, article.dropped) == (
        "https://daily.example/bridge",
        ["canonical_url"],
    )
