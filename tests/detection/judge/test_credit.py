"""Whether a copy credits its story's agency, as stated in the verdict."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from streams.detection.judge.credit import credited
from streams.pipeline import Pipeline

TEXT = (
    "Ferry crews on the lake ended a nine-day strike on Monday after accepting a pay deal that "
    "raises their wages by 4 percent, and the first boats to the islands left within the hour. The "
    "operator expects the full timetable to be running again by Thursday, when schools open."
)


def article(text: str, **agencies: str) -> bytes:
    named = [{"name": n, "role": role, "evidence": "credit"} for n, role in agencies.items()]
    return orjson.dumps({"text": text, "attributes": {"role": "provider"}, "agencies": named})


@pytest.mark.parametrize(
    ("agencies", "provider", "expected"),
    [
        ({"Reuters": "provider"}, "Reuters", "provider"),
        ({"AFP": "provider", "Reuters": "provider"}, "AFP", "provider"),
        ({"AFP": "provider", "Reuters": "cited"}, "AFP", "cites"),
        ({"Reuters": "cited"}, "", "cites"),
        ({"AFP": "provider"}, "AFP", "none"),
        ({}, "", "none"),
    ],
)
def test_how_an_article_credits_an_agency(
    agencies: dict[str, str], provider: str, expected: str
) -> None:
    assert credited(article(TEXT, **agencies), provider, "Reuters") == expected
    assert credited(article(TEXT, **agencies), provider, None) is None


def test_words_of_the_text_are_not_a_credit() -> None:
    text = 'It said "Reuters" and {"name":"Reuters","role":"provider"}'
    assert credited(article(text), "", "Reuters") == "none"


def verdicts(*events: dict[str, Any]) -> list[str | None]:
    said = Pipeline().enrich({"id": str(n), **event} for n, event in enumerate(events))
    return [article["detection"]["credited"] for article in said]


def test_only_verdicts_on_members_say_how_they_credit() -> None:
    wire = f"GENEVA, March 2 (Reuters) - {TEXT}"
    found = verdicts(
        {"source": "reuters.com", "text": wire},
        {"source": "a.example", "text": TEXT, "credit": "Reuters"},
        {"source": "b.example", "text": TEXT},
        {"source": "b.example", "text": f"Other news. {TEXT[::-1]}"},
    )
    assert found == [None, "provider", "none", None]


def test_without_a_known_agency_no_credit_is_due() -> None:
    found = verdicts({"source": "a.example", "text": TEXT}, {"source": "b.example", "text": TEXT})
    assert found == [None, None]
