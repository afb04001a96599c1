"""Events of the topics -> rows of the read model. Pure: no I/O here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import orjson
import zstandard

from schemas.records import (
    AgencyRecord,
    DetectionRecord,
    EnrichedArticleRecord,
    MatchRecord,
    StoryEventRecord,
    StoryRecord,
    ThresholdsRecord,
)
from streams.desk.table_rows import (
    AgencyRow,
    ArticleRow,
    EventRow,
    LinkRow,
    StoryFields,
    VersionRow,
)
from streams.desk.words import number_of_words

MOST_LINKS = 20
_TITLE_LETTERS = 500
_REASON_LETTERS = 600

FamilyOf = Callable[[str | None], str | None]


class NotOursError(ValueError):
    """A record that is not echowire's; the message says what is wrong with it."""


class Origin(NamedTuple):
    """An event's raw event: its time in milliseconds since 1970, where it stands, and whether the
    article is withdrawn."""

    time: int
    topic: str
    partition: int
    offset: int
    withdrawn: bool


@dataclass(slots=True)
class ArticleRows:
    """One enriched event as rows. `title` and `text` are for the full-text index."""

    article: ArticleRow
    version: VersionRow
    origin: Origin
    agencies: list[AgencyRow] = field(default_factory=list)
    links: list[LinkRow] = field(default_factory=list)
    title: str = ""
    text: str = ""


def milliseconds(time: str | None) -> int | None:
    """A contract's time -> milliseconds since 1970."""
    if time is None:
        return None
    return int(datetime.fromisoformat(time).timestamp() * 1000)


def known_time(time: str) -> int:
    """Like `milliseconds`, for a time that is always present."""
    return int(datetime.fromisoformat(time).timestamp() * 1000)


_pack = zstandard.ZstdCompressor(level=1).compress


def unpacked(body: bytes) -> EnrichedArticleRecord:
    """A version's whole event."""
    event: EnrichedArticleRecord = orjson.loads(zstandard.ZstdDecompressor().decompress(body))
    return event


def is_withdrawn(event: EnrichedArticleRecord) -> bool:
    """Whether an event withdraws its article, or came after one that did: that is final."""
    return event["status"] == "canceled" or event["detection"]["relation"] == "withdrawn"


def origin_of(event: EnrichedArticleRecord) -> Origin:
    """Which raw event an enriched one is of."""
    raw, time = event["raw"], known_time(event["raw"]["timestamp"])
    return Origin(time, raw["topic"], raw["partition"], raw["offset"], is_withdrawn(event))


def picked(record: Mapping[str, object], *names: str) -> dict[str, object]:
    """Some fields of a record, in this order."""
    return {name: record[name] for name in names}


def article_rows(value: bytes, family_of: FamilyOf) -> ArticleRows:
    """An enriched event -> its rows, without `n`. Raises NotOursError."""
    try:
        event = orjson.loads(value)
        return _article_rows(value, event, family_of)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise NotOursError(f"not an enriched article: {error!r}") from None


def _article_rows(value: bytes, event: EnrichedArticleRecord, family_of: FamilyOf) -> ArticleRows:
    article_id, digest, verdict = event["article_id"], event["content_digest"], event["detection"]
    matched = _match_shown(verdict)
    origin = origin_of(event)
    agencies = event["agencies"]
    providers = [agency["name"] for agency in agencies if agency["role"] == "provider"]
    row: ArticleRow = {
        "article_id": article_id,
        "digest": digest,
        "story_id": verdict["story_id"],
        "original_id": verdict["original_id"],
        "source": event["source"],
        "family": family_of(event["source"]),
        "title": event["title"] and event["title"][:_TITLE_LETTERS],
        "language": event["language"],
        "time": origin.time,
        "published": milliseconds(event["published_at"]),
        "embargoed_until": milliseconds(event["embargoed_until"]),
        "status": "canceled" if origin.withdrawn else event["status"],
        "relation": verdict["relation"],
        "syndicated": verdict["syndicated"],
        "words": number_of_words(event["text"]),
        "provider": providers[0] if providers else None,
        "credited": None,
        "matched_id": matched and matched["article_id"],
        "jaccard": matched and matched["jaccard"],
        "kept": matched and matched["containment"]["of_other"],
        "margin": matched and margin(verdict["relation"], matched, verdict["thresholds"]),
        "reason": matched and matched["reason"][:_REASON_LETTERS],
    }
    return ArticleRows(
        article=row,
        version={
            "article_id": article_id,
            "digest": digest,
            "time": origin.time,
            "body": _pack(value),
        },
        origin=origin,
        agencies=_agency_rows(article_id, agencies),
        links=[_link(article_id, m) for m in verdict["matches"] if not m["member"]][:MOST_LINKS],
        title=row["title"] or "",
        text=event["text"],
    )


def _agency_rows(article_id: str, agencies: list[AgencyRecord]) -> list[AgencyRow]:
    """One row per name: the event has the better reason first."""
    found: dict[str, AgencyRow] = {}
    for agency in agencies:
        found.setdefault(agency["name"], {"article_id": article_id, **agency})
    return list(found.values())


def _match_shown(verdict: DetectionRecord) -> MatchRecord | None:
    """The match with the story's original if it is listed, else the best one."""
    matches = verdict["matches"]
    of_original = (m for m in matches if m["article_id"] == verdict["original_id"])
    return next(of_original, matches[0] if matches else None)


def margin(relation: str, match: MatchRecord, thresholds: ThresholdsRecord) -> float:
    """How close a verdict is to changing: the distance of its measure from the deciding
    threshold."""
    contained = match["containment"]
    if relation in ("excerpt", "expansion", "compilation"):
        measure = max(contained["of_this"], contained["of_other"])
        return abs(float(measure) - float(thresholds["member_containment"]))
    shorter = min(contained["of_this"], contained["of_other"])
    return abs(float(shorter) - float(thresholds["copy_overlap"]))


def _link(article_id: str, match: MatchRecord) -> LinkRow:
    return {
        "article_id": article_id,
        "other_id": match["article_id"],
        "relation": match["relation"],
        "jaccard": match["jaccard"],
        "of_this": match["containment"]["of_this"],
        "of_other": match["containment"]["of_other"],
        "reason": match["reason"][:_REASON_LETTERS],
    }


def story_row(value: bytes) -> StoryFields:
    """A story's record -> its row, without the desk's own counts. Raises NotOursError."""
    try:
        record: StoryRecord = orjson.loads(value)
        return {
            "story_id": record["story_id"],
            "version": record["version"],
            "headline": record["headline"],
            "language": record["language"],
            "original_id": record["original_id"],
            "original_source": record["original_source"],
            "original_status": record["original_status"],
            "original_evidence": record["original_evidence"],
            "unseen_agency": record["unseen_agency"],
            "articles": record["articles"],
            "copies": record["copies"],
            "first_seen": known_time(record["first_seen"]),
            "last_seen": known_time(record["last_seen"]),
        }
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise NotOursError(f"no story: {error!r}") from None


def replaced_by(value: bytes) -> str | None:
    """The story that one was merged into, from a record that `story_row` has accepted."""
    found = orjson.loads(value).get("replaced_by")
    return found if isinstance(found, str) else None


def event_row(value: bytes) -> EventRow:
    """A story's event -> its row. Raises NotOursError."""
    try:
        record: StoryEventRecord = orjson.loads(value)
        return {
            "story_id": record["story_id"],
            "sequence": record["sequence"],
            "type": record["type"],
            "article_id": record["article_id"],
            "source": record["source"],
            "headline": record["headline"],
            "relation": record["relation"],
            "status": record["status"],
            "reason": record["reason"][:_REASON_LETTERS],
            "time": known_time(record["time"]),
        }
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise NotOursError(f"no story event: {error!r}") from None
