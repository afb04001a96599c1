"""The private members of Faust and aiokafka that we use exist, and only one folder uses them."""

from __future__ import annotations

import ast
import inspect
from importlib import import_module
from pathlib import Path

import pytest

from streams.kafka.insides.members import IMITATED, OVERRIDDEN, PATCHED, USED

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "streams" / "kafka" / "insides"
TABLES = USED, OVERRIDDEN, PATCHED, IMITATED
# Private members of other libraries' that are used elsewhere, each in one place.
ELSEWHERE = {
    "streams/agents/running/normaliser_pool.py": {"_processes"},  # of concurrent.futures
    "streams/status.py": {"_value"},  # of prometheus_client
}


def found(owner: str, name: str) -> bool:
    """Whether a class or a module has a member, or a class sets it in one of its methods."""
    place = resolved(owner)
    if hasattr(place, name):
        return True
    classes = [kind for kind in getattr(place, "__mro__", ()) if kind is not object]
    return any(f"self.{name}" in inspect.getsource(kind) for kind in classes)


def resolved(dotted: str) -> object:
    """The class as it is in its library, also where this process has replaced it."""
    try:
        return import_module(dotted)
    except ModuleNotFoundError:
        module, _, name = dotted.rpartition(".")
        kind = getattr(import_module(module), name)
    if kind.__module__.startswith("streams."):
        kind = next(base for base in kind.__mro__ if not base.__module__.startswith("streams."))
    return kind


def private_members(path: Path) -> set[str]:
    """Names with a leading underscore that a module takes of something other than its own."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    own = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    for node in attributes:
        of_ours = isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"}
        if of_ours and isinstance(node.ctx, ast.Store):
            own.add(node.attr)
    own |= {
        node.target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
    }
    taken = {node.attr for node in attributes if node.attr.startswith("_")}
    return {name for name in taken - own if not name.startswith("__")}


@pytest.mark.parametrize(
    ("owner", "name"),
    [(owner, name) for table in TABLES for owner, names in table.items() for name in names],
)
def test_a_member_is_where_it_is_used(owner: str, name: str) -> None:
    assert found(owner, name), f"{owner} has no {name} in this version"


def test_a_member_that_was_moved_is_missed() -> None:
    assert not found("aiokafka.AIOKafkaConsumer", "_fetcher_of_next_year")
    assert not found("aiokafka.conn", "AnotherConnection")


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.stem)
def test_the_table_names_every_private_member_that_the_folder_uses(path: Path) -> None:
    named = {name for table in TABLES for names in table.values() for name in names}
    assert private_members(path) - {"_exit"} <= named  # `os._exit`


def test_nothing_else_reaches_into_libraries() -> None:
    """But for other libraries than these, in the places that are named above."""
    reached = {}
    for path in sorted((ROOT / "streams").rglob("*.py")):
        if path.parent == FOLDER:
            continue
        taken = {
            node.attr
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Attribute)
            and node.attr.startswith("_")
            and not node.attr.startswith("__")
            and node.attr != "_exit"
            and not (isinstance(node.value, ast.Name) and node.value.id in {"self", "cls"})
            and not isinstance(node.value, ast.Call)  # super()
        }
        if taken:
            reached[str(path.relative_to(ROOT).as_posix())] = taken
    assert {path: names for path, names in reached.items() if path in ELSEWHERE} == ELSEWHERE
    known = {name for table in TABLES for names in table.values() for name in names}
    others = {path: names & known for path, names in reached.items() if path not in ELSEWHERE}
    assert {path: names for path, names in others.items() if names} == {}
