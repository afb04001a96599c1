"""A page that clearly holds ten times as much text as was taken is named."""

from __future__ import annotations

import numpy as np
import pytest

from streams.articles.body import MOST_OF_PAGE, body_of
from streams.articles.decode import decode
from streams.articles.outlets import outlets
from streams.articles.page import Page
from streams.articles.pages import html_taken
from streams.articles.pages.html_reading import read_html
from tests.articles.pages.dated_page import NOW
from tests.articles.records import raw

SENTENCES = [
    f"The council of district {n} voted on Tuesday to mend its pier, after {n} years of argument."
    for n in range(20, 50)
]
TITLE = "<title>Piers to be mended</title>"
HTML = f"<html><head>{TITLE}</head><body><h1>Piers to be mended</h1>%s</body></html>"


def test_a_text_that_leaves_most_of_the_page_out_is_a_stub(monkeypatch: pytest.MonkeyPatch) -> None:
    def first_only(probabilities: object, words: np.ndarray) -> tuple[np.ndarray, float]:
        taken = np.zeros(len(words), dtype=np.bool_)
        taken[1] = True
        return taken, 0.95

    html = HTML % "".join(f"<p>{sentence}</p>" for sentence in SENTENCES)
    assert not read_html(html, NOW, outlets()).stub
    monkeypatch.setattr(html_taken, "best_lines", first_only)
    found = read_html(html, NOW, outlets())
    assert found.text == SENTENCES[0]
    assert found.stub
    assert found.confidence == 0.3


def test_comments_are_not_counted() -> None:
    comments = "".join(f"<li class='comment'><p>{s}</p></li>" for s in SENTENCES)
    body = "".join(f"<p>{s.replace('pier', 'lock')}</p>" for s in SENTENCES[:4])
    html = HTML % f"<article>{body}</article><ol class='comments' id='comments'>{comments}</ol>"
    assert not read_html(html, NOW, outlets()).stub


def test_a_stub_is_named_in_dropped() -> None:
    decoded = decode(raw(id="1", html="<p>x</p>"), 10_000)
    assert isinstance(decoded, tuple)
    event = decoded[0]
    dropped: list[str] = []
    body_of(event, Page(text=SENTENCES[0], stub=True), dropped)
    assert dropped == [MOST_OF_PAGE]
