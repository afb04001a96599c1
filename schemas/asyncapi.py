"""The AsyncAPI 3 document: channels, messages and their schemas, made from the models."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Literal

from pydantic.json_schema import models_json_schema

from schemas import CONTRACTS

_REFERENCE = "#/components/schemas/{model}"
_KAFKA_BINDING = "0.5.0"


@dataclass(frozen=True, slots=True)
class Channel:
    """One topic that others read or write. `contract` names its value, or else its headers."""

    topic: str
    action: Literal["send", "receive"]  # as echowire does it
    contract: str
    message: str
    summary: str
    key: str
    cleanup: Literal["delete", "compact"] = "delete"
    event_type: str | None = None


CHANNELS = (
    Channel(
        "articles.raw", "receive", "raw_article", "RawArticle",
        "Raw article events, from anyone who has articles.",
        "The producer's own; the publisher is a good one.",
    ),
    Channel(
        "articles.normalised", "send", "normalised_article", "NormalisedArticle",
        "Clean articles before any verdict. Articles of the source `canary.echowire.invalid` are"
        " the service's own checks.",
        "Article id.", event_type="org.echowire.article.normalised.v1",
    ),
    Channel(
        "articles.enriched", "send", "enriched_article", "EnrichedArticle",
        "One event per article: the normalised article with its verdict.",
        "Article id.", event_type="org.echowire.article.enriched.v1",
    ),
    Channel(
        "stories", "send", "story", "Story",
        "The last state of every story of two articles or more.",
        "Story id.", "compact", "org.echowire.story.v1",
    ),
    Channel(
        "story-events", "send", "story_event", "StoryEvent",
        "What changed in stories, in order. Folded they give `stories`.",
        "Story id.", event_type="org.echowire.story.event.v1",
    ),
    Channel(
        "articles.raw-dlt", "send", "dead_letter_headers", "DeadLetter",
        "Raw events that could not become articles: their own bytes, the reason in headers.",
        "The original's.",
    ),
)  # fmt: skip


def asyncapi() -> dict[str, Any]:
    """The whole document."""
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "echowire",
            "version": version("echowire"),
            "description": "Finds syndicated copies in a stream of news articles.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {
                "host": "{bootstrap}",
                "protocol": "kafka",
                "variables": {"bootstrap": {"default": "localhost:9092"}},
            }
        },
        "channels": {_name(channel.topic): _channel(channel) for channel in CHANNELS},
        "operations": {
            f"{channel.action}{channel.message}": {
                "action": channel.action,
                "channel": {"$ref": f"#/channels/{_name(channel.topic)}"},
                "summary": channel.summary,
            }
            for channel in CHANNELS
        },
        "components": {
            "messages": {channel.message: _message(channel) for channel in CHANNELS},
            "schemas": {
                **_schemas(),
                "CloudEventHeaders": _cloud_event_headers(),
                "RawHeaders": _raw_headers(),
            },
        },
    }


def _name(topic: str) -> str:
    """A topic's name as a key: `articles.raw-dlt` -> `articlesRawDlt`."""
    first, *rest = topic.replace(".", " ").replace("-", " ").split()
    return first + "".join(word.capitalize() for word in rest)


def _channel(channel: Channel) -> dict[str, Any]:
    return {
        "address": channel.topic,
        "summary": channel.summary,
        "messages": {channel.message: {"$ref": f"#/components/messages/{channel.message}"}},
        "bindings": {
            "kafka": {
                "topic": channel.topic,
                "topicConfiguration": {"cleanup.policy": [channel.cleanup]},
                "bindingVersion": _KAFKA_BINDING,
            }
        },
    }


def _message(channel: Channel) -> dict[str, Any]:
    model = CONTRACTS[channel.contract].__name__
    reference = {"$ref": _REFERENCE.format(model=model)}
    message: dict[str, Any] = {
        "name": channel.message,
        "summary": channel.summary,
        "contentType": "application/json",
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": channel.key},
                "bindingVersion": _KAFKA_BINDING,
            }
        },
    }
    if channel.contract == "dead_letter_headers":
        return message | {"headers": reference, "contentType": "application/octet-stream"}
    if channel.event_type:
        message["headers"] = {"$ref": "#/components/schemas/CloudEventHeaders"}
        message["description"] = f"CloudEvents type `{channel.event_type}`."
    if channel.contract == "raw_article":
        message["headers"] = {"$ref": "#/components/schemas/RawHeaders"}
    return message | {"payload": reference}


def _schemas() -> dict[str, Any]:
    models: list[Any] = [(model, "validation") for model in CONTRACTS.values()]
    _, definitions = models_json_schema(models, ref_template=_REFERENCE)
    schemas: dict[str, Any] = definitions["$defs"]
    return schemas


def _cloud_event_headers() -> dict[str, Any]:
    text = {"type": "string"}
    return {
        "type": "object",
        "description": "CloudEvents 1.0, binary content mode.",
        "required": ["ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time", "content-type"],
        "properties": {
            "ce_specversion": {"type": "string", "const": "1.0"},
            "ce_id": {**text, "description": "The same again when the event is delivered again."},
            "ce_source": {**text, "description": "The topic, as a relative URI."},
            "ce_type": text,
            "ce_time": {
                "type": "string",
                "format": "date-time",
                "description": "The raw event's time. The record's own is that of writing.",
            },
            "content-type": {"type": "string", "const": "application/json"},
            "traceparent": {**text, "description": "W3C Trace Context of the raw event, if any."},
        },
    }


def _raw_headers() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "All optional; others are kept on dead letters only.",
        "properties": {
            "echowire-time": {
                "type": "string",
                "pattern": "^[0-9]{12,15}$",
                "description": "The event's time in milliseconds since 1970, where it is not the"
                " record's own: when the article was fetched or published.",
            },
            "traceparent": {"type": "string", "description": "W3C Trace Context, carried on."},
            "tracestate": {"type": "string", "description": "W3C Trace Context, carried on."},
        },
    }
