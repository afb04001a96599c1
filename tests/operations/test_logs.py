"""Logs are JSON objects for machines or lines for people, and give a chunk's position."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from schemas.topics import NORMALISED, RAW
from streams import logs
from streams.logs import write_logs
from tests.kafka.service import Worker, push, until
from tests.operations.load import article

log = logging.getLogger("echowire.test")


@pytest.fixture(autouse=True)
def _logging_as_it_was() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.disable(logging.NOTSET)


def test_json_logs_are_an_object_a_line_with_the_fields_beside_the_message() -> None:
    sink = io.StringIO()
    write_logs("json", "info", sink)
    log.info("chunk of %d", 5, extra={"topic": "t", "partition": 2, "offset": 77})
    log.warning("zweite Zeile — “ja”\nmit Umbruch")
    first, second = map(json.loads, sink.getvalue().splitlines())
    assert first["message"] == "chunk of 5"
    assert (first["topic"], first["partition"], first["offset"]) == ("t", 2, 77)
    assert (first["level"], first["logger"]) == ("info", "echowire.test")
    assert first["timestamp"].endswith("Z")
    assert second["message"] == "zweite Zeile — “ja”\nmit Umbruch"


def test_a_json_log_of_an_error_has_its_traceback_in_one_line() -> None:
    sink = io.StringIO()
    write_logs("json", "info", sink)
    try:
        int("no such shard")
    except ValueError:
        log.exception("it broke")
    (line,) = sink.getvalue().splitlines()
    said = json.loads(line)
    assert said["exception"][0]["exc_type"] == "ValueError"
    assert said["exception"][0]["exc_value"].endswith("'no such shard'")


def test_what_a_library_repeats_is_one_line_in_ten_seconds_that_says_how_often() -> None:
    sink = io.StringIO()
    write_logs("console", "info", sink)
    client, away = logging.getLogger("aiokafka.conn"), "Unable connect to node with id %s"

    def say(seconds: float, logger: logging.Logger, *args: object) -> None:
        record = logger.makeRecord(logger.name, logging.ERROR, "", 0, away, args, None)
        record.created = 1_750_000_000 + seconds
        logger.handle(record)

    for tenth in range(100):
        say(tenth / 10, client, 1)
        say(tenth / 10, log, 3)
    say(5.05, client, 2)
    say(10.0, client, 1)
    say(20.0, client, 1)
    say(19.0, client, 1)  # the clock was set back
    lines = [line for line in sink.getvalue().splitlines() if "id 3" not in line]
    assert [line[line.index("Unable") :].split(" [")[0] for line in lines] == [
        "Unable connect to node with id 1",
        "Unable connect to node with id 2",
        "Unable connect to node with id 1 (and 99 more like this)",
        "Unable connect to node with id 1",
        "Unable connect to node with id 1",
    ]
    assert sink.getvalue().count("id 3") == 100  # our own lines all count


def test_a_library_that_never_repeats_itself_takes_bounded_memory() -> None:
    write_logs("console", "info", io.StringIO())
    (handler,) = logging.getLogger().handlers
    (repeats,) = handler.filters
    sink = io.StringIO()
    handler.setStream(sink)  # type: ignore[attr-defined]
    for number in range(5_000):
        logging.getLogger("aiokafka").error("offset %d is out of range", number)
    assert sink.getvalue().count("out of range") == 5_000
    assert len(repeats._known) == logs._MOST_REMEMBERED  # type: ignore[union-attr]


def test_a_line_of_a_library_that_cannot_be_written_does_not_end_who_logs_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_logs("console", "info", io.StringIO())
    logging.getLogger("aiokafka").error("node %d", "one")
    assert "TypeError" in capsys.readouterr().err


def test_console_logs_are_readable_lines_without_colours_in_a_file() -> None:
    sink = io.StringIO()
    write_logs("console", "info", sink)
    log.info("chunk handled", extra={"partition": 2, "offset": 77})
    line = sink.getvalue()
    assert "chunk handled" in line
    assert "offset=77" in line
    assert "\x1b" not in line


@pytest.mark.parametrize("level", ["info", "warning", "error"])
def test_nothing_below_the_level_is_written(level: str) -> None:
    sink = io.StringIO()
    write_logs("json", level, sink)  # type: ignore[arg-type]
    log.debug("too much")
    assert not log.isEnabledFor(logging.DEBUG)
    assert sink.getvalue() == ""


def test_the_debug_level_can_be_set() -> None:
    sink = io.StringIO()
    write_logs("console", "debug", sink)
    log.debug("every step")
    assert "every step" in sink.getvalue()


def test_chatter_of_libraries_is_left_out() -> None:
    sink = io.StringIO()
    write_logs("console", "info", sink)
    logging.getLogger("aiokafka.consumer").info("heartbeat")
    logging.getLogger("faust.worker").info("starting")
    assert sink.getvalue() == ""


@pytest.mark.broker
def test_a_worker_logs_one_line_a_chunk_at_debug_and_nothing_of_an_article(watched: Worker) -> None:
    asyncio.run(push(watched.settings, [article(n) for n in range(1000, 1060)]))
    until(
        lambda: (
            watched.metric("echowire_lag_records") == 0
            and len(handled(watched)) == watched.metric("echowire_chunk_records_count") > 0
        ),
        "every chunk has its line",
    )
    topics = {line["topic"] for line in handled(watched)}
    assert topics == {watched.settings.topic_prefix + topic for topic in (RAW, NORMALISED)}

    def told() -> int:
        return sum(line["records"] for line in handled(watched) if line["stage"] == "normalise")

    taken = "echowire_records_consumed_total"  # canaries go on coming
    until(lambda: told() == watched.metric(taken, stage="normalise"), "all records are in a line")
    assert all(isinstance(line["offset"], int) for line in handled(watched))
    assert "item-10" not in watched.log()


def handled(worker: Worker) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in worker.log().splitlines() if line.startswith("{")]
    return [line for line in lines if line["message"] == "chunk handled"]
