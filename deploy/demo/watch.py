"""A Prometheus beside the demo, where one is installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.prometheus.server import INSTALL, Prometheus, is_installed


@contextmanager
def watched(folder: Path, port: int) -> Iterator[str]:
    """Scrape the worker at this port with the rules of production -> what to tell of it."""
    if not is_installed():
        yield INSTALL
        return
    with Prometheus(folder, [f"127.0.0.1:{port}"], "demo") as prometheus:
        yield f"http://{prometheus.address}/alerts  (a real Prometheus)"
