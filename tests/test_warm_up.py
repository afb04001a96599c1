"""What is compiled before the first record arrives."""

from __future__ import annotations

import html
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import numba.core.dispatcher
import orjson
import pytest

from deploy.demo.syndicator import SAMPLE
from streams import warm_up
from streams.agents.stages.normaliser import Normaliser
from streams.articles.page import PageSource, read_page
from streams.detection.parameters import Parameters
from streams.kafka import batch
from streams.kafka.partitioning import partitions_of
from streams.kafka.raw_record import RawRecord
from streams.pipeline import Pipeline
from streams.settings import load_settings
from streams.sources.raw_events import RawEvent
from streams.warm_up import compile_kernels

SIZES = 1, 7, 64
FRONT = "<html><body><nav><ul>{links}</ul></nav><div class='main'><h1>{title}</h1>"
LINKS = "".join(f'<li><a href="/{name}">{name}</a></li>' for name in ("world", "sport", "art"))


def test_the_loop_that_encodes_batches_is_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A handful of records is encoded without it."""
    called: list[int] = []

    def encode_records(*arrays: list[int]) -> int:
        called.append(len(arrays))
        return 0

    monkeypatch.setattr(batch, "_encode_records", encode_records)
    compile_kernels()
    assert called == [8]


def test_nothing_is_compiled_after_the_start() -> None:
    """It would take seconds, in the worker's event loop or within a page's time."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.test_warm_up"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.splitlines() == ["the test's own: _notices"]


def test_what_nobody_has_compiled_here_is_compiled_in_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process keeps the memory that compiling takes."""
    ran = list[list[str]]()
    monkeypatch.setattr(subprocess, "run", lambda command, **_: ran.append(command))
    folders: list[Path | None] = [None, tmp_path / "absent", tmp_path]
    monkeypatch.setattr(warm_up, "cache_folder", lambda _: folders[0])
    assert warm_up.is_compiled()  # nowhere to keep it
    for _ in range(2):
        del folders[0]
        assert not warm_up.is_compiled()
    (tmp_path / "language_model.next_state-121.py311.nbi").touch()
    assert warm_up.is_compiled()
    warm_up.compile_apart()
    assert ran == [[sys.executable, "-m", "streams.warm_up"]]


def compiled_later() -> list[str]:
    """The kernels of ours that a sample of articles needs beyond those of a start."""
    compile_kernels()
    found, compiler = list[str](), numba.core.dispatcher.Dispatcher.compile

    def noted(dispatcher: object, signature: object) -> object:
        function = dispatcher.py_func  # type: ignore[attr-defined]
        if function.__module__.startswith("streams."):
            found.append(f"{function.__module__}.{function.__name__} {signature}")
        if function.__module__ == "__main__":
            found.append(f"the test's own: {function.__name__}")
        return compiler(dispatcher, signature)

    numba.core.dispatcher.Dispatcher.compile = noted
    numba.njit(_notices)(1)
    partitions_of([b"%032d" % number for number in range(3)], 4)  # as those of article ids
    read_page(PageSource(html=None, text="One line.", now=datetime(2026, 1, 1, tzinfo=UTC)))
    normaliser = Normaliser(load_settings())
    counts = {normaliser.topic: 4, normaliser.dead_letters: 4}
    events = [line for line in SAMPLE.read_bytes().splitlines() if line.startswith(b"{")]
    for made in (events, [page(event) for event in events]):
        for size in SIZES:
            pipeline = Pipeline(Parameters(capacity=1000))
            for first in range(0, min(len(made), 30 * size), size):
                chunk = made[first : first + size]
                pipeline.take(pipeline.records([RawEvent(None, value, 0) for value in chunk]))
                normaliser.normalise(
                    [RawRecord("raw", 0, 0, 1, 1, False, None, value, ()) for value in chunk],
                    counts,
                )
    return found


def page(event: bytes) -> bytes:
    """An event's text as HTML with links before it, another text below it, and a table."""
    try:
        fields = orjson.loads(event)
    except orjson.JSONDecodeError:
        return event
    title, text = (str(fields.get(name) or "") for name in ("title", "text"))
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n"))
    table = "<table><tr><td>1</td><td>2</td></tr></table>" if len(text) % 2 else ""
    end = f"<h2>More</h2><h3>{html.escape(title)}</h3><time>2 hours ago</time>{lines}</body></html>"
    front = FRONT.format(links=LINKS, title=html.escape(title))
    rest = {name: fields[name] for name in ("id", "source", "url") if name in fields}
    return orjson.dumps({**rest, "html": f"{front}{table}{lines}</div>{end}"})


def _notices(number: int) -> int:
    return number


if __name__ == "__main__":
    print(*compiled_later(), sep="\n")
