"""Dead letters: the original bytes, with the reason in headers."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas.normalised_article import Time


class Reason(StrEnum):
    """Why a record could not become an article. Closed: dashboards and filters rely on it."""

    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    NOT_OBJECT = "not_object"
    TOO_LARGE = "too_large"
    INVALID_FIELD = "invalid_field"
    NO_BODY = "no_body"
    EMPTY_BODY = "empty_body"
    NO_ARTICLE = "no_article"
    TIMED_OUT = "timed_out"
    CRASHES_WORKER = "crashes_worker"


class DeadLetterHeaders(BaseModel):
    """Headers that a dead letter carries, besides those of the original record."""

    model_config = ConfigDict(extra="ignore", title="DeadLetterHeaders")

    dlt_reason: Reason
    dlt_detail: Annotated[str, StringConstraints(max_length=1000)] = Field(
        description="Which field, what was expected, what arrived."
    )
    dlt_topic: str = Field(description="Topic that the record came from.")
    dlt_partition: Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
    dlt_offset: Annotated[str, StringConstraints(pattern=r"^[0-9]+$")]
    dlt_time: Time = Field(description="The original event's time.")
    dlt_stage: Literal["normalise", "detect"] = Field(description="Stage that gave it up.")
    dlt_attempt: Annotated[str, StringConstraints(pattern=r"^[1-9][0-9]*$")] = Field(
        description="How often the record was tried, replays included."
    )
    dlt_version: str = Field(description="Version of echowire that gave it up.")
    dlt_truncated: Annotated[str, StringConstraints(max_length=1000)] | None = Field(
        None,
        description="Only where the record did not fit: how much of its value, key and headers is"
        " kept. The whole record is at dlt_topic, dlt_partition and dlt_offset.",
    )
    dlt_unreadable: Annotated[str, StringConstraints(max_length=1000)] | None = Field(
        None,
        description="Only where not even a record could be read: which offsets, and what is wrong."
        " The value holds what Kafka stored there, a record batch or a record; the reason is"
        " not_json.",
    )
