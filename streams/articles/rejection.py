"""A record that cannot become an article: a value, not an exception."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.dead_letter import Reason

_DETAIL_CHARACTERS = 500


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why one record goes to the dead-letter topic. `detail` names field, expected and got."""

    reason: Reason
    detail: str


def shown(value: object) -> str:
    """A value as shown in an error message: its JSON kind and a short excerpt."""
    kinds = {
        bool: "boolean", int: "number", float: "number", str: "string",
        list: "array", dict: "object", type(None): "null",
    }  # fmt: skip
    kind = kinds.get(type(value), type(value).__name__)
    if isinstance(value, list | dict):
        return f"{kind} of {len(value)}"
    look = repr(value)
    return f"{kind} {look if len(look) <= 60 else look[:57] + '...'}"


def rejected(reason: Reason, detail: str) -> Rejection:
    """A rejection whose detail is safe for a header: bounded, one line, no surrogates."""
    clean = detail.encode("utf-8", "backslashreplace").decode().replace("\n", " ").replace("\0", "")
    return Rejection(reason, clean[:_DETAIL_CHARACTERS])
