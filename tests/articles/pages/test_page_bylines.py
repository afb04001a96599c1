"""Who wrote an HTML page's story: by labels, boxes and links around it."""

from __future__ import annotations

import pytest

from streams.articles.page import PageSource, read_page
from tests.articles.pages.dated_page import NOW, TEXT


def byline(body: str, head: str = "") -> str | None:
    html = f"<html><head><title>Pier to be rebuilt</title>{head}</head><body>{body}</body></html>"
    return read_page(PageSource(html, None, NOW)).metadata.byline


def below_headline(markup: str) -> str | None:
    return byline(f"<h1>Pier to be rebuilt</h1>{markup}{TEXT}")


@pytest.mark.parametrize(
    ("markup", "names"),
    [
        ("<p>Written by</p><p>Ana Berg</p>", "Ana Berg"),
        ("<div>By</div><div>The Meeting Notes Team</div>", "The Meeting Notes Team"),
        ("<h3>Author</h3><p>Ana Berg, Bo Cole</p>", "Ana Berg, Bo Cole"),
        ("<div>by: </div><div>Ana Berg</div>", "Ana Berg"),
        ("<div>Geschrieben von</div><div>Ana Berg</div>", "Ana Berg"),
        ("<h4>By the editors of the coast paper</h4>", None),
        ("<h4>By The Coast editors</h4>", "The Coast editors"),
        ("<div>Recipe by Ana Berg</div>", "Ana Berg"),
        ("<div>By Ana Berg March 12, 2026, 9:15 a.m.</div>", "Ana Berg"),
        ("<div>By Ana Berg, Bo May Thursday, Sept. 3, 2026</div>", "Ana Berg, Bo May"),
        ("<div>Posted by Ana Berg on Thursday March 12, 2026</div>", "Ana Berg"),
        ("<div>By Brian May 3 days ago</div>", "Brian May"),
        ("<div>Author</div><div>Name *</div>", None),
        ("<div>Written by</div><div>AB</div>", None),
        ('<a href="/authors/ana-berg/">Ana Berg</a>', "Ana Berg"),
        ('<a href="/authors/">Learn more</a>', None),
    ],
)
def test_a_label_a_link_or_a_word_before_by_names_the_author(
    markup: str, names: str | None
) -> None:
    assert below_headline(markup) == names


def test_a_box_below_the_story_names_its_author() -> None:
    box = '<div class="post-author"><p>Written by</p><p><b>Ana Berg</b></p></div>'
    assert byline(f"<h1>Pier to be rebuilt</h1>{TEXT}{box}") == "Ana Berg"


def test_links_to_several_authors_are_of_several_stories() -> None:
    links = '<a href="/author/a">Ana Berg</a> <a href="/author/b">Bo Cole</a>'
    rows = "".join(f"<p>Row {n}</p>" for n in "abcdefghijkl")
    assert byline(f"<h1>Pier to be rebuilt</h1>{TEXT}{rows}{links}") is None
    one = '<a href="/author/a">Ana Berg</a>'
    assert byline(f"<h1>Pier to be rebuilt</h1>{TEXT}{rows}{one}") == "Ana Berg"


def test_a_card_for_networks_says_who_wrote_it() -> None:
    card = (
        '<meta name="twitter:label1" content="Est. reading time">'
        '<meta name="twitter:data1" content="7 minutes">'
        '<meta name="twitter:label2" content="Written by">'
        '<meta name="twitter:data2" content="Ana Berg">'
    )
    assert byline(f"<h1>Pier to be rebuilt</h1>{TEXT}", card) == "Ana Berg"


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("김철수 기자", "김철수"),
        ("김철수 기자 | 이영희 특파원", "김철수, 이영희"),
        ("김철수 기자 kim@paper.example", "김철수"),
        ("記者 山田太郎", "山田太郎"),
        ("记者张三", "张三"),
        ("记者从发改委获悉，工程将于六月开工", None),
        ("기자 회견에서 밝혔다", None),
    ],
)
def test_a_reporter_is_named_beside_the_profession(line: str, name: str | None) -> None:
    assert below_headline(f"<p>{line}</p>") == name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Posted on March 2, 2026 by Ana Berg", "Ana Berg"),
        ("2. März 2026 von Ana Berg", "Ana Berg"),
        ("Founded in 2026 by the sea", None),
    ],
)
def test_a_byline_may_stand_behind_the_date(line: str, name: str | None) -> None:
    assert below_headline(f"<p>{line}</p>") == name


def test_a_title_beside_a_logo_is_the_part_that_stands_on_the_page() -> None:
    html = (
        "<html><head><title>Pier to be rebuilt - Coast Gazette</title></head><body>"
        f"<h1><img alt='Coast Gazette'></h1><h2>Pier to be rebuilt</h2>{TEXT}</body></html>"
    )
    assert read_page(PageSource(html, None, NOW)).metadata.title == "Pier to be rebuilt"
