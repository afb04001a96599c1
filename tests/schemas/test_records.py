"""The TypedDicts of the topics' records have the fields and types of the JSON Schemas."""

from __future__ import annotations

import types
from typing import Any, Literal, NotRequired, Union, get_args, get_origin, get_type_hints

import pytest

from schemas import CONTRACTS
from schemas.records import (
    EnrichedArticleRecord,
    NormalisedArticleRecord,
    RawArticleRecord,
    StoryEventRecord,
    StoryRecord,
)

RECORDS = {
    "raw_article": RawArticleRecord,
    "normalised_article": NormalisedArticleRecord,
    "enriched_article": EnrichedArticleRecord,
    "story": StoryRecord,
    "story_event": StoryEventRecord,
}
NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", types.NoneType: "null"}


def of_type(hint: Any) -> Any:  # noqa: PLR0911
    """What a type says, in a form to compare."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is NotRequired:
        return of_type(arguments[0])
    if origin is Literal:
        return ("one of", frozenset(arguments))
    if origin in (Union, types.UnionType):
        return ("any of", frozenset(map(of_type, arguments)))
    if origin is list:
        return ("array", of_type(arguments[0]))
    if origin is dict:
        return ("map", of_type(arguments[1]))
    if hint in NAMES:
        return NAMES[hint]
    hints = get_type_hints(hint, include_extras=True)
    return ("object", hint.__required_keys__, frozenset((n, of_type(h)) for n, h in hints.items()))


def of_schema(schema: dict[str, Any], definitions: dict[str, Any]) -> Any:  # noqa: PLR0911
    """What a JSON Schema says, in the same form; bounds and patterns aside."""
    if "$ref" in schema:
        return of_schema(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    if "anyOf" in schema:
        return ("any of", frozenset(of_schema(s, definitions) for s in schema["anyOf"]))
    if "enum" in schema:
        return ("one of", frozenset(schema["enum"]))
    if schema["type"] == "array":
        return ("array", of_schema(schema["items"], definitions))
    if schema["type"] == "object" and "properties" not in schema:
        return ("map", of_schema(schema["additionalProperties"], definitions))
    if schema["type"] == "object":
        fields = ((n, of_schema(s, definitions)) for n, s in schema["properties"].items())
        return ("object", frozenset(schema.get("required", ())), frozenset(fields))
    return schema["type"]


@pytest.mark.parametrize("contract", RECORDS)
def test_the_fields_and_types_are_those_of_the_schema(contract: str) -> None:
    schema = CONTRACTS[contract].model_json_schema()
    assert of_type(RECORDS[contract]) == of_schema(schema, schema.get("$defs", {}))


def test_a_type_that_differs_from_its_schema_is_seen() -> None:
    """The comparison above compares something."""
    schema = CONTRACTS["story"].model_json_schema()
    schema["properties"]["articles"]["type"] = "string"
    assert of_type(StoryRecord) != of_schema(schema, schema["$defs"])
