"""Paste: a text, a page or a file, and what it is a copy of."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from schemas.records import RawArticleRecord
from streams.desk.diff_forms import marked
from streams.desk.paste import NoArticleError, Pasted, look_up
from streams.desk.queries.articles import article_event, titles_of
from streams.desk.rows import picked
from streams.desk.web.desk import Desk
from streams.desk.web.pages import Asked, Page
from streams.desk.web.view import View
from streams.desk.word_diff import Comparison, compare
from streams.desk.words import number_of_words

_FEWEST_WORDS = 5


def show_form(_desk: Desk, _asked: Asked) -> View:
    """The empty form."""
    return View("paste.html", {"results": [], "wrong": {}, "pasted": {"text": "", "source": ""}})


def take_pasted(desk: Desk, asked: Asked) -> View:
    """What was pasted or uploaded, looked up among the desk's articles."""
    text = asked.form.get("file", "").strip() or asked.form.get("text", "").strip()
    source = asked.form.get("source", "").strip()[:300]
    pasted = {"text": text[:100_000], "source": source}
    if len(text.split()) < _FEWEST_WORDS and len(text) < 40:
        return _refused(pasted, "expected a text of at least five words, or a page")
    event: RawArticleRecord = {"html": text} if _is_html(text) else {"text": text}
    if source:
        event["source"] = source
    try:
        with desk.database.reading() as connection:
            found = look_up(connection, event)
            results = [_shown(connection, one) for one in found]
            comparisons = [_compared(connection, one) for one in found]
    except NoArticleError as error:
        return _refused(pasted, f"no article in it: {error}")
    data = {"results": results, "wrong": {}, "pasted": pasted}
    return View("paste.html", data, {}, {"pieces": marked, "comparisons": comparisons})


def _refused(pasted: dict[str, str], why: str) -> View:
    data = {"results": [], "wrong": {"text": why}, "pasted": pasted}
    return View("paste.html", data, status=422)


def _is_html(text: str) -> bool:
    start = text[:2000].lower()
    return text.startswith("<") and any(
        tag in start for tag in ("<html", "<!doctype", "<body", "<head", "<div", "<p", "<article")
    )


def _shown(connection: Connection, one: Pasted) -> Mapping[str, object]:
    verdict = one.article["detection"]
    return {
        "article": picked(
            one.article, "title", "byline", "credit", "dateline", "language", "text", "agencies",
            "source",
        ),
        "words": number_of_words(one.article["text"]),
        "relation": verdict["relation"],
        "unmatched_reason": verdict["unmatched_reason"],
        "matches": one.matches,
        "known": titles_of(connection, [m["article_id"] for m in one.matches]),
        "candidates": one.candidates,
    }  # fmt: skip


def _compared(connection: Connection, one: Pasted) -> Comparison | None:
    """The pasted text beside its best match; None where it has none."""
    if not one.matches:
        return None
    event = article_event(connection, one.matches[0]["article_id"])
    return compare(event["text"], one.article["text"]) if event else None


PAGES = (
    Page(
        "/paste",
        show_form,
        "What a pasted text or page is a copy of (POST text or file, source)",
        change=take_pasted,
        reads_only=True,
    ),
)
