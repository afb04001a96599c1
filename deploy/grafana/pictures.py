"""`python -m deploy.grafana.pictures ADDRESS FOLDER`: draw the dashboards from a Prometheus.

ADDRESS is host:port of any Prometheus that scrapes workers as job `echowire`.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from deploy.grafana.asking import answers
from deploy.grafana.boards import BOARDS
from deploy.grafana.draw import draw_board
from deploy.prometheus.server import PrometheusClient


def main() -> None:
    """Draw all four into the folder."""
    parser = argparse.ArgumentParser(prog="python -m deploy.grafana.pictures", description=__doc__)
    parser.add_argument("address")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--environment", default="demo")
    parser.add_argument("--minutes", type=float, default=3)
    chosen = parser.parse_args()
    prometheus, seconds = PrometheusClient(chosen.address), chosen.minutes * 60
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for board in BOARDS:
        asked = {
            panel.title: answers(
                prometheus, panel, environment=chosen.environment, rate_interval="30s",
                seconds=seconds, step=max(1.0, seconds / 300),
            )
            for panel in board.panels
        }  # fmt: skip
        draw_board(board, asked, chosen.folder / f"{board.uid}.png")
        sys.stdout.write(f"{chosen.folder}/{board.uid}.png\n")


if __name__ == "__main__":
    main()
