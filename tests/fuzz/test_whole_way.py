"""Any bytes, the whole way: decoded, normalised, sketched, decided. Never an error, never slow."""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass

import orjson
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas import EnrichedArticle, RawArticle
from streams.articles.normalise import decode_chunk
from streams.articles.page import read_page
from streams.articles.rejection import Rejection
from streams.detection.index.segment import decode_segment, encode_segment
from streams.detection.parameters import Parameters
from streams.detection.sketch.entry import decode_entries, encode_entries
from streams.pipeline import Detector, Sketched, sketched, undisturbed_chunk

# 100,000 inputs take minutes: `make fuzz`. In the suite a few hundred new ones each time.
INPUTS = int(os.environ.get("FUZZ_INPUTS", "400"))
# Of one input of at most so many bytes, on a busy machine; a page takes 10 ms, a text under one.
SLOWEST_SECONDS = 2.0
LIMIT_BYTES = 20_000
NOON = 1_772_452_800_000

words = st.sampled_from(
    ["the", "of", "Reuters", "新闻", "ข่าว", "\u202e", "\0", "é", "1,234", "a" * 50]
)
texts = st.one_of(st.text(max_size=400), st.lists(words, max_size=200).map(" ".join))
tags = st.sampled_from(
    ["<p>", "</p>", "<div>", "<article>", "<!--", "&nbsp;", "&#0;", "<svg/onload="]
)
pages = st.lists(tags | texts, max_size=40).map("".join)
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | texts,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
fields = st.fixed_dictionaries(
    {},
    optional={
        **dict.fromkeys(RawArticle.model_fields, texts | values),
        "html": pages,
        "text": texts,
        "status": st.sampled_from(["usable", "canceled", "withheld", "?"]),
        "id": st.sampled_from(["1", "2", "3"]) | values,
        "language": st.sampled_from(["en", "zh", "x" * 40, ""]),
    },
)


def as_json(value: object) -> bytes:
    """JSON with what orjson would refuse to write: half emojis, huge numbers."""
    return json.dumps(value).encode("utf-8", "surrogatepass")


documents = fields.map(as_json)
torn = st.builds(lambda data, at: data[:at], documents, st.integers(0, 400))
inputs = st.one_of(documents, torn, st.binary(max_size=300), values.map(as_json))


@dataclass(frozen=True, slots=True)
class Record:
    value: bytes | None
    offset: int
    topic: str = "articles.raw"
    partition: int = 0
    dropped: tuple[str, ...] = ()

    @property
    def timestamp(self) -> int:
        return NOON + self.offset


class Way:
    """One shard, through which all inputs go: later ones meet what earlier ones left."""

    def __init__(self) -> None:
        parameters = Parameters(capacity=1024)
        self.detector = Detector(parameters)
        self.seen = 0

    def take(self, values: list[bytes | None]) -> tuple[int, int]:
        """-> how many verdicts and how many rejections."""
        records = [Record(value, self.seen + n) for n, value in enumerate(values)]
        self.seen += len(records)
        decoded = decode_chunk(records, LIMIT_BYTES)
        made = sketched(records, decoded, [read_page(p) for _, p in decoded.pages])
        articles = made.chunk
        if not articles.articles:
            return 0, len(articles.rejections)
        carried = Sketched(articles, decode_entries(encode_entries(made.entries)))
        decision = self.detector.decide(undisturbed_chunk(carried, records))
        self.detector.state.apply(decode_segment(encode_segment(decision.segment)))
        for value in decision.enriched:
            EnrichedArticle.model_validate_json(value)
        for why in articles.rejections:
            assert isinstance(why[1], Rejection)
        return len(decision.enriched), len(articles.rejections)


WAY = Way()


@settings(
    max_examples=INPUTS // 4, deadline=None, suppress_health_check=list(HealthCheck), database=None
)
@given(st.lists(inputs | st.none(), min_size=4, max_size=4))
def test_any_bytes_become_verdicts_or_rejections_and_soon(values: list[bytes | None]) -> None:
    started = time.process_time()
    verdicts, rejections = WAY.take(values)
    assert time.process_time() - started < len(values) * SLOWEST_SECONDS
    assert verdicts + rejections <= len(values)


def test_the_fuzzing_reaches_both_ends() -> None:
    """Were all inputs rejected, nothing behind the decoder would be tried."""
    way = Way()
    verdict = orjson.dumps({"text": "the news " * 40, "id": "1"})
    assert way.take([verdict, b"{"]) == (1, 1)
