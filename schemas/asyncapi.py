"""The AsyncAPI 3 document: channels, messages and their schemas, made from the registry of topics
and the models."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from pydantic.json_schema import models_json_schema

from schemas import CONTRACTS
from schemas.topics import EVENT_TYPE_PREFIX, TOPICS, Topic

_REFERENCE = "#/components/schemas/{model}"
_KAFKA_BINDING = "0.5.0"


# The topics that others read or write, each with the name of its message.
CHANNELS = {
    topic: CONTRACTS[topic.contract].__name__.removesuffix("Headers")
    for topic in TOPICS
    if topic.contract is not None
}


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
        "channels": {
            _name(topic.name): _channel(topic, message) for topic, message in CHANNELS.items()
        },
        "operations": {
            f"{_action(topic)}{message}": {
                "action": _action(topic),
                "channel": {"$ref": f"#/channels/{_name(topic.name)}"},
                "summary": topic.summary,
            }
            for topic, message in CHANNELS.items()
        },
        "components": {
            "messages": {name: _message(topic, name) for topic, name in CHANNELS.items()},
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


def _action(topic: Topic) -> str:
    """What echowire does: it receives what no stage writes."""
    return "send" if topic.written_by else "receive"


def _channel(topic: Topic, message: str) -> dict[str, Any]:
    return {
        "address": topic.name,
        "summary": topic.summary,
        "messages": {message: {"$ref": f"#/components/messages/{message}"}},
        "bindings": {
            "kafka": {
                "topic": topic.name,
                "topicConfiguration": {"cleanup.policy": [topic.cleanup]},
                "bindingVersion": _KAFKA_BINDING,
            }
        },
    }


def _message(topic: Topic, name: str) -> dict[str, Any]:
    model = CONTRACTS[topic.contract or ""].__name__
    reference = {"$ref": _REFERENCE.format(model=model)}
    message: dict[str, Any] = {
        "name": name,
        "summary": topic.summary,
        "contentType": "application/json",
        "bindings": {
            "kafka": {
                "key": {"type": "string", "description": topic.key},
                "bindingVersion": _KAFKA_BINDING,
            }
        },
    }
    if topic.contract == "dead_letter_headers":
        return message | {"headers": reference, "contentType": "application/octet-stream"}
    if topic.event_type:
        message["headers"] = {"$ref": "#/components/schemas/CloudEventHeaders"}
        message["description"] = f"CloudEvents type `{EVENT_TYPE_PREFIX}{topic.event_type}`."
    if topic.contract == "raw_article":
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
