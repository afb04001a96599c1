"""The page at /status: this worker's identity, activity and settings."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from importlib.metadata import version
from string import Template

from pydantic import SecretStr

from schemas.topics import STAGES
from streams.detection.index.occupancy import occupancy, oldest_seconds
from streams.health import PartitionProgress, Progress
from streams.kafka.shards import Shards
from streams.metrics import Metrics
from streams.settings import Settings

# Rates cover the last minute, or the time between two visits if that is longer.
_RATE_SECONDS = 60.0
_HIDDEN = "••••••"


@dataclass(frozen=True, slots=True)
class _Reading:
    at: float
    taken: dict[str, float]


class StatusPage:
    """Renders the page from the metrics; measures nothing of its own."""

    def __init__(
        self,
        settings: Settings,
        stages: Sequence[str],
        metrics: Metrics,
        progress: Progress,
        shards: Shards,
    ) -> None:
        self._settings, self._stages = settings, stages
        self._metrics, self._progress, self._shards = metrics, progress, shards
        self._started = time.monotonic()
        self._readings: deque[_Reading] = deque([self._reading()])

    def html(self) -> str:
        """The whole page."""
        rates = self._rates()
        partitions = self._progress.partitions()
        troubles = [*self._progress.unready(), *self._progress.stuck()]
        facts = [
            ("version", version("echowire")),
            ("stages", ", ".join(self._stages)),
            ("up for", _duration(time.monotonic() - self._started)),
            ("waiting", f"{sum(s.lag_records for s in partitions):,} records"),
            *((f"{stage} rate", f"{rates[stage]:,.1f} records/s") for stage in self._stages),
        ]
        return _PAGE.substitute(
            state="trouble" if troubles else "well",
            headline=escape("; ".join(troubles))
            if troubles
            else "Running, and keeping up"
            if not any(s.lag_records for s in partitions)
            else "Running, catching up",
            facts="".join(f"<div><dt>{escape(n)}</dt><dd>{escape(v)}</dd></div>" for n, v in facts),
            partitions=_rows([_partition(s) for s in partitions], 6),
            shards=_rows(self._shard_rows(), 7),
            settings=_rows(shown_settings(self._settings), 3),
        )

    def _reading(self) -> _Reading:
        taken = {stage: self._metrics.consumed[stage]._value.get() for stage in STAGES}  # noqa: SLF001
        return _Reading(time.monotonic(), taken)

    def _rates(self) -> dict[str, float]:
        """Records per second of each stage since the oldest stored reading."""
        now = self._reading()
        while len(self._readings) > 1 and self._readings[1].at < now.at - _RATE_SECONDS:
            self._readings.popleft()
        oldest = self._readings[0]
        self._readings.append(now)
        seconds = max(1e-3, now.at - oldest.at)
        return {stage: (now.taken[stage] - oldest.taken[stage]) / seconds for stage in STAGES}

    def _shard_rows(self) -> Iterable[Sequence[str]]:
        for partition, state in sorted(self._shards.states().items()):
            sampled = occupancy(state)
            left = self._shards.segments_left.get(partition)
            yield (
                str(partition),
                f"{state.count - state.tail:,}",
                f"{len(state.stories):,}",
                _duration(oldest_seconds(state)),
                f"{sampled.fill:.1%}",
                f"{state.last_offset:,}",
                "ready" if left is None else f"reading back, {left:,} segments left",
            )


def shown_settings(settings: Settings) -> list[tuple[str, str, str]]:
    """(name, value, meaning) of every setting; secrets are not shown."""
    shown = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        text = _HIDDEN if isinstance(value, SecretStr) else str(value)
        shown.append((name, text, field.description or ""))
    return shown


def _partition(at: PartitionProgress) -> Sequence[str]:
    return (
        at.stage,
        at.topic,
        str(at.partition),
        f"{at.offset:,}",
        f"{at.lag_records:,}",
        _duration(at.still_seconds) if at.lag_records else "-",
    )


def _rows(rows: Iterable[Sequence[str]], columns: int) -> str:
    cells = ["<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>" for row in rows]
    return "".join(cells) or f'<tr><td colspan="{columns}" class="none">none yet</td></tr>'


def _duration(seconds: float) -> str:
    """In its two largest units."""
    for unit, name, smaller, smaller_name in (
        (86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s"),
    ):  # fmt: skip
        if seconds >= unit:
            return f"{int(seconds // unit)} {name} {int(seconds % unit // smaller)} {smaller_name}"
    return f"{seconds:.0f} s"


_PAGE = Template("""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="5">
<title>echowire worker</title>
<style>
:root { color-scheme: light dark; --line: #8884; --soft: #8882; --quiet: #777; --well: #1a7f4b;
  --trouble: #c2352b; }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem;
  padding: 0 1.25rem; }
h1 { font-size: 1.1rem; font-weight: 600; margin: 0; letter-spacing: .02em; }
h2 { font-size: 1rem; margin: 2.25rem 0 .5rem; }
header { border-left: 5px solid var(--well); padding: .2rem 0 .2rem 1rem; }
header.trouble { border-color: var(--trouble); }
header p { font-size: 1.5rem; margin: .1rem 0 0; color: var(--well); }
header.trouble p { color: var(--trouble); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(10rem, 1fr)); gap: .75rem;
  margin: 1.5rem 0 0; }
dl div { background: var(--soft); border-radius: .5rem; padding: .6rem .9rem; }
dt { color: var(--quiet); font-size: .8rem; }
dd { margin: 0; font-size: 1.15rem; font-variant-numeric: tabular-nums; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .35rem .9rem .35rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; }
th { color: var(--quiet); font-weight: 500; font-size: .8rem; }
td.none, .settings td:nth-child(3) { color: var(--quiet); }
.settings td:nth-child(-n+2) { font-family: ui-monospace, monospace; font-size: .85rem; }
footer { color: var(--quiet); margin-top: 2rem; font-size: .85rem; }
</style>
</head>
<body>
<header class="$state"><h1>echowire worker</h1><p>$headline</p></header>
<dl>$facts</dl>
<h2>Partitions</h2>
<div class="wide"><table><thead><tr><th>stage</th><th>topic</th><th>partition</th>
<th>next offset</th><th>waiting</th><th>last move</th></tr></thead>
<tbody>$partitions</tbody></table></div>
<h2>Shards</h2>
<div class="wide"><table><thead><tr><th>shard</th><th>articles</th><th>stories</th>
<th>oldest</th><th>index filled</th><th>decided up to</th><th>state</th></tr></thead>
<tbody>$shards</tbody></table></div>
<h2>Settings</h2>
<div class="wide"><table class="settings"><thead><tr><th>setting</th><th>value</th>
<th>meaning</th></tr></thead><tbody>$settings</tbody></table></div>
<footer>Renews itself every five seconds. <a href="/metrics">metrics</a> ·
<a href="/livez">livez</a> · <a href="/readyz">readyz</a></footer>
</body>
</html>
""")
