"""Entries: what detection knows about an article, as bytes in a header and back."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from streams.detection.sketch.entry import (
    CANCELED,
    ENTRY,
    HEADLINE_BYTES,
    STATUS_EMBARGOED,
    STATUS_STRANGE_HEADLINE,
    STATUS_WITHHELD,
    Entries,
    ForeignEntryError,
    decode_entries,
    encode_entries,
    entries_of,
    headline,
    hex_ids,
)
from streams.detection.sketch.sketches import sketch_texts
from tests.detection.newsroom import Article, article, kill, story


def entries(*articles: Article) -> Entries:
    return entries_of(articles, sketch_texts([a["text"] for a in articles]))


def test_an_entry_holds_the_articles_fields_and_its_sketch() -> None:
    made = article("1", story(1), source="gazette.example", title="Zürich: Züge")
    [entry] = entries(made)
    assert hex_ids(entry["article_id"][None]) == [made["article_id"]]
    assert hex_ids(entry["digest"][None]) == [made["content_digest"]]
    assert entry["source"] == b"gazette.example"
    assert entry["headline"].decode() == "Zürich: Züge"
    assert entry["language"] == b"en"
    assert entry["words"] == 200
    assert (entry["minhash"] == sketch_texts([story(1)])["minhash"][0]).all()


def under_embargo(arrival: str) -> Article:
    """Until noon; the article arrives at this time."""
    until = {"embargoed_until": "2026-03-02T12:00:00Z", "raw": {"timestamp": arrival}}
    return {**article("3", story(3)), **until}


def statuses(made: Entries) -> list[int]:
    return [status & ~STATUS_STRANGE_HEADLINE for status in made["status"].tolist()]


def test_an_entry_marks_kills_and_withheld_articles() -> None:
    plain, held = article("1", story(1)), article("2", story(2), status="withheld")
    made = entries(plain, held, under_embargo("2026-03-02T11:59:59.999Z"), kill("4"))
    assert statuses(made) == [0, STATUS_WITHHELD, STATUS_EMBARGOED, CANCELED]


@pytest.mark.parametrize("arrival", ["2026-03-02T12:00:00Z", "2026-03-02T12:00:00.001Z"])
def test_an_embargo_that_is_over_when_the_article_arrives_is_none(arrival: str) -> None:
    assert statuses(entries(under_embargo(arrival))) == [0]


def test_a_title_is_cut_between_two_characters() -> None:
    assert headline("é" * 100) == ("é" * (HEADLINE_BYTES // 2)).encode()
    assert headline("x" + "é" * 100).decode() == "x" + "é" * ((HEADLINE_BYTES - 1) // 2)
    assert headline(None) == b""


def test_entries_come_back_from_their_bytes() -> None:
    made = entries(*(article(str(n), story(n)) for n in range(20)))
    encoded = encode_entries(made)
    assert {len(header) for header in encoded} == {ENTRY.itemsize}
    assert decode_entries(encoded).tobytes() == made.tobytes()
    assert len(decode_entries([])) == len(entries()) == 0


@pytest.mark.parametrize(
    "change",
    [lambda b: b[:-1], lambda b: b + b"\0", lambda b: b"", lambda b: bytes([9]) + b[1:]],
    ids=["too short", "too long", "empty", "another version"],
)
def test_bytes_of_another_length_or_version_are_refused(change: Callable[[bytes], bytes]) -> None:
    first, second = encode_entries(entries(article("1", story(1)), article("2", story(2))))
    with pytest.raises(ForeignEntryError, match=r"an entry is not (of version|\d+ bytes)"):
        decode_entries([first, change(second)])


def test_lengths_that_only_add_up_right_are_refused() -> None:
    [data] = encode_entries(entries(article("1", story(1))))
    with pytest.raises(ForeignEntryError, match="bytes long"):
        decode_entries([data + data[:9], data[9:]])


def test_ids_are_written_as_they_were_read() -> None:
    ids = np.arange(32, dtype=np.uint8).reshape(2, 16)
    assert hex_ids(ids) == [bytes(range(16)).hex(), bytes(range(16, 32)).hex()]
