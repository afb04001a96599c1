"""Dashboards as PNG: a picture of the panels without Grafana, from the same queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from deploy.grafana.asking import legend_of
from deploy.grafana.panels import Board, Panel, Query
from deploy.prometheus.server import Series

Answers = Sequence[tuple[Query, list[Series]]]

_COLUMNS = 24
# All in inches: titles above a panel, its body, and the legend and times below it.
_WIDTH, _MARGIN, _GAP = 15.0, 0.75, 0.75
_HEAD, _ROW_TITLE, _TITLE = 0.8, 0.55, 0.3
_BODIES = {"stat": 0.6, "line": 1.9, "stacked": 1.9, "bars": 2.2}
_FEET = {"stat": 0.15, "line": 0.75, "stacked": 0.75, "bars": 0.3}
_INK, _QUIET = "#22252b", "#7b8087"
_LEGEND_ENTRIES = 8
_COLOURS = {"green": "#2e9e5b", "red": "#d0342c", "#EAB839": "#c99a14", "orange": "#e07b24"}
_SECONDS_A_DAY = 86_400


def draw_board(board: Board, answers: Mapping[str, Answers], path: Path) -> None:
    """Write one dashboard; `answers` by panel title."""
    height = _HEAD + sum(
        _ROW_TITLE + sum(_line_height(line) for line in _wrapped(row.panels)) for row in board.rows
    )
    figure = Figure(figsize=(_WIDTH, height), facecolor="white")
    left, top = _MARGIN / _WIDTH, height - _HEAD
    figure.text(left, 1 - 0.5 / height, board.title, fontsize=17, color=_INK, weight="bold")
    for row in board.rows:
        figure.text(left, (top - 0.2) / height, row.title, fontsize=12.5, color=_QUIET)
        top -= _ROW_TITLE
        for line in _wrapped(row.panels):
            column = 0
            for panel in line:
                body = _BODIES[panel.kind]
                step = (_WIDTH - 2 * _MARGIN + _GAP) / _COLUMNS
                indent = 1.1 if panel.kind == "bars" else 0.0
                place = (
                    (_MARGIN + column * step + indent) / _WIDTH,
                    (top - _TITLE - body) / height,
                    (panel.width * step - _GAP - indent) / _WIDTH,
                    body / height,
                )
                _draw_panel(figure.add_axes(place), panel, answers[panel.title])
                column += panel.width
            top -= _line_height(line)
    figure.savefig(path, dpi=80)


def _line_height(panels: Sequence[Panel]) -> float:
    return _TITLE + max(_BODIES[p.kind] + _FEET[p.kind] for p in panels)


def _wrapped(panels: Sequence[Panel]) -> list[list[Panel]]:
    """Panels arranged in rows of 24 columns."""
    lines: list[list[Panel]] = [[]]
    for panel in panels:
        if sum(p.width for p in lines[-1]) + panel.width > _COLUMNS:
            lines.append([])
        lines[-1].append(panel)
    return lines


def _draw_panel(axes: Axes, panel: Panel, answers: Answers) -> None:
    axes.set_title(panel.title, fontsize=10.5, loc="left", color=_INK, weight="bold")
    if not any(series for _, series in answers):
        axes.axis("off")
        axes.text(0.5, 0.5, panel.empty_when or "no data", ha="center", color=_QUIET, fontsize=10)
    elif panel.kind == "stat":
        _draw_number(axes, panel, answers)
    elif panel.kind == "bars":
        _draw_bars(axes, panel, answers)
    else:
        _draw_series(axes, panel, answers)


def _draw_number(axes: Axes, panel: Panel, answers: Answers) -> None:
    value = answers[0][1][0][1][-1][1]
    colour = _INK
    for step in panel.thresholds:
        if step.value is None or value >= step.value:
            colour = _COLOURS.get(step.colour, _INK)
    axes.axis("off")
    whole = round(value) if panel.unit == "short" else value
    axes.text(0, 0.45, shown(whole, panel.unit), fontsize=25, color=colour, va="center")


def _draw_bars(axes: Axes, panel: Panel, answers: Answers) -> None:
    bars = [
        (legend_of(query, labels), points[-1][1])
        for query, series in answers
        for labels, points in series
    ]
    names, values = zip(*sorted(bars, reverse=True), strict=True)
    drawn = axes.barh(names, values, color="#3f6fb5", height=0.6)
    axes.bar_label(drawn, [shown(round(v), panel.unit) for v in values], fontsize=8, padding=3)
    _plain(axes, panel)
    axes.grid(visible=False)
    axes.xaxis.set_visible(False)
    axes.margins(x=0.12)


def _draw_series(axes: Axes, panel: Panel, answers: Answers) -> None:
    named = [
        (legend_of(query, labels) or panel.title, points)
        for query, series in answers
        for labels, points in series
    ]
    named.sort(key=lambda item: -sum(v for _, v in item[1]))
    if panel.kind == "stacked":
        times = sorted({t for _, points in named for t, _ in points})
        columns = [[dict(points).get(t, 0.0) for t in times] for _, points in named]
        axes.stackplot(_days(times), columns, labels=[name for name, _ in named], alpha=0.75)
    else:
        for name, points in named:
            axes.plot(_days([t for t, _ in points]), [v for _, v in points], label=name, lw=1.3)
    # A topic that keeps its records forever has a retention of infinity.
    top = max((v for _, points in named for _, v in points if isfinite(v)), default=0.0)
    for step in panel.thresholds:
        if step.value is not None and step.value <= 3 * top:
            axes.axhline(step.value, color=_COLOURS.get(step.colour, _QUIET), lw=1, ls="--")
    _plain(axes, panel)
    axes.set_ylim(bottom=0, top=None if panel.kind == "stacked" and top else 1.08 * top or 1)
    locator = AutoDateLocator(maxticks=6)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))  # type: ignore[no-untyped-call]
    handles, names = axes.get_legend_handles_labels()
    axes.legend(
        handles[:_LEGEND_ENTRIES], names[:_LEGEND_ENTRIES], fontsize=7.5, frameon=False,
        loc="upper left", bbox_to_anchor=(-0.02, -0.14), ncols=4, handlelength=1.2,
        columnspacing=1.2, borderaxespad=0,
    )  # fmt: skip


def _plain(axes: Axes, panel: Panel) -> None:
    axes.yaxis.set_major_formatter(
        FuncFormatter(lambda value, _: shown(value, panel.unit))
        if panel.kind != "bars"
        else axes.yaxis.get_major_formatter()
    )
    axes.tick_params(labelsize=8, colors=_QUIET, length=0)
    axes.grid(color="#0001", lw=0.8)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color("#0003")


def _days(times: Sequence[float]) -> list[float]:
    """Seconds since 1970 as matplotlib counts time."""
    days: list[float] = (np.array(times) / _SECONDS_A_DAY).tolist()
    return days


_SCALES: dict[str, tuple[tuple[float, str], ...]] = {
    "s": ((86_400, " d"), (3600, " h"), (60, " min"), (1, " s"), (0.001, " ms")),
    "bytes": ((1e9, " GB"), (1e6, " MB"), (1e3, " kB"), (1, " B")),
    "Bps": ((1e9, " GB/s"), (1e6, " MB/s"), (1e3, " kB/s"), (1, " B/s")),
    "short": ((1e6, " M"), (1e4, " k"), (1, "")),
}


def shown(value: float, unit: str) -> str:
    """A number in its unit, as short as it can be and still differ from its neighbours."""
    if unit == "percentunit":
        return f"{value:.1%}" if 0 < value < 0.1 else f"{value:.0%}"
    scale = _SCALES.get(unit, _SCALES["short"])
    size, name = next(((s, n) for s, n in scale if value >= s), scale[-1])
    if name == " k":  # from 10 k on: smaller numbers are written out
        size = 1e3
    suffix = "/s" if unit in ("records/s", "articles/s") else ""
    number = value / size
    return f"{number:,.0f}{name}{suffix}" if number >= 1000 else f"{number:.3g}{name}{suffix}"
