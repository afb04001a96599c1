"""A span per chunk, for OpenTelemetry.

A record's `traceparent` is carried from the raw event to the enriched one whether spans are
written or not: see `streams.kafka.headers`. A chunk's span links to the traces of its records.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from streams.kafka.headers import Header, trace_context
from streams.settings import Settings, SettingsError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Tracer

# A chunk of hundreds of records would make a span that no collector accepts.
_LINKS = 32
# The collector gets this long for the last spans: the exporter waits for one that does not answer
# for ten seconds and more.
_FLUSH_SECONDS = 2.0


class ChunkSpan(Protocol):
    """The span begun for one chunk."""

    def end(self) -> None:
        """Its outputs are confirmed."""
        ...


class ChunkTracer(Protocol):
    """Begins a span per chunk."""

    def begin(
        self,
        stage: str,
        ends: Sequence[tuple[str, int, int]],
        headers: Iterable[Sequence[Header]],
    ) -> ChunkSpan:
        """`ends`: (topic, partition, last offset); `headers`: those of each record."""
        ...

    def shut_down(self) -> None:
        """Flush, for two seconds at most. It blocks: call it once the event loop has ended."""
        ...


class NoTracer:
    """Writes no spans. It is its own span, too."""

    def begin(
        self,
        stage: str,  # noqa: ARG002
        ends: Sequence[tuple[str, int, int]],  # noqa: ARG002
        headers: Iterable[Sequence[Header]],  # noqa: ARG002
    ) -> NoTracer:
        """Does nothing."""
        return self

    def end(self) -> None:
        """Does nothing."""

    def shut_down(self) -> None:
        """Does nothing."""


class OpenTelemetryTracer:
    """Writes spans with OpenTelemetry's SDK, to `OTEL_EXPORTER_OTLP_ENDPOINT`."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter

    @cached_property
    def _provider(self) -> TracerProvider:
        """Made with the first chunk: it starts a thread, and a worker forks before it has any."""
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

        named = Resource.create({"service.name": "echowire"})
        # At the exit of the interpreter it would wait for the collector again.
        provider = TracerProvider(resource=named, shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(self._exporter))
        return provider

    @cached_property
    def _tracer(self) -> Tracer:
        return self._provider.get_tracer("echowire")

    def begin(
        self,
        stage: str,
        ends: Sequence[tuple[str, int, int]],
        headers: Iterable[Sequence[Header]],
    ) -> ChunkSpan:
        """Begin a span with links to the traces of its records, up to a limit."""
        from opentelemetry.trace import Link, SpanKind  # noqa: PLC0415
        from opentelemetry.trace.propagation import get_current_span  # noqa: PLC0415
        from opentelemetry.trace.propagation.tracecontext import (  # noqa: PLC0415
            TraceContextTextMapPropagator,
        )

        propagator, records = TraceContextTextMapPropagator(), 0
        links: list[Link] = []
        for record in headers:
            records += 1
            carried = {name: value.decode() for name, value in trace_context(record)}
            if carried and len(links) < _LINKS:
                context = get_current_span(propagator.extract(carried)).get_span_context()
                links.append(Link(context))
        topic, partition, offset = ends[0]
        return self._tracer.start_span(
            f"{stage} chunk",
            kind=SpanKind.CONSUMER,
            links=links,
            attributes={
                "messaging.system": "kafka",
                "messaging.destination.name": topic,
                "messaging.destination.partition.id": str(partition),
                "messaging.kafka.offset": offset,
                "messaging.batch.message_count": records,
            },
        )

    def shut_down(self) -> None:
        """Flush, as far as the collector takes the spans in time."""
        flushing = threading.Thread(target=self._provider.shutdown, daemon=True)
        flushing.start()
        flushing.join(_FLUSH_SECONDS)


def create_tracer(settings: Settings) -> ChunkTracer:
    """According to the settings. Raises SettingsError if spans are wanted but cannot be written."""
    if not settings.tracing:
        return NoTracer()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415
            OTLPSpanExporter,
        )
    except ImportError:
        raise SettingsError(
            "tracing is on, but OpenTelemetry is not installed: install echowire[tracing], or"
            " set tracing to false"
        ) from None
    return OpenTelemetryTracer(OTLPSpanExporter())
