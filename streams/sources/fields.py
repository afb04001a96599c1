"""A raw article's fields as a reader gathers them, each with its origin."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b

from resiliparse.parse.encoding import bytes_to_str, detect_encoding

from streams.articles.times import milliseconds, parse_time
from streams.json_object import Json

LONGEST_ID = 512
_ROUNDED = 2.0**53  # whole numbers from here on
_ATTRIBUTE_CHARACTERS = 1000
# Of limited length (RFC 5321), and no later start: what contains none would be read to its end
# from each of its letters.
_MAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,20}", re.ASCII)
_EMPTY: tuple[object, ...] = (None, "", {}, [])
_STATUSES = {"cancelled": "canceled", "killed": "canceled", "kill": "canceled"}


@dataclass(slots=True)
class Gathered:
    """`values` are a raw event's fields, `taken_from` names the origin of each."""

    values: dict[str, object] = field(default_factory=dict)
    taken_from: dict[str, str] = field(default_factory=dict)

    def put(self, name: str, *candidates: tuple[str, object]) -> None:
        """Set a field to the first of some (place, value) that has a value."""
        for place, value in candidates:
            if value not in _EMPTY:
                self.values[name] = value
                self.taken_from[name] = place
                return

    def put_time(self, name: str, *candidates: tuple[str, object]) -> None:
        """Set a field to the first of some that is a time; if none is, to the first as written,
        for the service to report."""
        read = [(place, value) for place, value in candidates if seconds(value) is not None]
        self.put(name, *read, *candidates)

    def put_attributes(self, **values: object) -> None:
        """Set `attributes` to those that are present, as text of limited length."""
        kept = {n: str(v)[:_ATTRIBUTE_CHARACTERS] for n, v in values.items() if v not in _EMPTY}
        self.put("attributes", (", ".join(kept), kept))


def bounded_id(text: str) -> str:
    """An id of at most `LONGEST_ID` characters; longer ones stay different from each other."""
    if len(text) <= LONGEST_ID:
        return text
    digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"{text[: LONGEST_ID - len(digest) - 1]}~{digest}"


def text_of(value: object) -> str | None:
    """A string or number as text, else None. Numbers that JSON readers round are none: two ids
    could be one."""
    if isinstance(value, str):
        return value.strip() or None
    if isinstance(value, float) and not abs(value) < _ROUNDED:
        return None
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def dictionaries(value: object) -> list[Json]:
    """The objects of a list; a single object counts as a list of one."""
    items = value if isinstance(value, list) else [value]
    return [item for item in items if isinstance(item, dict)]


def decoded(content: bytes) -> str:
    """A page or text, in its own encoding."""
    # Browsers save pages as UTF-8 but keep the old label in them: what is valid UTF-8 is UTF-8.
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return bytes_to_str(content, detect_encoding(content, from_html_meta=True) or "utf-8")


def names(texts: Iterable[str | None]) -> str:
    """Names of people, without duplicates and mail addresses: `desk@a.example (Ana Berg)`."""
    found = []
    for text in texts:
        name = _MAIL.sub("", text or "").strip(" \t\n,;:<>")
        if name.startswith("(") or name.endswith("("):
            name = name.strip("()")
        name = name.removeprefix("mailto:").strip(" ()") if "(" not in name[1:] else name.strip()
        if name:
            found.append(" ".join(name.split()))
    return ", ".join(dict.fromkeys(found))


def seconds(time: object) -> int | None:
    """A time as a version that rises with it: seconds since 1970."""
    text = text_of(time)
    moment = parse_time(text) if text else None
    return None if moment is None else max(0, milliseconds(moment) // 1000)


def version(
    number: object, changed: object
) -> tuple[tuple[str, int | None], tuple[str, int | None]]:
    """Candidates for `version`: the item's own number, else when it changed."""
    text = text_of(number) or ""
    own = int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None
    return ("version", own), ("time of change", seconds(changed))


def status(code: object) -> str | None:
    """IPTC's publishing status without its scheme: `canceled` from `stat:canceled`."""
    text = text_of(code)
    if text is None:
        return None
    word = text.replace("/", ":").rstrip(":").rsplit(":", 1)[-1].lower()
    return _STATUSES.get(word, word)


def lower_keys(item: Mapping[str, object]) -> dict[str, object]:
    """An object with its names in lower case: ninjs 1 and 2 write `pubstatus`, 3 `pubStatus`."""
    return {name.lower(): value for name, value in item.items()}
