"""The contestants: how each is started, and how its output is read."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.settings import PREFIX


class BenchmarkError(Exception):
    """The comparison cannot go on; the message says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a worker finds its work; a fresh one for each run."""

    bootstrap_servers: str
    topic_prefix: str
    group: str


@dataclass(frozen=True, slots=True)
class Contestant:
    """`lacks`: what it does not do and echowire does. `verdict`: an output record -> (the article's
    id, the ids of the copies found)."""

    name: str
    title: str
    lacks: str
    rates: tuple[int, ...]  # articles a second of the steady loads that it is measured at
    command: Callable[[Place], list[str]]
    environment: Callable[[Place], Mapping[str, str]]
    verdict: Callable[[dict[str, Any]], tuple[str, list[str]]]


@dataclass(frozen=True, slots=True)
class Run:
    """One contestant at its place, with its input and a directory that it may write to."""

    contestant: Contestant
    place: Place
    events_path: Path
    directory: Path


# Quix Streams holds back packages that echowire has newer: `make bench` gives it and its like an
# environment of their own.
_BENCH_PYTHON = Path(__file__).parents[2] / ".venv-bench" / "bin" / "python"


def _module_with_place(
    module: str, python: Path = Path(sys.executable)
) -> Callable[[Place], list[str]]:
    def command(place: Place) -> list[str]:
        arguments = [place.bootstrap_servers, place.topic_prefix, place.group]
        return [str(python), "-m", module, *arguments]

    return command


def _echowire_environment(place: Place) -> dict[str, str]:
    return {
        f"{PREFIX}BOOTSTRAP_SERVERS": place.bootstrap_servers,
        f"{PREFIX}TOPIC_PREFIX": place.topic_prefix,
        f"{PREFIX}GROUP": place.group,
        f"{PREFIX}HTTP_PORT": "0",
        f"{PREFIX}NORMALISING_PROCESSES": "1",  # there are no pages among the articles
    }


def _copies_of_event(record: dict[str, Any]) -> tuple[str, list[str]]:
    return record["id"], record["copies"]


def _matches_of_detection(record: dict[str, Any]) -> tuple[str, list[str]]:
    return record["article_id"], [m["article_id"] for m in record["detection"]["matches"]]


_PLAIN = (
    "a bad record ends it; no cleaning, fields, relations, reasons or stories; its index is lost"
    " when it ends, and grows without bound"
)


def _with_rensa(framework: str, title: str, lacks: str = "") -> Contestant:
    return Contestant(
        f"{framework}-rensa",
        f"{title} + rensa",
        _PLAIN + lacks,
        (50, 500, 3000),
        _module_with_place(f"tests.benchmarks.{framework}_rensa", _BENCH_PYTHON),
        lambda _place: {},
        _copies_of_event,
    )


STOCK_FAUST = Contestant(
    "stock-faust",
    "Faust + datasketch",
    _PLAIN,
    (50, 500),  # 3,000 a second are beyond it
    _module_with_place("tests.benchmarks.stock_faust"),
    lambda _place: {},
    _copies_of_event,
)
QUIX_RENSA = _with_rensa("quix", "Quix Streams")
ECHOWIRE = Contestant(
    "echowire",
    "echowire",
    "",
    (50, 500, 3000),
    lambda _place: [sys.executable, "-m", "streams.cli.main", "worker"],
    _echowire_environment,
    _matches_of_detection,
)
CONFLUENT_RENSA = _with_rensa("confluent", "confluent-kafka by hand", "; no metrics")
BYTEWAX_RENSA = _with_rensa("bytewax", "Bytewax", "; no consumer group")
USUAL = (STOCK_FAUST, QUIX_RENSA, ECHOWIRE)
ALL = (*USUAL, CONFLUENT_RENSA, BYTEWAX_RENSA)
