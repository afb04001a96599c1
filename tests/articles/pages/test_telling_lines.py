"""Articles embedded in an HTML page that nothing but a publisher's name tells apart."""

from __future__ import annotations

import pytest

from streams.articles.page import PageSource, read_page
from tests.articles.pages.test_html_parts import ADDRESS, NOW, SCHOOL, TRAIN, page, paragraphs


def cards(name: str) -> str:
    """Two embedded articles, each with such a line below its title."""
    stories = (("Night train stops again", TRAIN), ("One school for villages", SCHOOL))
    return "".join(
        f'<div class="b"><h3><a href="https://rail.example/{n}/night-trains">{title}</a></h3>'
        f"<p>{name}</p>{paragraphs(text)}<p>Shares 12</p></div>"
        for n, (title, text) in enumerate(stories)
    )


def sources(html: str) -> list[str | None]:
    return [part.source for part in read_page(PageSource(html, None, NOW, address=ADDRESS)).parts]


@pytest.mark.parametrize(
    ("line", "source"),
    [
        ("Reuters", "Reuters"),
        ("Reuters | World", "Reuters"),
        ("World · The Guardian", "The Guardian"),
        ("via Reuters", "Reuters"),
        ("Source: Gulf News", "Gulf News"),
        ("By Reuters", "Reuters"),
        ("Maria Costa for Gulf News", "Gulf News"),
        ("来源：新华社", "新华社"),
    ],
)
def test_a_name_of_the_table_by_itself_tells_of_an_article(line: str, source: str) -> None:
    assert source in sources(page(cards(line)))


@pytest.mark.parametrize("line", ["The news in time", "What Reuters readers said", "Lakeside"])
def test_other_lines_do_not(line: str) -> None:
    assert sources(page(cards(line))) == []
