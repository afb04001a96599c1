"""`python -m deploy.grafana` writes the dashboards; with `--check` it fails if one is stale."""

from __future__ import annotations

import sys
from pathlib import Path

from deploy.grafana.boards import BOARDS
from deploy.grafana.build import dashboard_json

FOLDER = Path(__file__).parent / "dashboards"


def generated() -> dict[Path, str]:
    """Every dashboard file's path and what it must hold."""
    return {FOLDER / f"{board.uid}.json": dashboard_json(board) for board in BOARDS}


def stale() -> list[Path]:
    """Dashboard files that are missing, differ from their code, or have none."""
    wanted = generated()
    differing = [
        p for p, text in wanted.items() if not p.exists() or p.read_text(encoding="utf-8") != text
    ]
    return differing + [p for p in FOLDER.glob("*") if p not in wanted]


if __name__ == "__main__":
    if "--check" in sys.argv:
        if found := stale():
            sys.exit(f"stale, run `make dashboards`: {', '.join(p.name for p in found)}")
    else:
        FOLDER.mkdir(exist_ok=True)
        for path, text in generated().items():
            path.write_text(text, encoding="utf-8")
