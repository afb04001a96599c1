"""Which numbers of a text differ from an earlier version, according to that version's sketch.

A sketch keeps ten numbers, each as a code from which it can be restored. The numbers now in their
places are read from the new text, so nothing else of the earlier text is needed.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import orjson

from schemas.records import ChangedFactRecord
from streams.detection.sketch.facts import Number, kept_numbers, numbers_of
from streams.detection.sketch.number_codes import value_of

# A text with more changes is another report.
MOST_CHANGED = 5
LONGEST_BEFORE, LONGEST_NUMBER = 80, 40  # characters
_SMALL = 12  # months, hours, and what is spelled out elsewhere

_GROUP = re.compile(r"\d{1,3}(?:([^\w\s]|[ \u00a0\u202f])\d{3})+")
_VALUES = re.compile(r"\d+")
_UNIT = re.compile(r"\D*[^\W\d]\D*$")  # of a time of day: what follows the hour
_END = re.compile(r"[\W_]+$")


def changes_in_words(changed: Sequence[ChangedFactRecord]) -> str:
    """The changes, for the end of a sentence; empty if there are none."""
    each = ", ".join(f"{one['before']} {one['old']} \u2192 {one['new']}" for one in changed)
    return f" Changed: {each}." if changed else ""


class Numbers:
    """The numbers of one normalised article, given as JSON: read on first use."""

    def __init__(self, value: bytes) -> None:
        self._value = value
        self._found: list[Number] | None = None

    def changed_since(self, earlier: np.void) -> list[ChangedFactRecord]:
        """Those that differ from an earlier article, given by its row."""
        return changed_facts(self._all(), earlier)

    def found_of(self, earlier: np.void) -> tuple[int, int]:
        """(how many are among these, how many there are) of the numbers that an earlier article's
        row keeps, without the small ones that any text may have."""
        kept = {
            spread for _, spread, zero_led in kept_numbers(earlier) if _telling(spread, zero_led)
        }
        return len(kept.intersection(number.spread for number in self._all())), len(kept)

    def _all(self) -> list[Number]:
        if self._found is None:
            self._found = numbers_of(orjson.loads(self._value)["text"])
        return self._found


def _telling(spread: int, zero_led: int) -> bool:
    value = value_of(spread, zero_led)
    return value is None or bool(value[1]) or value[0] > _SMALL


def changed_facts(numbers: list[Number], earlier: np.void) -> list[ChangedFactRecord]:
    """Which of a text's numbers differ from those in the same places of an earlier text, given by
    its row or sketch: in text order, the first `MOST_CHANGED`.

    If a place has several numbers, in either text, it is unknown which became which.
    """
    cover = int(earlier["facts_cover"][0])
    old: dict[int, set[tuple[int, int]]] = defaultdict(set)
    for place, spread, zero_led in kept_numbers(earlier):
        if place < cover:
            old[place].add((spread, zero_led))
    new: dict[int, set[int]] = defaultdict(set)
    for number in numbers:
        new[number.place].add(number.spread)
    changed: dict[int, ChangedFactRecord] = {}
    for place, _, _, before, written in numbers:
        gone = [one for one in old.get(place, ()) if one[0] not in new[place]]
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
        return f"{first}{between}{second}{behind}"
    return (f"{first:,}".replace(",", group[1]) if group else str(first)) + behind
