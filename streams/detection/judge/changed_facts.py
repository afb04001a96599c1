"""Which numbers of a text differ from an earlier version, according to that version's sketch.

A sketch keeps ten numbers, each as a code from which it can be restored. The numbers now in their
places are read from the new text, so nothing else of the earlier text is needed.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import orjson

from schemas.records import ChangedFactRecord
from streams.articles.day_parts import MARKS
from streams.detection.index.view import View
from streams.detection.sketch.facts import (
    Number,
    kept_numbers,
    kept_numbers_of_each,
    numbers_of_each,
)
from streams.detection.sketch.number_codes import spread_of, value_of

# A text with more changes is another report.
MOST_CHANGED = 5
LONGEST_BEFORE, LONGEST_NUMBER = 80, 40  # characters
# Months, hours, and what is spelled out elsewhere, as codes.
_SMALL_NUMBERS = frozenset(spread_of(number) for number in range(13))
_READ_TOGETHER = 64  # texts: each takes 40 times its characters in memory meanwhile

_GROUP = re.compile(r"\d{1,3}(?:([^\w\s]|[ \u00a0\u202f])\d{3})+")
_VALUES = re.compile(r"\d+")
_UNIT = re.compile(r"\D*[^\W\d]\D*$")  # of a time of day: what follows the hour
_END = re.compile(rf"(?:_|[^\w{MARKS}])+$")  # vowel signs end a word


def changes_in_words(changed: Sequence[ChangedFactRecord]) -> str:
    """The changes, for the end of a sentence; empty if there are none."""
    each = ", ".join(f"{one['before']} {one['old']} \u2192 {one['new']}" for one in changed)
    return f" Changed: {each}." if changed else ""


class Earlier(NamedTuple):
    """What an earlier article's row, or sketch, says about its numbers."""

    # Their codes, without the small numbers that any text may have.
    telling: frozenset[int]
    # By place: (code, whether its second value has a leading zero), if the sketch has all of the
    # place's numbers.
    by_place: Mapping[int, set[tuple[int, int]]]

    @classmethod
    def of(cls, sketch: np.void) -> Earlier:
        """Read a row or a sketch."""
        return cls.of_kept(kept_numbers(sketch), int(sketch["facts_cover"][0]))

    @classmethod
    def of_kept(cls, kept: Sequence[tuple[int, int, int]], cover: int) -> Earlier:
        """The numbers that a sketch keeps (`kept_numbers`), complete in places below its cover."""
        by_place: dict[int, set[tuple[int, int]]] = {}
        for place, spread, zero_led in kept:
            if place >= cover:
                break  # places rise
            if place in by_place:
                by_place[place].add((spread, zero_led))
            else:
                by_place[place] = {(spread, zero_led)}
        telling = frozenset([spread for _, spread, _ in kept])
        return cls(telling - _SMALL_NUMBERS, by_place)


class Numbers:
    """The numbers of a chunk's articles, given as JSON `values`, and of earlier ones, given by
    their serials: each is read on first use."""

    def __init__(self, view: View, values: Sequence[bytes]) -> None:
        self._view, self._values = view, values
        self._found: dict[int, list[Number]] = {}
        self._earlier: dict[int, Earlier] = {}

    def read(self, places: Sequence[int]) -> None:
        """Read those of some articles together, which takes a third of the time."""
        for first in range(0, len(places), _READ_TOGETHER):
            some = places[first : first + _READ_TOGETHER]
            texts = [orjson.loads(self._values[place])["text"] for place in some]
            self._found.update(zip(some, numbers_of_each(texts), strict=True))

    def read_earlier(self, serials: Collection[int]) -> None:
        """Read those of some earlier articles together, in half the time."""
        rows = self._view.gather(np.fromiter(serials, np.int64, len(serials)))
        for serial, kept, cover in zip(
            serials, kept_numbers_of_each(rows), rows["facts_cover"][:, 0].tolist(), strict=True
        ):
            self._earlier[serial] = Earlier.of_kept(kept, cover)

    def earlier(self, serial: int) -> Earlier:
        """Those of an earlier article."""
        known = self._earlier.get(serial)
        if known is None:
            known = self._earlier[serial] = Earlier.of(self._view.row(serial))
        return known

    def changed_since(self, place: int, serial: int) -> list[ChangedFactRecord]:
        """Those of the chunk's article that differ from an earlier one."""
        by_place = self.earlier(serial).by_place
        return _changed(self._of(place), by_place) if by_place else []

    def found_of(self, place: int, serial: int) -> tuple[int, int]:
        """(how many are in the chunk's article, how many there are) of the numbers that an earlier
        one's row keeps, without the small ones that any text may have."""
        telling = self.earlier(serial).telling
        return len(telling.intersection([n.spread for n in self._of(place)])), len(telling)

    def _of(self, place: int) -> list[Number]:
        if place not in self._found:
            self.read([place])
        return self._found[place]


def changed_facts(numbers: list[Number], earlier: np.void) -> list[ChangedFactRecord]:
    """Which of a text's numbers differ from those in the same places of an earlier text, given by
    its row or sketch: in text order, the first `MOST_CHANGED`.

    If a place has several numbers, in either text, it is unknown which became which.
    """
    return _changed(numbers, Earlier.of(earlier).by_place)


def _changed(
    numbers: list[Number], old: Mapping[int, set[tuple[int, int]]]
) -> list[ChangedFactRecord]:
    numbers = [number for number in numbers if number.place in old]
    new: dict[int, set[int]] = defaultdict(set)
    for number in numbers:
        new[number.place].add(number.spread)
    changed: dict[int, ChangedFactRecord] = {}
    for place, _, _, before, written in numbers:
        gone = [one for one in old[place] if one[0] not in new[place]]
        if place in changed or len(gone) != 1:
            continue
        if len(new[place] - {spread for spread, _ in old[place]}) != 1:
            continue
        if (was := _written(*gone[0], written)) is not None:
            words = " ".join(_END.sub("", before).split())[-LONGEST_BEFORE:]
            changed[place] = {"before": words, "old": was, "new": written[:LONGEST_NUMBER]}
        if len(changed) == MOST_CHANGED:
            break
    return list(changed.values())


def _written(spread: int, zero_led: int, like: str) -> str | None:
    """A kept number in another one's notation; None if its code does not determine it."""
    value = value_of(spread, zero_led)
    if value is None:
        return None
    first, second = value
    group, unit = _GROUP.search(like), _UNIT.search(like)
    behind = unit[0] if unit else ""
    if second:
        parts = _VALUES.split(like)
        between = parts[1] if len(parts) == 3 and not group else "."
        written = f"{first}{between}{second}"
    else:
        written = f"{first:,}".replace(",", group[1]) if group else str(first)
    return written.translate(_digits_of(like)) + behind


def _digits_of(like: str) -> dict[int, int]:
    """ASCII digits -> those of a number's script."""
    digit = next(filter(str.isdecimal, like), "0")
    zero = ord(digit) - unicodedata.decimal(digit)
    return {ord("0") + value: zero + value for value in range(10)}
