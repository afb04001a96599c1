"""The demo: a real Kafka, a worker, the sample pushed through, and the results.

python -m deploy.demo [--input FILE] [--keep]
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from rich.console import Console

from deploy.demo.outputs import read_outputs, record_count
from deploy.demo.summary import Run, show
from deploy.demo.watch import BrokerEndedError, news_that_go_on, watched, while_it_runs
from deploy.demo.web import desk
from deploy.kafka.embedded import BrokerFailedError, EmbeddedKafka
from schemas.topics import NORMALISED, RAW
from streams.agents.stages import detect, normalise
from streams.settings import Settings, load_settings

SAMPLE = Path(__file__).with_name("sample.jsonl")
_COMMAND = [sys.executable, "-m", "streams.cli.main"]
_READY_SECONDS = 60.0
_STALLED_SECONDS = 120.0

console = Console(highlight=False)


class DemoFailedError(Exception):
    """Something did not start; the message says what, and where its log is."""


def main() -> None:
    """Run the demo; the exit code is 0 if every event is accounted for."""
    parser = argparse.ArgumentParser(prog="make demo", description=__doc__)
    parser.add_argument("--input", type=Path, nargs="+", default=[SAMPLE])
    parser.add_argument("--keep", action="store_true", help="stay up afterwards")
    arguments = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C, worker included
    logging.disable()  # the client library's: whatever happens, a sentence below reports it
    try:
        with tempfile.TemporaryDirectory(prefix="echowire-demo-") as folder:
            _run(arguments.input, Path(folder), keep=arguments.keep)
    except (DemoFailedError, BrokerFailedError, BrokerEndedError) as error:
        sys.exit(f"demo failed: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


def _run(inputs: list[Path], folder: Path, *, keep: bool) -> None:
    console.print("starting Apache Kafka ...")
    with EmbeddedKafka() as kafka, while_it_runs(kafka.process):
        port = _free_port()
        environment = {
            **os.environ,
            "ECHOWIRE_BOOTSTRAP_SERVERS": kafka.bootstrap,
            "ECHOWIRE_HTTP_PORT": str(port),
            "ECHOWIRE_CANARY_SECONDS": "30" if keep else "0",
        }
        console.print(f"Kafka is at {kafka.bootstrap}; creating topics, starting a worker ...")
        # The sample has fixed dates: without unlimited retention Kafka would delete it.
        _call("topics", "create", environment=environment)
        with _worker(environment, folder / "worker.log", port) as worker:
            settings = load_settings(bootstrap_servers=kafka.bootstrap)
            with watched(folder / "prometheus", port) if keep else nullcontext("") as prometheus:
                run = _push(inputs, environment, settings, port)
                show(console, asyncio.run(read_outputs(settings)), run)
                if keep:
                    news = news_that_go_on(SAMPLE, kafka.bootstrap)
                    with desk(folder, environment) as pages, news:
                        _stay(worker, kafka, port, prometheus, pages)
    console.print("stopped.")


def _call(*arguments: str, environment: dict[str, str]) -> None:
    if subprocess.run([*_COMMAND, *arguments], env=environment, check=False).returncode:  # noqa: S603
        raise DemoFailedError(f"`echowire {' '.join(arguments)}` failed")


class _Worker:
    """`echowire worker`, run as a supervisor would."""

    def __init__(self, environment: dict[str, str], log: Path) -> None:
        self._environment, self._log = environment, log
        self.process = self._launch()

    def _launch(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as sink:
            return subprocess.Popen(  # noqa: S603
                [*_COMMAND, "worker"], env=self._environment, stdout=sink, stderr=sink
            )

    def keep_up(self) -> None:
        """Start another if it has ended."""
        if self.process.poll() is not None:
            console.print(f"the worker ended with {self.process.returncode}; starting another")
            self.process = self._launch()

    def stop(self) -> None:
        """Stop it in order, or else by force."""
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


@contextmanager
def _worker(environment: dict[str, str], log: Path, port: int) -> Iterator[_Worker]:
    worker = _Worker(environment, log)
    try:
        _wait_until_ready(worker.process, port)
        yield worker
    except BaseException as error:
        worker.process.kill()  # it may wait for a broker that has gone
        if isinstance(error, DemoFailedError):
            raise DemoFailedError(f"{error}\nThe worker's log:\n{log.read_text()}") from None
        raise
    worker.stop()


def _wait_until_ready(worker: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not _ready(port):
        if worker.poll() is not None or time.monotonic() > deadline:
            raise DemoFailedError("the worker did not start")
        time.sleep(0.1)


def _push(inputs: list[Path], environment: dict[str, str], settings: Settings, port: int) -> Run:
    """Produce the inputs and wait until every raw and every normalised record is handled."""
    producer = subprocess.Popen(  # noqa: S603
        [*_COMMAND, "produce", *map(str, inputs)], env=environment
    )
    first, moved, before = None, time.monotonic(), -1.0
    try:
        while True:
            metrics, now = _metrics(port), time.monotonic()
            taken = metrics["echowire_records_consumed_total", normalise.STAGE]
            decided = metrics["echowire_records_consumed_total", detect.STAGE]
            if first is None and taken:
                first = now
            if producer.poll() is not None and _done(settings, taken, decided):
                break
            if taken + decided != before:
                moved, before = now, taken + decided
            if now - moved > _STALLED_SECONDS:
                raise DemoFailedError(f"nothing has moved for {_STALLED_SECONDS:.0f} s")
            time.sleep(0.05)
    finally:
        if producer.poll() is None:
            producer.terminate()
    if producer.returncode:
        raise DemoFailedError("`echowire produce` failed")
    return Run(
        raw_events=int(taken),
        normalised=int(metrics["echowire_articles_normalised_total", ""]),
        redeliveries=int(metrics["echowire_redeliveries_total", ""]),
        seconds=now - (first or now),
    )


def _done(settings: Settings, taken: float, decided: float) -> bool:
    raw = asyncio.run(record_count(settings, RAW))
    return taken >= raw and decided >= asyncio.run(record_count(settings, NORMALISED))


def _metrics(port: int) -> dict[tuple[str, str], float]:
    """(metric, stage) -> value, for metrics whose only label is the stage."""
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        families = text_string_to_metric_families(answer.read().decode())
    return {
        (sample.name, sample.labels.get("stage", "")): sample.value
        for family in families
        for sample in family.samples
    }


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5):
            return True
    except OSError:
        return False


def _stay(worker: _Worker, kafka: EmbeddedKafka, port: int, prometheus: str, pages: str) -> None:
    bootstrap = kafka.bootstrap
    console.print(
        f"""
[bold]Still running[/], and an article comes every few seconds.
  [bold]desk:     {pages}[/]
In another terminal:
  push:     .venv/bin/echowire produce -b {bootstrap} FILE...
  follow:   .venv/bin/echowire tail -b {bootstrap} articles
            .venv/bin/echowire tail -b {bootstrap} stories --json
  metrics:  http://127.0.0.1:{port}/metrics  (also /status, /livez, /readyz)
  alerts:   {prometheus}
Ctrl-C stops everything."""
    )
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            worker.keep_up()
            time.sleep(0.5)
    if kafka.process.poll() is not None:  # it was not Ctrl-C
        raise KeyboardInterrupt


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
