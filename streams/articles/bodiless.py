"""What an event without a body has instead: mostly its text, under another name."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from schemas import RAW_FIELDS, Reason
from streams.articles.rejection import Rejection, rejected

_MOST_NAMES = 8
_NAME_CHARACTERS = 40
_SIMILAR = 0.8  # `txt` and `texts` are, `next` is not

# Other systems' names for it, in lower case and without `_` and `-`.
_HTML = {"bodyhtml", "bodyxhtml", "contenthtml", "htmlbody", "htmlcontent", "markup", "page",
         "pagehtml", "rawhtml"}  # fmt: skip
_TEXT = {"article", "articlebody", "articletext", "body", "bodytext", "content", "contenttext",
         "description", "fulltext", "maintext", "message", "plaintext", "rawtext", "story",
         "textbody", "textcontent"}  # fmt: skip


def no_body(event: Mapping[str, Any]) -> Rejection:
    """The rejection of an event with neither text nor html: names what it has, unknown first.

    Says how to send a field that looks like the body.
    """
    came = sorted(
        (name for name, value in event.items() if value is not None), key=RAW_FIELDS.__contains__
    )
    if not came:
        return rejected(Reason.NO_BODY, "text: expected text or html, got no field")
    names = ", ".join(map(_named, came[:_MOST_NAMES]))
    more = f" and {len(came) - _MOST_NAMES} more" if len(came) > _MOST_NAMES else ""
    hint = next((hint for name in came if (hint := _hint(name, event[name]))), "")
    return rejected(Reason.NO_BODY, f"text: expected text or html, got {names}{more}{hint}")


def _hint(name: str, value: object) -> str:
    if name in RAW_FIELDS:
        return ""
    if isinstance(value, dict):
        inside = next((field for field in ("text", "html") if value.get(field)), None)
        return f"; send what is inside of {_named(name)} as the event itself" if inside else ""
    if not isinstance(value, str):
        return ""
    plain = name[:_NAME_CHARACTERS].casefold().replace("_", "").replace("-", "")
    close = get_close_matches(plain, ["text", "html"], 1, _SIMILAR)
    field = "html" if plain in _HTML else "text" if plain in _TEXT else close[0] if close else None
    return f"; send {_named(name)} as `{field}`" if field else ""


def _named(name: str) -> str:
    short = name if len(name) <= _NAME_CHARACTERS else name[: _NAME_CHARACTERS - 3] + "..."
    return f"`{short if short.isprintable() else ascii(short)[1:-1]}`"
