"""NormalisedArticle: one clean article, on `articles.normalised`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas.raw_article import Status

Id = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Time = Annotated[
    str,
    StringConstraints(
        pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
        r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{3})?Z$"
    ),
    Field(description="RFC 3339, UTC; milliseconds only where they are not zero."),
]


Language = Annotated[
    str,
    StringConstraints(pattern=r"^[a-z]{2,3}$"),
    Field(description="ISO 639 code; `und` where the text does not tell."),
]


Kind = Literal["article", "live_blog", "gallery", "thread", "product"]


class Contract(BaseModel):
    """What echowire writes: every field is known, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True)


# Best first; `cited` and what follows it do not make an agency the text's provider.
Evidence = Literal[
    "publisher",
    "credit",
    "byline",
    "dateline",
    "end_line",
    "copyright",
    "json_ld",
    "contributed",
    "cited",
    "photo",
    "mention",
]


class Agency(Contract):
    """A news agency that an article names."""

    name: str = Field(description="The agency's usual name: 'Reuters', 'AFP'.")
    role: Literal["provider", "cited"] = Field(
        description="`provider`: the text comes from it. `cited`: the text quotes it."
    )
    evidence: Evidence = Field(description="The best reason for the role; best first in the list.")


class RawCoordinates(Contract):
    """Where the raw event stands in Kafka."""

    topic: str
    partition: int = Field(ge=0)
    offset: int = Field(ge=0)
    timestamp: Time = Field(description="The event's time: the clock that detection goes by.")


class NormalisedArticle(Contract):
    """One article: a raw event's own, or a part of its page."""

    article_id: Id = Field(description="Derived: from source and id, else address, else content.")
    producer_id: str | None = Field(description="The raw event's `id`.")
    version: int | None = Field(description="The raw event's `version`.")
    parent_id: Id | None = Field(description="The page's main article, for a part of a page.")
    position: int | None = Field(ge=1, description="Place among the page's parts, from 1.")
    parts: int = Field(ge=0, description="Embedded articles published beside this one.")
    kind: Kind
    source: str | None = Field(description="Publisher: a domain where known, else a name.")
    syndicated_from: str | None = Field(
        description="Whom the page itself names as its text's source: a domain, or a name."
    )
    url: str | None
    canonical_url: str | None = Field(description="The address without tracking and variants.")
    title: str | None
    byline: str | None
    credit: str | None
    dateline: str | None = Field(description="Where it says that it was written.")
    language: Language
    text: str = Field(description="The article's text; empty only when `status` is `canceled`.")
    text_confidence: float | None = Field(
        ge=0, le=1, description="How sure a page's main story is; null where nothing was cut."
    )
    truncated: bool = Field(
        default=False,
        description="Whether the text is the beginning of an article whose rest is behind a wall.",
    )
    published_at: Time | None
    published_precision_seconds: int | None = Field(
        ge=1, description="How exact a printed time is: '4 hours ago' is good to 3600."
    )
    fetched_at: Time | None
    embargoed_until: Time | None
    status: Status
    agencies: list[Agency]
    content_digest: Id = Field(
        description="BLAKE2b-128 of status, embargo, title and text: with `article_id`, names one"
        " verdict."
    )
    attributes: dict[str, str]
    dropped: list[str] = Field(description="Fields of the raw event that were unusable.")
    raw: RawCoordinates
