"""Panels independent of Grafana: dashboards, pictures and tests are all made from these."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

# Grafana's names of units.
Unit = Literal["s", "bytes", "Bps", "percentunit", "short", "records/s", "articles/s"]

GREEN, YELLOW, ORANGE, RED, BLUE = "green", "#EAB839", "orange", "red", "blue"


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL expression; `legend` names its series by their labels: `{{stage}}`."""

    expr: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Threshold:
    """From this value on, this colour. The first of a panel has no value."""

    value: float | None
    colour: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: what it shows, what is normal, and why it may rightly be empty."""

    title: str
    description: str
    unit: Unit
    queries: tuple[Query, ...]
    kind: Literal["line", "stacked", "stat", "bars"] = "line"
    thresholds: tuple[Threshold, ...] = ()
    width: int = 12  # of 24
    empty_when: str = ""  # why having no data may be right; empty: there must always be data


@dataclass(frozen=True, slots=True)
class Row:
    """Panels under one heading."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class Board:
    """One dashboard. `variables` beside `environment`, by name: the metric that has the label."""

    uid: str
    title: str
    description: str
    rows: tuple[Row, ...]
    variables: tuple[tuple[str, str], ...] = ()

    @property
    def panels(self) -> list[Panel]:
        """All panels in order."""
        return [panel for row in self.rows for panel in row.panels]


def quantiles(metric: str, labels: str, by: str = "stage") -> tuple[Query, ...]:
    """The median and the 99th percentile of a histogram with classic buckets."""
    return tuple(
        Query(
            f"histogram_quantile({q}, sum by (le, {by})"
            f" (rate({metric}_bucket{{{labels}}}[$__rate_interval])))",
            f"{{{{{by}}}}} p{q * 100:g}",
        )
        for q in (0.5, 0.99)
    )
