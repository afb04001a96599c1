"""Contracts change only in ways that yesterday's producers and consumers survive."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import schemas
from schemas import CONTRACTS
from schemas.__main__ import RELEASED, breaks, json_schema
from schemas.compatibility import refusals, tolerant
from schemas.versions import VERSIONS

EXAMPLES = Path(schemas.__file__).parent / "examples"
OLD: dict[str, Any] = {
    "type": "object",
    "required": ["id", "kind", "share"],
    "properties": {
        "id": {"type": "string", "maxLength": 32, "pattern": "^[0-9a-f]+$"},
        "kind": {"enum": ["copy", "excerpt"], "type": "string"},
        "share": {"type": "number", "minimum": 0, "maximum": 1},
        "source": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "parts": {"type": "array", "items": {"$ref": "#/$defs/Part"}},
        "labels": {"type": "object", "additionalProperties": {"type": "string", "maxLength": 9}},
    },
    "$defs": {
        "Part": {
            "type": "object",
            "required": ["text"],
            "properties": {"text": {"type": "string"}, "status": {"const": "usable"}},
        }
    },
}


def changed(*path: str, **fields: Any) -> dict[str, Any]:
    """The schema with these keywords of one place set, or taken away where None."""
    new = deepcopy(OLD)
    place = new
    for name in path:
        place = place[name]
    for name, value in fields.items():
        if value is None:
            del place[name]
        else:
            place[name] = value
    return new


def without(field: str) -> dict[str, Any]:
    new = deepcopy(OLD)
    del new["properties"][field]
    return new


BREAKING = [
    (without("source"), "source: is gone"),
    (changed(required=["id", "kind"]), "share: may be missing"),
    (changed("properties", "id", maxLength=64), "id: maxLength 64 goes beyond 32"),
    (changed("properties", "id", maxLength=None), "id: maxLength None goes beyond 32"),
    (changed("properties", "id", pattern="^.*$"), "id: pattern ^.*$ is not ^[0-9a-f]+$"),
    (changed("properties", "id", type="integer"), "id: integer is not string"),
    (changed("properties", "kind", enum=["copy", "excerpt", "similar"]), "kind: similar is new"),
    (changed("properties", "kind", enum=None), "kind: any value instead of copy, excerpt"),
    (changed("properties", "share", minimum=-1), "share: minimum -1 goes beyond 0"),
    (
        changed("properties", share={"anyOf": [{"type": "number", "minimum": 0, "maximum": 1},
                                               {"type": "null"}]}),
        "share: null is not number",
    ),
    (changed("$defs", "Part", "properties", text=None), "parts[].text: is gone"),
    (changed("$defs", "Part", required=[]), "parts[].text: may be missing"),
    (
        changed("$defs", "Part", "properties", "status", const="held"),
        "parts[].status: held is new",
    ),
    (
        changed("properties", "labels", additionalProperties={"type": "integer"}),
        "labels.*: integer is not string",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("new", "reason"), BREAKING, ids=[reason for _, reason in BREAKING])
def test_a_change_that_an_old_consumer_cannot_read_is_named(
    new: dict[str, Any], reason: str
) -> None:
    assert refusals(OLD, new) == [reason]


@pytest.mark.parametrize(
    "new",
    [
        OLD,
        changed("properties", language={"type": "string"}),
        changed(required=["id", "kind", "share", "source"]),
        changed("properties", "id", maxLength=16),
        changed("properties", "kind", enum=["copy"]),
        changed("properties", "share", type="integer"),
        changed("properties", source={"type": "null"}),
        changed(description="Other words."),
    ],
)
def test_a_change_that_an_old_consumer_does_not_notice_is_compatible(new: dict[str, Any]) -> None:
    assert refusals(OLD, new) == []


def test_a_field_newly_required_of_producers_is_named() -> None:
    """The other way round: the new schema must take what the old allowed."""
    assert refusals(changed(required=[*OLD["required"], "source"]), OLD) == [
        "source: may be missing"
    ]


@pytest.mark.parametrize("contract", CONTRACTS)
def test_a_contract_is_compatible_with_itself(contract: str) -> None:
    assert refusals(json_schema(contract), json_schema(contract)) == []


def test_what_a_release_allows_and_the_code_no_longer_does_fails_the_check(tmp_path: Path) -> None:
    for name in ("raw_article", "story", "forgotten"):
        schema: dict[str, Any] = json_schema(name) if name in CONTRACTS else {"type": "object"}
        if name == "raw_article":  # promised to producers
            schema["properties"]["status"]["enum"].append("draft")
        if name == "story":  # promised to consumers
            schema["properties"]["colour"] = {"type": "string"}
        (tmp_path / f"{name}.schema.json").write_text(json.dumps(schema), encoding="utf-8")
    assert breaks(tmp_path) == [
        "forgotten: is gone",
        "raw_article: status: draft is new",
        "story: colour: is gone",
    ]


# Of what echowire writes: producers keep to their release's raw articles.
RELEASES = [
    path
    for path in sorted(RELEASED.glob("*/*.schema.json"))
    if path.name != "raw_article.schema.json"
]


@pytest.mark.parametrize("folder", sorted(RELEASED.glob("*")), ids=lambda folder: folder.name)
def test_nothing_breaks_with_a_released_version(folder: Path) -> None:
    assert breaks(folder) == []


@pytest.mark.parametrize("path", RELEASES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_consumer_of_a_release_reads_every_example(path: Path) -> None:
    schema = tolerant(json.loads(path.read_text(encoding="utf-8")))
    name = path.name.removesuffix(".schema.json")
    announced = {value for values in VERSIONS[name].announced.values() for value in values}
    for example in (EXAMPLES / name).glob("valid*.json"):
        event = json.loads(example.read_text(encoding="utf-8"))
        assert [
            error.message
            for error in Draft202012Validator(schema).iter_errors(event)
            if not (error.validator == "enum" and error.instance in announced)
        ] == []
