"""Ten ways in which a producer gets a raw event wrong: each a function from event to line."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from deploy.demo.raw_event import RawEvent


def not_json(_event: RawEvent) -> str:
    return "%%% upstream closed: HTTP/1.1 502 Bad Gateway <html><body>oops"


def an_array(event: RawEvent) -> str:
    return json.dumps([event.fields()], ensure_ascii=False)


def no_text(event: RawEvent) -> str:
    fields = _marked(event, "no-text")
    del fields["text"]
    return json.dumps(fields, ensure_ascii=False)


def number_as_text(event: RawEvent) -> str:
    return json.dumps({**_marked(event, "number-as-text"), "text": 20260302}, ensure_ascii=False)


def empty_text(event: RawEvent) -> str:
    return json.dumps({**_marked(event, "empty-text"), "text": ""}, ensure_ascii=False)


def impossible_date(event: RawEvent) -> str:
    """There is no 31 February; the article itself is good."""
    fields = {**_marked(event, "impossible-date"), "published_at": "2026-02-31T10:00:00Z"}
    return json.dumps(fields, ensure_ascii=False)


def bad_url(event: RawEvent) -> str:
    """A good article with an invalid address."""
    return json.dumps({**_marked(event, "bad-url"), "url": "not a url"}, ensure_ascii=False)


def lone_surrogate(event: RawEvent) -> str:
    """A good article with half a character in its title, which UTF-8 can only carry escaped."""
    fields = _marked(event, "lone-surrogate")
    return json.dumps({**fields, "title": f"{fields['title']} \ud800"}, ensure_ascii=True)


def nul_character(event: RawEvent) -> str:
    """A good article with a NUL in its text."""
    fields = _marked(event, "nul-character")
    return json.dumps(
        {**fields, "text": fields["text"].replace(". ", ".\0 ", 1)}, ensure_ascii=False
    )


def unknown_status(event: RawEvent) -> str:
    return json.dumps(
        {**_marked(event, "unknown-status"), "status": "archived"}, ensure_ascii=False
    )


BREAKAGES: tuple[Callable[[RawEvent], str], ...] = (
    not_json,
    an_array,
    no_text,
    number_as_text,
    empty_text,
    impossible_date,
    bad_url,
    lone_surrogate,
    nul_character,
    unknown_status,
)


def _marked(event: RawEvent, sample: str) -> dict[str, Any]:
    return {**event.fields(), "attributes": {**event.attributes, "sample": sample}}
