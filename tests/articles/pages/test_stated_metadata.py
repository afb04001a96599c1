"""What a page's head states: whatever stands there, the page is read."""

from __future__ import annotations

from html import escape

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.articles.metadata import Metadata
from streams.articles.page import PageSource, read_page
from streams.articles.pages.page_byline import names_in, stated_names
from tests.articles.pages.dated_page import NOW, TEXT

# Blanks of all kinds, marks that are cut off at the edges of names, titles and dates, and words.
PIECES = st.sampled_from(
    [
        " ", "\u00a0", "\u2003", "\u200b", "\t", "\n", "\x85", "\x1f", "-", "–", "|", "•", ",", ";",
        ":", "/", "@", ".", "'", '"', "(", "[", "#", "{", "By", "by ", "Ana", "Berg", "2026", "02",
        "T", "Z", "://", "http", "www.", "a@b.co", "記者", "기자", "von",
    ]
)  # fmt: skip
TEXTS = st.lists(PIECES, max_size=6).map("".join)
METAS = (
    "author", "parsely-author", "og:title", "twitter:title", "og:site_name", "og:url", "og:locale",
    "article:published_time", "article:modified_time", "article:section", "description",
    "syndication-source", "twitter:data1",
)  # fmt: skip
FIELDS = (
    "author", "headline", "name", "datePublished", "dateModified", "publisher", "url", "inLanguage",
    "articleSection", "creditText", "isBasedOn", "mainEntityOfPage", "articleBody",
)  # fmt: skip


def metadata(head: str, body: str = "") -> Metadata:
    html = f"<html><head>{head}</head><body><h1>Pier to be rebuilt</h1>{body}{TEXT}</body></html>"
    return read_page(PageSource(html, None, NOW, address="https://coast.example/pier")).metadata


@pytest.mark.parametrize(
    "author", ["-\u00a0-", "- \u00a0 | Daily Example", "\u00a0|\u00a0", "By -\u00a0", "|\u2003;"]
)
def test_an_author_of_nothing_but_marks_and_blanks_is_none(author: str) -> None:
    assert metadata(f'<meta name="author" content="{escape(author)}">').byline is None
    parsely = orjson.dumps({"author": author}).decode()
    assert metadata(f"<meta name='parsely-page' content='{parsely}'>").byline is None


def test_blanks_around_and_within_a_stated_name_are_no_part_of_it() -> None:
    assert stated_names(["\u00a0- Ana\u00a0 Berg\u2003| Daily"], frozenset()) == ["Ana Berg"]


@given(TEXTS)
def test_no_text_breaks_the_search_for_names(text: str) -> None:
    for name in (*stated_names([text], frozenset()), *names_in(text)):
        assert name == name.strip()
        assert name


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(METAS), st.sampled_from(FIELDS), TEXTS, TEXTS)
def test_no_stated_text_breaks_the_reader(meta: str, field: str, said: str, linked: str) -> None:
    values = {"@type": "NewsArticle", field: linked}
    title = f"<title>{escape(said)}</title><meta name=twitter:label1 content=Author>"
    stated = f'<meta name="{meta}" content="{escape(said)}">'
    script = f'<script type="application/ld+json">{orjson.dumps(values).decode()}</script>'
    shown = f"<p>By {escape(said)}</p><time datetime='{escape(linked)}'>{escape(said)}</time>"
    found = metadata(title + stated + script, shown)
    assert found.byline is None or found.byline.strip()
