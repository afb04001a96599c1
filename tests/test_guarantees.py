"""Every test that the guarantees refer to is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
REFERENCES = re.findall(r"`(tests/\S+\.py)::(\w+)`", (ROOT / "docs/guarantees.md").read_text())


def test_the_document_refers_to_tests() -> None:
    assert len(REFERENCES) > 20


@pytest.mark.parametrize(("path", "name"), REFERENCES)
def test_what_a_promise_refers_to_exists(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text())
    functions = ast.FunctionDef, ast.AsyncFunctionDef
    assert name in {node.name for node in tree.body if isinstance(node, functions)}
