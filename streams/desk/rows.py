"""Events of the topics -> rows of the read model. Pure: no I/O here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
import zstandard

MOST_LINKS = 20
_TITLE_LETTERS = 500
_REASON_LETTERS = 600

Row = dict[str, Any]
Json = dict[str, Any]
FamilyOf = Callable[[str | None], str | None]


class NotOursError(ValueError):
    """A record that is not echowire's; the message says what is wrong with it."""


@dataclass(slots=True)
class ArticleRows:
    """One enriched event as rows. `title` and `text` are for the full-text index."""

    article: Row
    version: Row
    agencies: list[Row] = field(default_factory=list)
    links: list[Row] = field(default_factory=list)
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


def unpacked(body: bytes) -> Json:
    """A version's whole event."""
    event: Json = orjson.loads(zstandard.ZstdDecompressor().decompress(body))
    return event


def article_rows(value: bytes, family_of: FamilyOf) -> ArticleRows:
    """An enriched event -> its rows, without `n`. Raises NotOursError."""
    try:
        event = orjson.loads(value)
        return _article_rows(value, event, family_of)
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise NotOursError(f"no enriched article: {error!r}") from None


def _article_rows(value: bytes, event: Json, family_of: FamilyOf) -> ArticleRows:
    article_id, digest, verdict = event["article_id"], event["content_digest"], event["detection"]
    matched = _match_shown(verdict)
    time = known_time(event["raw"]["timestamp"])
    agencies = event["agencies"]
    providers = [agency["name"] for agency in agencies if agency["role"] == "provider"]
    row = {
        "article_id": article_id,
        "digest": digest,
        "story_id": verdict["story_id"],
        "original_id": verdict["original_id"],
        "source": event["source"],
        "family": family_of(event["source"]),
        "title": event["title"] and event["title"][:_TITLE_LETTERS],
        "language": event["language"],
        "time": time,
        "published": milliseconds(event["published_at"]),
        "embargoed_until": milliseconds(event["embargoed_until"]),
        "status": event["status"],
        "relation": verdict["relation"],
        "syndicated": verdict["syndicated"],
        "words": len(event["text"].split()),
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
        version={"article_id": article_id, "digest": digest, "time": time, "body": _pack(value)},
        agencies=_agency_rows(article_id, agencies),
        links=[_link(article_id, m) for m in verdict["matches"] if not m["member"]][:MOST_LINKS],
        title=row["title"] or "",
        text=event["text"],
    )


def _agency_rows(article_id: str, agencies: list[Json]) -> list[Row]:
    """One row per name: the event has the better reason first."""
    found: dict[str, Row] = {}
    for agency in agencies:
        found.setdefault(agency["name"], {"article_id": article_id, **agency})
    return list(found.values())


def _match_shown(verdict: Json) -> Json | None:
    """The match with the story's original if it is listed, else the best one."""
    matches: list[Json] = verdict["matches"]
    of_original = (m for m in matches if m["article_id"] == verdict["original_id"])
    return next(of_original, matches[0] if matches else None)


def margin(relation: str, match: Json, thresholds: Json) -> float:
    """How close a verdict is to changing: the distance of its measure from the deciding
    threshold."""
    if relation in ("excerpt", "expansion", "compilation"):
        contained = match["containment"]
        measure = max(contained["of_this"], contained["of_other"])
        return abs(float(measure) - float(thresholds["member_containment"]))
    contained = match["containment"]
    shorter = min(contained["of_this"], contained["of_other"])
    return abs(float(shorter) - float(thresholds["copy_overlap"]))


def _link(article_id: str, match: Json) -> Row:
    return {
        "article_id": article_id,
        "other_id": match["article_id"],
        "relation": match["relation"],
        "jaccard": match["jaccard"],
        "of_this": match["containment"]["of_this"],
        "of_other": match["containment"]["of_other"],
        "reason": match["reason"][:_REASON_LETTERS],
    }


_STORY_FIELDS = (
    "story_id", "version", "headline", "language", "original_id", "original_source",
    "original_status", "original_evidence", "unseen_agency", "articles", "copies",
)  # fmt: skip


def story_row(value: bytes) -> Row:
    """A story's record -> its row, without the desk's own counts. Raises NotOursError."""
    try:
        record = orjson.loads(value)
        return {
            **{name: record[name] for name in _STORY_FIELDS},
            "first_seen": known_time(record["first_seen"]),
            "last_seen": known_time(record["last_seen"]),
        }
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise NotOursError(f"no story: {error!r}") from None


def replaced_by(value: bytes) -> str | None:
    """The story that one was merged into, from a record that `story_row` has accepted."""
    found = orjson.loads(value).get("replaced_by")
    return found if isinstance(found, str) else None


_EVENT_FIELDS = (
    "story_id", "sequence", "type", "article_id", "source", "headline", "relation", "status",
)  # fmt: skip


def event_row(value: bytes) -> Row:
    """A story's event -> its row. Raises NotOursError."""
    try:
        record = orjson.loads(value)
        return {
            **{name: record[name] for name in _EVENT_FIELDS},
            "reason": record["reason"][:_REASON_LETTERS],
            "time": known_time(record["time"]),
        }
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise NotOursError(f"no story event: {error!r}") from None
