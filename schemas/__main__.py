"""`python -m schemas` writes the JSON Schemas; with `--check` it fails if one is stale."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from schemas import CONTRACTS

FOLDER = Path(__file__).parent / "json"


def generated() -> dict[Path, str]:
    """Every schema file's path and what it must hold."""
    return {
        FOLDER / f"{name}.schema.json": json.dumps(
            {
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                **model.model_json_schema(),
            },
            indent=2,
        )
        + "\n"
        for name, model in CONTRACTS.items()
    }


def stale() -> list[Path]:
    """Schema files that are missing, differ from their model, or have no model."""
    wanted = generated()
    differing = [
        p for p, text in wanted.items() if not p.exists() or p.read_text(encoding="utf-8") != text
    ]
    return differing + [p for p in FOLDER.glob("*.json") if p not in wanted]


if __name__ == "__main__":
    if "--check" in sys.argv:
        if found := stale():
            sys.exit(f"stale, run `python -m schemas`: {', '.join(p.name for p in found)}")
    else:
        FOLDER.mkdir(exist_ok=True)
        for path, text in generated().items():
            path.write_text(text, encoding="utf-8")
