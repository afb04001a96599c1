"""RawEvent: one line of the sample; Slot: the place in a publisher's day that it comes from."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import blake2b
from typing import Any

from deploy.demo.newsroom import Publisher, Story


@dataclass(frozen=True, slots=True)
class Slot:
    """One publisher that runs one story: when it went up, and when it was fetched."""

    story: Story
    publisher: Publisher
    published_at: datetime
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class RawEvent:
    """The fields of a raw event; None means that the producer did not send the field."""

    id: str | None
    source: str
    url: str
    fetched_at: datetime
    version: int | None = None
    canonical_url: str | None = None
    title: str | None = None
    byline: str | None = None
    credit: str | None = None
    language: str | None = None
    text: str | None = None
    html: str | None = None
    published_at: datetime | None = None
    embargoed_until: datetime | None = None
    status: str | None = None
    attributes: dict[str, str] = field(default_factory=dict)

    def fields(self) -> dict[str, Any]:
        """The event as the JSON object that a producer sends."""
        return {
            name: rfc_3339(value) if isinstance(value, datetime) else value
            for name, value in asdict(self).items()
            if value is not None
        }

    def line(self) -> str:
        return json.dumps(self.fields(), ensure_ascii=False)


def article(slot: Slot, way: str, *, title: str | None = None, text: str | None = None) -> RawEvent:
    """The slot's story as plain text, word for word unless another title or text is given."""
    story = slot.story
    return RawEvent(
        id=str(item_number(slot)) if slot.publisher.numbers_items else None,
        source=slot.publisher.source,
        url=address(slot),
        fetched_at=slot.fetched_at,
        title=title or story.title,
        byline=story.byline,
        credit=story.agency,
        language=story.language,
        text=text or story.text,
        published_at=slot.published_at,
        attributes=marks(way, story),
    )


def marks(way: str, story: Story) -> dict[str, str]:
    """The sample's notes on an event: how it was republished, and the story's key."""
    return {"sample": way, "story": story.key}


def address(slot: Slot) -> str:
    """The address at which the publisher puts the story."""
    path = slot.publisher.path.format(
        date=slot.published_at.strftime("%Y/%m/%d"),
        slug=_slug(slot.story),
        number=item_number(slot),
    )
    return f"https://www.{slot.publisher.domain}/{path}"


def item_number(slot: Slot) -> int:
    """The publisher's number for the story, always the same."""
    name = f"{slot.publisher.domain} {slot.story.key}".encode()
    return 1_000_000 + int.from_bytes(blake2b(name, digest_size=4).digest()) % 9_000_000


def rfc_3339(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _slug(story: Story) -> str:
    """The title's words if they are mostly ASCII, else the story's key."""
    words = re.findall(r"[a-z0-9]+", story.title.lower())
    return "-".join(words[:8]) if len("".join(words)) > len(story.title) // 2 else story.key
