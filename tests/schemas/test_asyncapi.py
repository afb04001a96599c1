"""The AsyncAPI document describes exactly the topics and models that exist."""

from __future__ import annotations

from typing import Any

import yaml

from schemas import CONTRACTS
from schemas.__main__ import ASYNCAPI
from schemas.asyncapi import asyncapi
from schemas.topics import SEGMENTS, TOPICS

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


def test_every_topic_but_the_services_own_is_a_channel() -> None:
    addresses = [channel["address"] for channel in DOCUMENT["channels"].values()]
    assert addresses == [topic.name for topic in TOPICS if topic.name != SEGMENTS]


def test_producers_and_consumers_find_what_they_know_by_these_names() -> None:
    """Code is generated from them."""
    assert set(DOCUMENT["components"]["messages"]) == {
        "RawArticle", "NormalisedArticle", "EnrichedArticle", "Story", "StoryEvent", "DeadLetter",
    }  # fmt: skip
    assert set(DOCUMENT["operations"]) == {
        "receiveRawArticle", "sendNormalisedArticle", "sendEnrichedArticle", "sendStory",
        "sendStoryEvent", "sendDeadLetter",
    }  # fmt: skip


def test_every_contract_is_a_message_of_one_topic() -> None:
    assert sorted(topic.contract for topic in TOPICS if topic.contract) == sorted(CONTRACTS)


def test_what_is_written_as_an_event_has_a_version_in_its_type() -> None:
    types = [topic.event_type for topic in TOPICS if topic.event_type]
    assert len(types) == len(set(types)) == 4
    assert all(kind.endswith(".v1") for kind in types)
