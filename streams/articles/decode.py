"""Bytes of a raw record -> a validated RawArticle, or the reason why not."""

from __future__ import annotations

import json
import re
from codecs import BOM_UTF8
from typing import Any, NoReturn

import orjson
from pydantic import ValidationError

from schemas import RAW_FIELDS, RawArticle, Reason
from streams.articles.bodiless import no_body
from streams.articles.rejection import Rejection, rejected, shown

# pydantic's openings: "Input should be a valid integer", "String should have at least ...".
_EXPECTED = re.compile(r"^\w+ should (?:be|have) (?:a valid )?")
_NAME_CHARACTERS = 80  # an attribute's name may have any length


def decode(value: bytes | None, limit_bytes: int) -> tuple[RawArticle, int, bool] | Rejection:
    """Decode one raw record's value.

    Returns the article, how many unknown fields were ignored, and whether lone surrogates had
    to be replaced; or the rejection.
    """
    if value is None or not value.strip():
        return rejected(Reason.NOT_JSON, "value: expected a JSON object, got nothing")
    if len(value) > limit_bytes:
        return rejected(
            Reason.TOO_LARGE, f"value: expected at most {limit_bytes} bytes, got {len(value)}"
        )
    parsed, repaired = _parse(value)
    if isinstance(parsed, Rejection):
        return parsed
    if not isinstance(parsed, dict):
        return rejected(Reason.NOT_OBJECT, f"value: expected a JSON object, got {shown(parsed)}")
    try:
        article = RawArticle.model_validate(parsed)
    except ValidationError as error:
        return _invalid_field(error)
    unknown = 0 if RAW_FIELDS.issuperset(parsed) else len(parsed.keys() - RAW_FIELDS)
    return article, unknown, repaired


def bodiless(value: bytes, article: RawArticle) -> Rejection | None:
    """The rejection of an article that was decoded from this value, if it has no body."""
    if article.text is not None or article.html is not None or article.status == "canceled":
        return None
    fields, _ = _parse(value)
    return no_body(fields if isinstance(fields, dict) else {})


def _parse(value: bytes) -> tuple[Any, bool]:
    """-> (JSON value or Rejection, whether lone surrogates were replaced)."""
    try:
        return orjson.loads(value.removeprefix(BOM_UTF8)), False
    except orjson.JSONDecodeError as error:
        reason = str(error)
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        found = value[error.start : error.start + 4].hex(" ")
        return rejected(
            Reason.NOT_UTF8, f"value: expected UTF-8, got bytes {found} at byte {error.start}"
        ), False
    # orjson rejects lone surrogates ("\ud800"), which JavaScript and Java producers do emit when
    # they cut a string inside an emoji. The article is worth more than half a character.
    if "\\ud" in text or "\\uD" in text:
        try:
            text = text.removeprefix("\ufeff")
            return _without_surrogates(json.loads(text, parse_constant=_refuse_constant)), True
        except (ValueError, RecursionError):
            pass
    return rejected(Reason.NOT_JSON, f"value: expected JSON, got {text[:40]!r}: {reason}"), False


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_without_surrogates(v) for v in value]
    if isinstance(value, dict):
        return {_without_surrogates(k): _without_surrogates(v) for k, v in value.items()}
    return value


def _invalid_field(error: ValidationError) -> Rejection:
    first = error.errors(include_url=False)[0]
    field = ".".join(str(name)[:_NAME_CHARACTERS] for name in first["loc"]) or "value"
    expected = _EXPECTED.sub("", first["msg"])
    return rejected(
        Reason.INVALID_FIELD, f"{field}: expected {expected}, got {shown(first['input'])}"
    )
