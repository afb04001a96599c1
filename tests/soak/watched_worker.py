"""A worker that reports its number of asyncio tasks: `python -m tests.soak.watched_worker worker`.

The number stands in the file named by $SOAK_TASKS. Nothing else of the worker is touched.
"""

from __future__ import annotations

import asyncio.tasks
import os
import threading
import time
from pathlib import Path

from streams.cli.main import run

TASKS_VARIABLE = "SOAK_TASKS"
EVERY_SECONDS = 2.0


def _tell(path: Path) -> None:
    while True:
        # All loops' tasks; `asyncio.all_tasks` asks for one loop, and Faust has two. Python 3.12
        # renamed it, and 3.13 keeps those of a loop elsewhere.
        names = ("_scheduled_tasks", "_all_tasks")
        known = next(filter(None, (getattr(asyncio.tasks, name, None) for name in names)), ())
        try:
            number = sum(not task.done() for task in list(known))
        except RuntimeError:  # it changed meanwhile
            number = None
        if number is not None:
            made = path.with_suffix(".new")
            made.write_text(str(number))
            made.replace(path)
        time.sleep(EVERY_SECONDS)


def main() -> None:
    path = Path(os.environ[TASKS_VARIABLE])
    threading.Thread(target=_tell, args=(path,), daemon=True).start()
    run()


if __name__ == "__main__":
    main()
