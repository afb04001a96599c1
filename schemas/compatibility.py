"""Whether a contract may change as it did: what one JSON Schema rejects that another allows.

Of what echowire writes, a consumer's schema, which is an older one, must accept what the newer
allows. Of what it reads, the newer schema must accept what producers were told by the older. New
fields break neither: both sides ignore what they do not know.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Schema = Mapping[str, Any]

# Keyword -> whether a larger value of it allows more.
_BOUNDS = {
    "maxLength": True, "maximum": True, "maxItems": True, "maxProperties": True,
    "exclusiveMaximum": True, "minLength": False, "minimum": False, "minItems": False,
    "minProperties": False, "exclusiveMinimum": False,
}  # fmt: skip


def refusals(wide: Schema, narrow: Schema) -> list[str]:
    """What `wide` refuses that `narrow` allows, each with the field's place; empty: nothing."""
    return list(_refused(wide, narrow, wide, narrow, ""))


def tolerant(schema: Any) -> Any:
    """The schema as a consumer uses it: fields that it does not know are ignored."""
    if isinstance(schema, dict):
        kept = {k: v for k, v in schema.items() if k != "additionalProperties" or v is not False}
        return {name: tolerant(value) for name, value in kept.items()}
    return [tolerant(item) for item in schema] if isinstance(schema, list) else schema


def _refused(
    wide: Schema, narrow: Schema, wide_root: Schema, narrow_root: Schema, at: str
) -> Iterator[str]:
    wide_kinds = list(_alternatives(wide, wide_root))
    for kind in _alternatives(narrow, narrow_root):
        found = [list(_refused_kind(w, kind, wide_root, narrow_root, at)) for w in wide_kinds]
        if [] not in found:
            # Of several alternatives, the reasons of the one that comes nearest.
            yield from min(found, key=len)


def _alternatives(schema: Schema, root: Schema) -> Iterator[Schema]:
    """The schemas without `anyOf`, `$ref` and lists of types that a schema stands for."""
    if "$ref" in schema:
        yield from _alternatives(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    elif "anyOf" in schema:
        for alternative in schema["anyOf"]:
            yield from _alternatives(alternative, root)
    else:
        yield schema


def _refused_kind(
    wide: Schema, narrow: Schema, wide_root: Schema, narrow_root: Schema, at: str
) -> Iterator[str]:
    place = at or "the whole"
    kinds = wide.get("type"), narrow.get("type")
    if kinds[0] is not None and kinds[0] != kinds[1] and kinds != ("number", "integer"):
        yield f"{place}: {kinds[1]} is not {kinds[0]}"
        return
    yield from _refused_values(wide, narrow, place)
    for keyword, larger_allows in _BOUNDS.items():
        bound, other = wide.get(keyword), narrow.get(keyword)
        if bound is not None and (
            other is None or (other > bound if larger_allows else other < bound)
        ):
            yield f"{place}: {keyword} {other} goes beyond {bound}"
    if wide.get("pattern") not in (None, narrow.get("pattern")):
        yield f"{place}: pattern {narrow.get('pattern')} is not {wide['pattern']}"
    if "items" in wide:
        items = narrow.get("items", {})
        yield from _refused(wide["items"], items, wide_root, narrow_root, f"{at}[]")
    yield from _refused_fields(wide, narrow, wide_root, narrow_root, at)


def _refused_values(wide: Schema, narrow: Schema, place: str) -> Iterator[str]:
    allowed, other = _values(wide), _values(narrow)
    if allowed is None:
        return
    if other is None:
        yield f"{place}: any value instead of {', '.join(map(str, allowed))}"
    else:
        yield from (f"{place}: {value} is new" for value in other if value not in allowed)


def _values(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    values: list[Any] | None = schema.get("enum")
    return values


def _refused_fields(
    wide: Schema, narrow: Schema, wide_root: Schema, narrow_root: Schema, at: str
) -> Iterator[str]:
    known, other = wide.get("properties", {}), narrow.get("properties", {})
    for name, field in known.items():
        inside = f"{at}.{name}" if at else name
        if name not in other:
            yield f"{inside}: is gone"
            continue
        if name in wide.get("required", []) and name not in narrow.get("required", []):
            yield f"{inside}: may be missing"
        yield from _refused(field, other[name], wide_root, narrow_root, inside)
    rest, other_rest = wide.get("additionalProperties"), narrow.get("additionalProperties")
    if isinstance(rest, dict) and isinstance(other_rest, dict):
        yield from _refused(rest, other_rest, wide_root, narrow_root, f"{at}.*")
