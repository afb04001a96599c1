"""Every test that the guarantees refer to is there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from streams.agents.running import exit as endings
from streams.errors import UserError

ROOT = Path(__file__).parents[1]
REFERENCES = re.findall(r"`(tests/\S+\.py)::(\w+)`", (ROOT / "docs/guarantees.md").read_text())


def test_the_document_refers_to_tests() -> None:
    assert len(REFERENCES) > 20


@pytest.mark.parametrize(("path", "name"), REFERENCES)
def test_what_a_promise_refers_to_exists(path: str, name: str) -> None:
    tree = ast.parse((ROOT / path).read_text())
    functions = ast.FunctionDef, ast.AsyncFunctionDef
    assert name in {node.name for node in tree.body if isinstance(node, functions)}


def test_each_exit_code_of_a_worker_is_told() -> None:
    page = (ROOT / "docs/guarantees.md").read_text()
    table = page[page.index("## How a worker ends") : page.index("## What is not promised")]
    told = {int(code) for code in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    known = {code for name, code in vars(endings).items() if name.startswith("EXIT_")}
    assert told == known | {0, UserError.exit_code}
