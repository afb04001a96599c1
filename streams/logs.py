"""Logs: one JSON object per line for machines, or one readable line for people.

Nothing is logged per article. Lines about a chunk carry `topic`, `partition` and `offset`, by
which they can be found, in Kafka too.
"""

from __future__ import annotations

import logging
import sys
from collections import OrderedDict
from typing import Literal, TextIO

import structlog
from structlog.stdlib import ExtraAdder, ProcessorFormatter, add_log_level, add_logger_name
from structlog.typing import Processor

LogFormat = Literal["console", "json"]

# Faust, mode and aiokafka log every step that they take.
_NOISY = ("faust", "mode", "aiokafka")
# While a broker is away aiokafka says so a hundred times a second: all else would be lost in that.
_REPEAT_SECONDS, _MOST_REMEMBERED = 10.0, 256


class _Repeats(logging.Filter):
    """Lets the same line of these libraries through once in ten seconds, with how often it was
    left out before."""

    def __init__(self) -> None:
        super().__init__()
        # By line, oldest first: when it was let through, and how often not since then.
        self._known: OrderedDict[tuple[str, str], tuple[float, int]] = OrderedDict()

    def filter(self, record: logging.LogRecord) -> bool:
        if record.name.split(".")[0] not in _NOISY or record.exc_info:
            return True
        try:
            message = record.getMessage()
        except Exception:  # noqa: BLE001 - the handler reports it, and its caller carries on
            return True
        line = record.name, message
        # Other threads log, too: what is asked for here may be gone a moment later.
        if before := self._known.get(line):
            since, left_out = before
            if 0 <= record.created - since < _REPEAT_SECONDS:
                self._known[line] = since, left_out + 1
                return False
            if left_out:
                record.msg, record.args = f"{message} (and {left_out} more like this)", ()
            self._known.pop(line, None)
        self._known[line] = record.created, 0
        if len(self._known) > _MOST_REMEMBERED:
            self._known.popitem(last=False)
        return True


def write_logs(
    log_format: LogFormat, level: Literal["debug", "info", "warning", "error"], sink: TextIO
) -> None:
    """Send all logs of this process to `sink`, from this level on."""
    handler = logging.StreamHandler(sink)
    handler.setFormatter(_formatter(log_format, colours=sink.isatty()))
    handler.addFilter(_Repeats())
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
