"""Who may import whom. Read from the syntax trees, so that nothing needs to run."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST_FILE_LINES = 300

KAFKA = ("aiokafka", "faust", "kafka")
KAFKA_EDGE = (
    "streams/kafka/",
    "streams/agents/",
    "streams/cli/",
    "streams/app.py",
    "streams/health.py",
)
# Time, chance and settings are arguments there: the same input gives the same output forever.
PURE = ("streams/articles/", "streams/detection/")
IMPURE = (
    *KAFKA,
    "streams.kafka",
    "streams.agents",
    "streams.app",
    "streams.cli",
    "streams.settings",
    "time",
    "datetime.datetime.now",
    "datetime.datetime.utcnow",
    "datetime.datetime.today",
    "datetime.date.today",
    "random",
    "secrets",
    "uuid",
    "numpy.random",
    "os.environ",
    "os.getenv",
)
# A record's bytes come from anyone: none of these may ever see them. (What a worker's processes say
# to each other is pickled: records in it are bytes among others.)
BETWEEN_OWN_PROCESSES = "streams/agents/running/shared_memory.py"
DANGEROUS = (
    "pickle",
    "cloudpickle",
    "dill",
    "marshal",
    "shelve",
    "numpy.load",
    "builtins.eval",
    "builtins.exec",
)


def sources(*folders: str) -> list[str]:
    return sorted(
        str(path.relative_to(ROOT).as_posix())
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
    )


def within(path: str, places: tuple[str, ...]) -> bool:
    return any(path.startswith(p) if p.endswith("/") else path == p for p in places)


@cache
def parsed(source: str) -> ast.Module:
    return ast.parse(source)


@cache
def names_used(source: str) -> set[str]:
    """Dotted names of all that a module imports or reaches, by the names they have at home.

    `import numpy as np; np.random.rand()` -> {"numpy", "numpy.random", "numpy.random.rand"}.
    """
    tree = parsed(source)
    homes: dict[str, str] = {}
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                used.add(alias.name)
                first = alias.name.split(".")[0]
                homes[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                homes[alias.asname or alias.name] = f"{module}.{alias.name}"
                used |= {module, f"{module}.{alias.name}"}
    used |= {dotted(node, homes) for node in ast.walk(tree)}
    return used


def calls(source: str, name: str) -> list[ast.Call]:
    """The calls of what has this dotted name at home."""
    tree = parsed(source)
    homes: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            homes |= {alias.asname or alias.name: alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            homes |= {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return [
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and dotted(node.func, homes) == name
    ]


def dotted(node: ast.AST, homes: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return homes.get(node.id, f"builtins.{node.id}")
    if isinstance(node, ast.Attribute):
        before = dotted(node.value, homes)
        return f"{before}.{node.attr}" if before else ""
    return ""


def forbidden(source: str, names: tuple[str, ...]) -> list[str]:
    return sorted(
        used
        for used in names_used(source)
        if any(used == name or used.startswith(f"{name}.") for name in names)
    )


@cache
def read(path: str) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "source",
    [
        "import time",
        "import time as clock\nclock.monotonic()",
        "from time import monotonic as now",
        "from datetime import datetime as dt\ndt.now()",
        "import datetime\ndatetime.date.today()",
        "import numpy as np\nnp.random.default_rng()",
        "def later():\n    import random",
        "import os\nos.environ['HOME']",
        "from os import environ",
        "import streams.kafka.topics",
        "from streams import settings",
        "from streams.settings import Settings",
        "import aiokafka.structs",
    ],
)
def test_the_search_finds_what_is_forbidden(source: str) -> None:
    assert forbidden(source, IMPURE)


@pytest.mark.parametrize(
    "source",
    [
        "from streams.articles.times import parse_time\nparse_time.now",
        "import timeit",
        "from datetime import datetime\ndatetime.fromisoformat('2026-03-02')",
        "import os\nos.path",
        "def f(time, random): return time.time + random.random",
    ],
)
def test_the_search_finds_nothing_else(source: str) -> None:
    assert forbidden(source, IMPURE) == []


def test_the_search_knows_functions_that_need_no_import() -> None:
    assert forbidden("eval('1')", DANGEROUS) == ["builtins.eval"]
    assert forbidden("pattern.exec('1')", DANGEROUS) == []


def test_the_folders_under_test_hold_code() -> None:
    """A folder that was renamed would be tested by nothing."""
    for place in (*PURE, "schemas/", "deploy/", *KAFKA_EDGE):
        assert [path for path in sources("streams", "schemas", "deploy") if within(path, (place,))]


@pytest.mark.parametrize("path", sources("schemas"))
def test_contracts_know_nothing_of_the_code_that_keeps_them(path: str) -> None:
    assert forbidden(read(path), ("streams", "deploy", *KAFKA)) == []


@pytest.mark.parametrize("path", [p for p in sources("streams") if within(p, PURE)])
def test_articles_and_detection_know_no_kafka_no_settings_no_clock_and_no_chance(path: str) -> None:
    assert forbidden(read(path), IMPURE) == []


@pytest.mark.parametrize(
    "path", [p for p in sources("streams", "schemas") if not within(p, KAFKA_EDGE)]
)
def test_only_the_edge_knows_kafka(path: str) -> None:
    assert forbidden(read(path), KAFKA) == []


# Detection's folders in the order of the data, each with what it may need of the others.
DETECTION = ("sketch", "index", "judge", "stories")


@pytest.mark.parametrize("path", sources(*(f"streams/detection/{name}" for name in DETECTION)))
def test_detection_depends_on_nothing_that_comes_later_in_the_datas_way(path: str) -> None:
    """`decide` and what else stands above the folders composes them."""
    folder = path.split("/")[2]
    later = DETECTION[DETECTION.index(folder) + 1 :]
    composing = ("decide", "evidence", "parts", "verdict")
    names = tuple(f"streams.detection.{name}" for name in (*later, *composing))
    assert forbidden(read(path), names) == []


@pytest.mark.parametrize("path", sources("streams/sources", "streams/evaluation"))
def test_readers_of_files_and_the_evaluation_need_no_command_line(path: str) -> None:
    assert forbidden(read(path), ("streams.cli",)) == []


@pytest.mark.parametrize("path", sources("streams", "schemas"))
def test_the_service_needs_nothing_of_its_demo_and_its_tests(path: str) -> None:
    assert forbidden(read(path), ("deploy", "tests")) == []


@pytest.mark.parametrize("path", sources("streams", "schemas", "deploy"))
def test_a_file_fits_in_a_head(path: str) -> None:
    assert len(read(path).splitlines()) <= LONGEST_FILE_LINES


@pytest.mark.parametrize("path", [p for p in sources("streams", "schemas", "deploy") if read(p)])
def test_a_module_says_what_it_is_for(path: str) -> None:
    assert ast.get_docstring(parsed(read(path)))


UNTYPED = "dict[str, Any]"
NAMES_JSON = "streams/json_object.py"


def subscripts(source: str) -> list[str]:
    return [ast.unparse(n) for n in ast.walk(parsed(source)) if isinstance(n, ast.Subscript)]


@pytest.mark.parametrize("path", [p for p in sources("streams") if p != NAMES_JSON])
def test_json_of_unknown_shape_has_one_name(path: str) -> None:
    """Articles, verdicts, stories and rows have TypedDicts; `Json` says when it may be used."""
    assert UNTYPED not in subscripts(read(path))


def test_an_untyped_dictionary_is_found_where_it_is_named() -> None:
    assert UNTYPED in subscripts(read(NAMES_JSON))


MAKES_CONSUMERS = "streams/kafka/connection.py"


@pytest.mark.parametrize("path", sources("streams", "schemas", "deploy"))
def test_consumers_are_made_in_one_place_which_sets_their_isolation_level(path: str) -> None:
    """Faust makes the worker's own; `streams/kafka/insides/inner_consumer.py` sets its level."""
    made = [ast.unparse(call) for call in calls(read(path), "aiokafka.AIOKafkaConsumer")]
    if path == MAKES_CONSUMERS:
        assert len(made) == 1
        assert "isolation_level=settings.isolation_level" in made[0]
    else:
        assert made == []


def test_a_consumer_that_is_made_elsewhere_is_found() -> None:
    assert calls("from aiokafka import AIOKafkaConsumer as C\nC('a')", "aiokafka.AIOKafkaConsumer")
    assert calls("import aiokafka\naiokafka.AIOKafkaConsumer()", "aiokafka.AIOKafkaConsumer")


@pytest.mark.parametrize("path", sources("streams", "schemas", "deploy"))
def test_nothing_runs_bytes_as_code(path: str) -> None:
    found = forbidden(read(path), DANGEROUS)
    if path == BETWEEN_OWN_PROCESSES:
        found = [name for name in found if not name.startswith("pickle")]
    assert found == []


@pytest.mark.parametrize("path", sources("streams", "schemas"))
def test_imports_are_absolute(path: str) -> None:
    """Or the search above would not know them."""
    assert [name for name in names_used(read(path)) if name.startswith(".")] == []
