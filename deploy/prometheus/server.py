"""A real Prometheus on a free port of this machine, with our rules, for tests and the demo."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import time
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from deploy.kafka.embedded import free_ports
from deploy.kafka.tether import spawn_tied

RULES = Path(__file__).parent / "rules"
INSTALL = (
    "there is no Prometheus on this machine: install it (Debian: sudo apt-get install prometheus)"
)
_START_SECONDS = 30.0
_DURATION = re.compile(r"^(\s*(?:for|interval): )(\d+)([smh])$", re.MULTILINE)
_UNIT_SECONDS = {"s": 1, "m": 60, "h": 3600}

# Labels of a series, without its name, and its (time, value) points.
Series = tuple[dict[str, str], list[tuple[float, float]]]


class PrometheusFailedError(RuntimeError):
    """It is missing, did not start, or refused a query; the message says which."""


def is_installed() -> bool:
    """Whether `prometheus` and `promtool` are on the path."""
    return bool(shutil.which("prometheus") and shutil.which("promtool"))


class PrometheusClient:
    """Queries any Prometheus."""

    def __init__(self, address: str) -> None:
        """`address`: host:port."""
        self.address = address

    def query(self, expr: str) -> list[Series]:
        """The value of an expression now; a scalar is one series without labels."""
        found = self._get("query", {"query": expr})
        if found["resultType"] == "scalar":
            return [({}, [_point(found["result"])])]
        return [(_labels(s), [_point(s["value"])]) for s in found["result"] if "value" in s]

    def query_range(self, expr: str, seconds: float, step: float) -> list[Series]:
        """The course of an expression over the last seconds."""
        end = time.time()
        asked = {"query": expr, "start": str(end - seconds), "end": str(end), "step": str(step)}
        found = self._get("query_range", asked)
        return [(_labels(s), [_point(p) for p in s["values"]]) for s in found["result"]]

    def rules(self) -> list[dict[str, Any]]:
        """All rules as Prometheus holds them, with the health of their last evaluation."""
        return [rule for group in self._get("rules", {})["groups"] for rule in group["rules"]]

    def firing(self) -> set[str]:
        """Names of the alerts that fire."""
        alerts = self._get("alerts", {})["alerts"]
        return {a["labels"]["alertname"] for a in alerts if a["state"] == "firing"}

    def _get(self, path: str, parameters: Mapping[str, str]) -> dict[str, Any]:
        url = f"http://{self.address}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                data: dict[str, Any] = json.load(answer)["data"]
                return data
        except urllib.error.HTTPError as error:
            detail = error.read().decode()
            raise PrometheusFailedError(f"{parameters.get('query', path)}: {detail}") from None


class Prometheus(PrometheusClient):
    """Scrapes these targets once a second, as job `echowire`.

    `hurry` divides the `for` of every alert and the interval of every group: with 60, what takes
    a minute in production takes a second here. `features` are Prometheus' own.
    """

    def __init__(
        self,
        folder: Path,
        targets: Sequence[str],
        environment: str = "test",
        hurry: float = 1,
        features: Sequence[str] = (),
    ) -> None:
        self._folder, self._features = folder, features
        self._process: subprocess.Popen[bytes] | None = None
        (port,) = free_ports(1)
        super().__init__(f"127.0.0.1:{port}")
        (folder / "rules").mkdir(parents=True)
        for rules in RULES.glob("*.yml"):
            text = hurried(rules.read_text(encoding="utf-8"), hurry)
            (folder / "rules" / rules.name).write_text(text, encoding="utf-8")
        configuration = {
            "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(folder / "rules" / "*.yml")],
            "scrape_configs": [
                {
                    "job_name": "echowire",
                    "static_configs": [
                        {"targets": list(targets), "labels": {"environment": environment}}
                    ],
                }
            ],
        }
        # JSON is YAML, and the demo's environment has no other writer of it.
        (folder / "prometheus.yml").write_text(json.dumps(configuration), encoding="utf-8")

    def __enter__(self) -> Self:
        command = shutil.which("prometheus")
        if command is None:
            raise PrometheusFailedError(INSTALL)
        arguments = [
            command,
            f"--config.file={self._folder / 'prometheus.yml'}",
            f"--storage.tsdb.path={self._folder / 'data'}",
            f"--web.listen-address={self.address}",
            *(f"--enable-feature={feature}" for feature in self._features),
        ]
        log = self._folder / "prometheus.log"
        self._process = spawn_tied(arguments, log)
        deadline = time.monotonic() + _START_SECONDS
        while not self._is_ready():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise PrometheusFailedError(f"did not start:\n{log.read_text(encoding='utf-8')}")
            time.sleep(0.05)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._process is not None:
            self._process.terminate()
            self._process.wait(15)

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://{self.address}/-/ready", timeout=1):
                return True
        except OSError:
            return False


def hurried(rules: str, factor: float) -> str:
    """Rules with `for` and `interval` shortened by this factor."""

    def shorter(found: re.Match[str]) -> str:
        seconds = int(found[2]) * _UNIT_SECONDS[found[3]] / factor
        return f"{found[1]}{max(1, round(seconds))}s"

    return _DURATION.sub(shorter, rules) if factor != 1 else rules


def _labels(series: Mapping[str, Any]) -> dict[str, str]:
    return {name: value for name, value in series["metric"].items() if name != "__name__"}


def _point(pair: Sequence[Any]) -> tuple[float, float]:
    return float(pair[0]), float(pair[1])
