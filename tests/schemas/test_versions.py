"""Contracts grow by the recipe in schemas/README.md, and the check knows each of its steps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Literal

import pytest
from pydantic import BaseModel, Field

from schemas import CONTRACTS
from schemas.__main__ import breaks, json_schema, unnumbered
from schemas.versions import KEYWORD, VERSIONS, Compatibility, Version, deprecated, is_later


class First(BaseModel):
    kind: Literal["copy", "excerpt"]
    source: str


class WithField(First):
    language: str


class WithValue(BaseModel):
    kind: Literal["copy", "excerpt", "echo"]
    source: str


class Deprecated(BaseModel):
    kind: Literal["copy", "excerpt"]
    source: str = Field(deprecated=True)


class Retired(BaseModel):
    kind: Literal["copy", "excerpt"]


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Make `notice` a contract of this model and version."""

    def set_now(model: type[BaseModel], version: Version) -> None:
        monkeypatch.setitem(CONTRACTS, "notice", model)
        monkeypatch.setitem(VERSIONS, "notice", version)

    return set_now


def released(folder: Path, name: str) -> Path:
    """Keep the contract as it is now, as `--release` does."""
    release = folder / name
    release.mkdir()
    (release / "notice.schema.json").write_text(json.dumps(json_schema("notice")))
    return release


def test_every_contract_has_a_version_and_says_it_in_its_schema() -> None:
    assert VERSIONS.keys() == CONTRACTS.keys()
    for name, version in VERSIONS.items():
        assert json_schema(name)[KEYWORD] == {
            "version": version.number,
            "compatibility": version.compatibility.value,
        }


def test_only_what_producers_send_is_backward_compatible() -> None:
    backward = [n for n, v in VERSIONS.items() if v.compatibility is Compatibility.BACKWARD]
    assert backward == ["raw_article"]


def test_a_field_is_added_with_a_new_number(now: Any, tmp_path: Path) -> None:
    now(First, Version("1.0"))
    first = released(tmp_path, "0.1.0")
    now(WithField, Version("1.0"))
    assert breaks(first) == []
    assert unnumbered(first) == ["notice: has changed since 0.1.0, and is still 1.0"]
    now(WithField, Version("1.1"))
    assert unnumbered(first) == []


def test_a_value_is_announced_a_release_ahead(now: Any, tmp_path: Path) -> None:
    now(First, Version("1.0"))
    first = released(tmp_path, "0.1.0")
    now(WithValue, Version("1.1"))
    assert breaks(first) == ["notice: kind: echo is new"]
    now(WithValue, Version("1.1", announced={"kind": frozenset({"echo"})}))
    assert breaks(first) == []
    second = released(tmp_path, "0.2.0")
    assert breaks(first, second) == breaks(second, second) == []


def test_a_value_other_than_the_announced_one_is_still_refused(now: Any, tmp_path: Path) -> None:
    now(First, Version("1.0"))
    first = released(tmp_path, "0.1.0")
    now(WithValue, Version("1.1", announced={"kind": frozenset({"mention"})}))
    assert breaks(first) == ["notice: kind: echo is new"]


def test_a_field_is_retired_once_a_release_has_called_it_deprecated(
    now: Any, tmp_path: Path
) -> None:
    now(First, Version("1.0"))
    first = released(tmp_path, "0.1.0")
    now(Retired, Version("1.1"))
    assert breaks(first) == ["notice: source: is gone"]
    now(Deprecated, Version("1.1"))
    assert breaks(first) == []
    second = released(tmp_path, "0.2.0")
    now(Retired, Version("1.2"))
    assert breaks(first, second) == breaks(second, second) == []


def test_a_new_first_number_is_another_contract(now: Any, tmp_path: Path) -> None:
    now(First, Version("1.3"))
    first = released(tmp_path, "0.1.0")
    now(Retired, Version("2.0"))
    assert breaks(first) == []
    assert unnumbered(first) == []


def test_numbers_are_compared_as_numbers() -> None:
    assert is_later("1.10", "1.9")
    assert not is_later("1.9", "1.9")
    assert is_later("2.0", "1.12")


def test_deprecated_fields_are_found_in_parts_and_lists() -> None:
    class Part(BaseModel):
        text: str
        old: int | None = Field(None, deprecated=True)

    class Whole(BaseModel):
        parts: list[Part]
        first: Part | None = None

    assert list(deprecated(Whole.model_json_schema())) == ["parts[].old", "first.old"]
