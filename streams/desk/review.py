"""Pairs for a person to judge, and what their answers say about the verdicts.

Pairs are drawn by ids, which are hashes: a random draw depends on nothing in the articles.
Precision is reported from these alone; pairs near a threshold are harder than most, and pairs
that somebody opened from a page were chosen by a person.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final, Literal, NamedTuple, TypedDict, cast, get_args

from sqlalchemy import Connection, and_, exists, select

from schemas.enriched_article import MatchRelation
from schemas.records import EnrichedArticleRecord
from streams.desk.queries.articles import article_event
from streams.desk.rows import is_withdrawn, picked
from streams.desk.tables import article, judgement, link
from streams.evaluation.labelled_lines import LabelledDocument, LabelledPair

Drawn = Literal["random", "near", "asked"]

DRAWN: Final = ("random", "near", "asked")
ANSWERS: Final = ("right", "wrong", "unsure")
# The possible relations of two items' articles; `unrelated` is for people only.
RELATIONS: Final = tuple(name for name in get_args(MatchRelation) if name != "revision")
ANSWERABLE: Final = (*RELATIONS, "unrelated")
# Relations that claim that one text comes from the other; the rest claim that it does not.
CLAIMS: Final = frozenset({"copy", "excerpt", "expansion", "compilation"})
NEAR_MARGIN = 0.15
# Two of three pairs are near a threshold, where judgements teach most.
NEAR_SHARE = 2 / 3
_Z = 1.959963984540054  # 95 %


class Pair(NamedTuple):
    """The pair to judge: `article_id` is `relation` to `other_id`, the earlier one."""

    article_id: str
    other_id: str
    relation: str
    drawn: Drawn


def draw(connection: Connection, reviewer: str, chance: random.Random) -> Pair | None:
    """A pair that this reviewer has not judged, of texts that may be read; None if none is left."""
    relations = list(RELATIONS)
    chance.shuffle(relations)
    near = chance.random() < NEAR_SHARE
    for want_near in (near, not near):
        for relation in relations:
            start = f"{chance.getrandbits(128):032x}"
            pair = _near(connection, reviewer, relation, chance) if want_near else None
            pair = pair or (None if want_near else _random(connection, reviewer, relation, start))
            if pair is not None:
                return pair
    return None


def _not_judged(reviewer: str, article_id: Any, other_id: Any) -> Any:
    return ~exists().where(
        and_(
            judgement.c.article_id == article_id,
            judgement.c.other_id == other_id,
            judgement.c.reviewer == reviewer,
        )
    )


def _readable(table: Any) -> Any:
    """A withdrawn article often comes without its text: there is nothing to compare."""
    return and_(table.c.words > 0, table.c.status != "canceled")


def _random(connection: Connection, reviewer: str, relation: str, start: str) -> Pair | None:
    """The first pair of a relation from a random id on, or from the smallest one."""
    earlier = article.alias()
    members = (
        select(article.c.article_id, article.c.matched_id.label("other_id"))
        .where(article.c.relation == relation, article.c.matched_id.is_not(None))
        .join(earlier, earlier.c.article_id == article.c.matched_id)
    )
    linked = (
        select(link.c.article_id, link.c.other_id)
        .where(link.c.relation == relation)
        .join(article, article.c.article_id == link.c.article_id)
        .join(earlier, earlier.c.article_id == link.c.other_id)
    )
    for table, wanted in ((article, members), (link, linked)):
        other = article.c.matched_id if table is article else link.c.other_id
        readable = wanted.where(_readable(article), _readable(earlier))
        unseen = readable.where(_not_judged(reviewer, table.c.article_id, other))
        ordered = unseen.order_by(table.c.article_id).limit(1)
        for part in (ordered.where(table.c.article_id >= start), ordered):
            found = connection.execute(part).first()
            if found is not None:
                return Pair(found.article_id, found.other_id, relation, "random")
    return None


def _near(
    connection: Connection, reviewer: str, relation: str, chance: random.Random
) -> Pair | None:
    earlier = article.alias()
    rows = connection.execute(
        select(article.c.article_id, article.c.matched_id)
        .where(article.c.relation == relation, article.c.margin < NEAR_MARGIN)
        .join(earlier, earlier.c.article_id == article.c.matched_id)
        .where(_readable(article), _readable(earlier))
        .where(_not_judged(reviewer, article.c.article_id, article.c.matched_id))
        .order_by(article.c.margin)
        .limit(100)
    ).all()
    if not rows:
        return None
    row = chance.choice(rows)
    return Pair(row.article_id, row.matched_id, relation, "near")


def pair_of(connection: Connection, article_id: str, other_id: str | None) -> Pair | None:
    """The pair of an article and its match, or one of its matches, that somebody opened."""
    event = article_event(connection, article_id)
    if event is None:
        return None
    verdict = event["detection"]
    matches = verdict["matches"]
    wanted = other_id or verdict["original_id"]
    chosen = next((m for m in matches if m["article_id"] == wanted), None)
    if chosen is None:
        if other_id is not None or not matches:
            return None
        chosen = matches[0]
    if chosen["relation"] not in RELATIONS:
        return None
    return Pair(article_id, chosen["article_id"], chosen["relation"], "asked")


class Precision(TypedDict):
    """`right` of n judged verdicts were right: their share, with a 95 % interval."""

    right: int
    wrong: int
    unsure: int
    share: float | None
    low: float | None
    high: float | None


def precision(right: int, wrong: int, unsure: int = 0) -> Precision:
    """Wilson's score interval, which holds for few answers, too (Wilson 1927, JASA 22:209)."""
    found: Precision = {
        "right": right, "wrong": wrong, "unsure": unsure, "share": None, "low": None, "high": None
    }  # fmt: skip
    if n := right + wrong:
        share, z2 = right / n, _Z * _Z
        middle = (share + z2 / (2 * n)) / (1 + z2 / n)
        half = _Z * math.sqrt(share * (1 - share) / n + z2 / (4 * n * n)) / (1 + z2 / n)
        found["share"] = share
        found["low"] = 0.0 if right == 0 else middle - half
        found["high"] = 1.0 if wrong == 0 else middle + half
    return found


class Result(Precision):
    """The precision of the verdicts of one relation, in one language, on pairs drawn in one way."""

    drawn: str
    relation: str
    language: str


def results(connection: Connection) -> list[Result]:
    """Precision by how pairs were drawn, relation and language; over all languages as `all`."""
    counts: Counter[tuple[str, str, str, str]] = Counter()
    rows = connection.execute(
        select(judgement.c.drawn, judgement.c.verdict, judgement.c.language, judgement.c.answer)
    )
    for row in rows:
        for language in (row.language, "all"):
            counts[row.drawn, row.verdict, language, row.answer] += 1
    keys = sorted(
        {key[:3] for key in counts},
        key=lambda k: (DRAWN.index(k[0]), RELATIONS.index(k[1]), k[2] != "all", k[2]),
    )
    found: list[Result] = []
    for drawn, relation, language in keys:
        counted = [counts[drawn, relation, language, answer] for answer in ANSWERS]
        found.append(
            {"drawn": drawn, "relation": relation, "language": language, **precision(*counted)}
        )
    return found


def labels(connection: Connection) -> dict[tuple[str, str], str]:
    """(article id, other id) -> POS, NEG or GREY, as `echowire evaluate` takes them.

    If people disagree or are unsure, the pair is excluded from scores: GREY.
    """
    said: dict[tuple[str, str], set[str]] = {}
    for row in connection.execute(select(judgement)):
        if row.answer == "unsure":
            label = "GREY"
        else:
            relation = row.verdict if row.answer == "right" else row.relation
            label = "POS" if relation in CLAIMS else "NEG"
        said.setdefault((row.article_id, row.other_id), set()).add(label)
    return {pair: min(found) if len(found) == 1 else "GREY" for pair, found in said.items()}


def exported(connection: Connection) -> tuple[Iterator[LabelledDocument], list[LabelledPair]]:
    """The documents (lazily) and the pairs of all judgements.

    A pair is left out if one of its articles is no longer kept, or was withdrawn, or came again
    without a text.
    """
    found = labels(connection)
    ids = sorted({article_id for pair in found for article_id in pair})
    kept = dict.fromkeys(i for i in ids if _may_be_exported(article_event(connection, i)))
    pairs: list[LabelledPair] = [
        {"a": number_of(a), "b": number_of(b), "label": label}
        for (a, b), label in sorted(found.items())
        if a in kept and b in kept
    ]
    return (_document(connection, i) for i in kept), pairs


def _may_be_exported(event: EnrichedArticleRecord | None) -> bool:
    return event is not None and not is_withdrawn(event) and bool(event["text"])


def number_of(article_id: str) -> int:
    """An article's `idx` in the export: the same in every request, so that its two files agree,
    whatever is judged between them. 52 bits of the id, a hash: programs that read JSON's numbers as
    doubles have them exactly, and of 10,000 articles two have the same once in 10^8 exports.
    """
    return int(article_id[:13], 16)


def _document(connection: Connection, article_id: str) -> LabelledDocument:
    event = article_event(connection, article_id)
    assert event is not None
    names = ("title", "source", "url", "byline", "credit", "text")
    document = {
        "idx": number_of(article_id),
        "cluster": -1,
        "article_id": article_id,
        "fetched_at": event["raw"]["timestamp"],
        **{name: value for name, value in picked(event, *names).items() if value},
    }
    return cast("LabelledDocument", document)
