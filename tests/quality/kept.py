"""Reference figures: stored once, compared with every later run."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).parent / "figures"
# Below this, a figure has not changed: it may move by a page or two when a library does.
TOLERANCE = 0.005


def compare(name: str, measure: Callable[[], dict[str, float]], *, keep: bool) -> int:
    """Measure, print, and return 1 where a figure is worse than the kept one, else 0.

    With `keep`, the measured ones are written instead. Figures whose names tell of something
    missed, spurious or false are better when lower. Times are shown only: machines differ.
    """
    path = FOLDER / f"{name}.json"
    kept: dict[str, float] = json.loads(path.read_text()) if path.exists() else {}
    worse = 0
    measured = {figure: round(value, 4) for figure, value in measure().items()}
    for figure, value in measured.items():
        before = kept.get(figure)
        lower_is_better = any(word in figure for word in ("missed", "spurious", "false"))
        if is_time(figure):
            print(f"{value:8.2f}  {figure}")
            continue
        change = 0.0 if before is None else (before - value) * (-1 if lower_is_better else 1)
        worse += change > TOLERANCE
        note = "new" if before is None else f"was {before:.4f}"
        print(f"{value:8.4f}  {figure} ({note}){'  WORSE' if change > TOLERANCE else ''}")
    if keep:
        FOLDER.mkdir(exist_ok=True)
        lasting = {name: value for name, value in measured.items() if not is_time(name)}
        path.write_text(json.dumps(lasting, indent=2) + "\n")
        return 0
    return int(worse > 0)


def is_time(name: str) -> bool:
    """Times say as much of the machine as of the code."""
    return name.startswith(("us,", "ms,"))
