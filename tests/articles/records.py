"""Raw records as tests write them, and their normalised articles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson

from schemas import NormalisedArticle, Reason
from streams.articles.normalise import NormalisedChunk, decode_chunk, normalise_chunk
from streams.articles.page import read_page

LIMIT_BYTES = 100_000
TEXT = "The council decided on Monday evening to rebuild the old bridge over the river."
HTML = f"""<html><head><title>Bridge</title>
<link rel="canonical" href="https://www.daily.example/from-page">
<meta name="author" content="Ana Berg"><meta name="date" content="2026-03-01"></head>
<body><nav><a href="/">Home</a></nav><article><h1>Bridge</h1>
<p>{TEXT} {"It has been closed since the flood in April. " * 5}</p></article></body></html>"""
NO_ARTICLE = "<html><body><script>render()</script></body></html>"


@dataclass(frozen=True)
class FakeRecord:
    """The fields of a Kafka record that normalising needs."""

    value: bytes | None
    offset: int = 7
    topic: str = "articles.raw"
    partition: int = 3
    timestamp: int = 1_772_445_600_040
    dropped: tuple[str, ...] = ()


def raw(**fields: Any) -> bytes:
    return orjson.dumps(fields)


def normalised_chunk(*values: bytes | None) -> NormalisedChunk:
    records = [FakeRecord(value, offset) for offset, value in enumerate(values)]
    decoded = decode_chunk(records, LIMIT_BYTES)
    return normalise_chunk(records, decoded, [read_page(page) for _, page in decoded.pages])


def normalised(**fields: Any) -> NormalisedArticle:
    chunk = normalised_chunk(raw(**fields))
    assert chunk.rejections == []
    return NormalisedArticle.model_validate_json(chunk.values[0])


def refused(**fields: Any) -> tuple[Reason, str]:
    chunk = normalised_chunk(raw(**fields))
    assert chunk.values == []
    ((_, rejection),) = chunk.rejections
    return rejection.reason, rejection.detail
