"""The objects of a page's JSON-LD, however they are nested."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any

from streams.json_object import Json

# Objects below these belong to others.
_OTHERS = frozenset(
    "itemlistelement haspart mentions citation relatedlink comment blogpost isrelatedto review "
    "hasdefinedterm subjectof associatedmedia video image author publisher".split()
)
_MOST, _DEEPEST, _LONGEST_LIST = 400, 6, 100
# Lists of nothing but lists are no objects, and a megabyte holds half a million; pages that were
# looked at have at most three hundred values.
_MOST_VALUES = 10_000


def linked_objects(values: list[Any]) -> Iterator[tuple[Json, bool]]:
    """All objects, outermost first, at most a few hundred, and whether each is below another
    story's name."""
    ahead: deque[tuple[Any, int, bool]] = deque((value, 0, False) for value in values)
    objects = looked_at = 0
    while ahead and objects < _MOST and looked_at < _MOST_VALUES:
        value, depth, foreign = ahead.popleft()
        looked_at += 1
        if isinstance(value, list):
            inner = ((item, foreign) for item in value[:_LONGEST_LIST])
        elif isinstance(value, dict):
            objects += 1
            yield value, foreign
            if depth >= _DEEPEST:
                continue
            inner = ((item, foreign or name.lower() in _OTHERS) for name, item in value.items())
        else:
            continue
        ahead += [(item, depth + 1, own) for item, own in inner if isinstance(item, dict | list)]
