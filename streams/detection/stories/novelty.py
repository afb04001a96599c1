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


def only(time: int) -> ArrivalCounts:
    """One arrival at `time`."""
    return [[time - time % _MINUTE, 1]]


def arrived(
    arrivals: ArrivalCounts, time: int, clock: int, window_milliseconds: int
) -> ArrivalCounts:
    """The arrivals with one more at `time`, when the shard's clock shows `clock`. Keeps at most the
    minutes of an hour on either side of the clock, the window's hours, and this one.

    An article may be dated ahead. Once others have come and the clock has not followed, it counts
    as of now, and nothing is forgotten for its sake.
    """
    minute = time - time % _MINUTE
    if arrivals[-1][0] == minute <= clock + _HOUR:
        return [*arrivals[:-1], [minute, arrivals[-1][1] + 1]]
    return _kept([*_not_ahead(arrivals, clock), [minute, 1]], clock, window_milliseconds)


def together(
    one: ArrivalCounts, other: ArrivalCounts, clock: int, window_milliseconds: int
) -> ArrivalCounts:
    """The arrivals of two stories that are merged when the shard's clock shows `clock`."""
    return _kept(_not_ahead([*one, *other], clock), clock, window_milliseconds)


def _not_ahead(arrivals: ArrivalCounts, clock: int) -> ArrivalCounts:
    """The arrivals, with those over an hour after the clock as of now."""
    now = clock - clock % _MINUTE
    return [[now if begin > clock + _HOUR else begin, count] for begin, count in arrivals]


def _kept(arrivals: ArrivalCounts, clock: int, window_milliseconds: int) -> ArrivalCounts:
    """The arrivals in order, those over an hour before the newest by hours. One dated ahead is not
    the newest."""
    counts: dict[int, int] = {}
    newest = max(begin for begin, _ in arrivals if begin <= clock + _HOUR)
    for begin, count in arrivals:
        age = newest - begin
        if age <= window_milliseconds + _HOUR:
            kept = begin if age <= _HOUR else begin - begin % _HOUR
            counts[kept] = counts.get(kept, 0) + count
    return [[begin, counts[begin]] for begin in sorted(counts)]
