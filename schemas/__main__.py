"""Writes what is generated of the contracts, and keeps them from breaking.

python -m schemas              write the JSON Schemas and the AsyncAPI document
python -m schemas --check      fail if one is stale, or breaks with a released version
python -m schemas --release    keep the schemas of this version for ever
"""

from __future__ import annotations

import json
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import yaml

from schemas import CONTRACTS
from schemas.asyncapi import asyncapi
from schemas.compatibility import refusals

FOLDER = Path(__file__).parent / "json"
ASYNCAPI = Path(__file__).parent / "asyncapi.yaml"
RELEASED = Path(__file__).parent / "released"

# What producers send; all others are written by echowire.
_INPUTS = frozenset({"raw_article"})


def json_schema(name: str) -> dict[str, Any]:
    """The JSON Schema of one contract."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **CONTRACTS[name].model_json_schema(),
    }


def generated() -> dict[Path, str]:
    """Every generated file's path and what it must hold."""
    schemas = {
        FOLDER / f"{name}.schema.json": json.dumps(json_schema(name), indent=2) + "\n"
        for name in CONTRACTS
    }
    document = yaml.safe_dump(asyncapi(), sort_keys=False, allow_unicode=True, width=100)
    return {**schemas, ASYNCAPI: document}


def stale() -> list[Path]:
    """Generated files that are missing, differ from their model, or have no model."""
    wanted = generated()
    differing = [
        p for p, text in wanted.items() if not p.exists() or p.read_text(encoding="utf-8") != text
    ]
    return differing + [p for p in FOLDER.glob("*.json") if p not in wanted]


def breaks(folder: Path) -> list[str]:
    """What of the current contracts breaks with the schemas of a released version."""
    found = []
    for path in sorted(folder.glob("*.schema.json")):
        name = path.name.removesuffix(".schema.json")
        if name not in CONTRACTS:
            found.append(f"{name}: is gone")
            continue
        released, current = json.loads(path.read_text(encoding="utf-8")), json_schema(name)
        wide, narrow = (current, released) if name in _INPUTS else (released, current)
        found += [f"{name}: {reason}" for reason in refusals(wide, narrow)]
    return found


def _check() -> None:
    if found := stale():
        sys.exit(f"stale, run `make schemas`: {', '.join(p.name for p in found)}")
    for folder in sorted(RELEASED.glob("*")):
        if found_breaks := breaks(folder):
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
