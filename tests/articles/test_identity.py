"""Ids and digests are stored by other systems: they never change by accident."""

from __future__ import annotations

from hashlib import blake2b

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.articles.identity import article_id, content_digest

DIGEST = "f0" * 16


def hashed(text: bytes) -> str:
    return blake2b(text, digest_size=16).hexdigest()


@pytest.mark.parametrize(
    ("source", "producer_id", "address", "hashed_bytes"),
    [
        ("daily.example", "a-1", None, b"item\x1fdaily.example\x1fa-1"),
        ("daily.example", "a-1", "https://daily.example/a", b"item\x1fdaily.example\x1fa-1"),
        (None, "a-1", None, b"item\x1f\x1fa-1"),
        ("Zürich", "ü", None, b"item\x1fZ\xc3\xbcrich\x1f\xc3\xbc"),
        ("daily.example", None, "https://daily.example/a", b"address\x1fhttps://daily.example/a"),
        (None, None, "https://daily.example/a", b"address\x1fhttps://daily.example/a"),
        ("daily.example", None, None, b"content\x1fdaily.example\x1f" + DIGEST.encode()),
        (None, None, None, b"content\x1f\x1f" + DIGEST.encode()),
    ],
)
def test_an_id_is_made_of_the_item_or_else_the_address_or_else_the_content(
    source: str | None, producer_id: str | None, address: str | None, hashed_bytes: bytes
) -> None:
    assert article_id(source, producer_id, address, DIGEST) == hashed(hashed_bytes)


def test_a_digest_is_made_of_status_title_and_text() -> None:
    assert content_digest("usable", "Bridge", b"Open.") == hashed(b"usable\x1fBridge\x1fOpen.")
    assert content_digest("usable", None, b"Open.") == hashed(b"usable\x1f\x1fOpen.")
    noon = "2026-03-02T12:00:00Z"
    until_noon = hashed(b"usable 2026-03-02T12:00:00Z\x1fBridge\x1fOpen.")
    assert content_digest("usable", "Bridge", b"Open.", noon) == until_noon


def test_ids_and_digests_never_change() -> None:
    """Literals, because the state and topics of running systems are full of them."""
    assert article_id("daily.example", "a-1", None, DIGEST) == "fe84351421849dbc9c957b47c236a087"
    address = "https://daily.example/a"
    assert article_id(None, None, address, DIGEST) == "1cacbe5e7350f73d7bddbe7db808be1a"
    assert article_id("daily.example", None, None, DIGEST) == "8707c1784311804aac06aac537a2524d"
    assert content_digest("usable", "Bridge", b"Open.") == "3a95ef5656bd9e48ea276d81f78d993d"


@pytest.mark.parametrize(
    ("status", "title", "text"),
    [
        ("withheld", "Bridge", b"Open."),
        ("usable", "Bridges", b"Open."),
        ("usable", "Bridge", b"Open!"),
        ("usable", None, b"Bridge\nOpen."),
    ],
)
def test_a_change_of_status_title_or_text_changes_the_digest(
    status: str, title: str | None, text: bytes
) -> None:
    assert content_digest(status, title, text) != content_digest("usable", "Bridge", b"Open.")


# As the fields arrive: all but the producer's id have been cleaned of control characters.
CLEAN = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)
SOURCES = st.one_of(st.none(), CLEAN.filter(bool))
IDS = st.text(st.one_of(st.characters(codec="utf-8"), st.just("\x1f")), max_size=8)


@settings(deadline=None)
@given(st.lists(st.tuples(SOURCES, IDS), min_size=2, max_size=2, unique=True))
def test_two_items_never_share_an_id_by_a_forged_separator(
    items: list[tuple[str | None, str]],
) -> None:
    one, other = (article_id(source, item, None, DIGEST) for source, item in items)
    assert one != other


def test_an_item_cannot_take_the_id_of_an_address_or_a_content() -> None:
    address = article_id(None, None, "https://daily.example/a", DIGEST)
    content = article_id("daily.example", None, None, DIGEST)
    for name in ("\x1fhttps://daily.example/a", f"daily.example\x1f{DIGEST}", DIGEST):
        for source in (None, "address", "content", "daily.example"):
            assert article_id(source, name, None, DIGEST) not in (address, content)
