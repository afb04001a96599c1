"""The filters in a page's address -> conditions; each invalid filter is reported beside it."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final, get_args

import orjson

from schemas.enriched_article import Relation

RELATIONS: Final[tuple[Relation, ...]] = get_args(Relation)
CREDITS: Final = ("given", "cited", "missing")
SORTS: Final = ("newest", "copied", "fastest")
STORY_FILTERS: Final = (
    "q", "agency", "publisher", "language", "relation", "since", "until", "least", "credit",
    "original", "from", "withdrawn", "sort", "after",
)  # fmt: skip
PAGE_ROWS = 30
MOST_LETTERS = 300


Place = tuple[int, str]
Value = str | int | Place


@dataclass(slots=True)
class Filters:
    """The request: checked values by name, and by name what was wrong with the rest."""

    values: dict[str, Value] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)

    def word(self, name: str) -> str | None:
        """A checked text, or None."""
        value = self.values.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str) -> int | None:
        """A checked time or count, or None."""
        value = self.values.get(name)
        return value if isinstance(value, int) else None

    def place(self, name: str) -> Place | None:
        """A checked cursor: the number and the id of the row before; or None."""
        value = self.values.get(name)
        return value if isinstance(value, tuple) else None


def story_filters(query: Mapping[str, str]) -> Filters:
    """The filters of the list of stories."""
    found = Filters()
    for name in STORY_FILTERS:
        value = query.get(name, "").strip()
        if value:
            _take(found, name, value)
    since, until = found.number("since"), found.number("until")
    if since is not None and until is not None and since >= until:
        found.wrong["until"] = "expected a time after `since`"
        del found.values["until"]
    return found


def _take(found: Filters, name: str, value: str) -> None:
    if len(value) > MOST_LETTERS and name != "after":
        found.wrong[name] = f"expected at most {MOST_LETTERS} letters, got {len(value)}"
        return
    try:
        found.values[name] = _CHECKS.get(name, _as_it_is)(value)
    except ValueError as error:
        found.wrong[name] = str(error)


def _as_it_is(value: str) -> str:
    return value


def _choice(*allowed: str) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in allowed:
            raise ValueError(f"expected one of {', '.join(allowed)}, got {value!r}")
        return value

    return check


def _time(value: str) -> int:
    """A day or a time, UTC -> milliseconds."""
    try:
        time = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError(f"expected a day as 2026-03-17 or a time, got {value!r}") from None
    time = time if time.tzinfo else time.replace(tzinfo=UTC)
    return int(time.timestamp() * 1000)


def _end(value: str) -> int:
    """Like `_time`; a day ends with its last moment."""
    day = len(value) == len("2026-03-17")
    return _time(value) + (int(timedelta(days=1).total_seconds() * 1000) if day else 0)


def _count(value: str) -> int:
    if not value.isdecimal() or not 1 <= int(value) <= 10**6:
        raise ValueError(f"expected a number from 1 to 1000000, got {value!r}")
    return int(value)


def _language(value: str) -> str:
    if not (value.isascii() and value.isalpha() and len(value) in (2, 3) and value.islower()):
        raise ValueError(f"expected a language's ISO 639 code, as en, got {value!r}")
    return value


def cursor(*values: str | int) -> str:
    """The position after a row: the values that the list is ordered by."""
    return base64.urlsafe_b64encode(orjson.dumps(values)).decode().rstrip("=")


def _cursor(value: str) -> Place:
    try:
        number, name = orjson.loads(base64.urlsafe_b64decode(value + "=" * (-len(value) % 4)))
    except (ValueError, TypeError):
        raise ValueError("expected a place from this list's own links") from None
    whole = type(number) is int and -(2**62) < number < 2**62
    if not whole or type(name) is not str or "\0" in name:
        raise ValueError("expected a place from this list's own links")
    return number, name


_CHECKS: Final[dict[str, Callable[[str], Value]]] = {
    "language": _language,
    "relation": _choice(*RELATIONS),
    "since": _time,
    "until": _end,
    "least": _count,
    "credit": _choice(*CREDITS),
    "original": _choice("unseen", "seen"),
    "withdrawn": _choice("yes", "no"),
    "syndicated": _choice("yes", "no"),
    "sort": _choice(*SORTS),
    "after": _cursor,
}


def checked(query: Mapping[str, str], *names: str) -> Filters:
    """Filters of another list, by the same rules."""
    found = Filters()
    for name in names:
        value = query.get(name, "").strip()
        if value:
            _take(found, name, value)
    return found
