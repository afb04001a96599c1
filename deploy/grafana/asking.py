"""Panels' queries with Grafana's variables filled in, and the answers that Prometheus gives."""

from __future__ import annotations

import re
from collections.abc import Mapping
from math import isfinite

from deploy.grafana.panels import Panel, Query
from deploy.prometheus.server import PrometheusClient, Series

_LEGEND = re.compile(r"\{\{(\w+)\}\}")


def filled_in(expr: str, environment: str, rate_interval: str) -> str:
    """An expression as Grafana would send it, for all topics and shards."""
    values = {
        "$__rate_interval": rate_interval,
        "$environment": environment,
        "$topic": ".+",
        "$shard": ".+",
    }
    for name, value in values.items():
        expr = expr.replace(name, value)
    return expr


def legend_of(query: Query, labels: Mapping[str, str]) -> str:
    """The legend that Grafana would show for a series."""
    return _LEGEND.sub(lambda found: labels.get(found[1], ""), query.legend)


def answers(
    prometheus: PrometheusClient,
    panel: Panel,
    *,
    environment: str,
    rate_interval: str,
    seconds: float,
    step: float,
) -> list[tuple[Query, list[Series]]]:
    """Each query of a panel with its series; points that are not finite are left out."""
    asked = []
    for query in panel.queries:
        expr = filled_in(query.expr, environment, rate_interval)
        series = prometheus.query_range(expr, seconds, step)
        clean = [(labels, [p for p in points if isfinite(p[1])]) for labels, points in series]
        asked.append((query, [(labels, points) for labels, points in clean if points]))
    return asked
