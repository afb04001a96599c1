"""A real Prometheus ingests our native histograms and computes the same quantiles as numpy."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from prometheus_client import generate_latest

from deploy.prometheus.server import INSTALL, Prometheus, is_installed
from streams.metrics import Metrics
from streams.metrics.protobuf import CONTENT_TYPE, accepts_protobuf, encode_protobuf
from tests.kafka.service import until

pytestmark = pytest.mark.skipif(not is_installed(), reason=INSTALL)

SECONDS = np.random.default_rng(5).lognormal(-4, 1.2, 20_000)


@pytest.fixture(scope="module")
def target() -> Iterator[str]:
    metrics = Metrics()
    metrics.work_seconds.observe_many("detect", SECONDS)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if accepts_protobuf(self.headers.get("Accept", "")):
                kind, body = CONTENT_TYPE, encode_protobuf(metrics.registry, metrics.histograms)
            else:
                kind, body = "text/plain; version=0.0.4", generate_latest(metrics.registry)
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    serving = threading.Thread(target=server.serve_forever)
    serving.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    serving.join()
    server.server_close()


@pytest.mark.parametrize(
    ("features", "metric", "tolerance"),
    [
        # Within the half of a bucket: 2^(1/8) apart.
        (["native-histograms"], "echowire_work_seconds", 0.05),
        # Classic buckets are up to two and a half times apart.
        ([], "echowire_work_seconds_bucket", 0.35),
    ],
    ids=["native", "classic"],
)
def test_quantiles(
    target: str, tmp_path: Path, features: list[str], metric: str, tolerance: float
) -> None:
    expr = f'histogram_quantile(%s, {metric}{{stage="detect"}})'
    with Prometheus(tmp_path / "prometheus", [target], features=features) as prometheus:
        until(lambda: bool(prometheus.query(expr % 0.5)), "it was scraped", 20)
        for quantile in (0.5, 0.9, 0.99):
            ((_, ((_, found),)),) = prometheus.query(expr % quantile)
            assert found == pytest.approx(np.quantile(SECONDS, quantile), rel=tolerance)
        assert prometheus.query("up")[0][1][0][1] == 1
