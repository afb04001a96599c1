"""Review: pairs drawn for a person, their answers, and the results."""

from __future__ import annotations

import random

import orjson
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from schemas.records import EnrichedArticleRecord
from streams.desk import review
from streams.desk.access.people import cookie_of
from streams.desk.database import DatabaseError
from streams.desk.diff_forms import marked
from streams.desk.queries.articles import article_event
from streams.desk.rows import picked
from streams.desk.table_rows import JudgementRow
from streams.desk.tables import judgement
from streams.desk.web.answering import Answering
from streams.desk.web.desk import Desk
from streams.desk.web.pages import Asked, MovedError, NotFoundError, Page
from streams.desk.web.restraint import restraint
from streams.desk.web.view import View
from streams.desk.word_diff import compare

# The keys of answers; the page shows a relation's key on its button.
KEYS = {"copy": "c", "excerpt": "e", "expansion": "x", "compilation": "m", "template": "t",
        "similar": "s", "unrelated": "n"}  # fmt: skip


def next_pair(desk: Desk, asked: Asked) -> View:
    """Draw a pair, and go to it."""
    _refuse_where_read_only(desk)
    with desk.database.reading() as connection:
        pair = review.draw(connection, asked.person.name, random.Random())  # noqa: S311 - no secret
    if pair is None:
        return View("review_done.html", {"left": 0})
    raise MovedError(_address(pair))


def _refuse_where_read_only(desk: Desk) -> None:
    if desk.options.read_only:
        raise NotFoundError("This desk is read-only: it takes no judgements.")


def _address(pair: review.Pair) -> str:
    return f"/review/{pair.article_id}?other={pair.other_id}&drawn={pair.drawn}"


def show_pair(desk: Desk, asked: Asked) -> View:
    """A pair with its comparison, and the answers to choose from."""
    _refuse_where_read_only(desk)
    pair, left, right = _pair(desk, asked)
    marks = [restraint(event, desk.clock(), asked) for event in (left, right)]
    texts = [
        "" if mark["hidden"] else event["text"]
        for event, mark in zip((left, right), marks, strict=True)
    ]
    comparison = compare(*texts)
    data = {
        "article_id": pair.article_id,
        "other_id": pair.other_id,
        "relation": pair.relation,
        "drawn": pair.drawn,
        "match": next(
            (m for m in right["detection"]["matches"] if m["article_id"] == pair.other_id), None
        ),
        "left": picked(left, *_SHOWN),
        "right": picked(right, *_SHOWN),
        "answers": [name for name in review.ANSWERABLE if name != pair.relation],
        "wrong": {},
    }
    extra = {"comparison": comparison, "pieces": marked, "keys": KEYS, "marks": marks}
    return View("review.html", data, {}, extra)


_SHOWN = ("article_id", "source", "title", "credit", "language", "published_at", "status")


def _pair(
    desk: Desk, asked: Asked
) -> tuple[review.Pair, EnrichedArticleRecord, EnrichedArticleRecord]:
    article_id = asked.path["article_id"]
    wanted = asked.form.get("other_id") or asked.query.get("other")
    drawn = asked.form.get("drawn") or asked.query.get("drawn", "asked")
    with desk.database.reading() as connection:
        pair = review.pair_of(connection, article_id, wanted)
        if pair is None:
            raise NotFoundError("There is no verdict on such a pair in what the desk keeps.")
        left = article_event(connection, pair.other_id)
        right = article_event(connection, article_id)
    if left is None or right is None:
        raise NotFoundError("One of the two articles is no longer kept.")
    if drawn in ("random", "near"):
        pair = pair._replace(drawn=drawn)  # type: ignore[arg-type]
    return pair, left, right


def take_answer(desk: Desk, asked: Asked) -> View:
    """Store an answer, and go on to the next pair."""
    pair, _, right = _pair(desk, asked)
    answer, relation = asked.form.get("answer", ""), None
    if answer in review.ANSWERABLE and answer != pair.relation:
        answer, relation = "wrong", answer
    if answer not in review.ANSWERS or (answer == "wrong" and relation is None):
        view = show_pair(desk, asked)
        view.data = {**view.data, "wrong": {"answer": "expected one of the answers below"}}
        view.status = 422
        return view
    row: JudgementRow = {
        "article_id": pair.article_id,
        "other_id": pair.other_id,
        "reviewer": asked.person.name,
        "verdict": pair.relation,
        "answer": answer,
        "relation": relation,
        "language": right["language"],
        "drawn": pair.drawn,
        "time": int(desk.clock() * 1000),
    }
    with desk.database.writing() as connection:
        connection.execute(desk.database.upsert(judgement), [row])
    raise MovedError("/review" if pair.drawn != "asked" else "/review/results")


def show_results(desk: Desk, _asked: Asked) -> View:
    """What the answers say about the verdicts."""
    with desk.database.reading() as connection:
        rows = review.results(connection)
    return View("review_results.html", {"results": rows}, {"results": rows})


def export_routes(answering: Answering) -> list[Route]:
    """/review/docs.jsonl and /review/pairs.jsonl: the input of `echowire evaluate`."""

    def export(request: Request) -> Response:
        person = answering.let_in(request, cookie_of(request))
        if isinstance(person, Response):
            return person
        try:
            with answering.desk.database.reading() as connection:
                documents, pairs = review.exported(connection)
                rows = list(documents) if request.url.path.endswith("docs.jsonl") else pairs
        except DatabaseError as error:
            title = "The database cannot be used"
            return answering.failed(request, 503, title, f"{error}.", person)
        body = b"".join(orjson.dumps(row) + b"\n" for row in rows)
        name = request.url.path.rpartition("/")[2]
        headers = {"content-disposition": f'attachment; filename="{name}"'}
        return PlainTextResponse(body, headers=headers, media_type="application/jsonl")

    return [Route(f"/review/{name}.jsonl", export) for name in ("docs", "pairs")]


PAGES = (
    Page("/review", next_pair, "Leads to a pair to judge"),
    Page("/review/results", show_results, "Precision by relation and language", {}, ("results",)),
    Page(
        "/review/{article_id}",
        show_pair,
        "A pair to judge",
        {
            "other": "article id of the match",
            "drawn": "random, near or asked",
            "withdrawn": "show: withdrawn texts, too",
        },
        change=take_answer,
    ),
)
