"""The contracts and their examples agree: models, JSON Schemas and files say the same."""

from __future__ import annotations

import ast
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from pydantic import ValidationError

import schemas
from schemas import CONTRACTS
from schemas.__main__ import stale

SCHEMAS = Path(schemas.__file__).parent
EXAMPLES = SCHEMAS / "examples"


def read(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return value


def examples(pattern: str) -> list[Path]:
    return sorted(EXAMPLES.glob(pattern))


def contract_and_file(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


each_valid = pytest.mark.parametrize("path", examples("*/valid*.json"), ids=contract_and_file)
each_invalid = pytest.mark.parametrize("path", examples("*/invalid-*.json"), ids=contract_and_file)


def json_schema_of(contract: str) -> Draft202012Validator:
    schema = read(SCHEMAS / "json" / f"{contract}.schema.json")
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@each_valid
def test_a_valid_example_fits_its_model(path: Path) -> None:
    CONTRACTS[path.parent.name].model_validate_json(path.read_bytes())


@each_valid
def test_a_valid_example_fits_its_json_schema(path: Path) -> None:
    errors = json_schema_of(path.parent.name).iter_errors(read(path))
    assert [error.message for error in errors] == []


@each_valid
def test_a_valid_example_survives_being_written_and_read_again(path: Path) -> None:
    model = CONTRACTS[path.parent.name]
    event = model.model_validate_json(path.read_bytes())
    assert model.model_validate_json(event.model_dump_json()) == event


@each_invalid
def test_an_invalid_example_is_refused_by_its_model_for_the_named_field_only(path: Path) -> None:
    example = read(path)
    with pytest.raises(ValidationError) as refusal:
        CONTRACTS[path.parent.name].model_validate_json(json.dumps(example["event"]))
    locations = [".".join(map(str, error["loc"])) for error in refusal.value.errors()]
    assert locations == [example["field"]]


@each_invalid
def test_an_invalid_example_is_refused_by_its_json_schema(path: Path) -> None:
    assert not json_schema_of(path.parent.name).is_valid(read(path)["event"])


@each_invalid
def test_an_invalid_example_is_a_valid_one_but_for_the_named_field(path: Path) -> None:
    """Or it could be refused for something that its name does not say."""
    example = read(path)
    field = example["field"]
    siblings = [leaves_outside(field, read(valid)) for valid in path.parent.glob("valid*.json")]
    assert leaves_outside(field, example["event"]) in siblings


def leaves_outside(field: str, event: dict[str, Any]) -> dict[str, Any]:
    return {
        at: value
        for at, value in leaves(event).items()
        if at != field and not at.startswith(f"{field}.")
    }


def leaves(value: Any, at: str = "") -> dict[str, Any]:
    """Dotted location -> scalar or empty container: {'a': [7, {}]} is {'a.0': 7, 'a.1': {}}."""
    match value:
        case dict() if value:
            inside = list(value.items())
        case list() if value:
            inside = list(enumerate(value))
        case _:
            return {at: value}
    found: dict[str, Any] = {}
    for name, child in inside:
        found |= leaves(child, f"{at}.{name}" if at else str(name))
    return found


@pytest.mark.parametrize("contract", CONTRACTS)
def test_every_contract_has_a_valid_and_at_least_three_invalid_examples(contract: str) -> None:
    assert (EXAMPLES / contract / "valid.json").is_file()
    assert len(examples(f"{contract}/invalid-*.json")) >= 3


def test_every_example_belongs_to_a_contract() -> None:
    """A file or folder with a misspelt name would be tested by nothing."""
    folders = {EXAMPLES / contract for contract in CONTRACTS}
    files = {
        path
        for folder in folders
        for pattern in ("valid.json", "valid-*.json", "invalid-*.json")
        for path in folder.glob(pattern)
    }
    assert set(EXAMPLES.rglob("*")) == folders | files


@pytest.mark.parametrize("path", examples("enriched_article/valid*.json"), ids=contract_and_file)
def test_an_enriched_example_is_the_normalised_one_and_its_verdict(path: Path) -> None:
    enriched = read(path)
    del enriched["detection"]
    assert enriched == read(EXAMPLES / "normalised_article" / path.name)


@pytest.mark.parametrize("path", examples("story_event/valid*.json"), ids=contract_and_file)
def test_an_event_example_describes_an_enriched_example(path: Path) -> None:
    event = read(path)
    told = {
        (
            article["detection"]["story_id"],
            article["article_id"],
            article["content_digest"],
            article["source"],
            article["detection"]["relation"],
            article["raw"]["timestamp"],
        )
        for article in map(read, examples("enriched_article/valid*.json"))
    }
    story_id = event.get("replaced_by") or event["story_id"]  # the one that continues
    fields = ("article_id", "content_digest", "source", "relation", "time")
    assert (story_id, *(event[field] for field in fields)) in told


@pytest.mark.parametrize("name", ["valid", "valid-withdrawn"])
def test_a_story_example_is_what_its_events_add_up_to(name: str) -> None:
    story = read(EXAMPLES / "story" / f"{name}.json")
    every = map(read, examples("story_event/valid*.json"))
    by_sequence = {e["sequence"]: e for e in every if e["story_id"] == story["story_id"]}
    events = [by_sequence[n] for n in range(1, story["version"] + 1)]
    articles = [event for event in events if event["type"] in ("started", "joined")]
    publishers = Counter(event["source"] for event in articles)

    assert {event["story_id"] for event in events} == {story["story_id"]}
    assert story["original_id"] == events[0]["article_id"]
    assert story["articles"] == len(articles)
    assert story["copies"] == sum(event["relation"] == "copy" for event in articles)
    assert story["publishers"] == [{"source": s, "articles": n} for s, n in publishers.items()]
    assert (story["first_seen"], story["last_seen"]) == (events[0]["time"], events[-1]["time"])


def test_the_two_events_of_a_merger_and_the_ended_storys_record_agree() -> None:
    ended, survived, record = (
        read(EXAMPLES / name)
        for name in (
            "story_event/valid-merged-ends.json",
            "story_event/valid-merged.json",
            "story/valid-merged.json",
        )
    )
    assert ended["replaced_by"] == record["replaced_by"] == survived["story_id"]
    assert (ended["story_id"], ended["sequence"]) == (record["story_id"], record["version"])
    assert ended["time"] == survived["time"] == record["last_seen"]
    assert survived["absorbed"] == {name: record[name] for name in survived["absorbed"]}


def test_the_generated_json_schemas_are_fresh() -> None:
    assert stale() == [], "run `python -m schemas`"


def test_the_contracts_import_nothing_of_the_service() -> None:
    """Consumers take `schemas/` alone."""
    imported = {
        module
        for path in SCHEMAS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for module in modules_imported_by(node)
    }
    assert [module for module in imported if module.split(".")[0] == "streams"] == []


def modules_imported_by(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=str(module)):
            return [module]
        case _:
            return []
