"""Texts that may not be published: what pages say of them, and which they show on request only."""

from __future__ import annotations

from typing import TypedDict

from schemas.raw_article import Status
from schemas.records import EnrichedArticleRecord
from streams.desk.rows import is_withdrawn, milliseconds
from streams.desk.web.addresses import with_value
from streams.desk.web.pages import Asked


class Restraint(TypedDict):
    """Why a text may not be published; `hidden`: it is withdrawn, and was not asked for."""

    embargoed: bool
    withheld: bool
    withdrawn: bool
    asked_for_text: bool
    hidden: bool
    show_withdrawn: str


def restraint(
    event: EnrichedArticleRecord, now: float, asked: Asked, newest: Status | None = None
) -> Restraint:
    """Marks on texts that may not be published, and whether a withdrawn one's text is shown.

    `newest`: the status of the article's newest version. A version from before it was withdrawn
    may not be published either.
    """
    embargo = milliseconds(event["embargoed_until"])
    withdrawn = is_withdrawn(event) or newest == "canceled"
    wanted = asked.query.get("withdrawn") == "show"
    return {
        "embargoed": embargo is not None and embargo > now * 1000,
        "withheld": event["status"] == "withheld",
        "withdrawn": withdrawn,
        "asked_for_text": wanted,
        "hidden": withdrawn and not wanted,
        "show_withdrawn": with_value(asked.url, "withdrawn", "show"),
    }
