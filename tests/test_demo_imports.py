"""`make demo` installs deploy/lock/demo.txt and no more: what the demo imports must be in it."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "deploy" / "lock" / "demo.txt"
OURS = ("streams", "schemas", "deploy")
# Imported only where tracing is asked for: the extra `tracing` brings it.
OPTIONAL = frozenset({"opentelemetry"})


def imported(path: Path) -> set[str]:
    """Dotted names of the modules that a file imports, wherever in it."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def file_of(module: str) -> Path | None:
    path = ROOT / module.replace(".", "/")
    candidates = (path / "__init__.py", path.with_suffix(".py"))
    return next((c for c in candidates if c.is_file()), None)


def reached(*starts: str) -> set[str]:
    """Names of all modules that these modules import, and those that they import, and so on."""
    waiting, seen = list(starts), set(starts)
    while waiting:
        path = file_of(waiting.pop())
        found = imported(path) - seen if path else set()
        seen |= found
        waiting += [name for name in found if name.split(".")[0] in OURS]
    return seen


def test_the_demo_imports_only_what_its_lock_file_installs() -> None:
    modules = reached("deploy.demo.__main__", "streams.cli.main", "streams.app", "streams.warm_up")
    outside = {name.split(".")[0] for name in modules}
    outside -= {*OURS, *sys.stdlib_module_names, *OPTIONAL}
    names = re.findall(r"^([\w.-]+)==", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    locked = {re.sub(r"[-_.]+", "-", name).lower() for name in names}
    homes = importlib.metadata.packages_distributions()
    missing = {
        module
        for module in outside
        if not {re.sub(r"[-_.]+", "-", d).lower() for d in homes.get(module, [])} & locked
    }
    assert {"faust", "orjson"} <= outside
    assert missing == set()
