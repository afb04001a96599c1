"""`process` gives the same output with several normalising processes as with one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import orjson

from streams.agents.running.normaliser_pool import NormaliserPool
from streams.cli.process import Summary, normalised_in_time, process
from streams.pipeline import Parameters, Pipeline, Sketched
from streams.sources.raw_events import FileRecord, RawEvent, event_of
from tests.detection.newsroom import edited, story

EVENTS: list[RawEvent] = [
    event_of(
        {"id": f"a{n}", "source": f"{n % 5}.example", "text": edited(story(n % 9, 80), 0.05, n)}, ""
    )
    for n in range(70)
]
EVENTS[20] = RawEvent(None, b'{"id": "no text"}', None, "")


def here(records: Sequence[FileRecord]) -> Callable[[], Sketched]:
    return lambda: normalised_in_time(records, 1 << 20, None, 10.0)


def output(begin: Callable[[list[FileRecord]], Callable[[], Sketched]], ahead: int) -> list[bytes]:
    pipeline, summary = Pipeline(Parameters(capacity=256)), Summary()
    lines = [
        line
        for done in process(EVENTS, pipeline, 16, summary, begin, ahead)
        for line in (*done.enriched, *done.rejected)
    ]
    assert (summary.events, summary.rejected.total()) == (70, 1)
    return lines


def test_the_output_is_the_same_however_many_processes_normalise() -> None:
    alone = output(here, 0)
    pool = NormaliserPool(2)
    try:
        together = output(
            lambda records: pool.begin(
                normalised_in_time,
                records,
                limit_bytes=1 << 20,
                outlets_file=None,
                page_seconds=10.0,
            ),
            3,
        )
    finally:
        pool.close()
    assert together == alone
    assert len(alone) == 70
    relations = [orjson.loads(line).get("detection", {}).get("relation") for line in alone]
    assert relations.count("copy") > 50


def test_the_number_of_chunks_normalised_ahead_is_bounded() -> None:
    begun, most = 0, 0

    def begin(records: list[FileRecord]) -> Callable[[], Sketched]:
        nonlocal begun, most
        begun += 1
        most = max(most, begun)

        def answer() -> Sketched:
            nonlocal begun
            begun -= 1
            return here(records)()

        return answer

    assert len(output(begin, 2)) == 70
    assert most == 3


def test_chunks_of_long_pages_are_short() -> None:
    """A thousand pages of 2 MiB, and as many for each chunk ahead, do not fit in the memory."""
    events, chunks = [RawEvent(None, bytes(5 << 20), None, "")] * 10, list[int]()

    def begin(records: list[FileRecord]) -> Callable[[], Sketched]:
        chunks.append(len(records))
        return here(records)

    pipeline, summary = Pipeline(Parameters(capacity=256)), Summary()
    list(process(events, pipeline, 1000, summary, begin, 2))
    assert summary.events == 10
    assert chunks == [4, 4, 2]
