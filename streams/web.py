"""The worker's own web server: /metrics, /livez, /readyz, /status, and nothing else."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web
from prometheus_client.exposition import choose_encoder

from streams.health import Progress
from streams.metrics import Metrics
from streams.metrics.protobuf import CONTENT_TYPE, accepts_protobuf, encode_protobuf
from streams.settings import Settings
from streams.status import StatusPage


class PortTakenError(Exception):
    """The web server cannot listen on its address."""


class WebServer:
    """Serves on `http_host`:`http_port` until stopped."""

    def __init__(
        self, settings: Settings, metrics: Metrics, progress: Progress, status: StatusPage
    ) -> None:
        self._settings, self._metrics, self._progress = settings, metrics, progress
        self._status = status
        self._runner: web.AppRunner | None = None
        self.port = settings.http_port

    @property
    def address(self) -> str:
        """Where it listens, once it does."""
        return f"http://{self._settings.http_host}:{self.port}"

    async def start(self) -> None:
        """Listen. Raises PortTakenError."""
        app = web.Application()
        app.router.add_get("/metrics", self._show_metrics)
        app.router.add_get("/livez", self._live)
        app.router.add_get("/readyz", self._ready)
        app.router.add_get("/status", self._show_status)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        host, port = self._settings.http_host, self._settings.http_port
        try:
            await web.TCPSite(self._runner, host, port).start()
        except OSError as error:
            raise PortTakenError(
                f"cannot listen on {host}:{port} ({error.strerror}): set --http-port or"
                " ECHOWIRE_HTTP_PORT to a free port, or 0 for any"
            ) from None
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _show_metrics(self, request: web.Request) -> web.Response:
        self._progress.measure()
        accept = request.headers.get("Accept", "")
        if accepts_protobuf(accept):
            body = encode_protobuf(self._metrics.registry, self._metrics.histograms)
            return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE})
        encode, content_type = choose_encoder(accept)
        body = encode(self._metrics.registry)
        return web.Response(body=body, headers={"Content-Type": content_type})

    async def _show_status(self, _: web.Request) -> web.Response:
        return web.Response(text=self._status.html(), content_type="text/html")

    async def _live(self, _: web.Request) -> web.Response:
        return _verdict("live", self._progress.stuck())

    async def _ready(self, _: web.Request) -> web.Response:
        return _verdict("ready", self._progress.unready())


def _verdict(word: str, reasons: Sequence[str]) -> web.Response:
    if reasons:
        return web.Response(status=503, text=f"not {word}: {'; '.join(reasons)}\n")
    return web.Response(text=f"{word}\n")
