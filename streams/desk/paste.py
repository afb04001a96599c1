"""A pasted text or page -> what it is a copy of, among the articles that the desk keeps.

Candidates are found by phrases in the full-text index; the service's own core then relates them to
the pasted text, taking these articles in order of time.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from schemas.records import EnrichedArticleRecord, MatchRecord, RawArticleRecord
from streams.desk import search_index
from streams.desk.queries.articles import article_event
from streams.desk.rows import is_withdrawn, known_time
from streams.desk.tables import article

# Phrases of this many words, from this many places: a copy of a fifth of the text has some.
PHRASE_WORDS = 5
PHRASES = 40
CANDIDATES = 60
_WINDOW_MARGIN_SECONDS = 86_400
_ID = "pasted"


@dataclass(frozen=True, slots=True)
class Pasted:
    """One article of what was pasted: how it was read, and its verdict among `candidates`.

    `matches` are the verdict's, with the desk's own article ids.
    """

    article: EnrichedArticleRecord
    matches: list[MatchRecord]
    candidates: int


class NoArticleError(ValueError):
    """What was pasted cannot become an article; the message has the reason."""


def look_up(connection: Connection, event: RawArticleRecord) -> list[Pasted]:
    """Find what a raw event is a copy of: one result per article of it, its own first.

    Raises NoArticleError.
    """
    # Imported here: compiled loops take memory and a second, which a desk without Paste saves.
    from streams.pipeline import Parameters, Pipeline, RejectedError  # noqa: PLC0415

    event = {**event, "id": _ID}
    small = Parameters(capacity=4 * CANDIDATES)
    try:
        articles = list(Pipeline(small).enrich([event]))
    except RejectedError as error:
        raise NoArticleError(error.detail) from None
    found: dict[str, EnrichedArticleRecord] = {}
    for one in articles:
        found |= _candidates(connection, one["text"])
    ordered = sorted(found.values(), key=lambda c: (c["raw"]["timestamp"], c["article_id"]))
    window = small.window_seconds
    if ordered:
        first, last = (_seconds(ordered[place]) for place in (0, -1))
        window = max(window, int(last - first) + _WINDOW_MARGIN_SECONDS)
        event["fetched_at"] = ordered[-1]["raw"]["timestamp"]
        event.pop("published_at", None)
    pipeline = Pipeline(Parameters(capacity=4 * CANDIDATES, window_seconds=window))
    known: dict[str, str] = {}
    for candidate in pipeline.enrich(map(_as_raw, ordered), lambda _refused: None):
        known[candidate["article_id"]] = candidate["producer_id"] or ""
    return [_result(one, known, len(ordered)) for one in pipeline.enrich([event])]


def _seconds(event: EnrichedArticleRecord) -> float:
    return known_time(event["raw"]["timestamp"]) / 1000


def _result(one: EnrichedArticleRecord, known: dict[str, str], candidates: int) -> Pasted:
    matches: list[MatchRecord] = [
        {**match, "article_id": known[match["article_id"]]}
        for match in one["detection"]["matches"]
        if match["article_id"] in known
    ]
    return Pasted(one, matches, candidates)


def _as_raw(event: EnrichedArticleRecord) -> RawArticleRecord:
    """A kept article as a raw event again, under the desk's id."""
    return {
        "id": event["article_id"],
        "source": event["source"],
        "title": event["title"],
        "byline": event["byline"],
        "credit": event["credit"],
        "text": event["text"],
        "url": event["url"],
        "published_at": event["published_at"],
        "fetched_at": event["raw"]["timestamp"],
    }


def phrases_of(text: str) -> list[list[str]]:
    """Phrases from all over a text, as the index has its words."""
    words = search_index.words_of(text)
    if len(words) <= PHRASE_WORDS:
        return [words] if words else []
    last = len(words) - PHRASE_WORDS
    step = max(1, last // PHRASES)
    starts = range(0, last + 1, step)
    return [words[start : start + PHRASE_WORDS] for start in starts][: PHRASES + 1]


def _candidates(connection: Connection, text: str) -> dict[str, EnrichedArticleRecord]:
    """Article id -> event: the newest and the oldest that share a phrase, and their originals.

    Of a story with thousands of copies the newest alone would leave out the original. Withdrawn
    articles are left out: the page shows the text of the best match.
    """
    phrases = phrases_of(text)
    if not phrases:
        return {}
    hits = search_index.any_phrase(connection.dialect.name, phrases)
    numbers = sorted(connection.scalars(hits))
    some = CANDIDATES  # half of them may have been withdrawn
    ids: dict[str, None] = {}
    for order, part in ((article.c.n.desc(), numbers[-some:]), (article.c.n, numbers[:some])):
        rows = connection.execute(
            select(article.c.article_id, article.c.original_id)
            .where(article.c.n.in_(part), article.c.status != "canceled")
            .order_by(order)
            .limit(CANDIDATES // 2)
        )
        for row in rows:
            ids[row.article_id] = None
            if row.original_id:
                ids[row.original_id] = None
    events = ((article_id, article_event(connection, article_id)) for article_id in ids)
    return {
        article_id: event
        for article_id, event in events
        if event and event["text"] and not is_withdrawn(event)
    }
