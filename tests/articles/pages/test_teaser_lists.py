"""Lists of other stories below the page's own: a linked title and a sentence or two of each."""

from __future__ import annotations

import pytest

from streams.articles.page import PageSource, read_page
from tests.articles.pages.test_html_parts import ADDRESS, MILK, NOW, SCHOOL, TRAIN, page, paragraphs

TEASERS = (
    ("Night train to stop in Olten again", TRAIN[0]),
    ("One school for three villages in the valley", SCHOOL[0]),
    ("Bicycles travel for free until December", TRAIN[2]),
    ("Teachers of small schools keep their posts", SCHOOL[2]),
)


def text_of(body: str) -> str:
    return read_page(PageSource(page("", body), None, NOW, address=ADDRESS)).text


def listed(opening: str = "", closing: str = "") -> str:
    return "".join(
        f"{opening}<h4><a href='/2026/story-{n}'>{title}</a></h4><p>{text}</p>{closing}"
        for n, (title, text) in enumerate(TEASERS)
    )


@pytest.mark.parametrize(
    "teasers",
    [
        f"<h2>In brief</h2>{listed()}",
        listed(closing="<p>2 days ago</p>"),
        listed(opening="<span>Rail News</span><span>3 hours ago</span>"),
    ],
    ids=["below a heading", "dated below", "source and time glued above"],
)
def test_teasers_in_the_storys_own_element_are_not_its_text(teasers: str) -> None:
    assert text_of(paragraphs(MILK) + teasers) == "\n".join(MILK)


def test_a_story_goes_on_below_a_list_of_teasers() -> None:
    assert text_of(
        f"{paragraphs(MILK[:2])}<h2>In brief</h2>{listed()}<hr>{paragraphs(MILK[2:])}"
    ) == ("\n".join(MILK))


def test_a_list_that_an_article_is_keeps_its_entries() -> None:
    found = text_of(paragraphs(MILK) + listed())
    assert all(text in found for _, text in TEASERS)
