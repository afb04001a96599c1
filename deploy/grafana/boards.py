"""The four dashboards."""

from deploy.grafana.dead_letters import DEAD_LETTERS
from deploy.grafana.panels import Board
from deploy.grafana.shards import SHARDS
from deploy.grafana.stream import STREAM
from deploy.grafana.verdicts import VERDICTS

BOARDS: tuple[Board, ...] = (STREAM, VERDICTS, SHARDS, DEAD_LETTERS)
