"""How many articles a story got recently: by minutes for an hour, by hours before that."""

from __future__ import annotations

from schemas.records import NoveltyRecord
from streams.detection.index.segment import ArrivalCounts

_MINUTE, _HOUR, _DAY = 60_000, 3_600_000, 24 * 3_600_000


def recent(arrivals: ArrivalCounts, time: int, window_milliseconds: int) -> NoveltyRecord:
    """Arrivals in the period before `time`; its first minute, its first hour count in full."""
    hour = day = window = 0
    for begin, count in arrivals:
        age = time - begin
        if age < window_milliseconds + _HOUR:
            window += count
            if age < _DAY + _HOUR:
                day += count
                if age < _HOUR + _MINUTE:
                    hour += count
    return {"hour": hour, "day": day, "window": window}


def arrived(arrivals: ArrivalCounts, time: int, window_milliseconds: int) -> ArrivalCounts:
    """The arrivals with one more at `time`. Keeps at most 60 minutes and the window's hours."""
    minute = time - time % _MINUTE
    if not arrivals:
        return [[minute, 1]]
    if arrivals[-1][0] == minute:
        return [*arrivals[:-1], [minute, arrivals[-1][1] + 1]]
    counts: dict[int, int] = {}
    newest = max(minute, arrivals[-1][0])
    for begin, count in [*arrivals, [minute, 1]]:
        age = newest - begin
        if age > window_milliseconds + _HOUR:
            continue
        kept = begin if age <= _HOUR else begin - begin % _HOUR
        counts[kept] = counts.get(kept, 0) + count
    return [[begin, counts[begin]] for begin in sorted(counts)]


def together(one: ArrivalCounts, other: ArrivalCounts, window_milliseconds: int) -> ArrivalCounts:
    """The arrivals of two stories that were merged."""
    counts: dict[int, int] = {}
    newest = max(begin for begin, _ in [*one, *other])
    for begin, count in [*one, *other]:
        age = newest - begin
        if age <= window_milliseconds + _HOUR:
            kept = begin if age <= _HOUR else begin - begin % _HOUR
            counts[kept] = counts.get(kept, 0) + count
    return [[begin, counts[begin]] for begin in sorted(counts)]
