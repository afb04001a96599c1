"""Boards as Grafana's JSON, by Grafana's own builders."""

from __future__ import annotations

from itertools import count
from string import ascii_uppercase
from typing import Protocol, Self, cast

from grafana_foundation_sdk.builders import (
    bargauge,
    common,
    dashboard,
    prometheus,
    stat,
    timeseries,
)
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models import common as common_models
from grafana_foundation_sdk.models import dashboard as models

from deploy.grafana.panels import Board, Panel, Threshold

DATASOURCE = models.DataSourceRef(type_val="prometheus", uid="${datasource}")
_STEADY = "echowire"
_HEIGHTS = {"stat": 4, "line": 8, "stacked": 8, "bars": 8}
# Units unknown to Grafana are written after the number.
_SUFFIXES = {"records/s": "suffix: records/s", "articles/s": "suffix: articles/s"}


class _Builder(Protocol):
    """What the builders of all panel types share."""

    def id(self, id_val: int) -> Self: ...
    def title(self, title: str) -> Self: ...
    def description(self, description: str) -> Self: ...
    def datasource(self, datasource: models.DataSourceRef) -> Self: ...
    def unit(self, unit: str) -> Self: ...
    def span(self, w: int) -> Self: ...
    def height(self, h: int) -> Self: ...
    def min(self, min_val: float) -> Self: ...
    def decimals(self, decimals: float) -> Self: ...
    def thresholds(self, thresholds: dashboard.ThresholdsConfig) -> Self: ...
    def with_target(self, target: prometheus.Dataquery) -> Self: ...
    def build(self) -> models.Panel: ...


def dashboard_json(board: Board) -> str:
    """The file that Grafana reads."""
    return str(JSONEncoder(sort_keys=True, indent=2).encode(_dashboard(board).build())) + "\n"


def _dashboard(board: Board) -> dashboard.Dashboard:
    built = (
        dashboard.Dashboard(board.title)
        .uid(board.uid)
        .description(board.description)
        .tags([_STEADY])
        .readonly()
        .refresh("30s")
        .time("now-3h", "now")
        .timezone("browser")
        .tooltip(models.DashboardCursorSync.CROSSHAIR)
        .link(
            dashboard.DashboardLink("echowire")
            .type(models.DashboardLinkType.DASHBOARDS)
            .tags([_STEADY])
            .include_vars(True)
            .keep_time(True)
        )
        .with_variable(dashboard.DatasourceVariable("datasource").label("Data").type("prometheus"))
        .with_variable(_variable("environment", "up", several=False))
    )
    for name, metric in board.variables:
        built = built.with_variable(_variable(name, metric, several=True))
    number = count(1)
    for row in board.rows:
        built = built.with_row(dashboard.Row(row.title).id(next(number)))
        for panel in row.panels:
            built = built.with_panel(_panel(panel, next(number)))
    return built


def _variable(name: str, metric: str, *, several: bool) -> dashboard.QueryVariable:
    selector = (
        f'{metric}{{environment="$environment"}}' if several else f'{metric}{{job="{_STEADY}"}}'
    )
    return (
        dashboard.QueryVariable(name)
        .label(name.capitalize())
        .datasource(DATASOURCE)
        .query(f"label_values({selector}, {name})")
        .refresh(models.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(models.VariableSort.NUMERICAL_ASC)
        .multi(several)
        .include_all(several)
    )


def _panel(panel: Panel, number: int) -> Builder[models.Panel]:
    builder: _Builder
    if panel.kind == "stat":
        builder = stat.Panel().color_mode(common_models.BigValueColorMode.VALUE)
    elif panel.kind == "bars":
        builder = bargauge.Panel().orientation(common_models.VizOrientation.HORIZONTAL)
    else:
        builder = _series(panel)
    builder = (
        builder.id(number)
        .title(panel.title)
        .description(panel.description)
        .datasource(DATASOURCE)
        .unit(_SUFFIXES.get(panel.unit, panel.unit))
        .span(panel.width)
        .height(_HEIGHTS[panel.kind])
        .min(0)
        .thresholds(_thresholds(panel.thresholds or (Threshold(None, "blue"),)))
    )
    if panel.unit == "short" and panel.kind in ("stat", "bars"):
        builder = builder.decimals(0)  # Prometheus extrapolates: it counts 15.1 of 15
    for letter, query in zip(ascii_uppercase, panel.queries, strict=False):
        target = prometheus.Dataquery().expr(query.expr).datasource(DATASOURCE).ref_id(letter)
        builder = builder.with_target(target.legend_format(query.legend or "__auto"))
    return cast(Builder[models.Panel], builder)


def _series(panel: Panel) -> timeseries.Panel:
    builder = (
        timeseries.Panel()
        .line_width(1)
        .fill_opacity(30 if panel.kind == "stacked" else 8)
        .show_points(common_models.VisibilityMode.NEVER)
        .legend(
            common.VizLegendOptions()
            .display_mode(common_models.LegendDisplayMode.LIST)
            .placement(common_models.LegendPlacement.BOTTOM)
            .show_legend(True)
        )
        .tooltip(common.VizTooltipOptions().mode(common_models.TooltipDisplayMode.MULTI))
    )
    if panel.kind == "stacked":
        stacking = common.StackingConfig().mode(common_models.StackingMode.NORMAL)
        builder = builder.stacking(stacking)
    if panel.thresholds:
        lines = common.GraphThresholdsStyleConfig().mode(
            common_models.GraphThresholdsStyleMode.DASHED
        )
        builder = builder.thresholds_style(lines)
    return builder


def _thresholds(steps: tuple[Threshold, ...]) -> dashboard.ThresholdsConfig:
    return (
        dashboard.ThresholdsConfig()
        .mode(models.ThresholdsMode.ABSOLUTE)
        .steps([models.Threshold(value=step.value, color=step.colour) for step in steps])
    )
