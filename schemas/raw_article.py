"""RawArticle: what producers push to `articles.raw`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

Status = Literal["usable", "withheld", "canceled"]


def _number_as_text(value: object) -> object:
    """Many systems send numeric item ids: 42 and "42" are the same item."""
    return str(value) if type(value) is int else value


def _time_as_text(value: object) -> object:
    """Jackson, pandas and Debezium write times as numbers: seconds or milliseconds since 1970."""
    if type(value) is float and value.is_integer() and abs(value) < 2**63:
        value = int(value)
    return str(value) if type(value) in (int, float) else value


def _null_as_absent(default: object) -> BeforeValidator:
    """A null and a missing field mean the same in every field."""
    return BeforeValidator(lambda value: default if value is None else value)


IdText = Annotated[str, StringConstraints(strict=True, min_length=1, max_length=512)]
ProducerId = Annotated[
    IdText, BeforeValidator(_number_as_text, json_schema_input_type=IdText | int)
]
TimeText = Annotated[
    str | None,
    BeforeValidator(_time_as_text, json_schema_input_type=str | int | float | None),
]
AttributeValue = Annotated[str, StringConstraints(strict=True, max_length=1024)]
AttributeName = Annotated[str, StringConstraints(strict=True, max_length=64)]


_TIME = "RFC 3339 with any offset; else a time as text, or since 1970 in seconds or finer units."


class RawArticle(BaseModel):
    """One article event as its producer sends it.

    Addresses, times and the language are plain strings here: a bad one never costs the
    article, it is dropped and counted when the event is normalised.
    """

    model_config = ConfigDict(extra="ignore", strict=True, title="RawArticle")

    id: ProducerId | None = Field(None, description="The producer's stable id of the item.")
    version: int | None = Field(None, ge=0, le=2**53, description="The item's revision, rising.")
    source: str | None = Field(
        None, description="Publisher, by name or domain. Without it, the domain of the address."
    )
    url: str | None = Field(None, description="Where the article stands.")
    canonical_url: str | None = Field(None, description="The address that the publisher prefers.")
    title: str | None = Field(None, description="Headline.")
    byline: str | None = Field(None, description="Who wrote it, as printed.")
    credit: str | None = Field(
        None, description="Who provided it, as printed: 'Reuters', 'AP / dpa'."
    )
    language: str | None = Field(None, description="BCP 47 tag; used where the text agrees.")
    text: str | None = Field(
        None,
        description="Plain text: an article, or a whole page. Used where `html` has no article.",
    )
    html: str | None = Field(None, description="HTML page.")
    published_at: TimeText = Field(None, description=_TIME)
    fetched_at: TimeText = Field(None, description=_TIME)
    embargoed_until: TimeText = Field(None, description=_TIME)
    status: Annotated[Status, _null_as_absent("usable")] = Field(
        "usable", description="`canceled` withdraws the item (a kill) and needs no text."
    )
    attributes: Annotated[dict[AttributeName, AttributeValue], _null_as_absent({})] = Field(
        default_factory=dict, max_length=32, description="Small string map, passed through."
    )


RAW_FIELDS = frozenset(RawArticle.model_fields)
