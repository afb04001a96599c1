"""Logs: one JSON object per line for machines, or one readable line for people.

Nothing is logged per article. Lines about a chunk carry `topic`, `partition` and `offset`, by
which they can be found, in Kafka too.
"""

from __future__ import annotations

import logging
import sys
from typing import Literal, TextIO

import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.typing import Processor

LogFormat = Literal["console", "json"]

# Faust, mode and aiokafka log every step that they take.
_NOISY = ("faust", "mode", "aiokafka")


def write_logs(
    log_format: LogFormat, level: Literal["debug", "info", "warning", "error"], sink: TextIO
) -> None:
    """Send all logs of this process to `sink`, from this level on."""
    handler = logging.StreamHandler(sink)
    handler.setFormatter(_formatter(log_format, colours=sink.isatty()))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    # Other libraries build debug records on the hot path even if nobody wants them.
    logging.disable(logging.NOTSET if level == "debug" else logging.DEBUG)
    for name in _NOISY:
        logging.getLogger(name).setLevel(logging.WARNING)


def write_logs_to_stderr(
    log_format: LogFormat, level: Literal["debug", "info", "warning", "error"]
) -> None:
    """The same, to where a supervisor reads them."""
    write_logs(log_format, level, sys.stderr)


def _formatter(log_format: LogFormat, *, colours: bool) -> ProcessorFormatter:
    before: list[Processor] = [
        add_log_level,
        add_logger_name,
        ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    last: list[Processor]
    if log_format == "json":
        last = [
            structlog.processors.dict_tracebacks,
            structlog.processors.EventRenamer("message"),
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ]
    else:
        last = [
            structlog.dev.ConsoleRenderer(
                colors=colours,
                pad_event_to=0,
                exception_formatter=structlog.dev.plain_traceback,
            )
        ]
    return ProcessorFormatter(
        foreign_pre_chain=before, processors=[ProcessorFormatter.remove_processors_meta, *last]
    )
