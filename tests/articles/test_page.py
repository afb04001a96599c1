"""HTML pages: the article is read without its surroundings, and no page breaks the reader."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from streams.articles.page import Page, PageSource, read_page
from streams.articles.pages import html_reading

FIRST = (
    "The council decided on Monday evening to rebuild the old bridge over the Aare, which has"
    " been closed to all traffic since the flood in April. The work is to begin in the autumn,"
    " when the river is low, and will take about fourteen months."
)
SECOND = (
    "“We have waited long enough,” said mayor Vera Amsler after the vote. Eleven members were in"
    " favour, three against. The canton pays two thirds of the costs, which an expert's report"
    " puts at nine million francs."
)
HEAD = """
<meta charset="utf-8">
<title>Old bridge to be rebuilt | The Daily</title>
<meta property="og:title" content="Old bridge to be rebuilt">
<meta name="author" content="Ana Berg">
<link rel="canonical" href="https://daily.example/news/bridge">
<meta property="article:published_time" content="2026-03-02T10:00:00+01:00">
"""


NOW = datetime(2026, 3, 2, tzinfo=UTC)


def read(html: str) -> Page:
    return read_page(PageSource(html, None, NOW))


def page(head: str = HEAD, body: str = f"<p>{FIRST}</p>\n<p>{SECOND}</p>") -> str:
    return f"""<!DOCTYPE html>
<html lang="en"><head>{head}</head><body>
<header><a href="/">The Daily</a>
<nav><ul><li><a href="/sport">Sport pages</a></li><li><a href="/town">Town hall</a></li></ul></nav>
</header>
<main><article><h1>Old bridge to be rebuilt</h1>{body}</article></main>
<aside><h2>Most read this week</h2><ul><li><a href="/x">Cat rescued from tree</a></li></ul></aside>
<footer><p>Imprint. Subscribe to our newsletter.</p></footer>
<script>var tracking = "never a word of the article";</script>
</body></html>"""


def test_the_body_is_read_without_its_surroundings() -> None:
    text = read(page()).text
    assert FIRST in text
    assert SECOND in text
    for around in ("Sport pages", "Most read", "Cat rescued", "Imprint", "newsletter", "tracking"):
        assert around not in text


def test_a_page_gives_title_byline_address_and_date() -> None:
    found = read(page())
    about = found.metadata
    assert (found.title, about.byline, about.address, about.published, found.failure) == (
        "Old bridge to be rebuilt",
        "Ana Berg",
        "https://daily.example/news/bridge",
        "2026-03-02T10:00:00+01:00",
        None,
    )


def test_a_page_without_metadata_still_has_its_text() -> None:
    found = read(page(head=""))
    assert FIRST in found.text
    assert (found.metadata.byline, found.metadata.address, found.metadata.published) == (
        None,
        None,
        None,
    )


@pytest.mark.parametrize(
    "html",
    [
        "",
        " ",
        "<html></html>",
        "<html><head><title>Photos</title></head><body><img src='a.jpg'></body></html>",
        "<body><script>render()</script><form><input name='q'></form></body>",
        "<frameset><frame src='a.html'></frameset>",
        "no markup at all",
        "<",
        "<!--" * 1000,
    ],
)
def test_a_page_without_an_article_has_no_text(html: str) -> None:
    assert read(html).text == ""


@pytest.mark.parametrize("tag", ["div", "b", "ul><li", "table><tr><td", "blockquote", "svg"])
def test_a_hundred_thousand_nested_tags_do_not_crash_the_reader(tag: str) -> None:
    found = read(f"<{tag}>" * 100_000 + FIRST)
    assert isinstance(found, Page)


@pytest.mark.parametrize(
    "body",
    [
        f"<p>{FIRST}<p>{SECOND}",
        f"<div><p>{FIRST}</div></p></section><p>{SECOND}",
        f"<p>{FIRST}</p><p>{SECOND}</p><!-- never closed <b",
        f"<p class='a' class=b id=>{FIRST}</p></p></p><p>{SECOND}</p>",
        f"<p>{FIRST}\0</p><p>{SECOND}</p>",
        f"<p>&nbsp;&#0;&#xD800;&#99999999;&bogus;{FIRST}</p><p>{SECOND}</p>",
    ],
    ids=["unclosed", "crossed", "comment", "attributes", "nul", "entities"],
)
def test_broken_markup_does_not_lose_the_text(body: str) -> None:
    text = read(page(body=body)).text
    assert FIRST in text
    assert SECOND in text


@pytest.mark.parametrize("around", ["<button>{}", "<nav><div>{}</nav>", "<noscript>{}</noscript>"])
def test_an_article_is_found_in_unlikely_elements(around: str) -> None:
    body = around.format(f"<p>{FIRST}</p><p>{SECOND}</p>")
    text = read(f"<html><head>{HEAD}</head><body>{body}</body></html>").text
    assert FIRST in text
    assert SECOND in text


def test_an_encoding_that_the_page_only_claims_does_no_harm() -> None:
    """The text is already decoded, so a stale declaration is ignored."""
    assert FIRST in read('<?xml version="1.0" encoding="utf-16"?>' + page()).text


def test_a_date_after_today_is_kept_whatever_today_is() -> None:
    """Otherwise a page read again later would give another result."""
    published = '<meta property="article:published_time" content="2095-03-02T10:00:00Z">'
    assert read(page(head=published)).metadata.published == "2095-03-02T10:00:00Z"


def test_a_date_is_not_made_from_words_that_depend_on_today() -> None:
    body = f"<p>3 hours ago</p><p>Updated today, yesterday at noon</p><p>{FIRST}</p>"
    assert read(page(head="", body=body)).metadata.published is None


@pytest.mark.parametrize("date", ["0000-00-00", "2026-13-45T99:99:99", "9" * 400, "soon", ""])
def test_an_impossible_date_is_none(date: str) -> None:
    published = f'<meta property="article:published_time" content="{date}">'
    assert read(page(head=published)).metadata.published is None


def test_the_same_page_gives_the_same_answer_again() -> None:
    assert len({read(page()) for _ in range(5)}) == 1


def test_a_page_of_too_many_tags_has_a_failure_and_no_text() -> None:
    found = read(page(body="<b></b>" * 60_000))
    assert found == Page(failure="a page of more than 100000 tags")


def test_a_failure_of_the_machine_is_not_taken_for_a_broken_page(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: object) -> None:
        raise OSError("disk")

    monkeypatch.setattr(html_reading, "markup_of", broken)
    with pytest.raises(OSError, match="disk"):
        read(page())
