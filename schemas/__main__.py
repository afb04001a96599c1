"""Generates files from the contracts, and checks that changes break nothing.

python -m schemas              write the JSON Schemas, the AsyncAPI document and the TypedDicts
python -m schemas --check      fail if one is stale, or incompatible with a released version
python -m schemas --release    keep the schemas of this version forever
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from schemas import CONTRACTS, EnrichedArticle, NormalisedArticle, RawArticle, Story, StoryEvent
from schemas.asyncapi import asyncapi
from schemas.compatibility import refusals
from schemas.typed import typed_records
from schemas.versions import (
    KEYWORD,
    VERSIONS,
    Compatibility,
    excused,
    is_later,
    number_in,
    stamp,
)

FOLDER = Path(__file__).parent / "json"
ASYNCAPI = Path(__file__).parent / "asyncapi.yaml"
RECORDS = Path(__file__).parent / "records.py"
RELEASED = Path(__file__).parent / "released"


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of one contract."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        KEYWORD: stamp(name),
        **CONTRACTS[name].model_json_schema(),
    }


def generated() -> dict[Path, str]:
    """Every generated file's path and what it must hold."""
    schemas = {
        FOLDER / f"{name}.schema.json": json.dumps(json_schema(name), indent=2) + "\n"
        for name in CONTRACTS
    }
    document = yaml.safe_dump(asyncapi(), sort_keys=False, allow_unicode=True, width=100)
    records = typed_records([RawArticle, NormalisedArticle, EnrichedArticle, Story, StoryEvent])
    return {**schemas, ASYNCAPI: document, RECORDS: records}


def stale() -> list[Path]:
    """Generated files that are missing, differ from their model, or have no model."""
    wanted = generated()
    differing = [
        p for p, text in wanted.items() if not p.exists() or p.read_text(encoding="utf-8") != text
    ]
    return differing + [p for p in FOLDER.glob("*.json") if p not in wanted]


def releases() -> list[Path]:
    """The folders of released versions, the oldest first."""
    return sorted(RELEASED.glob("*"), key=lambda f: [int(n) for n in f.name.split(".")])


def breaks(folder: Path, newest: Path | None = None) -> list[str]:
    """What in the current contracts is incompatible with the schemas of a released version.

    `newest` is the newest release: what that has announced breaks nothing. A contract whose first
    number has risen since may differ in anything.
    """
    found = []
    for path in sorted(folder.glob("*.schema.json")):
        name = path.name.removesuffix(".schema.json")
        if name not in CONTRACTS:
            found.append(f"{name}: is gone")
            continue
        released, current = _read(path), json_schema(name)
        if int(number_in(released).split(".")[0]) < VERSIONS[name].major:
            continue
        backward = VERSIONS[name].compatibility is Compatibility.BACKWARD
        wide, narrow = (current, released) if backward else (released, current)
        last = _read(newest / path.name) if newest and (newest / path.name).exists() else released
        found += [f"{name}: {r}" for r in refusals(wide, narrow) if not excused(name, r, last)]
    return found


def unnumbered(newest: Path) -> list[str]:
    """Contracts that have changed since the newest release, and whose versions have not."""
    changed = []
    for path in sorted(newest.glob("*.schema.json")):
        name = path.name.removesuffix(".schema.json")
        if name not in CONTRACTS:
            continue
        released, current = _read(path), json_schema(name)
        before, now = number_in(released), number_in(current)
        released.pop(KEYWORD, None)
        current.pop(KEYWORD)
        if released != current and not is_later(now, before):
            changed.append(f"{name}: has changed since {newest.name}, and is still {now}")
    return changed


def _read(path: Path) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def _check() -> None:
    if found := stale():
        sys.exit(f"stale, run `make schemas`: {', '.join(p.name for p in found)}")
    folders = releases()
    if folders and (found_unnumbered := unnumbered(folders[-1])):
        sys.exit("raise the version in schemas/versions.py:\n  " + "\n  ".join(found_unnumbered))
    for folder in folders:
        if found_breaks := breaks(folder, folders[-1]):
            sys.exit(
                f"breaks with release {folder.name}, whose users must go on:\n  "
                + "\n  ".join(found_breaks)
            )


def _release() -> None:
    folder = RELEASED / version("echowire")
    if folder.exists():
        sys.exit(f"{folder.name} has been released: its schemas stay; raise the version first")
    folder.mkdir(parents=True)
    for name in CONTRACTS:
        text = json.dumps(json_schema(name), indent=2) + "\n"
        (folder / f"{name}.schema.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    if "--check" in sys.argv:
        _check()
    elif "--release" in sys.argv:
        _release()
    else:
        FOLDER.mkdir(exist_ok=True)
        for path, text in generated().items():
            path.write_text(text, encoding="utf-8")
