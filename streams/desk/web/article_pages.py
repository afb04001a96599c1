"""Articles: a list, one with its fields and versions, and any two side by side."""

from __future__ import annotations

from schemas.records import EnrichedArticleRecord, MatchRecord
from streams.desk.diff_forms import changes_only, inline, marked
from streams.desk.filters import checked
from streams.desk.paragraphs import lines_joined
from streams.desk.queries.articles import (
    ArticlesPage,
    KeptVersion,
    article_event,
    article_row,
    articles_page,
    parts,
    titles_of,
    versions,
)
from streams.desk.queries.story import story_record
from streams.desk.rows import picked
from streams.desk.search_index import NothingToFindError
from streams.desk.web.addresses import with_value, without
from streams.desk.web.desk import Desk
from streams.desk.web.pages import Asked, NotFoundError, Page
from streams.desk.web.restraint import restraint
from streams.desk.web.story_pages import EVIDENCE
from streams.desk.web.view import Table, View
from streams.desk.word_diff import MOST_WORDS, Comparison, Piece, compare
from streams.desk.words import number_of_words

# Text shown on a page: five megabytes of it would crash a browser. `.json` has all of it.
SHOWN_LETTERS = 100_000

_FILTERS = {
    "q": 'words of titles and texts; "a phrase", -without, begin*',
    "publisher": "its publisher",
    "agency": "the agency that its text comes from",
    "copies_of": "copies in stories of this agency: not the original, not withdrawn",
    "taken_from": "copies in stories whose original is of this publisher",
    "language": "ISO 639 code",
    "relation": "its relation to the article that it resembles most",
    "syndicated": "yes or no: a copy of another publisher's article",
    "since": "it arrived on this day or later",
    "until": "it arrived on this day or earlier",
    "credit": "given, cited or missing",
    "from": "the publisher of the original that its verdict names",
    "after": "`next` of the page before",
}
FORMS = ("side", "inline", "changes")


def list_articles(desk: Desk, asked: Asked) -> View:
    """Articles, the newest first."""
    filters = checked(asked.query, *_FILTERS)
    found: ArticlesPage = {"articles": [], "next": None}
    with desk.database.reading() as connection:
        try:
            found = articles_page(connection, filters)
        except NothingToFindError as error:
            filters.wrong["q"] = str(error)
    used = {name: asked.query[name] for name in _FILTERS if asked.query.get(name)}
    extra = {
        "next_address": found["next"] and with_value(asked.url, "after", found["next"]),
        "without": lambda name: without(asked.url, name),
    }
    data = {"filters": used, "wrong": filters.wrong, **found}
    return View("articles.html", data, {"articles": found["articles"]}, extra)


def show_article(desk: Desk, asked: Asked) -> View:
    """One article, in its newest version or in that of `?digest=`."""
    article_id, digest = asked.path["article_id"], asked.query.get("digest")
    with desk.database.reading() as connection:
        event = article_event(connection, article_id, digest or None)
        if event is None:
            raise NotFoundError(
                f"There is no article {article_id}"
                + (f" with the digest {digest}" if digest else "")
                + " in what the desk keeps."
            )
        row = article_row(connection, article_id)
        history = versions(connection, article_id)
        # The row's, not the verdict's: that story may have been merged into another since.
        story_id = row["story_id"] if row else None
        story = story_record(connection, story_id) if story_id else None
        others = titles_of(connection, [m["article_id"] for m in event["detection"]["matches"]])
        listed = [{k: v for k, v in old.items() if k != "text"} for old in history]
        marks = restraint(event, desk.clock(), asked, row and row["status"])
        data = {
            "article": {**event, "text": ""} if marks["hidden"] else event,
            "credited": row and row["credited"],
            "newest_digest": row and row["digest"],
            "versions": listed,
            "matched": others,
            "parts": parts(connection, event),
            "story": story,
        }
    matches = [{**match, **match["containment"]} for match in event["detection"]["matches"]]
    extra = {
        **marks,
        "last_text": event if event["text"].strip() else _last_text(history),
        "shown_letters": SHOWN_LETTERS,
        "paragraphs_of": lines_joined,
        "evidence": story and EVIDENCE.get(story["original_evidence"], story["original_evidence"]),
    }
    return View("article.html", data, {"matches": matches, "versions": listed}, extra)


def _last_text(history: list[KeptVersion]) -> KeptVersion | None:
    """The newest version that still had a text: what a withdrawn article said."""
    return next((old for old in reversed(history) if old["text"].strip()), None)


def compare_articles(desk: Desk, asked: Asked) -> View:
    """Two articles, or versions (id:digest), word by word."""
    form = asked.query.get("form", "side")
    wrong = {}
    if form not in FORMS:
        wrong["form"], form = f"expected one of {', '.join(FORMS)}, got {form!r}", "side"
    exact = asked.query.get("exact") == "1"
    with desk.database.reading() as connection:
        pair, newest = [], []
        for name in ("left", "right"):
            article_id, _, digest = asked.path[name].partition(":")
            event = article_event(connection, article_id, digest or None)
            if event is None:
                raise NotFoundError(f"There is no article {asked.path[name]} in what is kept.")
            pair.append(event)
            row = article_row(connection, article_id)
            newest.append(row and row["status"])
        listed = _match_between(pair[0], pair[1])
    marks = [
        restraint(event, desk.clock(), asked, status)
        for event, status in zip(pair, newest, strict=True)
    ]
    texts = [
        "" if mark["hidden"] else event["text"] for event, mark in zip(pair, marks, strict=True)
    ]
    comparison = compare(texts[0], texts[1], exact=exact)
    data = {
        "left": _side(pair[0]),
        "right": _side(pair[1]),
        "match": listed,
        "form": form,
        "exact": exact,
        "wrong": wrong,
        "same_words": comparison.same,
        "cut_words": comparison.cut,
        "added_words": comparison.added,
        "moved_words": comparison.moved,
        "whole": comparison.whole,
        "rows": [
            {"left": _pieces(row.left), "right": _pieces(row.right)} for row in comparison.rows
        ],
    }
    extra = {
        "comparison": comparison,
        "groups": changes_only(comparison),
        "inline": inline,
        "marks": marks,
        "most_words": MOST_WORDS,
        "with_value": lambda name, value: with_value(asked.url, name, value),
        "pieces": marked,
        "swapped": f"/compare/{asked.path['right']}/{asked.path['left']}",
    }
    return View("compare.html", data, {"changes": _changes(comparison)}, extra)


def _side(event: EnrichedArticleRecord) -> dict[str, object]:
    fields = picked(
        event, "article_id", "source", "title", "byline", "credit", "dateline", "language",
        "status", "published_at", "embargoed_until", "agencies", "content_digest",
    )  # fmt: skip
    return {**fields, "words": number_of_words(event["text"])}


class MatchBetween(MatchRecord):
    """A match of the verdict of article `of`."""

    of: str


def _match_between(
    left: EnrichedArticleRecord, right: EnrichedArticleRecord
) -> MatchBetween | None:
    """What one article's verdict says of the other, if anything."""
    for event, other in ((right, left), (left, right)):
        for match in event["detection"]["matches"]:
            if match["article_id"] == other["article_id"]:
                return {"of": event["article_id"], **match}
    return None


def _pieces(pieces: list[Piece]) -> Table:
    return [
        {
            "kind": piece.kind,
            "text": piece.text,
            "move": piece.move,
            "facts": [{"text": piece.text[a:b], "kind": kind} for a, b, kind in piece.facts],
        }
        for piece in pieces
    ]


def _changes(comparison: Comparison) -> Table:
    return [
        {"paragraph": number, "side": side, "kind": piece.kind, "text": piece.text}
        for number, row in enumerate(comparison.rows, 1)
        for side, pieces in (("left", row.left), ("right", row.right))
        for piece in pieces
        if piece.kind != "same"
    ]


PAGES = (
    Page(
        "/articles",
        list_articles,
        "Articles, the newest first",
        _FILTERS,
        ("articles",),
    ),
    Page(
        "/articles/{article_id}",
        show_article,
        "An article: text, fields with evidence, versions, verdict",
        {"digest": "another version", "withdrawn": "show: a withdrawn article's last text"},
        ("matches", "versions"),
    ),
    Page(
        "/compare/{left}/{right}",
        compare_articles,
        "Two articles word by word; a version of one as ID:DIGEST",
        {"form": "side, inline or changes", "exact": "1: case and quotation marks count"},
        ("changes",),
    ),
)
