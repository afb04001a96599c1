"""A version for each contract, how it may change, and what is announced but not written yet.

A contract's version has two numbers. The second rises with every change that its users need not
notice; the first with one that they do, which then is another type of event on another topic.

Compatibility is that of the schema registries. `backward`: the current schema takes what users of
any released one send, which is what producers need. `forward`: users of any released schema can
read what the current one allows, which is what consumers need.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Compatibility(StrEnum):
    """Who must not notice a change."""

    BACKWARD = "backward"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Version:
    """One contract's.

    announced: place of an enumeration -> values that its schema has and the code does not write
        yet. They may be written once a release has announced them.
    """

    number: str
    compatibility: Compatibility = Compatibility.FORWARD
    announced: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def major(self) -> int:
        """Rises with a change that breaks."""
        return int(self.number.split(".")[0])


_NEW_KINDS = frozenset({"thread", "product"})
VERSIONS = {
    "raw_article": Version("1.1", Compatibility.BACKWARD),
    "normalised_article": Version("1.1", announced={"kind": _NEW_KINDS}),
    # Written with the release that announces it; the changelog tells consumers what to do first.
    "enriched_article": Version(
        "1.1",
        announced={
            "detection.unmatched_reason": frozenset({"standing_text"}),
            "kind": _NEW_KINDS,
        },
    ),
    "story": Version("1.1"),
    "story_event": Version("1.1", announced={"type": frozenset({"merged"})}),
    "dead_letter_headers": Version("1.1"),
}
# What a schema says of itself. Those of release 0.1.0 say nothing.
KEYWORD = "x-contract"
FIRST = "1.0"


def stamp(name: str) -> dict[str, str]:
    """The value of `KEYWORD` in a contract's schema."""
    version = VERSIONS[name]
    return {"version": version.number, "compatibility": version.compatibility.value}


def number_in(schema: Mapping[str, Any]) -> str:
    """The version that a schema says it has."""
    number: str = schema.get(KEYWORD, {}).get("version", FIRST)
    return number


def is_later(number: str, than: str) -> bool:
    """Whether a version comes after another."""
    one, other = ([int(part) for part in n.split(".")] for n in (number, than))
    return one > other


def excused(name: str, reason: str, newest_released: Mapping[str, Any]) -> bool:
    """Whether a change that breaks is one that was announced: a value that users have been told of,
    or the end of a field that the newest release calls deprecated."""
    for place, values in VERSIONS[name].announced.items():
        if any(reason == f"{place}: {value} is new" for value in values):
            return True
    return any(reason == f"{place}: is gone" for place in deprecated(newest_released))


def deprecated(schema: Mapping[str, Any]) -> Iterator[str]:
    """The places of fields that a schema says will go."""
    yield from _deprecated(schema, schema, "")


def _deprecated(schema: Mapping[str, Any], root: Mapping[str, Any], at: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rpartition("/")[2]]
    for alternative in schema.get("anyOf", ()):
        yield from _deprecated(alternative, root, at)
    if "items" in schema:
        yield from _deprecated(schema["items"], root, f"{at}[]")
    for name, inside in schema.get("properties", {}).items():
        place = f"{at}.{name}" if at else name
        if inside.get("deprecated"):
            yield place
        yield from _deprecated(inside, root, place)
