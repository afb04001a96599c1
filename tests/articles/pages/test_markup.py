"""HTML as lines: what a reader sees, whatever the markup leaves out or breaks."""

from __future__ import annotations

import re
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.articles.pages.head import nodes_of
from streams.articles.pages.html_lines import html_lines
from streams.articles.pages.markup import markup_of
from streams.articles.pages.markup_loop import DEEPEST
from streams.articles.pages.tags import NAMES

PIECES = st.sampled_from(
    [
        "<p>", "</p>", "<div class='a-b cD' id=x>", "</div>", "<b>", "</b>",
        "<a href='/x'>", "</a>",
        "<table>", "<tr>", "<td>", "</table>", "<ul><li>", "</ul>", "<script>", "</script>", "<!--",
        "-->", "<!--->", "--!>",
        "<![CDATA[", "<svg>", "<title>", "</title>", "<br/>", "<", ">", "x<y", '"', "'", "=",
        "&amp;", "&#10;", "&#xD800;", "\u00a0", "\n", " ", "word", "Füße", "名前",
        "<pre>", "<select>",
        "<option>", "<x-y z>", "</", "<p class=", "\0", "\x0b", "<button>", "<h1>", "</h2>",
    ]
)  # fmt: skip


def lines(html: str) -> list[str]:
    return [line.text for line in html_lines(markup_of(html)).lines]


@pytest.mark.parametrize(
    ("html", "seen"),
    [
        ("<p>One<p>two", ["One", "two"]),
        ("<ul><li>one<li>two</ul>three", ["one", "two", "three"]),
        ("<p>a <b>b</b>c <a href=/x>d</a></p>", ["a bc d"]),
        ("<div>x<y and z</div>", ["x<y and z"]),
        ("<p>one<br>two</p>", ["one", "two"]),
        ("<table><tr><td>Arden<td>12<tr><td>Bree<td>7</table>", ["Arden 12", "Bree 7"]),
        ("<table><tr><td>2 March<br>Arden wins<td>12</table>", ["2 March", "Arden wins 12"]),
        ("<p>a<script>if (a < b) {}</script>b</p>", ["ab"]),
        ("<div>a<div>b<p>c</div>d</div>e", ["a", "b", "c", "d", "e"]),
        ("<b><div>one</b>two</div>", ["onetwo"]),
        ("<p>one<!-- <p>two -->three</p>", ["onethree"]),
        ("<p>one<!-->two<!-- x --></p>", ["onetwo"]),
        ("<p>one<!--->two<!-- x --></p>", ["onetwo"]),
        ("<p>one<!---->two<!-- x --></p>", ["onetwo"]),
        ("<p>one<!-- ad --!>two<!-- x --></p>", ["onetwo"]),
        ("<p>one<!--!>x-->two</p>", ["onetwo"]),
        ("<p>one<!---!>x-->two</p>", ["onetwo"]),
        ("<p>one<!-- ad - - >two</p>", ["onetwo"]),
        ("<p><img src=a alt='Blue banner'>text<svg><title>icon</title></svg></p>", ["text"]),
        ("<p>one<svg class=icon />two<svg><path/></svg></p>", ["onetwo"]),
        ("<p>one<svg/>two</p><svg>three</svg><p>four", ["onetwo", "four"]),
        ("<p>one<svg width=10/>two</svg>three</p>", ["onethree"]),
        ("<p>one<script src=a />two</script>three</p>", ["onethree"]),
        ("<form><select><option>Red<option>Blue</select>text</form>", ["text"]),
        ("<p>A&amp;B &lt;tag&gt; &nbsp; C</p>", ["A&B <tag> C"]),
        ("<pre>one\ntwo</pre>", ["one", "two"]),
        ("<a href=a>Home</a><a href=b>Sport</a>", ["Home Sport"]),
        ("<p>west\x0bern</p>", ["western"]),
        ("<p>one</p><script>never closed", ["one"]),
    ],
)
def test_a_page_is_the_lines_that_a_reader_sees(html: str, seen: list[str]) -> None:
    assert lines(html) == seen


@pytest.mark.parametrize(
    ("html", "linked"),
    [
        ("<p><a href=x>one</a> two", [3]),
        ("<p><a>one</a> two", [3]),  # a button, with a script
        ("<p><a href=x name=y>one</a> two", [3]),
        ("<p><a name=x>one</a> two", [0]),
        ("<a name=top><p>one<p>two", [0, 0]),
        ("<a name=top><p>one <a href=x>two</a> three</a><p>four", [3, 0]),
        ("<p><a href=x>one <a name=y>two</a> three", [3]),
        ("<a name=a>one <a name=b>two <a href=x>three <a name=c><p>four", [5, 0]),
        ("<a href=x><p>one</a> two", [3]),
        ("<a name=x><p>one</a> two <a href=x>three</a></p>", [5]),
    ],
)
def test_an_anchor_with_a_name_and_no_address_is_no_link(html: str, linked: list[int]) -> None:
    assert markup_of(html).lines[2].tolist() == linked


def test_an_element_knows_its_lines_and_its_parents() -> None:
    markup = markup_of("<div><p>one<p>two</div><p>three")
    names = [NAMES[tag] for tag in markup.nodes[0]]
    assert names == ["div", "p", "p", "p"]
    assert markup.nodes[1].tolist() == [-1, 0, 0, -1]
    assert markup.nodes[5:7].T.tolist() == [[0, 2], [0, 1], [1, 2], [2, 3]]


def test_too_deeply_nested_elements_lose_no_text() -> None:
    deep = "<div>" * (DEEPEST + 50) + "inside" + "</div>" * (DEEPEST + 50) + "<p>outside"
    assert lines(deep) == ["inside", "outside"]


@pytest.mark.parametrize("tag", ["svg", "iframe", "textarea", "title", "script"])
def test_elements_that_are_never_closed_take_linear_time(tag: str) -> None:
    """A search for the end of each took 14 s."""
    markup_of(f"<{tag}>one")  # compiles
    started = process_time()
    assert markup_of(f"<{tag}>" * 100_000 + "<p>one").nodes.shape[1]
    assert process_time() - started < 2


def test_comments_that_are_never_closed_take_linear_time() -> None:
    """A search for the end of each took 30 s, in a loop that no time limit interrupts."""
    markup_of("<!-- a><p>one")  # compiles
    started = process_time()
    assert markup_of("<!-- a>" * 100_000 + "<p>one").text == b"one\n"
    assert process_time() - started < 2


@settings(max_examples=300, deadline=None)
@given(st.lists(PIECES, max_size=60).map("".join))
def test_no_markup_breaks_the_reader_and_elements_stay_in_order(html: str) -> None:
    markup = markup_of(html)
    found = html_lines(markup)
    count = len(found.lines)
    assert all(line.text for line in found.lines)
    assert (markup.nodes[1] < range(markup.nodes.shape[1])).all()
    assert (markup.nodes[5] <= markup.nodes[6]).all()
    assert (markup.nodes[5:7] <= count).all()


_ODD = (
    "a", "é", "“", "橋", "\U0001f600", " ", "  ", "\xa0", "\u2028", "\u3000", "\u3001", "\x85",
    "&nbsp;", "&#8203;", "\xad", "\u200b", "\u200d", "\u200f", "\u202c", "\u2060", "\u2063",
    "\u2066", "\ufeff", "\u061c", "ج",
)  # fmt: skip
_BLANK = "[ \xa0\x85\u2028\u3000]+"
_INVISIBLE = "[\xad\u061c\u200b\u200f\u202c\u2060\u2063\u2066\ufeff]"


@given(st.lists(st.sampled_from(_ODD), max_size=12).map("".join))
def test_a_line_has_single_blanks_and_nothing_invisible(text: str) -> None:
    shown = text.replace("&nbsp;", "\xa0").replace("&#8203;", "\u200b")
    expected = re.sub(_BLANK, " ", re.sub(_INVISIBLE, "", shown)).strip()
    assert [line.text for line in html_lines(markup_of(f"<p>{text}</p>")).lines] == [
        *filter(None, [expected])
    ]


def test_elements_of_a_name_are_found_in_the_order_of_the_page() -> None:
    markup = markup_of("<ul><li>one<li><time>two</time></ul><h1>three</h1><ul><li>four</ul>")
    names = [NAMES[tag] for tag in markup.nodes[0].tolist()]
    assert nodes_of(markup, "li") == [n for n, name in enumerate(names) if name == "li"]
    both = [n for n, name in enumerate(names) if name in ("ul", "time")]
    assert nodes_of(markup, "time", "ul") == both
    assert len(both) == 3
    assert nodes_of(markup, "abbr") == []
