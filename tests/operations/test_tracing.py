"""Traces pass through: `traceparent` from raw to enriched event, with spans linked to it."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest
from aiokafka import AIOKafkaProducer
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from schemas.topics import ENRICHED, RAW
from streams.kafka.headers import carried_trace, trace_context
from streams.settings import Settings, SettingsError, load_settings
from streams.tracing import NoTracer, OpenTelemetryTracer, create_tracer
from tests.kafka.service import Worker, make_topics, push, read, until
from tests.operations.load import article

PARENT = ("traceparent", b"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01")
STATE = ("tracestate", b"vendor=1")


def test_the_trace_is_taken_from_among_other_headers() -> None:
    headers = [("a", b"1"), STATE, PARENT, ("b", b"2")]
    assert trace_context(headers) == [PARENT, STATE]
    assert trace_context([PARENT]) == [PARENT]


@pytest.mark.parametrize(
    "headers",
    [
        [],
        [("a", b"1")],
        [STATE],
        [("traceparent", b"")],
        [("traceparent", b"00-XYZ-00f067aa0ba902b7-01")],
        [("traceparent", PARENT[1] + b"\xff")],
    ],
)
def test_a_malformed_trace_is_not_passed_on(headers: list[tuple[str, bytes]]) -> None:
    assert trace_context(headers) == []


def test_in_our_own_records_the_trace_comes_last() -> None:
    own = [("ce_id", b"1"), ("echowire-entry", b"...")]
    assert carried_trace([*own, PARENT]) == [PARENT]
    assert carried_trace([*own, PARENT, STATE]) == [PARENT, STATE]
    assert carried_trace(own) == []


def test_a_chunk_is_a_span_that_links_to_the_traces_of_its_records() -> None:
    exporter = InMemorySpanExporter()
    tracer = OpenTelemetryTracer(exporter)
    tracer.begin("detect", [("articles.normalised", 3, 41)], [[PARENT], [], [PARENT, STATE]]).end()
    tracer.shut_down()
    (span,) = exporter.get_finished_spans()
    assert span.name == "detect chunk"
    assert span.attributes is not None
    assert span.attributes["messaging.destination.name"] == "articles.normalised"
    assert span.attributes["messaging.batch.message_count"] == 3
    assert span.attributes["messaging.kafka.offset"] == 41
    traces = [f"{link.context.trace_id:032x}" for link in span.links]
    assert traces == ["4bf92f3577b34da6a3ce929d0e0e4736"] * 2


def test_a_large_chunk_does_not_make_a_span_with_hundreds_of_links() -> None:
    exporter = InMemorySpanExporter()
    tracer = OpenTelemetryTracer(exporter)
    tracer.begin("detect", [("t", 0, 1)], [[PARENT]] * 500).end()
    tracer.shut_down()
    assert len(exporter.get_finished_spans()[0].links) == 32


class SilentExporter(InMemorySpanExporter):
    """To a collector that takes connections and does not answer."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.answer = threading.Event(), threading.Event()

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        self.asked.set()
        self.answer.wait(30)
        return super().export(spans)


def test_a_collector_that_does_not_answer_holds_up_the_end_for_two_seconds() -> None:
    exporter = SilentExporter()
    tracer = OpenTelemetryTracer(exporter)
    tracer.begin("detect", [("t", 0, 1)], [[PARENT]]).end()
    started = time.monotonic()
    tracer.shut_down()
    took = time.monotonic() - started
    assert exporter.asked.is_set()
    exporter.answer.set()
    assert 1.9 < took < 5


def test_without_the_setting_there_are_no_spans() -> None:
    assert isinstance(create_tracer(load_settings()), NoTracer)


def test_tracing_without_opentelemetry_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)
    with pytest.raises(SettingsError, match=r"install echowire\[tracing\]"):
        create_tracer(load_settings(tracing=True))


_THREADS = """
import asyncio, threading
from streams.app import create_app
from streams.settings import load_settings
asyncio.set_event_loop(asyncio.new_event_loop())
create_app(load_settings(tracing=True))
print(threading.active_count())
"""


def test_an_application_begins_without_threads_so_that_its_process_can_be_forked() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _THREADS], capture_output=True, text=True, check=True, timeout=100
    )
    assert ended.stdout == "1\n"


async def send(settings: Settings) -> None:
    async with AIOKafkaProducer(bootstrap_servers=settings.bootstrap_servers) as producer:
        for number, headers in ((101, [PARENT, STATE]), (102, []), (103, [("traceparent", b"x")])):
            value = orjson.dumps(article(number))
            await producer.send_and_wait(settings.topic_prefix + RAW, value, headers=headers)


@pytest.mark.broker
def test_a_trace_goes_from_the_raw_event_to_the_enriched_one(watched: Worker) -> None:
    asyncio.run(send(watched.settings))

    def traces() -> dict[str, list[tuple[str, bytes]]]:
        return {
            orjson.loads(record.value)["producer_id"]: [
                h for h in record.headers if "trace" in h[0]
            ]
            for record in asyncio.run(read(watched.settings, ENRICHED))
        }

    until(lambda: traces().keys() >= {"item-101", "item-102", "item-103"}, "all are judged")
    found = traces()
    assert found["item-101"] == [PARENT, STATE]
    assert found["item-102"] == found["item-103"] == []


@pytest.mark.broker
def test_a_worker_ends_in_order_although_its_collector_does_not_answer(
    settings: Settings, tmp_path: Path
) -> None:
    asyncio.run(make_topics(settings, partitions=1))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        traced = Worker(settings.model_copy(update={"tracing": True}), tmp_path)
        traced.environment = {"OTEL_EXPORTER_OTLP_ENDPOINT": address}
        with traced.start() as worker:
            asyncio.run(push(settings, [article(1)]))
            until(lambda: worker.metric("echowire_verdicts_total") == 1, "it is judged")
            assert worker.stop() == 0
