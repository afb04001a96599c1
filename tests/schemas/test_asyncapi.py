"""The AsyncAPI document tells of the topics and the models that there are."""

from __future__ import annotations

from typing import Any

import yaml

from schemas import CONTRACTS
from schemas.__main__ import ASYNCAPI
from schemas.asyncapi import CHANNELS, asyncapi
from streams.kafka.headers import _TYPE_PREFIX
from streams.kafka.topics import SEGMENTS, TABLE

DOCUMENT = asyncapi()


def references(value: Any) -> set[str]:
    match value:
        case {"$ref": str(reference)}:
            return {reference}
        case dict():
            return set().union(*map(references, value.values()))
        case list():
            return set().union(*map(references, value))
    return set()


def resolve(reference: str) -> Any:
    place: Any = DOCUMENT
    for name in reference.removeprefix("#/").split("/"):
        place = place[name]
    return place


def test_the_written_document_is_the_generated_one() -> None:
    assert yaml.safe_load(ASYNCAPI.read_text(encoding="utf-8")) == DOCUMENT


def test_every_reference_leads_somewhere() -> None:
    found = references(DOCUMENT)
    assert len(found) > 20
    for reference in found:
        assert resolve(reference)


def test_every_topic_that_others_may_use_is_a_channel_with_its_cleanup_policy() -> None:
    """The segments are the service's own."""
    table = {topic.name: topic.cleanup for topic in TABLE if topic.name != SEGMENTS}
    assert {channel.topic: channel.cleanup for channel in CHANNELS} == table


def test_every_contract_is_a_message() -> None:
    assert {channel.contract for channel in CHANNELS} == CONTRACTS.keys()


def test_the_headers_have_the_types_that_the_service_writes() -> None:
    types = {channel.event_type for channel in CHANNELS if channel.event_type}
    assert len(types) == 4
    assert all(kind.startswith(_TYPE_PREFIX) and kind.endswith(".v1") for kind in types)
