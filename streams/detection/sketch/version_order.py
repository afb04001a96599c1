"""Which of two versions of an item is the later one, if that can be told."""

from __future__ import annotations

import re

from streams.articles.times import milliseconds, parse_time

# Orders of different kinds are not comparable. The kind is in the two highest bits.
_KIND_BIT = 62
_NUMBER, _DOTTED, _TIME = 1, 2, 3
_PART_BITS = 20

_WHOLE = re.compile(r"\d{1,18}", re.ASCII)
_PARTS = re.compile(r"(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?", re.ASCII)


def version_order(version: str | int | None) -> int:
    """A version as 64 bits that rise with it: for integers (2, 10), numbers with one or two
    points (1.9, 1.10) and times; 0 for anything else."""
    if version is None:
        return 0
    text = str(version).strip()
    if _WHOLE.fullmatch(text):
        return _NUMBER << _KIND_BIT | int(text)
    if parts := _PARTS.fullmatch(text):
        major, minor, patch = (int(part or 0) for part in parts.groups())
        if max(major, minor, patch) >> _PART_BITS:
            return 0
        packed = (major << _PART_BITS | minor) << _PART_BITS | patch
        return _DOTTED << _KIND_BIT | packed
    time = parse_time(text) if text else None
    return 0 if time is None else _TIME << _KIND_BIT | max(0, milliseconds(time))


def is_older(order: int, than: int) -> bool:
    """Whether versions can be compared, and the first is the earlier one."""
    return order >> _KIND_BIT == than >> _KIND_BIT and order < than
