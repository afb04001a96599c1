"""Cached machine code is used as long as nothing in it has changed, whichever file it came from."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

Run = Callable[[int, int], list[int]]

ROOT = Path(__file__).parents[1]
DEEPEST = (
    "from streams.compiled import kernel\n\nLIMIT = {limit}\n\n"
    "@kernel\ndef least():\n    return {least}\n"
)
CALLER = (
    "from deepest import LIMIT, least\nfrom streams.compiled import kernel\n\n"
    "@kernel\ndef total():\n    return below() + LIMIT\n\n"
    "@kernel\ndef below():\n    return least()\n\n"
    "print(total(), sum(total.stats.cache_hits.values()))\n"
)


@pytest.fixture
def run(tmp_path: Path) -> Run:
    (tmp_path / "caller.py").write_text(CALLER)

    def run(limit: int, least: int) -> list[int]:
        """-> the result, and whether its code came from the cache: 1, else 0."""
        (tmp_path / "deepest.py").write_text(DEEPEST.format(limit=limit, least=least))
        os.utime(tmp_path / "deepest.py", (limit, least))
        environment = {**os.environ, "PYTHONPATH": f"{ROOT}:{tmp_path}"}
        environment.pop("NUMBA_CACHE_DIR", None)
        ended = subprocess.run(
            [sys.executable, str(tmp_path / "caller.py")], env=environment, capture_output=True,
            text=True, check=True, timeout=100,
        )  # fmt: skip
        return [int(part) for part in ended.stdout.split()]

    return run


def test_unchanged_code_comes_from_the_cache(run: Run) -> None:
    assert run(10, 1) == [11, 0]
    assert run(10, 1) == [11, 1]


@pytest.mark.parametrize(("limit", "least", "total"), [(20, 1, 21), (10, 2, 12)])
def test_a_change_in_another_file_compiles_what_calls_it_again(
    run: Run, limit: int, least: int, total: int
) -> None:
    assert run(10, 1) == [11, 0]
    assert run(limit, least) == [total, 0]


_KERNEL_RUNS = """
import sys
from streams import compiled
if sys.argv[1:]:
    compiled.without_blas()
import numpy as np
from streams.detection.index.key_index import Index, Keys
keys = Keys(np.zeros(1, np.int64), np.ones(1, np.uint64), np.full(1, 2))
Index(16).insert(keys, np.array([7]))
print(sys.modules.get("scipy.linalg") is not None)
"""


@pytest.mark.skipif(find_spec("scipy") is None, reason="there is nothing to leave out")
@pytest.mark.parametrize(("arguments", "loaded"), [([], "True"), (["without"], "False")])
def test_a_kernel_needs_no_linear_algebra(arguments: list[str], loaded: str) -> None:
    command = [sys.executable, "-c", _KERNEL_RUNS, *arguments]
    assert (
        subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == loaded
    )
