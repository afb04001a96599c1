"""JSON-LD of any shape: which objects are found in it, and which lines, in linear time."""

from __future__ import annotations

from time import process_time

import orjson
import pytest

from streams.articles.page import PageSource, read_page
from streams.articles.pages.evidence import evidence_of, titles_of
from streams.articles.pages.head import head_of, json_values
from streams.articles.pages.html_lines import html_lines
from streams.articles.pages.linked_objects import linked_objects
from streams.articles.pages.markup import markup_of
from streams.articles.pages.own_object import names_of, own_object
from streams.articles.pages.page_lines import page_lines
from tests.articles.pages.dated_page import NOW, TEXT
from tests.articles.pages.test_reading import FERRIES

MOST_SECONDS = 4.0  # of processor time; those that took quadratic time needed 8 to 41
REFERENCE = {"@id": "#desk"}
NAMED = {"@id": "#desk", **{f"a{n}": n for n in range(30_000)}}


def seconds_of_reading(*scripts: str, below: str = "") -> float:
    stated = "".join(f'<script type="application/ld+json">{text}</script>' for text in scripts)
    html = (
        f"<html><head>{stated}</head><body><h1>Pier to be rebuilt</h1>{TEXT}{below}</body></html>"
    )
    started = process_time()
    assert read_page(PageSource(html, None, NOW)).text
    return process_time() - started


@pytest.fixture(autouse=True, scope="module")
def _warm() -> None:
    """The first page of a process also waits for tables and compiled loops."""
    seconds_of_reading("{}")


def test_objects_come_outermost_first_and_those_of_others_are_told_apart() -> None:
    values = [{"n": 1, "Author": {"n": 2, "about": [{"n": 4}]}, "about": [["x", {"n": 3}], 5]}]
    found = [(item["n"], foreign) for item, foreign in linked_objects(values)]
    assert found == [(1, False), (2, True), (4, True), (3, False)]


def test_a_reference_to_the_author_is_followed() -> None:
    graph = [
        {"@type": "NewsArticle", "headline": "Pier to be rebuilt", "author": [{"@id": "#ana"}]},
        {"@id": "#ana", "@type": "Person", "familyName": "Berg", "givenName": "Ana"},
    ]
    own = own_object([{"@graph": graph}], ["Pier to be rebuilt"], [])
    assert names_of(own["author"]) == ["Ana Berg"]


@pytest.mark.parametrize("between", ["", " ", ";", " ; ", "\n;\n\n", " " * 50])
def test_values_in_a_row_are_read_one_by_one(between: str) -> None:
    assert json_values(between.join(['{"a":1}', '{"b":2}'])) == [{"a": 1}, {"b": 2}]


def list_of(text: str, times: int) -> str:
    return f"[{','.join([text] * times)}]"


@pytest.mark.parametrize(
    "scripts",
    [
        ['{"a":1}' + " " * 40_000 + "x"],
        ['{"a":1}' + "\n;" * 20_000 + "x"],
        [list_of(list_of(list_of("[]", 100), 100), 16)] * 2,
        [
            orjson.dumps({"@type": "NewsArticle", "headline": "Pier to be rebuilt"}).decode()[:-1]
            + "".join(f',"a{n}":{orjson.dumps([REFERENCE] * 50).decode()}' for n in range(300))
            + "}",
            orjson.dumps(NAMED).decode(),
        ],
    ],
    ids=["blanks", "semicolons", "lists of lists", "references"],
)
def test_no_json_ld_takes_more_than_linear_time(scripts: list[str]) -> None:
    assert sum(map(len, scripts)) < 1_000_000
    assert seconds_of_reading(*scripts) < MOST_SECONDS


def test_a_long_stated_body_is_not_searched_to_its_end_for_each_of_many_lines() -> None:
    """It took 9 s for a page of a megabyte."""
    stated = orjson.dumps({"@type": "NewsArticle", "articleBody": "ab" * 240_000}).decode()
    lines = f"<p>{'ab' * 30}c{'ab' * 30}" * 4_000
    assert seconds_of_reading(stated, below=lines) < MOST_SECONDS


def test_lines_of_the_stated_body_are_told_from_others() -> None:
    told = [f"The council voted on item {n} of its long list on Tuesday." for n in range(4)]
    value = {"@type": "NewsArticle", "articleBody": " ".join([*told, FERRIES[5:]])}
    script = f'<script type="application/ld+json">{orjson.dumps(value).decode()}</script>'
    shown = [*told, "Nothing of the kind was said there.", f"Yesterday {FERRIES}", "Short"]
    markup = markup_of(script + "".join(f"<p>{line}</p>" for line in shown))
    page = page_lines(html_lines(markup).lines)
    head = head_of(markup)
    stated = evidence_of(head, titles_of(head), page).stated
    assert stated.tolist() == [1, 1, 1, 1, 0.25, 0.75, 0.25]
